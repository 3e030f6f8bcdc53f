"""The fixed cast: people that every test knows, in a fixed place, at a fixed time.

Programme "2026 年儿童主任培训计划" of the Zhihe office in Licheng, six one-session phases; the fourth is
open for check-in at `NOW`. Ids are fixed; logins have the token `<name>-token`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert

from training_app.core.db import db, transaction
from training_app.core.links import secret_hash
from training_app.divisions.models import Division
from training_app.people.models import Account, Device, Grant, Login, Organisation, Person, Post
from training_app.schedule.models import Event, EventHost, Phase, Programme, ProgrammeHost, Slot, Venue

#: 14 June 2026, 08:40 in Quanzhou: check-in of the fourth session opened at 08:00, it starts at 08:30.
NOW = datetime(2026, 6, 14, 0, 40, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LICHENG, KAIYUAN, FUQIAO = "350502", "350502004", "350502005"
KAIYUAN_COMMUNITY, MEISHAN, FUQIAO_COMMUNITY = "350502004011", "350502004001", "350502005001"
BUREAU, COMMITTEE, OFFICE, OTHER_OFFICE = 1, 2, 3, 4
PROGRAMME, VENUE, OTHER_PROGRAMME = 1, 1, 2
#: Phase n has the one session n (event n, slot n), n = 1 … 6; the fourth is today.
TODAY_EVENT = TODAY_SLOT = TODAY_PHASE = 4
#: Belongs to another office in Fengze: foreign to everyone in Licheng.
OTHER_EVENT = OTHER_SLOT = 7
OTHER_PHASE = 7
#: In Fengze, nobody's in Licheng.
OTHER_VENUE = 2
#: The right password of everyone who has an account.
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Member:
    """One of the cast."""

    id: int
    name: str
    phone: str | None
    role: str
    post: str | None = None
    account: bool = False

    @property
    def key(self) -> str:
        return next(key for key, member in CAST.items() if member is self)


CAST = {
    "administrator": Member(1, "苏明远", "+8613800000001", "administrator", account=True),
    "organiser": Member(2, "林静", "+8613800000002", "organiser", account=True),
    "facilitator": Member(3, "吴教授", "+8613800000003", "facilitator", account=True),
    "supervisor_kaiyuan": Member(4, "王督导", "+8613800000004", "supervisor", KAIYUAN, account=True),
    "supervisor_fuqiao": Member(5, "郑督导", "+8613800000005", "supervisor", FUQIAO, account=True),
    "auditor": Member(6, "黄审计", "+8613800000006", "auditor", account=True),
    "chen": Member(7, "陈丽华", "+8613800000007", "director", KAIYUAN_COMMUNITY),
    "lin": Member(8, "林晓燕", "+8613800000008", "director", MEISHAN),
    #: A director of Fuqiao, outside Kaiyuan's supervisor's view.
    "zhang": Member(9, "张淑英", "+8613800000009", "director", FUQIAO_COMMUNITY),
    #: Runs another office's programme in another district.
    "foreign_organiser": Member(10, "外区社工", "+8613800000010", "organiser", account=True),
    #: Identified, but with no post and no grant.
    "stranger": Member(11, "路人甲", None, "nobody"),
}
VOLUNTEER_TOKEN = "volunteer-token"
#: An enrolled phone and someone else's program, both of the office and for today's event alone; another office's phone.
SCANNER, PROGRAM, OTHER_SCANNER = 101, 102, 103
SCANNER_TOKEN, PROGRAM_TOKEN = "scanner-token", "program-token"
SCOPES = ["door:read", "door:register", "door:scan"]


def _divisions() -> list[dict[str, str | None]]:
    path = Path(__file__).parent.parent / "training_app" / "data" / "divisions-quanzhou.csv"
    with path.open(encoding="utf-8") as rows:
        return [
            {"code": r["code"], "name": r["name"], "level": r["level"], "parent_code": r["parent"] or None}
            for r in csv.DictReader(rows)
            if LICHENG.startswith(r["code"]) or r["code"].startswith((LICHENG, "350503"))
        ]


def _argon2() -> str:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def settle() -> None:
    """Write the cast, their place and their programme into an empty database."""
    forever = datetime(2100, 1, 1, tzinfo=UTC)
    hashed = _argon2()
    with transaction() as session:
        session.execute(insert(Division), _divisions())
        session.add_all(
            [
                Organisation(id=BUREAU, name="泉州市鲤城区民政局", kind="bureau", division_code=LICHENG),
                Organisation(id=COMMITTEE, name="鲤城区未成年人保护委员会", kind="committee", division_code=LICHENG),
                Organisation(id=OFFICE, name="致和社工事务所", kind="office", division_code=LICHENG),
                Organisation(id=OTHER_OFFICE, name="丰泽社工事务所", kind="office", division_code="350503"),
            ]
        )
        session.flush()
        for key, m in CAST.items():
            session.add(Person(id=m.id, name=m.name, phone=m.phone, created_at=LONG_AGO, pinyin=""))
            session.flush()
            if m.account:
                session.add(Account(id=m.id, person_id=m.id, username=key, password_hash=hashed, must_change=False))
            if m.post:
                kind = "director" if m.role == "director" else "supervisor"
                session.add(Post(division_code=m.post, kind=kind, person_id=m.id, started_on=date(2024, 1, 1)))
            session.flush()
            session.add(
                Login(
                    id=m.id,
                    token_hash=secret_hash(f"{key}-token"),
                    how="password" if m.account else "personal_link",
                    person_id=m.id,
                    account_id=m.id if m.account else None,
                    created_at=LONG_AGO,
                    expires_at=forever,
                )
            )
        session.add(
            Venue(
                id=VENUE, name="开元街道新时代文明实践所", address="新华北路 1 号", division_code=KAIYUAN, capacity=100
            )
        )
        session.add(Venue(id=OTHER_VENUE, name="丰泽区社工站", address="", division_code="350503", capacity=None))
        session.flush()
        _programme(PROGRAMME, "2026 年儿童主任培训计划", LICHENG, OFFICE)
        _programme(OTHER_PROGRAMME, "丰泽区儿童主任培训", "350503", OTHER_OFFICE)
        days = [
            date(2026, 3, 15),
            date(2026, 4, 19),
            date(2026, 5, 24),
            date(2026, 6, 14),
            date(2026, 7, 12),
            date(2026, 8, 16),
        ]
        areas = [
            "policies",
            "responsibilities",
            "responsibilities",
            "social_work_skills",
            "special_services",
            "special_services",
        ]
        titles = [
            "儿童关爱保护政策",
            "儿童主任职责",
            "保护实务与个案",
            "儿童服务社会工作技巧",
            "特殊儿童服务",
            "综合研讨与结业",
        ]
        for n in range(1, 7):
            _session(n, PROGRAMME, n, titles[n - 1], areas[n - 1], days[n - 1], VENUE)
        _session(7, OTHER_PROGRAMME, 1, "外区培训", "policies", days[3], None)
        grants = {
            "administrator": {},
            "organiser": {"organisation_id": OFFICE},
            "facilitator": {"event_id": TODAY_EVENT},
            "supervisor_kaiyuan": {"division_code": KAIYUAN},
            "supervisor_fuqiao": {"division_code": FUQIAO},
            "auditor": {"division_code": LICHENG},
            "foreign_organiser": {"organisation_id": OTHER_OFFICE},
        }
        for key, scope in grants.items():
            session.add(Grant(person_id=CAST[key].id, role=CAST[key].role, valid_from=LONG_AGO, **scope))
        session.add(
            Grant(
                id=100,
                role="door_volunteer",
                event_id=TODAY_EVENT,
                token_hash=secret_hash("door-link"),
                label="门口一",
                valid_from=LONG_AGO,
                valid_to=datetime(2026, 6, 14, 16, 0, tzinfo=UTC),
            )
        )
        session.flush()
        session.add(
            Login(
                id=100,
                token_hash=secret_hash(VOLUNTEER_TOKEN),
                how="door_link",
                grant_id=100,
                created_at=LONG_AGO,
                expires_at=datetime(2026, 6, 14, 16, 0, tzinfo=UTC),
                device_name="门口一",
            )
        )
        _devices()
    if not db.engine.url.drivername.startswith("sqlite"):
        _advance_sequences()


def _devices() -> None:
    """Each with its login; the grants end at the midnight after today's event."""
    midnight = datetime(2026, 6, 14, 16, 0, tzinfo=UTC)
    kept = [
        (SCANNER, "scanner", "门口二号机", OFFICE, [], TODAY_EVENT, "device", SCANNER_TOKEN),
        (PROGRAM, "api", "街道签到系统", OFFICE, SCOPES, TODAY_EVENT, "api", PROGRAM_TOKEN),
        (OTHER_SCANNER, "scanner", "丰泽门口", OTHER_OFFICE, [], OTHER_EVENT, "device", "other-scanner-token"),
    ]
    for id_, kind, name, office, scopes, event, how, token in kept:
        db.session.add(
            Device(
                id=id_,
                kind=kind,
                name=name,
                organisation_id=office,
                scopes=scopes,
                created_by_id=CAST["organiser"].id,
                created_at=LONG_AGO,
            )
        )
        db.session.flush()
        db.session.add(
            Grant(id=id_, role="door_volunteer", event_id=event, device_id=id_, valid_from=LONG_AGO, valid_to=midnight)
        )
        db.session.add(
            Login(
                id=id_,
                token_hash=secret_hash(token),
                how=how,
                device_id=id_,
                created_at=LONG_AGO,
                expires_at=midnight,
                device_name=name,
            )
        )
        db.session.flush()


