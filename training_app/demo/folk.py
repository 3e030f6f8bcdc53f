"""Made-up names and numbers, the same at every telling."""

from __future__ import annotations

import random
from collections.abc import Iterator

_SURNAMES = "陈林黄张吴李王郑蔡杨许谢刘庄苏曾洪傅施郭邱潘杜戴赖"
GIVEN = (
    *("丽华", "晓燕", "玉珍", "淑英", "美玲", "秀兰", "雅婷", "雅琴", "月娥", "惠珍", "碧霞", "素梅"),
    *("丽珠", "金凤", "宝珠", "彩云", "红梅", "春燕", "小敏", "慧敏", "雅芬", "静宜", "燕玲", "珊珊"),
    *("思颖", "婉婷", "佳琪", "诗涵", "文娟", "秋菊", "建国", "志强", "文彬", "明辉", "俊杰", "国荣"),
    *("少华", "德胜", "伟民", "永福", "家豪", "泽宇", "嘉欣", "梦洁", "芳", "静", "敏", "勇"),
    *("霞", "娟", "颖", "琳", "莹", "倩"),
)


def names() -> Iterator[str]:
    """Full names that are not in use yet, in a fixed order."""
    chance = random.Random("福蕾")
    seen: set[str] = set()
    while True:
        name = chance.choice(_SURNAMES) + chance.choice(GIVEN)
        if name not in seen:
            seen.add(name)
            yield name


def phones() -> Iterator[str]:
    """Numbers of a block that no operator gives to people."""
    number = 1000
    while True:
        number += 1
        yield f"1380000{number:04d}"
