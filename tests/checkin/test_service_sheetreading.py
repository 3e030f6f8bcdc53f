"""From a signed sheet to attendance: read as a job, looked at by a person, written once."""

from __future__ import annotations

import random
from datetime import time, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from tests import cast
from tests.checkin import paper, signed
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import sheetdrawing, sheetlayout, sheetreading, sheetreview, sheets
from training_app.checkin.models import SheetRow
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.checkin.sheetphotos import Mark, PageRead, RowRead
from training_app.core import clock, jobs
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.registration import seats
from training_app.schedule.models import Event, Slot

ORGANISER = cast.CAST["organiser"].id
SLOT, EVENT = cast.TODAY_SLOT, cast.TODAY_EVENT


def test_a_photo_becomes_rows_to_look_at_and_nobody_is_checked_in_by_it(listed, now):
    (page,) = paper.printed(sheetdrawing.draw(sheets.sheet_of(db.session.get(Slot, SLOT))), dpi=150)
    # By division: Lin, Chen, Zhang.
    for row in (0, 2):
        paper.sign(page, sheetlayout.signing(1, row, 0, 1), "name", random.Random(row))
    scan_id = signed.attach(paper.jpeg(page))
    job_id = sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    assert jobs.run(job_id) is None
    job = db.session.get(jobs.Job, job_id)
    assert (job.state, job.done, job.failed) == ("done", 1, 0)
    rows = signed.rows()
    assert {row.name: row.guess for row in rows} == {"林晓燕": "signed", "陈丽华": "empty", "张淑英": "signed"}
    assert all(row.picture.startswith(b"\xff\xd8\xff") and len(row.picture) < 8000 for row in rows)
    assert signed.here() == {} and db.session.scalar(select(func.count()).select_from(Scan)) == 0

    done = signed.confirm(
        [row.id for row in rows if row.guess == "signed"], [row.id for row in rows if row.guess == "empty"]
    )
    assert (done.written, done.not_signed) == (2, 1)
    assert signed.here() == {signed.person("lin"): "present", signed.person("zhang"): "present"}
    assert signed.rows() == [] and sheetreview.readings(SLOT) == []


def test_a_scan_from_paper_counts_from_the_slots_start_and_says_that_it_is_from_paper(listed):
    signed.read(signed.page(listed, {"chen": "signed"}))
    (row,) = signed.rows()
    signed.confirm([row.id])
    scan = db.session.scalars(select(Scan)).one()
    slot = db.session.get(Slot, SLOT)
    assert (scan.source, scan.direction, scan.outcome) == ("paper", "in", "accepted")
    assert scan.at == scan.device_time == slot.starts_at and scan.received_at == cast.NOW
    assert (scan.registration_id, scan.actor_id) == (listed["chen"], ORGANISER)


def test_a_typed_time_counts_for_all_and_one_outside_the_check_in_is_refused(listed):
    signed.read(signed.page(listed, {"chen": "signed"}))
    (row,) = signed.rows()
    for wrong in (time(7, 59), time(8, 41), time(12, 0)):
        with pytest.raises(Invalid) as refused:
            signed.confirm([row.id], at=wrong)
        assert "time" in refused.value.fields
    assert len(signed.rows()) == 1 and signed.here() == {}
    signed.confirm([row.id], at=time(8, 20))
    assert clock.local(db.session.scalars(select(Scan.at)).one()).time() == time(8, 20)


def test_confirming_twice_writes_once_even_after_the_sheet_is_read_again(listed):
    scan_id = signed.attach()
    signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
    (row,) = signed.rows()
    assert signed.confirm([row.id]).written == 1
    assert signed.confirm([row.id]).written == 0
    with transaction() as session:
        session.execute(update(SheetRow).values(decision=None))
        session.execute(Attendance.__table__.delete())
    assert signed.confirm([row.id]).written == 1
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_whoever_was_scanned_keeps_the_time_of_the_scan(listed):
    late = cast.NOW + timedelta(hours=1)
    check_in(SLOT, Presented(nonce="nonce-0001", source="camera"), registration_id=listed["chen"], now=late)
    signed.read(signed.page(listed, {"chen": "signed", "lin": "empty"}))
    assert {row.name: row.is_here for row in signed.rows()} == {"陈丽华": True, "林晓燕": False}
    done = signed.confirm([row.id for row in signed.rows() if row.is_here], now=late)
    assert (done.written, done.already) == (0, 1)
    assert signed.here() == {signed.person("chen"): "late"}


