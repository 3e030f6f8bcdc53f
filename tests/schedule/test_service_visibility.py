"""Lists show what the loaders let through, for everyone of the cast."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from tests import cast
from training_app.core.db import db, transaction
from training_app.core.permissions import Permission as P
from training_app.people.actors import actor_of
from training_app.people.policy import allows
from training_app.registration.models import Registration
from training_app.schedule.access import may_plan, programme_scope
from training_app.schedule.models import Event, Programme
from training_app.schedule.visibility import areas, listed_programmes, visible_events, visible_rows

STAFF = [key for key, member in cast.CAST.items() if member.account]
LISTS = [P.SCHEDULE_VIEW, P.REGISTRATION_VIEW, P.ATTENDANCE_VIEW, P.CERTIFICATE_VIEW, P.DOOR_SCAN, P.NOMINATION_SUBMIT]


@pytest.fixture
def drafts(app):
    """The fifth event of the programme and the whole of another office's programme are not announced."""
    with transaction() as session:
        session.execute(update(Event).where(Event.id.in_((5, cast.OTHER_EVENT))).values(state="draft"))


@pytest.fixture
def registered(app):
    with transaction() as session:
        session.execute(
            insert(Registration),
            [
                {
                    "event_id": event_id,
                    "person_id": cast.CAST[key].id,
                    "division_code": cast.CAST[key].post,
                    "source": "self",
                    "state": "confirmed",
                    "ticket_code": f"{key}{event_id}",
                    "created_at": cast.NOW,
                }
                for event_id in (4, cast.OTHER_EVENT)
                for key in ("chen", "lin", "zhang", "stranger")
            ],
        )


def _actor(key):
    return actor_of(f"{key}-token", cast.NOW)


@pytest.mark.parametrize("key", STAFF)
def test_a_list_holds_exactly_the_events_that_may_be_opened(key, drafts):
    actor = _actor(key)
    every = db.session.scalars(select(Event).order_by(Event.id)).all()
    for permission in LISTS:
        opened = [
            event.id
            for event in every
            if allows(actor, permission, programme_scope(event.programme, event.id))
            and (event.state != "draft" or may_plan(actor, event.programme))
        ]
        listed = select(Event.id).join(Programme).where(visible_events(actor, permission)).order_by(Event.id)
        assert list(db.session.scalars(listed)) == opened, permission


@pytest.mark.parametrize("key", STAFF)
def test_a_row_is_counted_where_its_person_is_seen(key, registered):
    actor = _actor(key)
    every = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    seen = [
        row.id
        for row in every
        if any(
            code == "" or (row.division_code or "-").startswith(code)
            for code in areas(actor, P.REGISTRATION_VIEW, row.event.programme, row.event_id)
        )
    ]
    assert list(db.session.scalars(_rows(actor).order_by(Registration.id))) == seen


def _rows(actor):
    return (
        select(Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .join(Programme, Programme.id == Event.programme_id)
        .where(visible_rows(actor, P.REGISTRATION_VIEW, Registration.division_code))
    )


def test_a_supervisor_counts_her_own_alone_and_the_office_its_guests_too(registered):
    def persons(key):
        rows = select(Registration.person_id).where(
            Registration.id.in_(_rows(_actor(key))), Registration.event_id == cast.TODAY_EVENT
        )
        return {next(k for k, m in cast.CAST.items() if m.id == person) for person in db.session.scalars(rows)}

    assert persons("supervisor_kaiyuan") == {"chen", "lin"}
    assert persons("supervisor_fuqiao") == {"zhang"}
    assert persons("organiser") == {"chen", "lin", "zhang", "stranger"}
    assert persons("foreign_organiser") == set()


def test_a_programme_of_drafts_alone_is_listed_for_its_planners(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.programme_id == cast.PROGRAMME).values(state="draft"))

    def listed(key, permission):
        return list(db.session.scalars(select(Programme.id).where(listed_programmes(_actor(key), permission))))

    for permission in (P.SCHEDULE_VIEW, P.CERTIFICATE_VIEW):
        assert cast.PROGRAMME in listed("organiser", permission)
        assert cast.PROGRAMME not in listed("auditor", permission)
