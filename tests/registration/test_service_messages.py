"""News writes messages in its own transaction, each once; e-mail where an address is known, else a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import cast
from tests.smtp import mailbox
from training_app.core import mail
from training_app.core.db import db, transaction
from training_app.core.errors import Refusal
from training_app.core.outgoing import Outgoing
from training_app.people.models import Person
from training_app.registration import messages, seats
from training_app.registration.models import Registration
from training_app.schedule import events, states
from training_app.schedule.facts import draft_of
from training_app.schedule.models import Event

EVENT = PHASE = 5
CHEN, LIN, ZHANG = (cast.CAST[key].id for key in ("chen", "lin", "zhang"))
WHO = {"actor_id": cast.CAST["organiser"].id, "now": cast.NOW}
EVE = cast.NOW.replace(month=7, day=11, hour=9)


@pytest.fixture
def server(app):
    with mailbox() as running:
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=running.port, MAIL_FROM="office@example.org")
        with transaction() as session:
            session.get(Person, CHEN).email = "chen@example.org"
        yield running
        app.config.update(MAIL_SERVER="", MAIL_PORT=25, MAIL_FROM="")


def _register(*ids, source="organiser"):
    return [seats.register(EVENT, person_id, source=source, **WHO) for person_id in ids]


def _said(kind=None, state="waiting"):
    statement = select(Outgoing).where(Outgoing.state == state).order_by(Outgoing.id)
    if kind:
        statement = statement.where(Outgoing.kind == kind)
    return [(row.channel, row.person_key) for row in db.session.scalars(statement)]


def _move(hours=1, **changes):
    event = db.session.get(Event, EVENT, populate_existing=True)
    draft = draft_of(event)
    slots = tuple(
        replace(
            s,
            **{
                name: getattr(s, name) + timedelta(hours=hours)
                for name in ("starts_at", "ends_at", "checkin_opens_at", "checkin_closes_at", "late_after")
            },
        )
        for s in draft.slots
    )
    events.change(EVENT, replace(draft, slots=slots, **changes), **WHO)


def test_who_was_registered_by_others_is_named_in_the_group_and_called(app):
    _register(CHEN)
    _register(CHEN)
    assert _said("confirmed") == [("group", CHEN), ("call", CHEN)]


def test_who_registered_herself_has_seen_it_and_needs_no_call(app):
    _register(CHEN, source="self")
    assert _said() == [("group", CHEN)]


def test_a_known_address_gets_an_e_mail_with_her_own_ticket(app, server):
    _register(CHEN, LIN)
    assert _said("confirmed") == [("group", CHEN), ("email", CHEN), ("group", LIN), ("call", LIN)]
    mail.send_waiting(cast.NOW)
    [letter] = server.taken
    text = letter.get_content()
    assert letter["To"] == "chen@example.org"
    assert "陈丽华" in text
    assert "7月12日" in text
    assert "/t/1.5." in text
    assert "138" not in text


def test_an_enrolment_in_a_phase_is_one_message(app):
    seats.enrol(PHASE, CHEN, source="nomination", **WHO)
    assert _said("confirmed") == [("group", CHEN), ("call", CHEN)]


def test_who_moves_up_is_told(app):
    with transaction() as session:
        session.get(Event, EVENT).capacity = 1
    chen, lin = _register(CHEN, LIN)
    assert lin.state == "waiting"
    seats.cancel(chen.id, **WHO)
    assert _said("promoted") == [("group", LIN), ("call", LIN)]
    assert _said("confirmed") == []
    assert _said("confirmed", "dropped") == [("group", CHEN), ("call", CHEN)]


def test_what_is_rolled_back_was_never_said(app):
    with pytest.raises(ZeroDivisionError), transaction():
        _register(CHEN)
        raise ZeroDivisionError
    assert _said() == []


def test_a_moved_event_is_told_to_everyone_and_the_newest_time_counts(app):
    _register(CHEN, LIN)
    _move()
    _move()
    assert _said("changed") == [("group", 0), ("call", CHEN), ("call", LIN)]
    assert len(_said("changed", "dropped")) == 3
    [group] = db.session.scalars(
        select(Outgoing).where(Outgoing.kind == "changed", Outgoing.state == "waiting", Outgoing.channel == "group")
    )
    assert "10:30–13:30" in group.text
    assert "特殊儿童服务" in group.text


def test_a_new_title_alone_is_no_news(app):
    _register(CHEN)
    _move(hours=0, description="请带笔记本")
    assert _said("changed") == []


def test_nobody_is_told_of_an_event_that_nobody_joins(app):
    _move()
    assert _said() == []


def test_a_cancellation_takes_back_what_was_not_said_and_tells_those_in_line_too(app):
    with transaction() as session:
        session.get(Event, EVENT).capacity = 1
    _register(CHEN, LIN)
    states.cancel(EVENT, "台风", **WHO)
    states.cancel(EVENT, "台风", **WHO)
    assert _said() == [("group", 0), ("call", CHEN), ("call", LIN)]
    [text] = db.session.scalars(select(Outgoing.text).where(Outgoing.kind == "cancelled", Outgoing.channel == "group"))
    assert "台风" in text
    states.restore(EVENT, **WHO)
    assert _said("cancelled") == []
    assert _said("restored") == [("group", 0), ("call", CHEN), ("call", LIN)]


def test_an_e_mail_that_has_not_left_is_not_sent_with_an_old_time(app, server):
    _register(CHEN)
    _move()
    mail.send_waiting(cast.NOW)
    [letter] = server.taken
    assert "09:30" in letter.get_content()


def test_the_eves_reminder_leaves_in_the_late_afternoon_once(app):
    _register(CHEN)
    assert messages.remind_on_the_eve(EVE - timedelta(days=1)) == 0
    assert messages.remind_on_the_eve(EVE - timedelta(hours=4)) == 0
    assert messages.remind_on_the_eve(EVE) == 1
    assert messages.remind_on_the_eve(EVE + timedelta(minutes=10)) == 1
    assert _said("reminder") == [("group", 0), ("call", CHEN)]
    [text] = db.session.scalars(select(Outgoing.text).where(Outgoing.kind == "reminder", Outgoing.channel == "group"))
    assert "明天" in text


def test_who_registers_after_the_reminder_is_reminded_too(app):
    _register(CHEN)
    messages.remind_on_the_eve(EVE)
    seats.register(EVENT, LIN, source="organiser", actor_id=WHO["actor_id"], now=EVE)
    messages.remind_on_the_eve(EVE + timedelta(minutes=10))
    assert _said("reminder") == [("group", 0), ("call", CHEN), ("call", LIN)]


def test_a_past_event_is_not_reminded_of(app):
    with pytest.raises(Refusal) as over:
        messages.remind(EVENT, actor_id=WHO["actor_id"], now=EVE + timedelta(days=3))
    assert over.value.code == "nothing_to_remind"


def test_a_filled_draft_says_nothing_until_it_is_told_by_hand(app):
    with transaction() as session:
        session.get(Event, EVENT).state = "draft"
    _register(CHEN)
    assert _said() == []
    with transaction() as session:
        session.get(Event, EVENT).state = "published"
    for _twice in range(2):
        messages.tell_all(EVENT, **WHO)
    assert _said("confirmed") == [("group", CHEN), ("call", CHEN)]


@pytest.mark.parametrize("people", [10, 1000])
def test_a_change_is_told_to_ten_and_to_a_thousand_in_as_many_statements(app, count_statements, people):
    with transaction() as session:
        persons = [Person(name=f"学员{n}", pinyin="", created_at=cast.NOW) for n in range(people)]
        session.add_all(persons)
        session.flush()
        session.add_all(
            Registration(
                event_id=EVENT,
                person_id=person.id,
                state="confirmed",
                source="roster",
                as_whom="trainee",
                ticket_code=f"T{person.id:09d}",
                created_at=cast.NOW,
            )
            for person in persons
        )
    assert count_statements(lambda: messages.remind(EVENT, actor_id=None, now=cast.NOW)) <= 12
    assert len(_said("reminder")) == people + 1
