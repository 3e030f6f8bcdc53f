"""Who is there: the offices, the staff, the supervisors and the directors of Licheng's 82 communities."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from training_app.core.actors import Role
from training_app.core.clock import local_date
from training_app.core.db import db, transaction
from training_app.divisions import files, importing
from training_app.people import grants, organisations, passwords, persons, posts
from training_app.people.models import Account, Person

from . import folk

LICHENG, KAIYUAN, FUQIAO = "350502", "350502004", "350502005"
KAIYUAN_COMMUNITY, FUQIAO_COMMUNITY = "350502004011", "350502005001"
#: The one password of the demo's staff. Whoever runs this for real sets DEMO=0.
PASSWORD = "hand-in-hand"
CITY_BUREAU, BUREAU, COMMITTEE, OFFICE = (
    "泉州市民政局",
    "泉州市鲤城区民政局",
    "鲤城区未成年人保护委员会",
    "致和社工事务所",
)
#: Kaiyuan's directors, as every picture of this project shows them; the same name twice is no mistake.
KAIYUAN_DIRECTORS = {
    "350502004001": "林晓燕",
    "350502004002": "黄玉珍",
    "350502004003": "张淑英",
    "350502004004": "吴美玲",
    "350502004005": "李秀兰",
    "350502004006": "王芳",
    "350502004007": "郑雅婷",
    "350502004008": "",
    "350502004009": "洪雅琴",
    "350502004010": "曾月娥",
    "350502004011": "陈丽华",
    "350502004012": "许建国",
    "350502004013": "王芳",
}
#: Communities of which nobody is director now.
VACANT = ("350502004008", "350502400498")
#: Since the last election: the director of 2023 is another one than today's.
CHANGED = ("350502004005", "350502004012", "350502001003", "350502003007", "350502005009", "350502007004")
ELECTED = date(2021, 12, 1)


@dataclass
class Stage:
    """Everybody, by what they are."""

    staff: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    #: Subdistrict → its supervisor.
    supervisors: dict[str, int] = field(default_factory=dict)
    #: Community → its director now, and the one of 2023.
    directors: dict[str, int] = field(default_factory=dict)
    directors_2023: dict[str, int] = field(default_factory=dict)
    #: Community social workers and deputies who come along.
    others: list[int] = field(default_factory=list)
    numbers: Iterator[str] = field(default_factory=folk.phones)
    names: Iterator[str] = field(default_factory=folk.names)

    @property
    def organiser(self) -> int:
        """Whose hand the story shows."""
        return self.staff["organiser"]


STAFF = (
    ("administrator", "苏明远", Role.ADMINISTRATOR),
    ("organiser", "林静", Role.ORGANISER),
    ("facilitator", "吴静宜", None),
    ("auditor", "黄文彬", Role.AUDITOR),
    ("kaiyuan", "王慧敏", Role.SUPERVISOR),
    ("fuqiao", "郑雅芬", Role.SUPERVISOR),
)
_AREAS = {"kaiyuan": KAIYUAN, "fuqiao": FUQIAO, "auditor": LICHENG}


def set_up(now: datetime) -> Stage:
    """Write them all."""
    then = now - timedelta(days=3 * 365)
    stage = Stage()
    importing.import_divisions(files.read_csv(files.SHIPPED.read_bytes()), actor_id=None, now=then)
    hashed = passwords.hash_of(PASSWORD)
    for username, name, _role in STAFF:
        stage.staff[username] = _person(stage, name, _AREAS.get(username, LICHENG), then)
        _account(stage.staff[username], username, hashed)
    admin = stage.staff["administrator"]
    for name, kind, code in (
        (CITY_BUREAU, "bureau", "3505"),
        (BUREAU, "bureau", LICHENG),
        (COMMITTEE, "committee", LICHENG),
        (OFFICE, "office", LICHENG),
    ):
        made = organisations.save(None, name=name, kind=kind, division_code=code, actor_id=admin, now=then)
        stage.organisations[name] = made.id
    for username, _name, role in STAFF:
        if role is not None:
            grants.give(
                stage.staff[username],
                role,
                organisation_id=stage.organisations[OFFICE] if role is Role.ORGANISER else None,
                division_code=_AREAS.get(username),
                actor_id=admin,
                now=then,
            )
    _posts(stage, then, now)
    return stage


def _person(stage: Stage, name: str, code: str, now: datetime) -> int:
    found = persons.find_or_create(name, next(stage.numbers), division_code=code, actor_id=None, now=now)
    return found.id


def _account(person_id: int, username: str, hashed: str) -> None:
    """An account whose password is known: the service gives out one-time passwords that nobody could print twice."""
    with transaction() as session:
        session.add(Account(person_id=person_id, username=username, password_hash=hashed, must_change=False))


def _hold(
    code: str, kind: str, person_id: int | None, before: int | None, day: date, actor: int, now: datetime
) -> None:
    posts.change_holder(
        code,
        kind,
        expected_person_id=before,
        new_person_id=person_id,
        from_on=day,
        appointed="elected" if kind == "director" else "appointed",
        actor_id=actor,
        now=now,
    )


def _posts(stage: Stage, then: datetime, now: datetime) -> None:
    chance = random.Random("岗位")
    admin = stage.staff["administrator"]
    for holder in posts.holders([LICHENG], "supervisor"):
        code = holder.division.code
        known = {KAIYUAN: stage.staff["kaiyuan"], FUQIAO: stage.staff["fuqiao"]}
        person_id = known.get(code) or _person(stage, next(stage.names), code, then)
        stage.supervisors[code] = person_id
        _hold(code, "supervisor", person_id, None, ELECTED, admin, then)
    turn = local_date(now) - timedelta(days=200)
    for holder in posts.holders([LICHENG]):
        code = holder.division.code
        name = KAIYUAN_DIRECTORS.get(code) or next(stage.names)
        old = _person(stage, next(stage.names) if code in CHANGED else name, code, then)
        stage.directors_2023[code] = old
        _hold(code, "director", old, None, ELECTED + timedelta(days=chance.randrange(60)), admin, then)
        if code in CHANGED:
            new = _person(stage, name, code, now)
            _hold(code, "director", new, old, turn, admin, now)
            stage.directors[code] = new
        elif code in VACANT:
            _hold(code, "director", None, old, turn, admin, now)
        else:
            stage.directors[code] = old
    for code in sorted(stage.directors)[::4]:
        stage.others.append(_person(stage, next(stage.names), code, then))


def links(stage: Stage) -> list[Person]:
    """The two directors whose personal links are printed."""
    return [db.session.get_one(Person, stage.directors[code]) for code in (KAIYUAN_COMMUNITY, FUQIAO_COMMUNITY)]
