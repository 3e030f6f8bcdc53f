"""Words that a certificate may carry only inside a registered name."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPACE = re.compile(r"[ \t\u00a0\u3000\u200b]+")

#: National claims, which bodies without that right must not print (notice on training certificates; longest first).
RESERVED = ("中华人民共和国", "国徽", "中国", "中华", "国家", "全国", "职业资格", "人员资格")


def unlawful_claims(text: str, registered_names: Iterable[str]) -> list[str]:
    """The reserved words that stand in a text outside the registered names of organisations.

    Each word once; a longer word hides the shorter ones inside it. Spaces between the characters hide nothing.
    """
    text = _SPACE.sub("", text)
    for name in sorted((_SPACE.sub("", name) for name in registered_names), key=len, reverse=True):
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
    text, found = _SPACE.sub(" ", text), []
    for word in _TESTED:
        if word.casefold() in text.casefold().replace("\0", ""):
            found.append(word)
            text = re.sub(re.escape(word), "\0", text, flags=re.IGNORECASE)
    return found
