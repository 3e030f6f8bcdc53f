"""The same year of training in one subdistrict or another: everything that is kept of its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tests import cast
from tests.attendance.crowd import come
from tests.learning import quizzing
from tests.learning.outsiders import entry
from training_app.attendance import corrections, leaves
from training_app.certificates import issuing
from training_app.checkin import service as door
from training_app.checkin import sheets
from training_app.checkin.presented import Presented
from training_app.core import jobs
from training_app.core.db import transaction
from training_app.learning import feedback, outside, quizquestions, quiztaking, quizzes
from training_app.learning import service as learning
from training_app.learning.feedbackrules import Answer
from training_app.learning.quizrules import Question
from training_app.people import claims, grouplinks, handovers, persons
from training_app.people.models import Account, Device, Grant, Post
from training_app.registration import nominations, quotas, rosters, seats, standins
from training_app.reports import exports, recount, sent
from training_app.reports.ledgerrules import PERSONS, Wanted
from training_app.schedule.models import Event, Phase, Programme, Slot, Venue

NOW, DAY, ORGANISER = cast.NOW, cast.NOW.date(), cast.CAST["organiser"].id
PHOTO = outside.Proof(b"\xff\xd8\xff\xe0 a photo of a paper", "证书.jpg")


@dataclass(frozen=True)
class Area:
    """A subdistrict, who supervises it, and the word that stands in every text of its people."""

    code: str
    communities: tuple[str, str]
    supervisor: int
    word: str
    #: Its people's phone numbers begin so.
    phones: str


KAIYUAN = Area(cast.KAIYUAN, ("350502004002", "350502004003"), cast.CAST["supervisor_kaiyuan"].id, "本街", "+861388888")
FUQIAO = Area(cast.FUQIAO, ("350502005005", "350502005006"), cast.CAST["supervisor_fuqiao"].id, "虚隐", "+861399999")


def _people(area: Area) -> list[int]:
    """Two directors who hold a post, one who left hers this spring, and one with a login of her own."""
    found = []
    with transaction() as session:
        for number, name in enumerate(("甲", "乙", "丙", "丁")):
            place = area.communities[min(number, 1)]
            person = persons.find_or_create(
                f"{area.word}{name}", f"{area.phones}{number:04}", division_code=place, actor_id=ORGANISER, now=NOW
            )
            found.append(person.id)
            if number < 2:
                session.add(
                    Post(division_code=place, kind="director", person_id=person.id, started_on=cast.LONG_AGO.date())
                )
        session.add(
            Post(division_code=area.communities[1], kind="director", person_id=found[2],
                 started_on=cast.LONG_AGO.date() - timedelta(days=400), ended_on=cast.LONG_AGO.date())
        )  # fmt: skip
        session.add(Account(person_id=found[3], username=f"clerk-{area.code}", password_hash="-", must_change=False))
        session.add(Grant(person_id=found[3], role="auditor", division_code=area.code, valid_from=cast.LONG_AGO))
    return found


def _come(area: Area, people: list[int]) -> None:
    """Seats in shared sessions, what the door saw, a correction, leave, a stand-in, a photo of a sheet."""
    first, second, third, _clerk = people
    rows = {}
    for person in people[:3]:
        for event in (1, 2, 3, 4, 5):
            rows[person, event] = seats.register(event, person, source="organiser", actor_id=ORGANISER, now=NOW).id
    for slot in (1, 2, 3):
        come(first, slot)
    come(second, 1, "late")
    come(third, 2, "absent")
    shown = Presented(nonce=f"nonce-{area.code}", source="search", login_id=None, actor_id=ORGANISER)
    door.check_in(cast.TODAY_SLOT, shown, registration_id=rows[first, 4], now=NOW)
    said = Answer({"overall": len(area.word)}, f"{area.word}的老师说得好")
    feedback.give(cast.TODAY_EVENT, first, said, version=0, now=NOW)
    corrections.correct(2, second, "present", f"{area.word}签到表上有签名", actor_id=ORGANISER, now=NOW)
    leaves.ask(4, second, [4], f"{area.word}家中有事", actor_id=area.supervisor, now=NOW)
    leaves.ask(5, first, [5], f"{area.word}另有会议", actor_id=first, now=NOW)
    leaves.decide(5, first, [5], granted=True, actor_id=ORGANISER, now=NOW)
    standins.propose(rows[second, 5], name=f"{area.word}代", phone=f"{area.phones}9999", actor_id=second, now=NOW)
    seats.cancel(rows[third, 5], actor_id=ORGANISER, now=NOW)
    sheets.attach(
        1, b"\xff\xd8\xff a photo of " + area.code.encode(), f"{area.word}签到表.jpg", actor_id=ORGANISER, now=NOW
    )


def _name(area: Area, people: list[int]) -> None:
    """Places, nominations, a list that waits to be imported."""
    quotas.set_places(6, {area.code: 3}, actor_id=ORGANISER, now=NOW)
    made = nominations.nominate(6, people[:2], jurisdictions=(area.code,), actor_id=area.supervisor, now=NOW)
    assert made == 2
    listed = f"姓名,联系电话\n{area.word}戊,{area.phones[3:]}0005\n".encode()
    rosters.upload(listed, f"{area.word}名单.csv", purpose="nomination", phase_id=6, actor_id=area.supervisor, now=NOW)


def _earn(area: Area, people: list[int]) -> None:
    """Points, training elsewhere, and a paper."""
    first, second = people[:2]
    points = {(first, 1): Decimal(91), (second, 1): Decimal(41)}
    learning.save(cast.PROGRAMME, points, source="paper", actor_id=ORGANISER, now=NOW)
    quizzing.taken(quizzing.the(None), second, quizzing.WRONG)
    of_session = quizzing.the(5)
    quizzing.taken(of_session, first)
    quiztaking.start(of_session, second, now=NOW)
    for person, confirmed in ((first, True), (second, False)):
        said = entry(title=f"{area.word}骨干班", organiser=f"{area.word}党校")
        outside.enter(person, said, proof=PHOTO, source="phone", confirmed=confirmed, actor_id=person, now=NOW)
    for slot in (6,):
        come(first, slot)
    job = issuing.start(cast.PROGRAMME, [first], base_url="http://localhost", actor_id=ORGANISER, now=NOW).job_id
    jobs.run(job)


def _change(area: Area, people: list[int]) -> None:
    """A change of post that waits, and a phone that came by the group's link."""
    change = handovers.Change(
        area.communities[0], people[0], f"{area.word}己", f"{area.phones[3:]}0006", False, DAY, "elected"
    )
    handovers.submit(area.code, [change], actor_id=area.supervisor, now=NOW)
    with transaction():
        link = grouplinks.create(
            area.code, f"{area.word}群", organisation_id=cast.OFFICE, days=30, actor_id=ORGANISER, now=NOW
        )
    for device in ("one", "two"):
        claims.make(
            grouplinks.token_of(link), division_code=area.communities[0], name=f"{area.word}甲",
            phone=f"{area.phones[3:]}0000", device_key=device + area.code, device_name=f"{area.word}的手机", now=NOW,
        )  # fmt: skip


