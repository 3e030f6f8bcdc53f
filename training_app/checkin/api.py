"""The API's operations: parse, ask the door's services, answer. They have no rule of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import make_response, request
from sqlalchemy import select

from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission as P
from training_app.divisions import service as divisions
from training_app.registration import tickets
from training_app.schedule.access import slot_for
from training_app.schedule.models import Event, Slot
from training_app.web import access
from training_app.web.conditional import tagged, unchanged
from training_app.web.filters import place
from training_app.web.pagination import paginate

from . import board as boards
from . import desk, programs, rules, uploads, walkins, wording
from .answers import Answer
from .api_operations import bp, operation
from .pack import Pack, base64url

READ, SCAN, REGISTER = "door:read", "door:scan", "door:register"


@bp.before_request
def _note() -> None:
    device_id = access.actor().device_id
    if device_id is not None:
        programs.seen(device_id, clock.now())


def _slot(slot_id: int) -> Slot:
    return slot_for(access.actor(), slot_id, P.DOOR_SCAN)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _fields(slot: Slot, tally: boards.Tally, now: datetime) -> dict[str, Any]:
    return {
        "id": slot.id,
        "event_id": slot.event_id,
        "title": slot.event.title,
        "name": wording.slot_name(slot),
        "label": slot.label,
        "venue": slot.event.venue.name if slot.event.venue else None,
        "stage": rules.stage(slot.event.state, slot.checkin_opens_at, slot.checkin_closes_at, now),
        "opens_at": slot.checkin_opens_at,
        "closes_at": slot.checkin_closes_at,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "late_after": slot.late_after,
        "tally": tally,
    }


def _answer(nonce: str, answer: Answer) -> dict[str, Any]:
    return {
        "nonce": nonce,
        "outcome": answer.outcome,
        "code": answer.code,
        "tone": wording.tone(answer),
        "sentence": str(answer.sentence),
        "name": answer.name or "",
        "community": place(answer.community),
        "subdistrict": place(answer.subdistrict),
        "as_whom": answer.as_whom,
        "at": answer.time,
        "first_at": answer.first_at,
    }


def _listed(one: boards.Expected) -> dict[str, Any]:
    return one._asdict() | {
        "registration": one.registration_id,
        "community": place(one.community),
        "subdistrict": place(one.subdistrict),
    }


@operation("GET", "/me", scope=None, gives="Me")
def me() -> Any:
    """Whose token this is, and what it may do where."""
    who = access.actor()
    ids = {grant.event_id for grant in who.grants}
    events = db.session.scalars(select(Event).where(Event.id.in_(ids)).order_by(Event.id)).all()
    return {"name": who.name, "scopes": who.scopes, "events": events, "server_time": _ms(clock.now())}


@operation("GET", "/slots", scope=READ, gives="Slots", asks="Paged")
def slots(asked: dict[str, Any]) -> Any:
    """The slots of the token's events by time, fifty on a page, each with its figures."""
    now = clock.now()
    page = paginate(desk.kept(access.actor()), page=asked["page"])
    tallies = boards.tallies([slot.id for slot in page.items])
    found = [_fields(slot, tallies[slot.id], now) for slot in page.items]
    return {"slots": found, "page": page.page, "pages": page.pages, "total": page.total}


@operation("GET", "/slots/<int:slot_id>", scope=READ, gives="SlotDetail")
def slot(slot_id: int) -> Any:
    """One slot, and the key that proves its event's tickets without network."""
    now = clock.now()
    found = _slot(slot_id)
    key = base64url(tickets.key_of(found.event_id).public_key)
    return _fields(found, boards.tally(slot_id), now) | {"public_key": key, "server_time": _ms(now)}


@operation("GET", "/slots/<int:slot_id>/pack", scope=READ, gives="Pack", asks="Having", tagged=True)
def pack(asked: dict[str, Any], slot_id: int) -> Any:
    """Everything to decide by without network. Ask again with If-None-Match: 304 while nothing has changed."""
    now = clock.now()
    made = Pack(_slot(slot_id))
    if request.if_none_match.contains(made.tag):
        return unchanged(made.tag)
    return made.body(now, have=asked["have"]), 200, _tag(made.tag)


def _tag(tag: str) -> dict[str, str]:
    headers = tagged(make_response(""), tag).headers
    return {"ETag": headers["ETag"], "Cache-Control": headers["Cache-Control"]}


