"""The whole demo: told once, into an empty database, in one transaction; the papers are drawn afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from training_app.certificates import design, designing, issuing
from training_app.certificates import service as certificates
from training_app.certificates.look import COMPLETION
from training_app.core import clock, jobs
from training_app.core.clock import at
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.people.links import personal_token
from training_app.people.models import Person
from training_app.reports import recount
from training_app.schedule.models import Programme

from . import current, history, pending, quizzes, stage

#: Who prints it reads it from here; the server does so when it is ready.
ACCOUNTS = "demo-accounts.txt"
#: So many papers are drawn while one waits for the first start.
PAPERS = 12
_WHO = {
    "administrator": "administrator 管理员",
    "organiser": "organiser 主办方社工",
    "facilitator": "facilitator 授课人",
    "kaiyuan": "supervisor of Kaiyuan 开元街道督导员",
    "fuqiao": "supervisor of Fuqiao 浮桥街道督导员",
    "auditor": "auditor 民政局（只读）",
}


def is_empty() -> bool:
    """Whether nothing was ever written into this database."""
    return not any(db.session.scalar(select(column).limit(1)) for column in (Division.code, Person.id))


def tell(now: datetime, *, base_url: str) -> bool:
    """Load the demo unless there is data already; gives whether it did. `base_url` stands in the papers' codes."""
    if not is_empty():
        return False
    with force_locale("zh_Hans"):
        with transaction():
            people = stage.set_up(now)
            places = history.venues_of(people, now)
            past = history.tell(people, places)
            held = current.tell(people, places, now)
            pending.leave(people, held, now)
            quizzes.leave(people, held, now)
        _issue(people, past, base_url)
    # Before the job process first looks, so that the first page is right.
    recount.everything(clock.now())
    _write_accounts(people)
    return True


def _issue(people: stage.Stage, programme_id: int, base_url: str) -> None:
    """The first papers of 2023, drawn here; the other eligible persons' wait for the organiser."""
    day = at(date(2024, 3, 6), time(15))
    programme = db.session.get_one(Programme, programme_id)
    # A bureau's paper that is no real one says so across its face.
    proposed = design.design_of(programme)
    texts = replace(proposed.texts[COMPLETION], closing="特发此证，愿您与孩子们一路同行。")
    specimen = replace(
        proposed,
        specimen=True,
        texts=proposed.texts | {COMPLETION: texts},
        signers=(("", "培训班主任"),),
    )
    designing.set_design(programme_id, specimen, actor_id=people.organiser, now=day)
    known = [people.directors_2023[code] for code in (stage.KAIYUAN_COMMUNITY, stage.FUQIAO_COMMUNITY)]
    progress = certificates.progress(programme_id, people.directors_2023.values(), day)
    eligible = [one.person_id for one in progress.values() if one.eligible]
    first = [*(p for p in known if p in eligible), *(p for p in eligible if p not in known)][:PAPERS]
    started = issuing.start(programme_id, first, base_url=base_url, actor_id=people.organiser, now=day)
    jobs.run(started.job_id)


def _write_accounts(people: stage.Stage) -> None:
    lines = [f"Demo accounts 演示账号, each with the password 密码 {stage.PASSWORD}", ""]
    lines += [f"  {username:<14} {_WHO[username]}" for username, _name, _role in stage.STAFF]
    lines += ["", "Two directors need no password, only their own link 两位儿童主任的个人链接:", ""]
    lines += [f"  {person.name} /p/{personal_token(person)}" for person in stage.links(people)]
    path = Path(current_app.config["INSTANCE"]) / ACCOUNTS
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
