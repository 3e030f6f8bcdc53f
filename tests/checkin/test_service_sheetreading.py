"""From a signed sheet to attendance: read as a job, looked at by a person, written once."""

from __future__ import annotations

import random
import zlib
from datetime import time, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from tests import cast
from tests.checkin import paper
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import sheetdrawing, sheetlayout, sheetreading, sheetreview, sheets
from training_app.checkin.models import SheetReading, SheetRow, SheetScan
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.checkin.sheetphotos import Mark, PageRead, RowRead
from training_app.core import clock, files, jobs
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.registration import seats
from training_app.registration.models import Registration
from training_app.schedule.models import Event, Slot

ORGANISER = cast.CAST["organiser"].id
SLOT, EVENT = cast.TODAY_SLOT, cast.TODAY_EVENT
KEYS = ("chen", "lin", "zhang")
PICTURE = b"\xff\xd8\xff picture"


@pytest.fixture
def listed(ticket_of):
    """The registrations of three directors, by name, for a sheet in this order."""
    return {key: ticket_of(key)[0].id for key in KEYS}


def _attach(data=b"\xff\xd8\xff first", name="IMG_1.jpg", slot_id=SLOT):
    return sheets.attach(slot_id, data, name, actor_id=ORGANISER, now=cast.NOW).id


def _page(listed, guesses, *, slot_id=SLOT, page=1, pages=1, columns=1, blank=()):
    """A page on which these people's boxes look so: {"chen": "signed", …}."""
    rows = [
        RowRead(n, listed.get(key), (Mark(guess, PICTURE),) * columns) for n, (key, guess) in enumerate(guesses.items())
    ]
    rows += [RowRead(len(guesses) + n, None, (Mark(guess, PICTURE),) * columns) for n, guess in enumerate(blank)]
    return PageRead(slot_id, columns, page, pages, len(rows), len(guesses), rows)


