"""The sign-in sheet of a slot (签到表): what stands on it, and its signed scan, kept with the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from training_app.attendance.rules import EXPECTED
from training_app.core import audit, files
from training_app.core.clock import local
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound
from training_app.divisions.models import Division
from training_app.people.models import Organisation, Person, Post
from training_app.people.phones import shown
from training_app.registration.models import Registration
from training_app.registration.queries import seated_twice
from training_app.schedule.models import EventHost, Slot
from training_app.web.filters import place

from .models import SheetScan

#: Blank rows for whoever comes besides.
BLANK = 10
#: Bytes of one file, and files of one upload.
LARGEST = 8 * 1024 * 1024
MOST = 12
#: What the first bytes of an accepted file are → its media type and ending.
_KINDS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
#: Brands of the pictures that iPhones take.
_HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")
#: The paper is Chinese whatever the screen speaks.
_DAYS = "一二三四五六日"
_HALVES = {"morning": "上午", "afternoon": "下午", "evening": "晚上", "whole": ""}
_DUTIES = {"director": "儿童主任", "supervisor": "儿童督导员"}
_AS_WHOM = {"stand_in": "代会", "guest": "嘉宾", "staff": "工作人员", "walk_in": "现场"}


class Line(NamedTuple):
    """A row of the sheet."""

    registration_id: int
    subdistrict: str
    community: str
    name: str
    duty: str
    phone: str
    note: str


@dataclass(frozen=True)
class Sheet:
    """A sheet as it is printed. `columns`: the headings under which one signs."""

    slot_id: int
    title: str
    time: str
    place: str
    hosts: str
    delivered_by: str
    session: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    expected: int


def chinese_number(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十; up to 99."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if tens == 0:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")


def _time(slot: Slot) -> str:
    start, end = local(slot.starts_at), local(slot.ends_at)
    half = _HALVES.get(slot.label, "")
    day = f"{start.year}年{start.month}月{start.day}日（星期{_DAYS[start.weekday()]}）{half}"
    return f"{day} {start:%H:%M}—{end:%H:%M}"


def column_slots(slot: Slot, others: list[Slot]) -> tuple[int, ...]:
    """The slots for which one signs on a slot's sheet: morning and afternoon of one day share theirs."""
    day = local(slot.starts_at).date()
    halves = {one.label: one.id for one in others if local(one.starts_at).date() == day}
    if slot.label in ("morning", "afternoon") and set(halves) == {"morning", "afternoon"}:
        return halves["morning"], halves["afternoon"]
    return (slot.id,)


def _columns(slot: Slot, others: list[Slot]) -> tuple[str, ...]:
    if len(column_slots(slot, others)) == 2:
        return ("上午签名", "下午签名")
    return (f"{_HALVES.get(slot.label, '')}签名",)


def sheet_of(slot: Slot) -> Sheet:
    """The sheet of a slot whose permission is proven; five statements for any number of rows."""
    event = slot.event
    hosts: dict[str, list[str]] = {}
    for role, name in db.session.execute(
        select(EventHost.role, Organisation.name)
        .join(Organisation, Organisation.id == EventHost.organisation_id)
        .where(EventHost.event_id == event.id)
        .order_by(EventHost.position, EventHost.id)
    ):
        hosts.setdefault(role, []).append(name)
    others = list(db.session.scalars(select(Slot).where(Slot.event_id == event.id)))
    lines = tuple(_lines(event.id))
    number = chinese_number(event.number)
    salon = event.kind == "salon"
    session = f"第{number}次沙龙" if salon else f"第{number}期"
    half = _HALVES.get(slot.label, "")
    return Sheet(
        slot_id=slot.id,
        title=f"{event.programme.title}{session}{'活动' if salon else '培训'}签到表",
        time=_time(slot),
        place=event.venue.name if event.venue else "",
        hosts="、".join(hosts.get("hosted_by", [])),
        delivered_by="、".join(hosts.get("delivered_by", [])),
        session=" · ".join(part for part in (event.title, half) if part),
        columns=_columns(slot, others),
        lines=lines,
        expected=len([line for line in lines if line.note not in ("嘉宾", "工作人员", "现场")]),
    )


def _lines(event_id: int) -> list[Line]:
    above = Division.__table__.alias("above")
    duties: dict[int, str] = {}
    listed = select(Registration.person_id).where(Registration.event_id == event_id, Registration.state == "confirmed")
    for person_id, kind in db.session.execute(
        select(Post.person_id, Post.kind)
        .where(Post.person_id.in_(listed), Post.ended_on.is_(None))
        .order_by(Post.kind.desc())
    ):
        duties[person_id] = _DUTIES.get(kind, "")
    rows = db.session.execute(
        select(
            Registration.id,
            Registration.person_id,
            Division.level,
            Division.name,
            above.c.name,
            Person.name,
            Person.phone,
            Registration.as_whom,
        )
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Division, Division.code == Registration.division_code)
        .outerjoin(above, above.c.code == Division.parent_code)
        .where(Registration.event_id == event_id, Registration.state == "confirmed", ~seated_twice())
        .order_by(
            Registration.as_whom.not_in(EXPECTED), Registration.division_code, Person.pinyin, Person.name, Person.id
        )
    )
    found = []
    for registration_id, person_id, level, division, parent, name, phone, as_whom in rows:
        pair = (parent or "", place(division)) if level == "community" else (division or "", "")
        note = _AS_WHOM.get(as_whom, "")
        found.append(Line(registration_id, *pair, name, duties.get(person_id, ""), shown(phone), note))
    return found


