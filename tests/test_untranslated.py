"""No words outside the translation functions: neither in templates nor in the scripts of pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted(path for path in (ROOT / "static" / "js").glob("*.js"))
#: The same in every language.
NAMES = {"PDF", "PNG", "XLSX", "CSV", "ZIP", "SHA", "Excel", "iCalendar", "WeChat", "QR", "kB"}
_READ = re.compile(r"""\b(?:aria-label|placeholder|title|alt)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")


def _written(source: str) -> str:
    """A template's own text, everything that Jinja makes of it left out and what it translates too."""
    # A class of the body, not words.
    source = re.sub(r"{% block body_class %}.*?{% endblock %}", "", source)
    kept, translated = [], 0
    for _line, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "data" and not translated:
            kept.append(value)
        elif kind == "name" and value in ("trans", "endtrans"):
            translated = int(value == "trans")
        elif kind in ("variable_begin", "block_begin"):
            kept.append("\0")
    return "".join(kept)


def _words(html: str) -> list[str]:
    html = re.sub(r"<(script|style|svg|template)\b[^>]*>.*?</\1>", " ", html, flags=re.S)
    attributes = " ".join(a or b for a, b in _READ.findall(html))
    text = re.sub(r"<[^>]*>", " ", html)
    text = re.sub(r"&\w+;", " ", text)
    return [word for word in _WORD.findall(f"{text} {attributes}") if word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_untranslated(path):
    assert _words(_written(path.read_text(encoding="utf-8"))) == []


def test_untranslated_words_would_be_found():
    assert _words(_written('<p>Save {{ _("now") }}</p>')) == ["Save"]
    assert _words(_written('<img alt="保存" src="{{ x }}">')) == ["保存"]
    assert _words(_written('<p class="save">{{ _("Save") }}</p>')) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_takes_its_words_from_the_page(path):
    code = re.sub(r"(?m)(?<!:)//.*$|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    said = [text for text in re.findall(r"""["'`]([^"'`\n]*)["'`]""", code) if re.search(r"[\u4e00-\u9fff]", text)]
    assert said == []
