"""The programme around today: three phases behind, one at the door right now, two and a salon ahead."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from training_app.attendance import corrections
from training_app.certificates import service as certificates
from training_app.certificates.kinds import Area
from training_app.certificates.rules import Conditions
from training_app.core.clock import at, local, local_date
from training_app.learning import service as learning
from training_app.registration import seats, standins, walkins
from training_app.schedule import phases, programmes
from training_app.schedule.drafts import AgendaDraft, FacilitatorDraft, SlotDraft
from training_app.schedule.models import Event, Phase

from . import acts, opinions
from .acts import HALF_DAY, HOSTS, MORNING, Plan
from .history import TEACHERS, Places
from .stage import FUQIAO, KAIYUAN, KAIYUAN_COMMUNITY, LICHENG, OFFICE, Stage

SESSIONS = (
    ("policies", "儿童关爱保护政策"),
    ("responsibilities", "儿童主任职责"),
    ("responsibilities", "保护实务与个案"),
    ("social_work_skills", "儿童服务社会工作技巧"),
    ("special_services", "特殊儿童服务"),
    ("social_work_skills", "综合研讨与结业"),
)
#: Days from today on which the six sessions are held.
OFFSETS = (-84, -56, -28, 0, 28, 56)
#: For so long the door of today's session stays open after the demo was loaded.
OPEN_FOR = timedelta(hours=4)


def todays_slot(now: datetime) -> SlotDraft:
    """The session of right now: it began a little while ago, and who comes within the hour is in time."""
    moment = local(now).replace(second=0, microsecond=0)
    start = moment - timedelta(minutes=moment.minute % 15 + 15)
    label = "morning" if start.hour < 12 else "afternoon" if start.hour < 18 else "evening"
    return SlotDraft(
        label,
        start,
        start + OPEN_FOR,
        HALF_DAY,
        checkin_opens_at=start - timedelta(minutes=30),
        checkin_closes_at=start + OPEN_FOR,
        late_after=start + timedelta(minutes=75),
    )


@dataclass
class Current:
    """The programme that is being held."""

    programme_id: int
    phases: list[Phase]
    events: list[Event]
    salon: Event


def tell(stage: Stage, places: Places, now: datetime) -> Current:
    """Write it, as it stands at `now`."""
    today = local_date(now)
    begin = now - timedelta(days=120)
    programme = programmes.create(
        programmes.ProgrammeDraft(
            title=f"福蕾行动计划·{today.year} 年儿童主任培训计划",
            counting_year=today.year,
            division_code=LICHENG,
            organisation_id=stage.organisations[OFFICE],
            preset="one_session_phases",
            planned_sessions=len(SESSIONS),
            hosts=HOSTS,
        ),
        actor_id=stage.organiser,
        now=begin,
    )
    conditions = Conditions(sessions_needed=5, test_required=True, pass_mark=Decimal(60))
    certificates.set_rule(programme.id, conditions, actor_id=stage.organiser, now=begin)
    held, made = [], []
    for number, ((area, title), offset) in enumerate(zip(SESSIONS, OFFSETS, strict=True), 1):
        day = today + timedelta(days=offset)
        slot = acts.slot(day, MORNING, "morning") if offset else todays_slot(now)
        phase = phases.create(
            programme.id,
            nominate_until=slot.starts_at - timedelta(days=5),
            actor_id=stage.organiser,
            now=begin,
        )
        leaders = {4: (TEACHERS[2],), 5: ()}.get(number, (TEACHERS[number % 2],))
        plan = Plan(
            "session",
            title,
            (slot,),
            number,
            places.kaiyuan if number % 2 == 0 else places.centre,
            phase.id,
            area,
            facilitators=leaders,
            closes=None if offset <= 0 else slot.starts_at - timedelta(days=3),
        )
        made.append(phase)
        held.append(acts.hold(stage, programme.id, plan, now=begin))
    # Once the sessions were planned, the rule asked for one of an area, too.
    stricter = Conditions.composed([*conditions.asked, Area("social_work_skills", 1)])
    certificates.set_rule(programme.id, stricter, actor_id=stage.organiser, now=begin + timedelta(days=2))
    current = Current(programme.id, made, held, _salon(stage, programme.id, places, now))
    _behind(stage, current, random.Random("behind"))
    _today(stage, current, random.Random("today"), now)
    _ahead(stage, current, random.Random("ahead"), now)
    return current


def _everyone(stage: Stage) -> list[int]:
    """Directors, then the supervisors who are trained too."""
    return [*stage.directors.values(), *list(stage.supervisors.values())[::3]]


def _correct_one(stage: Stage, event: Event) -> None:
    """Someone signed on paper because her phone was empty."""
    slot = acts.slots_of(event)[0]
    corrected = next(person for person, _r in acts.registered(event) if person in stage.directors.values())
    corrections.correct(
        slot.id,
        corrected,
        "present",
        "手机没电，纸质签到表上有本人签名",
        actor_id=stage.organiser,
        now=slot.ends_at + timedelta(minutes=30),
    )


def _behind(stage: Stage, current: Current, chance: random.Random) -> None:
    """Three sessions that are over and closed, with the marks of real life; then the test."""
    lucky = stage.directors[KAIYUAN_COMMUNITY]
    for place in range(3):
        event, phase = current.events[place], current.phases[place]
        start = acts.slots_of(event)[0].starts_at
        people = [person for person in _everyone(stage) if chance.random() < 0.94 or person == lucky][:80]
        for person_id in people:
            seats.enrol(
                phase.id, person_id, source="nomination", actor_id=stage.organiser, now=start - timedelta(days=6)
            )
        away = [person for person in chance.sample(people, 3) if person != lucky]
        acts.excuse(stage, event, away, "社区换届选举")
        acts.people_come(stage, event, chance, always=[lucky], never=away, share=0.92, late=0.07)
        if place == 2:
            _walk_in(stage, event, start)
            _correct_one(stage, event)
        # The last of them is heard of by too few to be shown.
        opinions.by_phone(event, random.Random(f"opinions-{place}"), forms=(16, 9, 3)[place])
        if place == 1:
            opinions.on_paper(stage, [event], random.Random("opinions"), forms=14)
        acts.close(stage, event)
    seen = [person for person, _r in acts.registered(current.events[2])]
    cells: dict[tuple[int, int], Decimal | None] = {}
    for person_id in seen:
        luck = chance.random()
        if luck < 0.08 and person_id != lucky:
            continue
        first = Decimal(chance.randrange(48, 60) if luck < 0.15 else chance.randrange(61, 98))
        cells[person_id, 1] = Decimal(86) if person_id == lucky else first
        if first < 60 and luck < 0.12:
            cells[person_id, 2] = Decimal(chance.randrange(60, 82))
    learning.save(
        current.programme_id,
        cells,
        source="paper",
        actor_id=stage.organiser,
        now=acts.slots_of(current.events[2])[0].ends_at + timedelta(days=3),
    )


def _walk_in(stage: Stage, event: Event, start: datetime) -> None:
    when = start + timedelta(minutes=6)
    row = walkins.walk_in(
        event.id,
        name=next(stage.names),
        phone=next(stage.numbers),
        division_code="350502002003",
        actor_id=stage.organiser,
        now=when,
    )
    acts.arrive(acts.slots_of(event)[0], row.id, when, source="walk_in", actor_id=stage.organiser)


def _today(stage: Stage, current: Current, chance: random.Random, now: datetime) -> None:
    """Eighty seats, three people in line, a stand-in, one on leave; the first have arrived."""
    event, phase = current.events[3], current.phases[3]
    slot = acts.slots_of(event)[0]
    for person_id in _everyone(stage):
        seats.enrol(phase.id, person_id, source="nomination", actor_id=stage.organiser, now=now - timedelta(days=8))
    found = dict(acts.registered(event))
    absent = stage.directors["350502004009"]
    proposal = standins.propose(
        found[absent], name=next(stage.names), phone=next(stage.numbers), actor_id=absent, now=now - timedelta(days=2)
    )
    coming = standins.accept(proposal.id, actor_id=stage.organiser, now=now - timedelta(days=1))
    acts.excuse(stage, event, [stage.directors["350502004010"]], "照顾住院家属")
    shown = {stage.directors[KAIYUAN_COMMUNITY], stage.directors["350502005001"], stage.directors["350502004010"]}
    waiting = [(p, r) for p, r in acts.registered(event) if p not in shown and r != coming.id]
    chance.shuffle(waiting)
    begun = slot.checkin_opens_at
    minutes = max(1, int((now - begun).total_seconds() // 60) - 1)
    arrivals = [(coming.person_id, coming.id), *waiting[:16]]
    for place, (_person, registration_id) in enumerate(arrivals):
        when = begun + timedelta(minutes=minutes * place // len(arrivals), seconds=chance.randrange(55))
        acts.arrive(slot, registration_id, min(when, now), source="camera", actor_id=stage.staff["facilitator"])


def _ahead(stage: Stage, current: Current, chance: random.Random, now: datetime) -> None:
    """Registration for the next sessions and the salon is open."""
    fifth, sixth = current.events[4], current.events[5]
    asleep = ("350502007", FUQIAO)
    for code, person_id in stage.directors.items():
        if not code.startswith(asleep):
            seats.enrol(
                current.phases[4].id,
                person_id,
                source="nomination",
                actor_id=stage.organiser,
                now=now - timedelta(days=3),
            )
    for code, person_id in stage.directors.items():
        if chance.random() < 0.5 and code != KAIYUAN_COMMUNITY:
            when = now - timedelta(hours=chance.randrange(2, 120))
            seats.register(sixth.id, person_id, source="self", actor_id=person_id, now=when)
    some = dict(acts.registered(fifth))
    away = stage.directors["350502001002"]
    standins.propose(
        some[away], name=next(stage.names), phone=next(stage.numbers), actor_id=away, now=now - timedelta(hours=5)
    )
    for code in [code for code in stage.directors if code.startswith((KAIYUAN, "350502006", "350502002"))][:24]:
        seats.register(
            current.salon.id,
            stage.directors[code],
            source="self",
            actor_id=stage.directors[code],
            now=now - timedelta(hours=chance.randrange(1, 60)),
        )


def _salon(stage: Stage, programme_id: int, places: Places, now: datetime) -> Event:
    """A salon next week: twenty seats, and more who would like one."""
    day = local_date(now) + timedelta(days=9)
    plan = Plan(
        "salon",
        "儿童主任减压沙龙",
        (SlotDraft("afternoon", at(day, time(14, 30)), at(day, time(17)), Decimal(2)),),
        1,
        places.kaiyuan,
        capacity=20,
        facilitators=(FacilitatorDraft("吴静宜", unit_and_title="儿童社会工作督导"),),
        agenda=(
            AgendaDraft(25, "icebreaker", "破冰游戏：鲜花使者"),
            AgendaDraft(35, "group_pk", "小组PK"),
            AgendaDraft(50, "case_discussion", "案例讨论：入户走访怎么开口"),
            AgendaDraft(40, "sharing", "分享与反馈"),
        ),
        closes=at(day, time(14, 30)) - timedelta(days=1),
    )
    return acts.hold(stage, programme_id, plan, now=now - timedelta(days=10))
