"""Every kept total, counted anew from the facts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, seat
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.reports import recount
from training_app.reports.models import CoverageTotal, DivisionTotal, PostState, SlotTotal

YEAR = 2026


def _state(code, kind="director", year=YEAR):
    recount.everything(cast.NOW)
    return db.session.get(PostState, (code, kind, year), populate_existing=True)


def _covered(code, kind="director", year=YEAR):
    return db.session.get(CoverageTotal, (code, kind, year), populate_existing=True)


def test_every_post_has_a_state_and_every_level_its_sum(app):
    assert _state(cast.KAIYUAN_COMMUNITY).state == "untrained"
    assert _state("350502004002").state == "vacant"
    below = db.session.scalars(select(CoverageTotal).where(CoverageTotal.kind == "director")).all()
    by_length = {n: sum(row.posts for row in below if len(row.division_code) == n) for n in (0, 2, 4, 6, 9)}
    communities = db.session.query(Division).filter(Division.level == "community").count()
    assert set(by_length.values()) == {communities}
    assert _covered(cast.KAIYUAN, "supervisor").posts == 1
    whole = _covered("")
    assert whole.posts == whole.vacant + whole.new_untested + whole.in_training + whole.trained + whole.untrained


def test_attendance_is_summed_by_slot_subdistrict_and_month(app):
    for person, event in ((CHEN, 1), (LIN, 1), (ZHANG, 1), (CHEN, 4)):
        seat(person, event)
    come(CHEN, 1)
    come(LIN, 1, "late")
    come(ZHANG, 1, "absent")
    come(cast.CAST["stranger"].id, 1)
    recount.everything(cast.NOW)
    kaiyuan = db.session.get(SlotTotal, (1, cast.KAIYUAN))
    assert (kaiyuan.expected, kaiyuan.present, kaiyuan.late, kaiyuan.attendances) == (2, 1, 1, 2)
    assert db.session.get(SlotTotal, (1, "")).apart == 1
    march, june = (db.session.get(DivisionTotal, (cast.LICHENG, YEAR, date(2026, m, 1))) for m in (3, 6))
    assert (march.expected, march.attendances, march.absent, march.apart) == (3, 2, 1, 0)
    assert (june.expected, june.attendances) == (1, 0)
    assert db.session.get(DivisionTotal, ("", YEAR, date(2026, 3, 1))).apart == 1