def _read(*pages, scan_id=None, slot_id=SLOT, problem=None):
    """A reading of an attached file that showed these pages; gives its id."""
    scan_id = scan_id or _attach()
    sheetreading.start(slot_id, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    reading = db.session.scalars(
        select(SheetReading.id).where(SheetReading.scan_id == scan_id).order_by(SheetReading.id.desc())
    ).first()
    with transaction():
        sheetreading.store(reading, [(n, page) for n, page in enumerate(pages, 1)], problem)
    return reading


def _rows(slot_id=SLOT):
    return [sheetreview.Row(*row) for row in db.session.execute(sheetreview.rows(slot_id))]


def _confirm(signed=(), not_signed=(), at=None, now=cast.NOW, slot_id=SLOT):
    return sheetreview.confirm(slot_id, signed, not_signed, at=at, actor_id=ORGANISER, login_id=None, now=now)


def _here(slot_id=SLOT):
    return dict(
        db.session.execute(select(Attendance.person_id, Attendance.status).where(Attendance.slot_id == slot_id)).all()
    )


def _person(key):
    return cast.CAST[key].id


def test_a_photo_becomes_rows_to_look_at_and_nobody_is_checked_in_by_it(listed, now):
    (page,) = paper.printed(sheetdrawing.draw(sheets.sheet_of(db.session.get(Slot, SLOT))), dpi=150)
    # By division: Lin, Chen, Zhang.
    for row in (0, 2):
        paper.sign(page, sheetlayout.signing(1, row, 0, 1), "name", random.Random(row))
    scan_id = _attach(paper.jpeg(page))
    job_id = sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    assert jobs.run(job_id) is None
    job = db.session.get(jobs.Job, job_id)
    assert (job.state, job.done, job.failed) == ("done", 1, 0)
    rows = _rows()
    assert {row.name: row.guess for row in rows} == {"林晓燕": "signed", "陈丽华": "empty", "张淑英": "signed"}
    assert all(row.picture.startswith(b"\xff\xd8\xff") and len(row.picture) < 8000 for row in rows)
    assert _here() == {} and db.session.scalar(select(func.count()).select_from(Scan)) == 0

    done = _confirm([row.id for row in rows if row.guess == "signed"], [row.id for row in rows if row.guess == "empty"])
    assert (done.written, done.not_signed) == (2, 1)
    assert _here() == {_person("lin"): "present", _person("zhang"): "present"}
    assert _rows() == [] and sheetreview.readings(SLOT) == []


def test_a_scan_from_paper_counts_from_the_slots_start_and_says_that_it_is_from_paper(listed):
    _read(_page(listed, {"chen": "signed"}))
    (row,) = _rows()
    _confirm([row.id])
    scan = db.session.scalars(select(Scan)).one()
    slot = db.session.get(Slot, SLOT)
    assert (scan.source, scan.direction, scan.outcome) == ("paper", "in", "accepted")
    assert scan.at == scan.device_time == slot.starts_at and scan.received_at == cast.NOW
    assert (scan.registration_id, scan.actor_id) == (listed["chen"], ORGANISER)


def test_a_typed_time_counts_for_all_and_one_outside_the_check_in_is_refused(listed):
    _read(_page(listed, {"chen": "signed"}))
    (row,) = _rows()
    for wrong in (time(7, 59), time(8, 41), time(12, 0)):
        with pytest.raises(Invalid) as refused:
            _confirm([row.id], at=wrong)
        assert "time" in refused.value.fields
    assert len(_rows()) == 1 and _here() == {}
    _confirm([row.id], at=time(8, 20))
    assert clock.local(db.session.scalars(select(Scan.at)).one()).time() == time(8, 20)


def test_confirming_twice_writes_once_even_after_the_sheet_is_read_again(listed):
    scan_id = _attach()
    _read(_page(listed, {"chen": "signed"}), scan_id=scan_id)
    (row,) = _rows()
    assert _confirm([row.id]).written == 1
    assert _confirm([row.id]).written == 0
    with transaction() as session:
        session.execute(update(SheetRow).values(decision=None))
        session.execute(Attendance.__table__.delete())
    assert _confirm([row.id]).written == 1
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1


def test_whoever_was_scanned_keeps_the_time_of_the_scan(listed):
    late = cast.NOW + timedelta(hours=1)
    check_in(SLOT, Presented(nonce="nonce-0001", source="camera"), registration_id=listed["chen"], now=late)
    _read(_page(listed, {"chen": "signed", "lin": "empty"}))
    assert {row.name: row.is_here for row in _rows()} == {"陈丽华": True, "林晓燕": False}
    done = _confirm([row.id for row in _rows() if row.is_here], now=late)
    assert (done.written, done.already) == (0, 1)
    assert _here() == {_person("chen"): "late"}


def _took_back(registration_id, at):
    for n, direction in enumerate(("in", "undo")):
        shown = Presented(nonce=f"nonce-000{n}", source="camera", direction=direction)
        check_in(SLOT, shown, registration_id=registration_id, now=at)


def test_a_signature_of_someone_whose_check_in_was_taken_back_later_is_refused_with_the_reason(listed):
    _took_back(listed["zhang"], at=cast.NOW)
    _read(_page(listed, {"chen": "signed", "zhang": "signed"}))
    done = _confirm([row.id for row in _rows()])
    assert done.written == 1 and _rows() == [] and _here() == {_person("chen"): "present"}
    ((name, sentence),) = done.refused
    assert name == "张淑英" and "撤销" in str(sentence)


def test_a_row_is_done_although_a_later_one_signs_in_someone_whose_check_in_was_taken_back(listed):
    _took_back(listed["zhang"], at=cast.NOW - timedelta(minutes=15))
    _read(_page(listed, {"chen": "signed", "lin": "empty", "zhang": "signed"}))
    done = _confirm([row.id for row in _rows() if row.guess == "signed"], [r.id for r in _rows() if r.guess == "empty"])
    assert (done.written, done.not_signed, _rows()) == (2, 1, [])
    assert _here() == {_person("chen"): "present", _person("zhang"): "present"}


def test_an_unsure_row_is_first_and_one_left_alone_stays(listed):
    _read(_page(listed, {"chen": "signed", "lin": "unsure", "zhang": "empty"}, blank=("signed", "empty")))
    assert [(row.name, row.guess) for row in _rows()] == [
        ("林晓燕", "unsure"), (None, "blank"), ("陈丽华", "signed"), ("张淑英", "empty"),
    ]  # fmt: skip
    _confirm([row.id for row in _rows() if row.guess == "signed"])
    assert [row.guess for row in _rows()] == ["unsure", "blank", "empty"]
    (reading,) = sheetreview.readings(SLOT)
    assert reading.state == "open"


def test_a_row_whose_code_was_not_read_and_a_walk_ins_are_only_put_aside(listed):
    _read(_page(listed, {"nobody": "unsure"}, blank=("signed",)))
    assert [(row.guess, row.page, row.row) for row in _rows()] == [("unreadable", 1, 1), ("blank", 1, 2)]
    done = _confirm([row.id for row in _rows()])
    assert (done.written, done.not_signed) == (0, 2)
    assert _here() == {} and _rows() == []


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
        _page(listed, {"chen": "signed"}, slot_id=90),
        _page(listed, {"lin": "signed"}, slot_id=5, page=2),
    ]
    _read(*pages)
    assert _rows() == []
    (reading,) = sheetreview.readings(SLOT)
    assert [(page["page"], page["code"]) for page in reading.pages] == [(1, "other_slot"), (2, "other_event")]


