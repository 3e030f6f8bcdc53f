"""Translations: one catalog a room, so that a change touches one room; compiled into one."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT.parent / "templates"
TRANSLATIONS = ROOT / "translations"
LANGUAGE = "zh_Hans"
ROOMS = (
    "core",
    "web",
    "divisions",
    "people",
    "schedule",
    "registration",
    "attendance",
    "checkin",
    "learning",
    "certificates",
    "reports",
    "home",
)
_KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}


def _folders(room: str) -> list[Path]:
    folders = [ROOT / room, TEMPLATES / room]
    if room == "web":
        folders += [TEMPLATES / "layouts", TEMPLATES / "macros"]
    return [folder for folder in folders if folder.is_dir()]


def extracted(room: str) -> Catalog:
    """Every message that the room's code and templates contain."""
    catalog = Catalog(charset="utf-8")
    for folder in _folders(room):
        for _file, _line, message, comments, context in extract_from_dir(
            folder, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, comment_tags=["Translators:"]
        ):
            catalog.add(message, auto_comments=comments, context=context)
    return catalog


def _path(room: str) -> Path:
    return TRANSLATIONS / LANGUAGE / f"{room}.po"


def translated(room: str) -> Catalog:
    """The room's catalog as it is kept."""
    path = _path(room)
    if not path.exists():
        return Catalog(locale=LANGUAGE, charset="utf-8")
    with path.open("rb") as source:
        return read_po(source, locale=LANGUAGE, charset="utf-8")


def update() -> list[str]:
    """Bring every room's catalog in line with its messages; gives the rooms that changed."""
    changed = []
    for room in ROOMS:
        catalog = translated(room)
        catalog.update(extracted(room), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        out = BytesIO()
        write_po(out, catalog, sort_output=True, no_location=True, omit_header=True, width=0)
        path = _path(room)
        if not path.exists() or path.read_bytes() != out.getvalue():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(out.getvalue())
            changed.append(room)
    return changed


def problems() -> list[str]:
    """What is missing, fuzzy, broken or translated in two ways; one line each."""
    found: list[str] = []
    seen: dict[tuple[str | None, str], tuple[str, ...]] = {}
    for room in ROOMS:
        kept = translated(room)
        for message in extracted(room):
            if not message.id:
                continue
            key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
            translation = kept.get(key[1], message.context)
            strings = translation.string if translation is not None else ""
            texts = (strings,) if isinstance(strings, str) else tuple(strings)
            if translation is None or not texts or not all(texts):
                found.append(f"{room}: not translated: {key[1]!r}")
                continue
            if translation.fuzzy:
                found.append(f"{room}: fuzzy: {key[1]!r}")
            found += [f"{room}: {key[1]!r}: {error}" for error in translation.check(kept)]
            if seen.setdefault(key, texts) != texts:
                found.append(f"{room}: translated differently elsewhere: {key[1]!r}")
    return found


def compile_all() -> Path:
    """Write the one compiled catalog that the application reads; gives its path."""
    merged = Catalog(locale=LANGUAGE, charset="utf-8")
    for room in ROOMS:
        for message in translated(room):
            if message.id:
                merged.add(message.id, message.string, context=message.context, flags=message.flags)
    path = TRANSLATIONS / LANGUAGE / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Test workers compile at the same time: each writes its own part.
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as out:
        write_mo(out, merged)
    part.replace(path)
    return path
