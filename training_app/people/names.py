"""Names as they are kept, and how they are found by pinyin."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import lazy_gettext as _l

from training_app.core.errors import Invalid

#: Dots that stand between the parts of a name; one is kept.
_DOTS = re.compile("[•‧・･.．]")
_HAN_GAP = re.compile(r"(?<=[\u2e80-\U0003ffff·])\s+(?=[\u2e80-\U0003ffff·])")
LONGEST = 60


def normalise(text: str) -> str:
    """A name without the spaces and full-width letters that rosters and phones put in: "王 芳" is 王芳.

    Raises Invalid when nothing is left, it is too long, or it holds digits or control characters.
    """
    name = unicodedata.normalize("NFKC", text or "").replace("\u200b", "")
    if re.search("[\u2e80-\U0003ffff]", name):
        name = _DOTS.sub("·", name)
    name = _HAN_GAP.sub("", " ".join(name.split()))
    if not name or not any(c.isalpha() for c in name):
        raise Invalid("name_missing", _l("Please type the name."), {"name": _l("Please type the name.")})
    if len(name) > LONGEST or any(c.isdigit() or unicodedata.category(c) == "Cc" for c in name):
        sentence = _l("A name has letters only, at most 60. Please check it.")
        raise Invalid("name_invalid", sentence, {"name": sentence})
    return name


def pinyin_of(name: str) -> str:
    """What a name is searched by: syllables without tones and the initials, "chenlihua clh"."""
    from pypinyin import lazy_pinyin

    syllables = [re.sub("[^a-z0-9]", "", part.lower()) for part in lazy_pinyin(name.replace("·", ""))]
    syllables = [part for part in syllables if part]
    return f"{''.join(syllables)} {''.join(part[0] for part in syllables)}".strip()[:200]