@operation("GET", "/slots/<int:slot_id>/people", scope=READ, gives="People", asks="Search")
def people(asked: dict[str, Any], slot_id: int) -> Any:
    """Who is on the event's list by name, pinyin, initials or the phone's last digits; never a whole phone number."""
    _slot(slot_id)
    return {"people": [_listed(one) for one in boards.find(slot_id, asked["q"], asked["limit"])]}


@operation("GET", "/slots/<int:slot_id>/board", scope=READ, gives="Board", asks="Limited", tagged=True)
def board(asked: dict[str, Any], slot_id: int) -> Any:
    """How many are here, who came last, who is missing. With If-None-Match: 304 while nothing has happened."""
    _slot(slot_id)
    tally = boards.tally(slot_id)
    tag = f"{tally.tag}-{asked['limit']}"
    if request.if_none_match.contains(tag):
        return unchanged(tag)
    arrivals = [one._asdict() | {"community": place(one.community)} for one in boards.arrivals(slot_id, asked["limit"])]
    missing = [_listed(one) for one in boards.missing(slot_id, asked["limit"])]
    return {"tally": tally, "arrivals": arrivals, "missing": missing}, 200, _tag(tag)


@operation("GET", "/slots/<int:slot_id>/divisions", scope=READ, gives="Divisions", asks="Under")
def division_choice(asked: dict[str, Any], slot_id: int) -> Any:
    """Where a walk-in may come from: the area's subdistricts, or what lies under one."""
    area = _slot(slot_id).event.programme.division_code
    under = asked["under"]
    if under and not under.startswith(area):
        return {"divisions": []}
    found = divisions.communities([under]) if under else divisions.subdistricts([area])
    return {"divisions": found}


@operation("POST", "/slots/<int:slot_id>/scans", scope=SCAN, gives="Answer", takes="Scan", refuses=(409,))
def scan(sent: dict[str, Any], slot_id: int) -> Any:
    """One ticket, or one person of the list: in, out or undo."""
    answer = programs.scan(slot_id, sent, by=access.actor(), now=clock.now())
    return _answer(sent["nonce"], answer)


@operation("POST", "/slots/<int:slot_id>/scans/batch", scope=SCAN, gives="BatchAnswers", takes="Batch")
def batch(sent: dict[str, Any], slot_id: int) -> Any:
    """Scans that were kept without network: in any order, as often as needed, each counted once. Also a heartbeat."""
    now = clock.now()
    _slot(slot_id)
    scans = tuple({**one, "source": "api"} for one in sent["scans"])
    decided = uploads.decide(
        slot_id,
        uploads.Upload(sent["sent_at"], max(sent["queued"], len(scans)), scans),
        by=access.actor(),
        sources=("api",),
        now=now,
    )
    answers = [_one_of_many(nonce, answer) for nonce, answer in decided]
    return {"server_time": _ms(clock.now()), "answers": answers}


def _one_of_many(nonce: str, answer: Answer | Invalid) -> dict[str, Any]:
    if isinstance(answer, Invalid):
        fault = programs.used(answer)
        return {"nonce": nonce, "answer": None, "error": {"code": fault.code, "sentence": str(fault.sentence)}}
    return {"nonce": nonce, "answer": _answer(nonce, answer), "error": None}


@operation("POST", "/slots/<int:slot_id>/walk-ins", scope=REGISTER, gives="Answer", takes="WalkIn", refuses=(409,))
def walk_in(sent: dict[str, Any], slot_id: int) -> Any:
    """Register someone who is on no list, and check them in; an organiser confirms them later."""
    who = access.actor()
    _slot(slot_id)
    try:
        answer = walkins.at_door(
            slot_id,
            name=sent["name"],
            phone=sent["phone"],
            division_code=sent.get("division"),
            as_whom=sent["as_whom"],
            nonce=sent["nonce"],
            login_id=who.login_id,
            actor_id=None,
            device_id=who.device_id,
            now=clock.now(),
        )
    except Invalid as fault:
        raise programs.used(fault) from fault
    return _answer(sent["nonce"], answer)


@operation("POST", "/heartbeat", scope=None, gives="Pulse", takes="Beat")
def heartbeat(sent: dict[str, Any]) -> Any:
    """Say that the program is alive and what it still holds; learn how far its clock is off."""
    now = clock.now()
    offset_ms = _ms(now) - sent["sent_at"]
    device_id = access.actor().device_id
    if device_id is not None:
        uploads.seen(device_id, sent["queued"], offset_ms, now)
    return {"server_time": _ms(now), "clock_offset_ms": offset_ms}
