"""Words that a certificate may carry only inside a registered name."""

from __future__ import annotations

from collections.abc import Iterable

#: National claims, which bodies without that right must not print (notice on training certificates; longest first).
RESERVED = ("中华人民共和国", "国徽", "中国", "中华", "国家", "全国", "职业资格", "人员资格")


def unlawful_claims(text: str, registered_names: Iterable[str]) -> list[str]:
    """The reserved words that stand in a text outside the registered names of organisations.

    Each word once; a longer word hides the shorter ones inside it.
    """
    for name in sorted(registered_names, key=len, reverse=True):
        if name:
            text = text.replace(name, "\0")
    found = []
    for word in RESERVED:
        if word in text:
            found.append(word)
            text = text.replace(word, "\0")
    return found