def test_a_registration_of_another_event_on_a_page_of_this_one_is_not_believed(listed, ticket_of):
    other, _token = ticket_of("chen", 5)
    _read(_page({"chen": other.id}, {"chen": "signed"}))
    assert [(row.registration_id, row.guess) for row in _rows()] == [(None, "unreadable")]


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
        RowRead(0, listed["chen"], (Mark("signed", PICTURE), Mark("empty", PICTURE))),
        RowRead(1, listed["lin"], (Mark("empty", PICTURE), Mark("signed", PICTURE))),
    ]
    page = PageRead(SLOT, 2, 1, 1, 2, 2, rows)
    scan_id = _attach()
    _read(page, scan_id=scan_id)
    _read(page, scan_id=scan_id, slot_id=91)
    assert {row.name: row.guess for row in _rows()} == {"陈丽华": "signed", "林晓燕": "empty"}
    assert {row.name: row.guess for row in _rows(91)} == {"陈丽华": "empty", "林晓燕": "signed"}
    assert [reading.pages[0]["also"] for reading in sheetreview.readings(SLOT)] == [91]


def test_a_page_photographed_twice_gives_each_row_once_by_the_photo_that_tells_more(listed):
    _read(_page(listed, {"chen": "signed", "lin": "unsure", "zhang": "empty"}))
    second = _attach(b"\xff\xd8\xff second", "IMG_2.jpg")
    _read(_page(listed, {"chen": "empty", "lin": "signed", "zhang": "empty"}), scan_id=second)
    assert sorted((row.name, row.guess, row.file) for row in _rows()) == sorted(
        [("陈丽华", "signed", "IMG_1.jpg"), ("林晓燕", "signed", "IMG_2.jpg"), ("张淑英", "empty", "IMG_1.jpg")]
    )
    assert [reading.pages[0]["repeated"] for reading in sheetreview.readings(SLOT)] == [0, 2]


def test_a_photo_taken_before_everyone_had_signed_is_completed_by_a_later_one(listed):
    _read(_page(listed, {"chen": "signed", "lin": "empty"}))
    _confirm([row.id for row in _rows() if row.guess == "signed"], [row.id for row in _rows() if row.guess == "empty"])
    _read(_page(listed, {"chen": "signed", "lin": "signed"}), scan_id=_attach(b"\xff\xd8\xff later"))
    assert [(row.name, row.guess) for row in _rows()] == [("林晓燕", "signed")]


