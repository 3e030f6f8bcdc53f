"""Several job processes look while doors scan; several people freeze the same report."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from sqlalchemy import func, select

from tests import cast
from tests.reports.totals import differences, kept
from training_app.checkin import service
from training_app.checkin.presented import Presented
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.people.models import Person
from training_app.registration.models import Registration
from training_app.reports import recount, sent, upkeep
from training_app.reports.models import SentReport

PEOPLE, DOORS, UPKEEPS, FREEZERS = 24, 2, 2, 4


def _registered():
    """As many people of all of Licheng's communities, confirmed for today; gives their registrations."""
    with transaction() as session:
        codes = session.scalars(
            select(Division.code)
            .where(Division.level == "community", Division.code.like(f"{cast.LICHENG}%"))
            .order_by(Division.code)
            .limit(PEOPLE)
        ).all()
        rows = []
        for number, code in enumerate(codes):
            person = Person(name=f"学员{number}", pinyin="", division_code=code, created_at=cast.LONG_AGO)
            session.add(person)
            session.flush()
            rows.append(
                Registration(
                    event_id=cast.TODAY_EVENT, person_id=person.id, state="confirmed", source="roster",
                    as_whom="trainee", division_code=code, ticket_code=f"R{number:09}", created_at=cast.LONG_AGO,
                )
            )  # fmt: skip
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def _each(app, calls):
    """Every call in a thread of its own, all at once; gives what they gave."""
    together = Barrier(len(calls))

    def run(call):
        with app.app_context():
            try:
                together.wait(30)
                return call()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_upkeeps_at_once_come_to_what_a_recount_gives(app):
    rows = _registered()
    upkeep.settle(cast.NOW)
    over, left = Event(), [None] * DOORS

    def door(number):
        def scan():
            for row in rows[number::DOORS]:
                shown = Presented(nonce=f"nonce-{row:06}", source="search", login_id=None, actor_id=2)
                service.check_in(cast.TODAY_SLOT, shown, registration_id=row, now=cast.NOW)
            left.pop()
            if not left:
                over.set()

        return scan

    def look():
        looks = 0
        while not over.is_set() or looks < 2:
            upkeep.look(cast.NOW)
            looks += 1
        return looks

    _each(app, [*map(door, range(DOORS)), *[look] * UPKEEPS])
    upkeep.settle(cast.NOW)
    before = kept()
    recount.everything(cast.NOW)
    assert differences(before, kept()) == {}
    assert sum(row.present for row in db.session.execute(select(upkeep.SlotTotal.present))) == PEOPLE


def test_of_reports_that_are_frozen_at_once_each_is_kept_under_a_number_of_its_own(app):
    _registered()
    upkeep.settle(cast.NOW)

    def freeze():
        report = sent.freeze(cast.KAIYUAN, 2026, cast.NOW.date(), author_id=4, now=cast.NOW, note="报区民政局")
        return report.number, report.figures

    answers = _each(app, [freeze] * FREEZERS)
    assert sorted(number for number, _figures in answers) == list(range(1, FREEZERS + 1))
    assert all(figures == answers[0][1] for _number, figures in answers)
    assert db.session.scalar(select(func.count()).select_from(SentReport)) == FREEZERS
    put_on_record = select(func.count()).select_from(Audit).where(Audit.action == Action.REPORT_FROZEN)
    assert db.session.scalar(put_on_record) == FREEZERS
