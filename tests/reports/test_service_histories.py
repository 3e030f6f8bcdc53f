"""Random histories: whatever happens, in whatever order, the totals are what a recount from the facts gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import cast
from tests.reports.oracle import Oracle
from tests.reports.papers import certify
from tests.reports.totals import differences, kept
from training_app.attendance import service as attendance
from training_app.attendance.models import Scan
from training_app.attendance.settlements import settle
from training_app.certificates import papers
from training_app.certificates.kinds import Sessions, Share
from training_app.certificates.kinds_hours import Outside
from training_app.certificates.kinds_tests import KnowledgeTest
from training_app.certificates.models import Certificate
from training_app.certificates.rules import Conditions
from training_app.certificates.service import set_rule
from training_app.checkin.presented import Presented
from training_app.checkin.service import check_in
from training_app.core import audit, clock
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions.succession import succeed
from training_app.learning import outside
from training_app.learning import service as learning
from training_app.learning.outsiderules import Entry
from training_app.people.merging import merge
from training_app.people.models import Person, Post
from training_app.people.posts import change_holder
from training_app.registration import makeups, rows, seats, walkins
from training_app.registration.models import Registration
from training_app.reports import recount, upkeep
from training_app.schedule import states
from training_app.schedule.models import Event, Programme, Slot

BOSS = cast.CAST["organiser"].id
#: Three hold posts from the start, the others may get one, or turn out to be one of them.
PEOPLE = (*(cast.CAST[key].id for key in ("chen", "lin", "zhang", "stranger")), 50, 51, 52)
PLACES = (cast.KAIYUAN_COMMUNITY, cast.MEISHAN, cast.FUQIAO_COMMUNITY, "350502005005", "350503001001")
EVENTS = (1, 2, 3, 4, 5, 6, cast.OTHER_EVENT)
BEGIN = datetime(2026, 3, 14, 1, 0, tzinfo=UTC)

_who, _where, _event = st.sampled_from(PEOPLE), st.sampled_from(PLACES), st.sampled_from(EVENTS)
_programme = st.sampled_from([cast.PROGRAMME, cast.PROGRAMME, cast.OTHER_PROGRAMME])
_status = st.sampled_from(["present", "late", "excused", "absent", "scans"])
_days = st.integers(-20, 20)
#: One of the registrations that there are.
_seat = st.integers(0, 40)

ACTS = {
    "register": (_who, _event, st.sampled_from(["trainee", "trainee", "stand_in"])),
    "give_up": (_seat,),
    "make_up": (_who, _programme, _event, st.booleans()),
    "walk_in": (_who, _event),
    "scan": (_seat, st.integers(-20, 200), st.sampled_from(["in", "in", "in", "out", "undo"])),
    "correct": (_seat, _status),
    "leave": (_seat, st.booleans()),
    "settle": (st.integers(0, 9), st.sampled_from(["stands", "void", "own", "counts"]), _who),
    "close": (_event,),
    "reopen": (_event,),
    "call_off": (_event, st.booleans()),
    "hand_over": (_where, st.one_of(st.none(), _who), _days),
    "supervise": (st.sampled_from([cast.KAIYUAN, cast.FUQIAO]), _who),
    "certify": (_who, _programme),
    "revoke": (st.integers(0, 5),),
    "replace": (st.integers(0, 5),),
    "score": (_seat, st.sampled_from([40, 70, 90])),
    "rule": (
        _programme,
        st.one_of(st.integers(1, 4).map(Sessions), st.sampled_from([17, 50, 67, 100]).map(Share)),
        st.sampled_from([60, 80]),
        st.sampled_from(["best", "latest"]),
        st.booleans(),
    ),
    "elsewhere": (_who, st.booleans()),
    "merge": (_who, _who),
    "absorb": (_where, _where, st.integers(0, 30)),
    "plan": (_programme, st.sampled_from([2025, 2026]), st.sampled_from([cast.LICHENG, cast.KAIYUAN, "3505"])),
    "wait": (st.sampled_from([1, 6, 24, 24 * 9, 24 * 40]),),
}  # fmt: skip
#: What happens often stands often.
_often = ["register", "make_up", "scan", "scan", "wait", "hand_over", "certify", "correct", "close"]
_step = st.sampled_from([*ACTS, *_often, *_often]).flatmap(
    lambda name: st.tuples(st.just(name), st.tuples(*ACTS[name]))
)


class World:
    """The cast's world, in which things happen one after the other."""

    def __init__(self):
        self.now, self.number = BEGIN, 0
        with transaction() as session:
            for n in PEOPLE[4:]:
                session.add(Person(id=n, name="甲乙丙丁"[n - 50] + "某人", created_at=cast.LONG_AGO, pinyin=""))
            # A new director, so that being new ends during the story.
            session.flush()
            session.add(Post(division_code=PLACES[3], person_id=PEOPLE[4], started_on=date(2025, 5, 2)))
        for person in PEOPLE[:5]:
            for event in EVENTS[::2]:
                seats.register(event, person, source="organiser", **self.by)

    def do(self, name, values):
        """Let something happen; what the rules do not allow changes nothing."""
        self.now += timedelta(minutes=7)
        self.number += 1
        with time_machine.travel(self.now, tick=False):
            try:
                getattr(self, name)(*values)
            except (Refusal, Invalid, NotFound):
                db.session.rollback()

    @property
    def by(self):
        return {"actor_id": BOSS, "now": self.now}

    def _seat(self, which):
        found = db.session.scalars(select(Registration).order_by(Registration.id)).all()
        return found[which % len(found)]

    def register(self, person, event, as_whom):
        seats.register(event, person, source="organiser", as_whom=as_whom, **self.by)

    def give_up(self, which):
        seats.cancel(self._seat(which).id, **self.by)

    def make_up(self, person, programme, event, offered):
        """Booked as it is offered, or, as other times had it, wherever there is a session."""
        if offered:
            found = makeups.offers(programme, [person], self.now).get(person)
            if found:
                makeups.book(found[0].event.id, person, programme, **self.by)
            return
        with transaction():
            row = rows.row_of(event, person)
            if row is None or row.state == "cancelled":
                rows.write(
                    row, event, person, state="confirmed", line=None, source="make_up", as_whom="trainee",
                    make_up_for_id=programme, **self.by,
                )  # fmt: skip

    def walk_in(self, person, event):
        name = db.session.get_one(Person, person).name
        walkins.walk_in(event, name=name, phone=None, division_code=PLACES[1], **self.by)

    def scan(self, which, minute, direction):
        seat = self._seat(which)
        starts_at = db.session.get_one(Slot, seat.event_id).starts_at
        shown = Presented(
            nonce=f"shown-{self.number:05}",
            source="camera",
            direction=direction,
            device_time=min(self.now, starts_at + timedelta(minutes=minute)),
            clock_offset_ms=0,
        )
        check_in(seat.event_id, shown, registration_id=seat.id, now=self.now)

    def correct(self, which, status):
        seat = self._seat(which)
        attendance.correct(seat.event_id, seat.person_id, status, "seen", **self.by)

    def leave(self, which, granted):
        seat = self._seat(which)
        attendance.decide_leave(seat.event_id, seat.person_id, granted=granted, reason="ill", **self.by)

    def settle(self, which, decision, person):
        scans = db.session.execute(select(Scan.id, Scan.slot_id).order_by(Scan.id)).all()
        if scans:
            scan_id, event = scans[which % len(scans)]
            settle(event, [scan_id], decision, "seen", person_id=person, **self.by)

    def close(self, event):
        attendance.close(event, leaving="as it is", **self.by)

    def reopen(self, event):
        attendance.reopen(event, "mistake", **self.by)

    def call_off(self, event, again):
        if again:
            states.restore(event, **self.by)
        else:
            states.cancel(event, "storm", **self.by)

    def hand_over(self, code, person, days, kind="director"):
        wanted = select(Post.person_id).where(Post.division_code == code, Post.kind == kind, Post.ended_on.is_(None))
        change_holder(
            code,
            kind,
            expected_person_id=db.session.scalar(wanted),
            new_person_id=person,
            from_on=clock.local_date(self.now) + timedelta(days=days),
            appointed="elected",
            **self.by,
        )

    def supervise(self, code, person):
        self.hand_over(code, person, 0, "supervisor")

    def certify(self, person, programme):
        certify(person, programme, now=self.now)

    def _paper(self, which):
        found = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
        if not found:
            raise NotFound()
        return found[which % len(found)]

    def revoke(self, which):
        papers.revoke(self._paper(which).id, reason="mistake", **self.by)

    def replace(self, which):
        paper_id = self._paper(which).id
        with transaction() as session:
            old = session.get_one(Certificate, paper_id)
            if old.replaced_by_id is None:
                action = audit.Action.CERTIFICATE_REISSUED
                old.replaced_by_id = certify(old.person_id, old.programme_id, now=self.now, action=action)

    def score(self, which, points):
        seat = self._seat(which)
        cells = {(seat.person_id, attempt): Decimal(points - 15 * attempt) for attempt in (1, 2)}
        learning.save(db.session.get_one(Event, seat.event_id).programme_id, cells, source="paper", **self.by)

    def rule(self, programme, sessions, mark, counts, outside_counts):
        asked = [sessions, KnowledgeTest(True, Decimal(mark), counts), *([Outside()] if outside_counts else [])]
        conditions = Conditions.composed(asked)
        set_rule(programme, conditions, **self.by)

    def elsewhere(self, person, confirmed):
        said = Entry(
            level="province", title=f"班{self.number}", organiser="省厅", hours=Decimal(16), counting_year=2026,
            starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 4),
        )  # fmt: skip
        row = outside.enter(person, said, source="staff", confirmed=confirmed, **self.by)
        if not confirmed:
            outside.withdraw(row.id, **self.by)

    def merge(self, person, into):
        merge(person, into, **self.by)

    def absorb(self, code, into, days):
        """A community is taken over by another, which is often put on record later."""
        succeed(code, into, on=clock.local_date(self.now) - timedelta(days=days), **self.by)

    def plan(self, programme, year, area):
        with transaction() as session:
            row = session.get_one(Programme, programme)
            before = {"division": row.division_code}
            row.counting_year, row.division_code = year, area
            action = audit.Action.PROGRAMME_CHANGED
            audit.record(action, ("programme", programme), **self.by, before=before, after={"division": area})

    def wait(self, hours):
        self.now += timedelta(hours=hours)


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(history=st.lists(_step, min_size=60, max_size=60), looks=st.sets(st.integers(0, 59), min_size=3, max_size=3))
def test_the_totals_are_what_a_recount_gives(database, history, looks):
    database.reset()
    with database.app.app_context():
        try:
            world = World()
            upkeep.settle(world.now)
            for number, (name, values) in enumerate(history):
                world.do(name, values)
                if number % 5 == 0:
                    upkeep.look(world.now)
                if number in looks or number == len(history) - 1:
                    _agree(world.now)
        finally:
            db.session.remove()


def _agree(now):
    upkeep.settle(now)
    followed = kept()
    recount.everything(now)
    assert differences(followed, kept()) == {}
    years = db.session.scalars(select(Programme.counting_year).distinct()).all()
    with time_machine.travel(now, tick=False):
        Oracle(now).agrees(years)