def _took_back(registration_id, at):
    for n, direction in enumerate(("in", "undo")):
        shown = Presented(nonce=f"nonce-000{n}", source="camera", direction=direction)
        check_in(SLOT, shown, registration_id=registration_id, now=at)


def test_a_signature_of_someone_whose_check_in_was_taken_back_later_is_refused_with_the_reason(listed):
    _took_back(listed["zhang"], at=cast.NOW)
    signed.read(signed.page(listed, {"chen": "signed", "zhang": "signed"}))
    done = signed.confirm([row.id for row in signed.rows()])
    assert done.written == 1 and signed.rows() == [] and signed.here() == {signed.person("chen"): "present"}
    ((name, sentence),) = done.refused
    assert name == "张淑英" and "撤销" in str(sentence)


def test_a_row_is_done_although_a_later_one_signs_in_someone_whose_check_in_was_taken_back(listed):
    _took_back(listed["zhang"], at=cast.NOW - timedelta(minutes=15))
    signed.read(signed.page(listed, {"chen": "signed", "lin": "empty", "zhang": "signed"}))
    done = signed.confirm(
        [row.id for row in signed.rows() if row.guess == "signed"], [r.id for r in signed.rows() if r.guess == "empty"]
    )
    assert (done.written, done.not_signed, signed.rows()) == (2, 1, [])
    assert signed.here() == {signed.person("chen"): "present", signed.person("zhang"): "present"}


def test_an_unsure_row_is_first_and_one_left_alone_stays(listed):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "unsure", "zhang": "empty"}, blank=("signed", "empty")))
    assert [(row.name, row.guess) for row in signed.rows()] == [
        ("林晓燕", "unsure"), (None, "blank"), ("陈丽华", "signed"), ("张淑英", "empty"),
    ]  # fmt: skip
    signed.confirm([row.id for row in signed.rows() if row.guess == "signed"])
    assert [row.guess for row in signed.rows()] == ["unsure", "blank", "empty"]
    (reading,) = sheetreview.readings(SLOT)
    assert reading.state == "open"


def test_a_row_whose_code_was_not_read_and_a_walk_ins_are_only_put_aside(listed):
    signed.read(signed.page(listed, {"nobody": "unsure"}, blank=("signed",)))
    assert [(row.guess, row.page, row.row) for row in signed.rows()] == [("unreadable", 1, 1), ("blank", 1, 2)]
    done = signed.confirm([row.id for row in signed.rows()])
    assert (done.written, done.not_signed) == (0, 2)
    assert signed.here() == {} and signed.rows() == []


def test_a_page_of_another_slot_or_event_is_named_and_its_rows_are_left_out(listed):
    with transaction() as session:
        slot = session.get(Slot, SLOT)
        session.execute(
            insert(Slot).values(
                id=90, event_id=EVENT, label="evening", starts_at=slot.starts_at + timedelta(hours=10),
                ends_at=slot.ends_at + timedelta(hours=10), checkin_opens_at=slot.checkin_opens_at,
                checkin_closes_at=slot.checkin_closes_at + timedelta(hours=10),
                late_after=slot.late_after + timedelta(hours=10), credit_hours=2,
            )
        )  # fmt: skip
    pages = [
        signed.page(listed, {"chen": "signed"}, slot_id=90),
        signed.page(listed, {"lin": "signed"}, slot_id=5, page=2),
    ]
    signed.read(*pages)
    assert signed.rows() == []
    (reading,) = sheetreview.readings(SLOT)
    assert [(page["page"], page["code"]) for page in reading.pages] == [(1, "other_slot"), (2, "other_event")]


def test_a_registration_of_another_event_on_a_page_of_this_one_is_not_believed(listed, ticket_of):
    other, _token = ticket_of("chen", 5)
    signed.read(signed.page({"chen": other.id}, {"chen": "signed"}))
    assert [(row.registration_id, row.guess) for row in signed.rows()] == [(None, "unreadable")]


