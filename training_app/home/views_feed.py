"""A person's own calendar feed (.ics), and the page that gives its link."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.db import db
from training_app.core.errors import NotFound
from training_app.people import links
from training_app.people.models import Person
from training_app.schedule import feeds
from training_app.schedule.calendars import answer, host, language_asked
from training_app.web import access
from training_app.web.addresses import public_url

from . import mine
from .blueprint import bp


@bp.get("/feeds/person/<token>.ics")
@access.public
def person_feed(token: str) -> Any:
    """What a person is registered for, for whoever has the link; the waiting list as tentative."""
    person, now = links.person_of_feed(token), clock.now()
    language = language_asked()
    page = public_url("home.own_today")
    with force_locale(language):
        name = str(_("Training of %(name)s", name=person.name))
    items = [feeds.Item(r.event, page, r.state == "waiting") for r in mine.registrations(person.id)]
    return answer(feeds.calendar_of(items, name=name, language=language, host=host(), now=now))


@bp.get("/dates/calendar")
@access.person
def feed() -> Any:
    """The link, to be copied into the phone's calendar."""
    person = db.session.get(Person, access.actor().person_id)
    if person is None:
        raise NotFound()
    return render_template("home/feed.html", token=links.feed_token(person))


@bp.post("/dates/calendar")
@access.person
def renew_feed() -> Any:
    """Another link; the old one is dead."""
    person_id = access.actor().person_id or 0
    links.renew_feed(person_id, actor_id=person_id, now=clock.now())
    flash(_("The calendar has a new link. The old one is dead."))
    return redirect(url_for("home.feed"))