def test_pages_that_no_photo_has_shown_are_named(listed):
    assert sheetreview.missing_pages(SLOT) == []
    _read(_page(listed, {"chen": "signed"}, page=2, pages=3))
    assert sheetreview.missing_pages(SLOT) == [1, 3]


def test_whose_registration_was_cancelled_is_refused_with_the_reason_on_record(listed):
    _read(_page(listed, {"chen": "signed", "lin": "signed"}))
    with transaction():
        seats.cancel(listed["chen"], actor_id=ORGANISER, now=cast.NOW)
    assert {row.name: row.state for row in _rows()} == {"陈丽华": "cancelled", "林晓燕": "confirmed"}
    done = _confirm([row.id for row in _rows()])
    assert (done.written, [name for name, _ in done.refused]) == (1, ["陈丽华"])
    assert dict(db.session.execute(select(Scan.registration_id, Scan.reason)).all()) == {
        listed["chen"]: "cancelled", listed["lin"]: None,
    }  # fmt: skip


@pytest.mark.parametrize(("state", "code"), [("closed", "event_closed"), ("cancelled", "not_published")])
def test_an_event_that_takes_nobody_in_leaves_the_rows_as_they_are(listed, state, code):
    _read(_page(listed, {"chen": "signed"}))
    with transaction() as session:
        session.execute(update(Event).where(Event.id == EVENT).values(state=state))
    with pytest.raises(Refusal) as refused:
        _confirm([row.id for row in _rows()])
    assert refused.value.code == code
    assert len(_rows()) == 1 and db.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_before_check_in_opens_nothing_is_confirmed(listed):
    _read(_page(listed, {"chen": "signed"}))
    with pytest.raises(Refusal) as refused:
        _confirm([row.id for row in _rows()], now=cast.NOW - timedelta(hours=1))
    assert refused.value.code == "too_early"


def test_rows_of_another_slot_cannot_be_confirmed_here(listed):
    _read(_page(listed, {"chen": "signed"}))
    (row,) = _rows()
    assert _confirm([row.id], slot_id=5, now=cast.NOW + timedelta(days=40)).written == 0
    assert len(_rows()) == 1
    with pytest.raises(NotFound):
        _confirm([row.id], slot_id=99)


def test_what_was_read_can_be_dropped_and_read_again(listed):
    scan_id = _attach()
    reading = _read(_page(listed, {"chen": "signed"}), scan_id=scan_id)
    with pytest.raises(NotFound):
        sheetreading.discard(5, reading, actor_id=ORGANISER, now=cast.NOW)
    sheetreading.discard(EVENT, reading, actor_id=ORGANISER, now=cast.NOW)
    assert _rows() == [] and db.session.scalar(select(func.count()).select_from(SheetRow)) == 0
    assert sheetreading.progress(EVENT)[scan_id].state == "discarded"
    _read(_page(listed, {"chen": "signed"}), scan_id=scan_id)
    assert len(_rows()) == 1


def test_a_reading_that_was_dropped_while_it_was_read_notes_nothing(listed):
    scan_id = _attach()
    job_id = sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    reading = db.session.scalars(select(SheetReading.id)).one()
    sheetreading.discard(EVENT, reading, actor_id=ORGANISER, now=cast.NOW)
    with transaction():
        assert sheetreading.store(reading, [(1, _page(listed, {"chen": "signed"}))], None) is None
    assert jobs.run(job_id) is None
    assert _rows() == []