def test_morning_and_afternoon_of_one_sheet_are_read_each_for_its_slot(listed):
    with transaction() as session:
        slot = session.get(Slot, SLOT)
        session.execute(
            insert(Slot).values(
                id=91, event_id=EVENT, label="afternoon", starts_at=slot.starts_at + timedelta(hours=6),
                ends_at=slot.ends_at + timedelta(hours=6), checkin_opens_at=slot.checkin_opens_at,
                checkin_closes_at=slot.checkin_closes_at + timedelta(hours=6),
                late_after=slot.late_after + timedelta(hours=6), credit_hours=4,
            )
        )  # fmt: skip
    rows = [
        RowRead(0, listed["chen"], (Mark("signed", signed.PICTURE), Mark("empty", signed.PICTURE))),
        RowRead(1, listed["lin"], (Mark("empty", signed.PICTURE), Mark("signed", signed.PICTURE))),
    ]
    page = PageRead(SLOT, 2, 1, 1, 2, 2, rows)
    scan_id = signed.attach()
    signed.read(page, scan_id=scan_id)
    signed.read(page, scan_id=scan_id, slot_id=91)
    assert {row.name: row.guess for row in signed.rows()} == {"陈丽华": "signed", "林晓燕": "empty"}
    assert {row.name: row.guess for row in signed.rows(91)} == {"陈丽华": "empty", "林晓燕": "signed"}
    assert [reading.pages[0]["also"] for reading in sheetreview.readings(SLOT)] == [91]


def test_a_page_photographed_twice_gives_each_row_once_by_the_photo_that_tells_more(listed):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "unsure", "zhang": "empty"}))
    second = signed.attach(b"\xff\xd8\xff second", "IMG_2.jpg")
    signed.read(signed.page(listed, {"chen": "empty", "lin": "signed", "zhang": "empty"}), scan_id=second)
    assert sorted((row.name, row.guess, row.file) for row in signed.rows()) == sorted(
        [("陈丽华", "signed", "IMG_1.jpg"), ("林晓燕", "signed", "IMG_2.jpg"), ("张淑英", "empty", "IMG_1.jpg")]
    )
    assert [reading.pages[0]["repeated"] for reading in sheetreview.readings(SLOT)] == [0, 2]


def test_a_photo_taken_before_everyone_had_signed_is_completed_by_a_later_one(listed):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "empty"}))
    signed.confirm(
        [row.id for row in signed.rows() if row.guess == "signed"],
        [row.id for row in signed.rows() if row.guess == "empty"],
    )
    signed.read(signed.page(listed, {"chen": "signed", "lin": "signed"}), scan_id=signed.attach(b"\xff\xd8\xff later"))
    assert [(row.name, row.guess) for row in signed.rows()] == [("林晓燕", "signed")]


def test_pages_that_no_photo_has_shown_are_named(listed):
    assert sheetreview.missing_pages(SLOT) == []
    signed.read(signed.page(listed, {"chen": "signed"}, page=2, pages=3))
    assert sheetreview.missing_pages(SLOT) == [1, 3]


def test_whose_registration_was_cancelled_is_refused_with_the_reason_on_record(listed):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "signed"}))
    with transaction():
        seats.cancel(listed["chen"], actor_id=ORGANISER, now=cast.NOW)
    assert {row.name: row.state for row in signed.rows()} == {"陈丽华": "cancelled", "林晓燕": "confirmed"}
    done = signed.confirm([row.id for row in signed.rows()])
    assert (done.written, [name for name, _ in done.refused]) == (1, ["陈丽华"])
    assert dict(db.session.execute(select(Scan.registration_id, Scan.reason)).all()) == {
        listed["chen"]: "cancelled", listed["lin"]: None,
    }  # fmt: skip


@pytest.mark.parametrize(("state", "code"), [("closed", "event_closed"), ("cancelled", "not_published")])
def test_an_event_that_takes_nobody_in_leaves_the_rows_as_they_are(listed, state, code):
    signed.read(signed.page(listed, {"chen": "signed"}))
    with transaction() as session:
        session.execute(update(Event).where(Event.id == EVENT).values(state=state))
    with pytest.raises(Refusal) as refused:
        signed.confirm([row.id for row in signed.rows()])
    assert refused.value.code == code
    assert len(signed.rows()) == 1 and db.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_before_check_in_opens_nothing_is_confirmed(listed):
    signed.read(signed.page(listed, {"chen": "signed"}))
    with pytest.raises(Refusal) as refused:
        signed.confirm([row.id for row in signed.rows()], now=cast.NOW - timedelta(hours=1))
    assert refused.value.code == "too_early"
