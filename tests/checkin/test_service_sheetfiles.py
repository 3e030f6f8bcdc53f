"""What becomes of readings and files of a signed sheet: dropped, read again, kept as proof."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.checkin import signed
from training_app.checkin import sheetreading, sheetreview, sheets
from training_app.checkin.models import SheetReading, SheetRow, SheetScan
from training_app.core import files, jobs
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import NotFound, Refusal
from training_app.registration.models import Registration
from training_app.schedule.models import Slot

ORGANISER = cast.CAST["organiser"].id
SLOT, EVENT = cast.TODAY_SLOT, cast.TODAY_EVENT


def test_rows_of_another_slot_cannot_be_confirmed_here(listed):
    signed.read(signed.page(listed, {"chen": "signed"}))
    (row,) = signed.rows()
    assert signed.confirm([row.id], slot_id=5, now=cast.NOW + timedelta(days=40)).written == 0
    assert len(signed.rows()) == 1
    with pytest.raises(NotFound):
        signed.confirm([row.id], slot_id=99)


def test_what_was_read_can_be_dropped_and_read_again(listed):
    scan_id = signed.attach()
    reading = signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
    with pytest.raises(NotFound):
        sheetreading.discard(5, reading, actor_id=ORGANISER, now=cast.NOW)
    sheetreading.discard(EVENT, reading, actor_id=ORGANISER, now=cast.NOW)
    assert signed.rows() == [] and db.session.scalar(select(func.count()).select_from(SheetRow)) == 0
    assert sheetreading.progress(EVENT)[scan_id].state == "discarded"
    signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
    assert len(signed.rows()) == 1


def test_a_reading_that_was_dropped_while_it_was_read_notes_nothing(listed):
    scan_id = signed.attach()
    job_id = sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    reading = db.session.scalars(select(SheetReading.id)).one()
    sheetreading.discard(EVENT, reading, actor_id=ORGANISER, now=cast.NOW)
    with transaction():
        assert sheetreading.store(reading, [(1, signed.page(listed, {"chen": "signed"}))], None) is None
    assert jobs.run(job_id) is None
    assert signed.rows() == []


def test_a_sheet_is_not_read_twice_at_once(listed):
    scan_id = signed.attach()
    assert sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    assert sheetreading.start(SLOT, [scan_id], actor_id=ORGANISER, now=cast.NOW) is None
    with pytest.raises(NotFound):
        sheetreading.start(5, [scan_id], actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(NotFound):
        sheetreading.start(SLOT, [scan_id, 999], actor_id=ORGANISER, now=cast.NOW)


def test_a_removed_file_takes_its_cut_outs_and_its_bytes_along(listed):
    scan_id = signed.attach()
    signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
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
    first = signed.attach()
    second = signed.attach(slot_id=SLOT + 1)
    digest = db.session.get(SheetScan, first).file_sha256
    sheetreading.remove(EVENT, first, actor_id=ORGANISER, now=cast.NOW)
    assert files.read(digest)
    sheetreading.remove(EVENT + 1, second, actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(NotFound):
        files.read(digest)


def test_a_sheet_from_which_attendance_was_confirmed_stays_as_its_proof(listed):
    scan_id = signed.attach()
    signed.read(signed.page(listed, {"chen": "signed"}), scan_id=scan_id)
    signed.confirm([row.id for row in signed.rows()])
    with pytest.raises(Refusal) as refused:
        sheetreading.remove(EVENT, scan_id, actor_id=ORGANISER, now=cast.NOW)
    assert refused.value.code == "sheet_is_proof"
    assert sheetreading.progress(EVENT)[scan_id].confirmed == 1


@pytest.mark.parametrize("data", [b"\xff\xd8\xff no photo", b"%PDF-1.7 signed"], ids=["jpeg", "pdf"])
def test_a_file_that_cannot_be_opened_says_so_and_the_job_ends(app, now, data):
    job_id = sheetreading.start(SLOT, [signed.attach(data)], actor_id=ORGANISER, now=cast.NOW)
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
    job_id = sheetreading.start(SLOT, [signed.attach(data, "IMG_1.pdf")], actor_id=ORGANISER, now=cast.NOW)
    assert jobs.run(job_id) is None
    (reading,) = sheetreview.readings(SLOT)
    assert (reading.state, reading.problem) == ("open", "damaged")


def test_confirming_many_takes_the_same_look_ups_for_each(listed, count_statements):
    signed.read(signed.page(listed, {"chen": "signed", "lin": "signed", "zhang": "signed"}))
    first, *rest = [row.id for row in signed.rows()]
    one = count_statements(lambda: signed.confirm([first]))
    two = count_statements(lambda: signed.confirm(rest))
    assert two - one <= 4  # what check-in itself needs for one more person


def test_the_registrations_of_the_sheet_are_the_events_own(listed):
    lines = sheets.sheet_of(db.session.get(Slot, SLOT)).lines
    assert {line.registration_id for line in lines} == set(listed.values())
    assert db.session.scalar(select(func.count()).select_from(Registration)) == len(lines)