def kind_of(data: bytes) -> tuple[str, str]:
    """Media type and ending of a signed sheet by its content. Raises Invalid for anything else."""
    for head, kind in _KINDS.items():
        if data.startswith(head):
            return kind
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        sentence = _l(
            "This picture is in Apple's HEIC format. In the iPhone's settings choose Camera › Formats › "
            "Most Compatible and take it again, or send it through WeChat and use the JPEG picture."
        )
        raise Invalid("file_heic", sentence, {"file": sentence})
    sentence = _l(
        "This file is neither a PDF nor a JPEG or PNG picture. Please choose the scan or a photo of the sheet."
    )
    raise Invalid("file_kind", sentence, {"file": sentence})


def attach(slot_id: int, data: bytes, name: str, *, actor_id: int, now: datetime) -> SheetScan:
    """Keep the signed sheet of a slot with its event; nothing is ever replaced, the same file is kept once.

    Raises Invalid when the file is empty, larger than 8 MB or of another kind, NotFound for an unknown slot.
    """
    return attach_all(slot_id, [(data, name)], actor_id=actor_id, now=now)[0]


def attach_all(slot_id: int, uploads: Sequence[tuple[bytes, str]], *, actor_id: int, now: datetime) -> list[SheetScan]:
    """The same for several files, given as (bytes, name): all are kept or, when one is refused, none."""
    if not uploads:
        sentence = _l("Please choose a file.")
        raise Invalid("file_missing", sentence, {"file": sentence})
    if len(uploads) > MOST:
        sentence = _l("At most %(count)s files at a time.", count=MOST)
        raise Invalid("file_many", sentence, {"file": sentence})
    kinds = [_checked(data) for data, _name in uploads]
    digests = [files.write(data) for data, _name in uploads]
    with transaction() as session:
        slot = session.get(Slot, slot_id)
        if slot is None:
            raise NotFound()
        return [
            _kept(slot, data, name, kind, digest, actor_id=actor_id, now=now)
            for (data, name), kind, digest in zip(uploads, kinds, digests, strict=True)
        ]


def _checked(data: bytes) -> tuple[str, str]:
    if not data:
        sentence = _l("Please choose a file.")
        raise Invalid("file_missing", sentence, {"file": sentence})
    if len(data) > LARGEST:
        sentence = _l("The file is too large. Choose one of at most 8 MB.")
        raise Invalid("file_large", sentence, {"file": sentence})
    return kind_of(data)


def _kept(
    slot: Slot, data: bytes, name: str, kind: tuple[str, str], digest: str, *, actor_id: int, now: datetime
) -> SheetScan:
    """The record of a file that lies on the disk, made unless this slot has it."""
    session = db.session
    media_type, ending = kind
    shown_name = (name.replace("\\", "/").rsplit("/", 1)[-1].strip() or f"sheet.{ending}")[-200:]
    kept = session.scalar(
        select(SheetScan).where(SheetScan.slot_id == slot.id, SheetScan.file_sha256 == digest).limit(1)
    )
    if kept is not None:
        return kept
    files.remember(digest, media_type=media_type, size=len(data), name=shown_name, now=now)
    made = SheetScan(
        event_id=slot.event_id,
        slot_id=slot.id,
        file_sha256=digest,
        name=shown_name,
        attached_by_id=actor_id,
        attached_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(
        audit.Action.SHEET_ATTACHED,
        ("sheet_scan", made.id),
        actor_id=actor_id,
        now=now,
        after={"slot": slot.id, "sha256": digest},
    )
    return made


class Attached(NamedTuple):
    """A signed sheet in the list."""

    id: int
    name: str
    slot_id: int | None
    at: datetime
    by: str | None
    size: int


def attached(event_id: int) -> list[Attached]:
    """The event's signed sheets, the newest first."""
    rows = db.session.execute(
        select(
            SheetScan.id, SheetScan.name, SheetScan.slot_id, SheetScan.attached_at, Person.name, files.StoredFile.size
        )
        .join(files.StoredFile, files.StoredFile.sha256 == SheetScan.file_sha256)
        .outerjoin(Person, Person.id == SheetScan.attached_by_id)
        .where(SheetScan.event_id == event_id)
        .order_by(SheetScan.attached_at.desc(), SheetScan.id.desc())
    )
    return [Attached(*row) for row in rows]


def event_of(scan_id: int) -> int | None:
    """The event to which a signed sheet is attached."""
    return db.session.scalar(select(SheetScan.event_id).where(SheetScan.id == scan_id))


def scan_file(event_id: int, scan_id: int) -> tuple[SheetScan, str, bytes]:
    """A signed sheet with its media type and bytes. Raises NotFound for another event's."""
    scan = db.session.get(SheetScan, scan_id)
    if scan is None or scan.event_id != event_id:
        raise NotFound()
    kept = db.session.get_one(files.StoredFile, scan.file_sha256)
    return scan, kept.media_type, files.read(scan.file_sha256)
