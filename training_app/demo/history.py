"""2023 and 2024: the programme of the Fulei Action Plan with its two phases, the salon in Kaiyuan, the ceremony."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from training_app.certificates import service as certificates
from training_app.certificates.rules import Conditions
from training_app.core.clock import at
from training_app.learning import service as learning
from training_app.registration import seats
from training_app.schedule import phases, programmes, venues
from training_app.schedule.drafts import AgendaDraft, FacilitatorDraft, SlotDraft
from training_app.schedule.models import Event

from . import acts, opinions
from .acts import AFTERNOON, HOSTS, MORNING, Plan
from .stage import KAIYUAN, LICHENG, OFFICE, Stage

SESSIONS = (
    ("policies", "儿童关爱保护相关政策"),
    ("responsibilities", "儿童主任职责与工作规范"),
    ("responsibilities", "儿童保护实务与强制报告"),
    ("social_work_skills", "儿童服务社会工作技巧"),
    ("special_services", "特殊儿童服务"),
    ("social_work_skills", "个案研讨与综合演练"),
)
PHASES = (
    (date(2023, 6, 10), date(2023, 6, 17), date(2023, 6, 24)),
    (date(2023, 11, 18), date(2023, 11, 25), date(2023, 12, 2)),
)
TEACHERS = (
    FacilitatorDraft("方雅文", unit_and_title="儿童福利政策讲师"),
    FacilitatorDraft("许志远", unit_and_title="社会工作师"),
    FacilitatorDraft("吴静宜", unit_and_title="儿童社会工作督导"),
)


@dataclass(frozen=True)
class Places:
    """Where things are held."""

    kaiyuan: int
    centre: int


def venues_of(stage: Stage, now: datetime) -> Places:
    """The institute in Kaiyuan, and the district's centre."""
    kaiyuan = venues.create(
        name="开元街道新时代文明实践所",
        address="鲤城区新华北路 112 号",
        directions="从街道办事处东门进，上二楼。院内可停车 20 辆，停满后请停到对面的公共停车场。",
        division_code=KAIYUAN,
        capacity=100,
        actor_id=stage.organiser,
        now=now,
    )
    centre = venues.create(
        name="鲤城区社会工作服务中心",
        address="鲤城区江南街道兴贤路 88 号 3 楼",
        directions="乘 7 路、35 路到“兴贤路口”，步行 3 分钟。地下车库可停车。",
        division_code="350502006",
        capacity=120,
        actor_id=stage.organiser,
        now=now,
    )
    return Places(kaiyuan.id, centre.id)


def tell(stage: Stage, places: Places) -> int:
    """Write the programme of 2023; gives its id. Its papers are issued by a job afterwards."""
    chance = random.Random("2023")
    begin = at(date(2023, 5, 8), time(9))
    programme = programmes.create(
        programmes.ProgrammeDraft(
            title="福蕾行动计划·2023 年儿童主任培训计划",
            counting_year=2023,
            division_code=LICHENG,
            organisation_id=stage.organisations[OFFICE],
            preset="one_class",
            planned_sessions=len(SESSIONS),
            hosts=HOSTS,
        ),
        actor_id=stage.organiser,
        now=begin,
    )
    directors = list(stage.directors_2023.values())
    supervisors = list(stage.supervisors.values())
    halves = (
        [*directors[::2], *supervisors[::2], *stage.others[::2]],
        [*directors[1::2], *supervisors[1::2], *stage.others[1::2]],
    )
    for place, (days, people) in enumerate(zip(PHASES, halves, strict=True)):
        _phase(stage, programme.id, place, days, people, places, chance, begin)
    _test(stage, programme.id, [*halves[0], *halves[1]], chance)
    conditions = Conditions(sessions_needed=5, test_required=True, pass_mark=Decimal(60))
    certificates.set_rule(programme.id, conditions, actor_id=stage.organiser, now=begin)
    return programme.id


