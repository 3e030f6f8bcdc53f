"""Words that a certificate may carry only inside a registered name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

#: Kinds of characters that print nothing, or only over another one (Unicode, General_Category).
_UNSEEN = frozenset(("Zs", "Cf", "Mn", "Me"))
#: The traditional forms that the words below have, and a variant: readers take them for the same.
_SIMPLE = str.maketrans("國囯華職業資員經測試績準結\t", "国国华职业资员经测试绩准结 ")


def _read(text: str) -> str:
    """A text as it is read: without what is not seen, in whatever forms its characters are written."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_SIMPLE))
    return "".join(c for c in plain if unicodedata.category(c) not in _UNSEEN)


#: National claims, which bodies without that right must not print (notice on training certificates; longest first).
RESERVED = ("中华人民共和国", "国徽", "中国", "中华", "国家", "全国", "职业资格", "人员资格")


def unlawful_claims(text: str, registered_names: Iterable[str]) -> list[str]:
    """The reserved words that stand in a text outside the registered names of organisations.

    Each word once; a longer word hides the shorter ones inside it. Neither spaces nor traditional forms hide one.
    """
    text = _read(text)
    for name in sorted(map(_read, registered_names), key=len, reverse=True):
        if name:
            text = text.replace(name, "\0")
    found = []
    for word in RESERVED:
        if word in text:
            found.append(word)
            text = text.replace(word, "\0")
    return found


#: What a paper says only of someone who passed a test that is on record.
_TESTED = (
    "经考核合格",
    "考核合格",
    "考试合格",
    "测试合格",
    "成绩合格",
    "准予结业",
    "结业",
    "passed the test",
    "Completion",
)


def test_claims(text: str) -> list[str]:
    """The words of a text that claim a passed test or a completion, each once, the longest first."""
    plain, found = _read(text).casefold(), []
    for word in _TESTED:
        sought = word.replace(" ", "").casefold()
        if sought in plain.replace("\0", ""):
            found.append(word)
            plain = plain.replace(sought, "\0")
    return found