def _programme(id_: int, title: str, division: str, office: int) -> None:
    db.session.add(
        Programme(
            id=id_,
            title=title,
            counting_year=2026,
            division_code=division,
            organisation_id=office,
            preset="one_session_phases",
            planned_sessions=6,
            next_line=1,
            created_at=LONG_AGO,
        )
    )
    db.session.flush()
    if id_ == PROGRAMME:
        for position, (role, organisation) in enumerate(
            [("hosted_by", COMMITTEE), ("hosted_by", BUREAU), ("delivered_by", OFFICE)]
        ):
            db.session.add(ProgrammeHost(programme_id=id_, role=role, organisation_id=organisation, position=position))


def _session(id_: int, programme: int, number: int, title: str, area: str, day: date, venue: int | None) -> None:
    start = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    db.session.add(
        Phase(id=id_, programme_id=programme, number=number, title="", nominate_until=start - timedelta(days=3))
    )
    db.session.flush()
    db.session.add(
        Event(
            id=id_,
            programme_id=programme,
            phase_id=id_,
            kind="session",
            number=number,
            title=title,
            curriculum_area=area,
            venue_id=venue,
            capacity=80,
            seats_taken=0,
            state="published",
            registration_opens_at=LONG_AGO,
            registration_closes_at=start,
            created_at=LONG_AGO,
        )
    )
    db.session.flush()
    db.session.add(
        Slot(
            id=id_,
            event_id=id_,
            label="morning",
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            checkin_opens_at=start - timedelta(minutes=30),
            checkin_closes_at=start + timedelta(hours=3),
            late_after=start + timedelta(minutes=15),
            credit_hours=Decimal("4"),
        )
    )
    if programme == PROGRAMME:
        db.session.add(EventHost(event_id=id_, role="hosted_by", organisation_id=BUREAU))
        db.session.add(EventHost(event_id=id_, role="delivered_by", organisation_id=OFFICE))
    db.session.flush()


def _advance_sequences() -> None:
    """Rows with fixed ids leave PostgreSQL's sequences behind; move them on."""
    with transaction() as session:
        for table in (Organisation, Person, Account, Device, Login, Grant, Venue, Programme, Phase, Event, Slot):
            name = table.__tablename__
            session.connection().exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
            )