def _phase(
    stage: Stage,
    programme_id: int,
    place: int,
    days: tuple[date, ...],
    people: list[int],
    places: Places,
    chance: random.Random,
    begin: datetime,
) -> None:
    phase = phases.create(
        programme_id,
        number=place + 1,
        title=f"第{'一二'[place]}期",
        nominate_until=at(days[0], time(0)) - timedelta(days=3),
        actor_id=stage.organiser,
        now=begin,
    )
    held: list[Event] = []
    for number, (area, title) in enumerate(SESSIONS, 1):
        half = (MORNING, "morning") if number % 2 else (AFTERNOON, "afternoon")
        slot = acts.slot(days[(number - 1) // 2], *half)
        plan = Plan(
            "session", title, (slot,), number, places.centre, phase.id, area, facilitators=(TEACHERS[number % 3],)
        )
        held.append(acts.hold(stage, programme_id, plan, now=begin))
    for person_id in people:
        seats.enrol(phase.id, person_id, source="nomination", actor_id=stage.organiser, now=begin + timedelta(days=10))
    for event in held:
        away = chance.sample(people, 2)
        acts.excuse(stage, event, away, "参加上级会议")
        acts.people_come(stage, event, chance, never=away, always=[stage.directors_2023["350502004011"]])
        acts.close(stage, event)
    opinions.on_paper(stage, held, random.Random(f"opinions-{place}"), forms=38)
    if place == 1:
        _salon(stage, programme_id, phase.id, places, chance)
        _ceremony(stage, programme_id, places, chance)


def _salon(stage: Stage, programme_id: int, phase_id: int, places: Places, chance: random.Random) -> None:
    """4 February 2024, in Kaiyuan's institute: nearly twenty directors."""
    day = date(2024, 2, 4)
    plan = Plan(
        "salon",
        "第二期儿童主任团队建设沙龙",
        (SlotDraft("afternoon", at(day, time(14, 30)), at(day, time(17)), Decimal(2)),),
        2,
        places.kaiyuan,
        phase_id,
        capacity=24,
        facilitators=(TEACHERS[2],),
        agenda=(
            AgendaDraft(20, "icebreaker", "破冰游戏：鲜花使者"),
            AgendaDraft(20, "icebreaker", "破冰游戏：凝聚力"),
            AgendaDraft(25, "group_pk", "小组PK"),
            AgendaDraft(35, "case_discussion", "案例讨论与分享"),
            AgendaDraft(20, "launch", "福蕾“手拉手”关爱行动启动仪式"),
            AgendaDraft(30, "other", "“龙年”暖冬物资包申领"),
        ),
        description="第二期学员的团队建设活动，启动福蕾“手拉手”关爱行动。",
    )
    event = acts.hold(stage, programme_id, plan, now=at(date(2024, 1, 15), time(10)))
    coming = [person for code, person in stage.directors_2023.items() if code.startswith(KAIYUAN)][:12]
    coming += [person for code, person in stage.directors_2023.items() if code.startswith("350502003")][:8]
    for person_id in coming:
        seats.register(
            event.id, person_id, source="organiser", actor_id=stage.organiser, now=at(date(2024, 1, 22), time(9))
        )
    acts.people_come(stage, event, chance, share=1.0, late=0.05, never=coming[-1:])
    opinions.by_phone(event, random.Random("salon"), forms=12)
    acts.close(stage, event)


def _ceremony(stage: Stage, programme_id: int, places: Places, chance: random.Random) -> None:
    """The certificates are handed over."""
    day = date(2024, 3, 8)
    plan = Plan(
        "salon",
        "2023 年度儿童主任培训结业典礼",
        (SlotDraft("morning", at(day, time(9)), at(day, time(11)), Decimal(0)),),
        3,
        places.centre,
        capacity=120,
        agenda=(
            AgendaDraft(20, "talk", "年度培训回顾"),
            AgendaDraft(40, "sharing", "优秀儿童主任经验分享"),
            AgendaDraft(40, "launch", "颁发结业证书"),
            AgendaDraft(20, "other", "合影"),
        ),
    )
    event = acts.hold(stage, programme_id, plan, now=at(date(2024, 2, 26), time(10)))
    for person_id in list(stage.directors_2023.values())[::2]:
        seats.register(
            event.id, person_id, source="organiser", actor_id=stage.organiser, now=at(date(2024, 3, 1), time(9))
        )
    acts.people_come(stage, event, chance, share=0.96, late=0.02)
    acts.close(stage, event)


def _test(stage: Stage, programme_id: int, people: list[int], chance: random.Random) -> None:
    """The knowledge test on paper; who failed had a second try, a few never sat it."""
    cells: dict[tuple[int, int], Decimal | None] = {}
    for person_id in people:
        luck = chance.random()
        if luck < 0.06:
            continue
        first = Decimal(chance.randrange(45, 60) if luck < 0.16 else chance.randrange(62, 99))
        cells[person_id, 1] = first
        if first < 60 and chance.random() < 0.7:
            cells[person_id, 2] = Decimal(chance.randrange(60, 85))
    now = at(date(2023, 12, 9), time(17))
    learning.save(programme_id, cells, source="paper", actor_id=stage.organiser, now=now)