def test_a_sheet_is_not_read_twice_at_once(listed):
    scan_id = _attach()
    assert sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    assert sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW) is None
    with pytest.raises(NotFound):
        sheetreading.start(5, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(NotFound):
        sheetreading.start(SLOT, [scan_id, 999], actor_id=ORGANISER, now=cast.NOW)


def test_a_removed_file_takes_its_cut_outs_and_its_bytes_along(listed):
    scan_id = _attach()
    _read(_page(listed, {"chen": "signed"}), scan_id=scan_id)
    digest = db.session.get(SheetScan, scan_id).file_sha256
    with pytest.raises(NotFound):
        sheetreading.remove(5, scan_id, actor_id=ORGANISER, now=cast.NOW)
    sheetreading.remove(EVENT, scan_id, actor_id=ORGANISER, now=cast.NOW)
    for model in (SheetRow, SheetReading, SheetScan):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    with pytest.raises(NotFound):
        files.read(digest)
    assert "sheet.removed" in db.session.scalars(select(Audit.action)).all()


def test_bytes_that_another_record_names_stay(listed):
    first = _attach()
    second = _attach(slot_id=SLOT + 1)
    digest = db.session.get(SheetScan, first).file_sha256
    sheetreading.remove(EVENT, first, actor_id=ORGANISER, now=cast.NOW)
    assert files.read(digest)
    sheetreading.remove(EVENT + 1, second, actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(NotFound):
        files.read(digest)


def test_a_sheet_from_which_attendance_was_confirmed_stays_as_its_proof(listed):
    scan_id = _attach()
    _read(_page(listed, {"chen": "signed"}), scan_id=scan_id)
    _confirm([row.id for row in _rows()])
    with pytest.raises(Refusal) as refused:
        sheetreading.remove(EVENT, scan_id, actor_id=ORGANISER, now=cast.NOW)
    assert refused.value.code == "sheet_is_proof"
    assert sheetreading.progress(EVENT)[scan_id].confirmed == 1


@pytest.mark.parametrize("data", [b"\xff\xd8\xff no photo", b"%PDF-1.7 signed"], ids=["jpeg", "pdf"])
def test_a_file_that_cannot_be_opened_says_so_and_the_job_ends(app, now, data):
    job_id = sheetreading.start(SLOT, [_attach(data)], actor_id=ORGANISER, now=cast.NOW)
    assert jobs.run(job_id) is None
    (reading,) = sheetreview.readings(SLOT)
    assert (reading.state, reading.problem) == ("open", "damaged")


def test_a_file_that_would_keep_the_reader_busy_for_hours_ends_by_itself(app, now, monkeypatch):
    monkeypatch.setattr(sheetreading, "LONGEST_S", 1)
    paths = zlib.compress(b"0 0 m 595 842 l 0 842 l 595 0 l h f*\n" * 500_000, 9)
    data = (
        b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>> >>endobj
4 0 obj<</Length %d/Filter/FlateDecode>>stream
%s
endstream endobj
trailer<</Root 1 0 R/Size 5>>
""".replace(b"%PDF", b"%%PDF")
        % (len(paths), paths)
    )
    job_id = sheetreading.start(SLOT, [_attach(data, "IMG_1.pdf")], actor_id=ORGANISER, now=cast.NOW)
    assert jobs.run(job_id) is None
    (reading,) = sheetreview.readings(SLOT)
    assert (reading.state, reading.problem) == ("open", "damaged")


def test_confirming_many_takes_the_same_look_ups_for_each(listed, count_statements):
    _read(_page(listed, {"chen": "signed", "lin": "signed", "zhang": "signed"}))
    first, *rest = [row.id for row in _rows()]
    one = count_statements(lambda: _confirm([first]))
    two = count_statements(lambda: _confirm(rest))
    assert two - one <= 4  # what check-in itself needs for one more person


def test_the_registrations_of_the_sheet_are_the_events_own(listed):
    lines = sheets.sheet_of(db.session.get(Slot, SLOT)).lines
    assert {line.registration_id for line in lines} == set(listed.values())
    assert db.session.scalar(select(func.count()).select_from(Registration)) == len(lines)
