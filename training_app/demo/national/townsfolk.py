"""Who lives there: a director in every community, a supervisor in every subdistrict, with their posts."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from training_app.demo.folk import GIVEN
from training_app.people.models import Person, Post
from training_app.people.names import pinyin_of

from . import measures
from .rows import Rows

#: The most frequent of the country.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
#: As many names of women as one meets in this work.
WOMEN = 0.78


@dataclass(slots=True)
class Member:
    """Someone who is trained: where, and whether she still held the post this year."""

    person_id: int
    name: str
    code: str
    stays: bool = True
    enrolment_id: int = 0
    #: How likely she comes to a session.
    comes: float = 0.95
    #: A bit a session that she came to.
    came: int = 0


class Names:
    """Made-up names with their pinyin. Only so many syllables are looked up."""

    def __init__(self) -> None:
        self._first = [(name, *pinyin_of(name).split()) for name in SURNAMES]
        women, men = GIVEN[:34], GIVEN[34:]
        self._given = {
            sex: [(name, *pinyin_of(name).split()) for name in names] for sex, names in (("f", women), ("m", men))
        }

    def next(self, chance: random.Random) -> tuple[str, str, str]:
        """A name, its pinyin as persons have it, and f or m."""
        sex = "f" if chance.random() < WOMEN else "m"
        first, given = chance.choice(self._first), chance.choice(self._given[sex])
        return first[0] + given[0], f"{first[1]}{given[1]} {first[2]}{given[2]}", sex


class Town:
    """Fills one city after the other with people."""

    def __init__(self, rows: Rows, today: date, created_at: datetime) -> None:
        self._rows, self._today, self._created_at = rows, today, created_at
        self._names = Names()

    def person(self, chance: random.Random, code: str | None = None) -> tuple[int, str]:
        """Write someone who holds no post, working in `code`."""
        name, pinyin, sex = self._names.next(chance)
        number = next(self._rows.ids[Person])
        values = (number, name, pinyin, f"+86120{number:08d}", sex, code, 0, 0, False, self._created_at)
        self._rows.of[Person].append(values)
        return number, name

    def settle(self, places: Iterable[Any], chance: random.Random) -> list[Member]:
        """Write the people and posts of subdistricts and communities, given in the order of their codes.

        Gives who is trained: holders, and those who held the post last year and left since.
        """
        elected = date(self._today.year - 2, 1, 10) + timedelta(days=chance.randrange(300))
        found = []
        for place in places:
            if place.level == "subdistrict":
                if chance.random() >= measures.UNSUPERVISED:
                    holder = self._holder(place.code, "supervisor", elected, chance)
                    if chance.random() < measures.TRAINED_SUPERVISORS:
                        found.append(holder)
            elif place.level == "community":
                found.append(self._director(place.code, elected, chance))
        return found

    def _director(self, code: str, elected: date, chance: random.Random) -> Member:
        fate = chance.random()
        started = elected + timedelta(days=int(chance.random() * 50))
        if fate >= measures.VACANT + measures.NEW:
            return self._holder(code, "director", started, chance)
        # She left this year; either nobody followed, or someone who has not been trained.
        last_day = self._today - timedelta(days=chance.randrange(10, 180))
        number, name = self.person(chance, code)
        self._rows.add(Post, code, "director", number, started, last_day, "elected")
        if fate >= measures.VACANT:
            self._holder(code, "director", last_day + timedelta(days=1), chance)
        return Member(number, name, code, stays=False)

    def _holder(self, code: str, kind: str, started: date, chance: random.Random) -> Member:
        number, name = self.person(chance)
        self._rows.add(Post, code, kind, number, started, None, "elected" if kind == "director" else "appointed")
        return Member(number, name, code)
