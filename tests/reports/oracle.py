"""The same questions asked one by one in plain Python, to hold the set-based statements against."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from training_app.attendance import rolls
from training_app.attendance.models import Attendance
from training_app.certificates import service as certificates
from training_app.certificates.models import Certificate
from training_app.core import clock
from training_app.core.db import db
from training_app.divisions.models import Division
from training_app.learning.models import OutsideTraining, Score
from training_app.people.models import Person, Post
from training_app.registration.models import Registration
from training_app.reports.models import PostState, SlotTotal
from training_app.reports.rules import PostFacts, post_state
from training_app.schedule.models import Event, Programme, Slot

KIND = {"community": "director", "subdistrict": "supervisor"}


def _formers(code, divisions):
    found = [one.code for one in divisions if one.successor_code == code]
    return [code, *(former for one in found for former in _formers(one, divisions))]


def _passes(programme, scores):
    """Whether the tries of one programme, as (attempt, person, points), pass under its rule."""
    conditions = certificates.conditions_of(programme, certificates.current_rule(programme.id))
    points = max(points for _try, _who, points in scores) if conditions.counts == "best" else max(scores)[2]
    return points >= conditions.pass_mark


class Oracle:
    """Everything of one moment, read at once."""

    def __init__(self, now):
        db.session.expire_all()
        self.now, self.today = now, clock.local_date(now)
        self.divisions = db.session.scalars(select(Division)).all()
        self.programmes = db.session.scalars(select(Programme)).all()
        self.stays = {p.id: p.merged_into_id or p.id for p in db.session.scalars(select(Person))}
        self.posts = db.session.scalars(select(Post)).all()

    def _of(self, person, rows):
        return [row for row in rows if self.stays[row.person_id] == person]

    def state(self, division, year):
        """(person, state, reached, tested, passed) of a division's post, or None where it has none."""
        day = min(self.today, date(year, 12, 31))
        if division.level not in KIND or (division.valid_to and division.valid_to < day):
            return None
        kind = KIND[division.level]
        held = [
            post
            for post in self.posts
            if (post.division_code, post.kind) == (division.code, kind)
            and post.started_on <= day
            and (post.ended_on is None or post.ended_on >= day)
        ]
        if not held:
            return None, "vacant", True, False, False
        person = self.stays[max(held, key=lambda post: (post.started_on, post.id)).person_id]
        formers = _formers(division.code, self.divisions)
        programmes = [
            p
            for p in self.programmes
            if p.counting_year == year and any(former.startswith(p.division_code) for former in formers)
        ]
        scores = {}
        for row in self._of(person, db.session.scalars(select(Score)).all()):
            scores.setdefault(row.programme_id, []).append((row.attempt, row.person_id, row.points))
        passed = {p.id: _passes(p, scores[p.id]) for p in self.programmes if p.id in scores}
        ids = {p.id for p in programmes}
        papers = self._of(person, db.session.scalars(select(Certificate)).all())
        certified = any(c.programme_id in ids and not c.revoked_at and not c.replaced_by_id for c in papers)
        counting = [
            p for p in programmes if certificates.conditions_of(p, certificates.current_rule(p.id)).counts_outside
        ]
        elsewhere = self._of(person, db.session.scalars(select(OutsideTraining)).all())
        certified |= bool(counting) and any(o.state == "confirmed" and o.counting_year == year for o in elsewhere)
        facts = PostFacts(
            first_started_on=min(post.started_on for post in self._of(person, self.posts) if post.kind == kind),
            certified=certified,
            ever_passed=any(passed.get(p.id) for p in self.programmes if p.counting_year <= year),
            engaged=self._engaged(person, ids),
        )
        found = post_state(facts, day)
        # A programme of the present area is asked; where the post only came here, what was begun before is too.
        near = [p for p in programmes if division.code.startswith(p.division_code)]
        how_far = {p: certificates.progress(p.id, [person], self.now)[person] for p in programmes}
        open_to = [far.achievable for p, far in how_far.items() if p in near or far.attended or far.make_ups]
        return (
            person,
            found,
            found == "trained" or not near or any(open_to),
            any(p.id in scores for p in programmes),
            any(passed.get(p.id, False) for p in programmes),
        )

    def _engaged(self, person, programme_ids):
        seats = db.session.execute(
            select(Registration.person_id)
            .join(Event, Event.id == Registration.event_id)
            .where(
                func.coalesce(Registration.make_up_for_id, Event.programme_id).in_(programme_ids),
                Event.state == "published",
                Registration.state == "confirmed",
                Registration.as_whom == "trainee",
            )
        ).all()
        made = {
            (self.stays[row.person_id], row.event_id): row.make_up_for_id
            for row in db.session.scalars(
                select(Registration).where(Registration.make_up_for_id.is_not(None), Registration.state == "confirmed")
            )
        }
        stands = db.session.execute(
            select(Attendance.person_id, Event.id, Event.programme_id)
            .join(Slot, Slot.id == Attendance.slot_id)
            .join(Event, Event.id == Slot.event_id)
            .where(
                Attendance.status.in_(("present", "late")),
                Attendance.as_whom.in_(("trainee", "walk_in")),
                Slot.checkin_opens_at <= self.now,
            )
        ).all()
        counting = [row for row in stands if made.get((self.stays[row[0]], row[1]), row[2]) in programme_ids]
        return bool(self._of(person, [*seats, *counting]))

    def agrees(self, years):
        """Fail with the first post or slot that was counted otherwise."""
        kept = {(row.division_code, row.counting_year): row for row in db.session.scalars(select(PostState))}
        held = {post.division_code for post in self.posts}
        for division in self.divisions:
            if division.code not in held and division.valid_to is None and division.code[-1] != "1":
                continue  # one vacant post is like another: a tenth of them is looked at
            for year in years:
                wanted, row = self.state(division, year), kept.get((division.code, year))
                got = (row.person_id, row.state, row.reached, row.tested, row.passed) if row else None
                assert got == wanted, f"{division.code} in {year}: counted {got}, should be {wanted}"
        slots = db.session.scalars(
            select(Slot)
            .join(Event, Event.id == Slot.event_id)
            .where(Slot.checkin_opens_at <= self.now, Event.state.in_(("published", "closed")))
        ).all()
        names = ("expected", "attendances", "late", "excused", "absent", "apart")
        sums = (func.coalesce(func.sum(getattr(SlotTotal, name)), 0) for name in names)
        counted = {
            row[0]: tuple(row[1:])
            for row in db.session.execute(select(SlotTotal.slot_id, *sums).group_by(SlotTotal.slot_id))
        }
        figures = rolls.figures([slot.id for slot in slots], ("",))
        for slot in slots:
            one = figures.get(slot.id, rolls.Figures())
            wanted = (one.expected, one.here, one.late, one.excused, one.absent, one.beside)
            assert counted.pop(slot.id, (0,) * 6) == wanted, slot.id
        assert counted == {}