def _plan(area: Area) -> None:
    """A programme of the subdistrict's own, held in a room of its own; it has been."""
    start = NOW - timedelta(days=20)
    with transaction() as session:
        venue = Venue(
            name=f"{area.word}会场",
            address=f"{area.word}路 1 号",
            directions=f"{area.word}门牌",
            division_code=area.code,
        )
        programme = Programme(
            title=f"{area.word}自办班", counting_year=2026, division_code=area.code, organisation_id=cast.OFFICE,
            preset="one_session_phases", planned_sessions=1, next_line=1, created_at=cast.LONG_AGO,
        )  # fmt: skip
        session.add_all([venue, programme])
        session.flush()
        phase = Phase(programme_id=programme.id, number=1, title=f"{area.word}首期")
        session.add(phase)
        session.flush()
        event = Event(
            programme_id=programme.id, phase_id=phase.id, kind="session", number=1, title=f"{area.word}第一课",
            curriculum_area="policies", venue_id=venue.id, capacity=20, state="published", description=area.word,
            registration_closes_at=start, created_at=cast.LONG_AGO,
        )  # fmt: skip
        session.add(event)
        session.flush()
        session.add(
            Slot(
                event_id=event.id, label="morning", starts_at=start, ends_at=start + timedelta(hours=3),
                checkin_opens_at=start - timedelta(minutes=30), checkin_closes_at=start + timedelta(hours=3),
                late_after=start, credit_hours=Decimal(4),
            )
        )  # fmt: skip
        its_quiz = programme.id, event.id
        device = Device(
            kind="scanner",
            name=f"{area.word}门口",
            organisation_id=cast.OFFICE,
            scopes=[],
            created_by_id=ORGANISER,
            created_at=NOW,
        )
        session.add(device)
        session.flush()
        session.add(
            Grant(
                role="door_volunteer",
                event_id=event.id,
                device_id=device.id,
                valid_from=NOW,
                valid_to=NOW + timedelta(days=1),
            )
        )
    how = {"actor_id": ORGANISER, "now": NOW}
    quiz = quizzes.create(*its_quiz, quizzes.Settings(f"{area.word}测验", pass_mark=Decimal(60)), **how)
    quizquestions.set_questions(quiz.id, [Question("true_false", f"{area.word}一题", (), (0,))], **how)
    quizzes.publish(quiz.id, **how)


def _report(area: Area) -> None:
    """A report that was sent upward, and a ledger that was asked for."""
    sent.freeze(area.code, 2026, DAY, author_id=area.supervisor, now=NOW, note=f"{area.word}上报")
    wanted = Wanted(PERSONS, area.code, 2026, DAY, phones=True)
    export = exports.ask(wanted, "csv", actor_id=area.supervisor, now=NOW)
    assert isinstance(export, int), "small ones are made at once: see the fixture"
    jobs.run(exports.own(export, area.supervisor).job.id)


def train(area: Area) -> None:
    """Write down a year of this subdistrict."""
    _plan(area)
    people = _people(area)
    _come(area, people)
    _name(area, people)
    _earn(area, people)
    _change(area, people)
    recount.everything(NOW)
    _report(area)
