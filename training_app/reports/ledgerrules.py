"""The ledgers as the bureaus draw them: their columns in order, and how an area falls into sheets and parts. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from training_app.divisions.rules import DIGITS

Cell = str | int | float | Decimal | date | None

PERSONS, EVENTS, COVERAGE = KINDS = ("persons", "events", "coverage")
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
#: Up to so many rows the answer is the file; what is drawn page by page takes longer.
AT_ONCE = {"xlsx": 2_000, "csv": 2_000, "pdf": 300}
#: An event's row asks ten times as much as a person's.
EVENTS_AT_ONCE = 300
#: The most that one file takes: beyond it nobody reads, and a province is one file already.
MOST = {"xlsx": 100_000, "csv": 100_000, "pdf": 5_000}
#: Posts that are read together.
PART = 2_000
#: Digits of the divisions that get a sheet each, by the digits of the whole; nearer ones have a single sheet.
SHEETS_AT = {0: DIGITS["province"], 2: DIGITS["city"], 4: DIGITS["district"]}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a paper: its words, its width in characters (a Chinese one counts two), and what stands in it.

    `kind`: number (the row's), text, short (text in the middle), date, whole, hours, rate.
    """

    words: str
    width: float
    kind: str = "text"


#: The words of the bureaus' own form, always Chinese: the paper goes upward.
BY_EVENT = (
    Heading("序号", 5, "number"),
    Heading("期次", 9, "short"),
    Heading("培训时间", 12, "date"),
    Heading("地点", 16),
    Heading("主题及内容", 24),
    Heading("授课人", 9),
    Heading("单位及职务/职称", 16),
    Heading("培训对象", 13),
    Heading("应训人数", 6, "whole"),
    Heading("实训人数", 6, "whole"),
    Heading("学时", 6, "hours"),
    Heading("考核方式", 11, "short"),
    Heading("合格人数", 6, "whole"),
    Heading("满意率", 7, "rate"),
    Heading("主办单位", 18),
    Heading("承办单位", 14),
    Heading("佐证材料", 13),
    Heading("备注", 12),
)
BY_PERSON = (
    Heading("序号", 6, "number"),
    Heading("姓名", 9, "short"),
    Heading("性别", 5, "short"),
    Heading("街道（乡镇）", 13),
    Heading("村（社区）", 14),
    Heading("职务", 11, "short"),
    Heading("任职时间", 12, "date"),
    Heading("是否初任", 6, "short"),
    Heading("联系电话", 13, "short"),
    Heading("参加期次", 16),
    Heading("累计学时", 7, "hours"),
    Heading("考核成绩", 7, "hours"),
    Heading("是否合格", 7, "short"),
    Heading("证书编号", 17, "short"),
    Heading("发证日期", 12, "date"),
    Heading("备注", 14),
)
BY_DIVISION = (
    Heading("序号", 6, "number"),
    Heading("上级", 14),
    Heading("区域", 16),
    Heading("代码", 11, "short"),
    Heading("应训岗位", 8, "whole"),
    Heading("空缺", 7, "whole"),
    Heading("初任未考核", 8, "whole"),
    Heading("培训中", 7, "whole"),
    Heading("已轮训", 7, "whole"),
    Heading("未参训", 7, "whole"),
    Heading("实训人数", 8, "whole"),
    Heading("人次", 8, "whole"),
    Heading("人天", 8, "hours"),
    Heading("参训率", 8, "rate"),
    Heading("考核人数", 7, "whole"),
    Heading("合格人数", 7, "whole"),
    Heading("合格率", 8, "rate"),
    Heading("督导员应训", 8, "whole"),
    Heading("督导员空缺", 8, "whole"),
    Heading("督导员已轮训", 8, "whole"),
)
COLUMNS = {PERSONS: BY_PERSON, EVENTS: BY_EVENT, COVERAGE: BY_DIVISION}
_NAMES = {
    PERSONS: "儿童主任培训台账（按人员）",
    EVENTS: "儿童主任培训台账（按期次）",
    COVERAGE: "儿童主任轮训覆盖统计表",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which paper: of what, where, of which year, of one programme or of all, and as on which day."""

    kind: str
    #: "" is the nation.
    code: str
    year: int
    day: date
    programme_id: int | None = None
    #: Whoever asked may see phone numbers here.
    phones: bool = False

    def record(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "kind": self.kind,
            "code": self.code,
            "year": self.year,
            "day": self.day.isoformat(),
            "programme_id": self.programme_id,
            "phones": self.phones,
        }

    @classmethod
    def of(cls, record: dict[str, Any]) -> Wanted:
        """What a job kept."""
        return cls(**{**record, "day": date.fromisoformat(record["day"])})


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sheet: its name, and the parts of which its rows are made."""

    name: str
    parts: tuple[str, ...]


def title(where: str, year: int, kind: str) -> str:
    """泉州市鲤城区2026年度儿童主任培训台账（按人员）."""
    return f"{where}{year}年度{_NAMES[kind]}"


def code_after(code: str) -> str:
    """The first code that does not lie under this one."""
    return str(int(code) + 1).zfill(len(code))


def ranges(code: str, counts: Sequence[tuple[str, int]], most: int = PART) -> list[str]:
    """A division cut into ranges of codes, "from-to", of at most so many posts each.

    `counts`: its subdistricts in order with their posts. A larger subdistrict is a range of its own; together the
    ranges hold the whole division.
    """
    cuts, held = [code], 0
    for one, posts in counts:
        if held and held + posts > most:
            cuts.append(one)
            held = 0
        held += posts
    cuts.append(code_after(code))
    return [f"{start}-{end}" for start, end in pairwise(cuts)]


def packed(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as they wait between two steps of a job, a line each."""
    return "\n".join(json.dumps([_plain(cell) for cell in row], ensure_ascii=False) for row in rows).encode()


def unpacked(data: bytes) -> Iterator[list[Cell]]:
    """The rows that `packed` took."""
    for line in data.decode().split("\n") if data else ():
        yield [date.fromisoformat(cell[0]) if isinstance(cell, list) else cell for cell in json.loads(line)]


def _plain(cell: Cell) -> Any:
    if isinstance(cell, date):
        return [cell.isoformat()]
    return float(cell) if isinstance(cell, Decimal) else cell


def numbers_said(numbers: Iterable[int]) -> str:
    """第1、2、4期; "" for none."""
    found = sorted(set(numbers))
    return f"第{'、'.join(map(str, found))}期" if found else ""
