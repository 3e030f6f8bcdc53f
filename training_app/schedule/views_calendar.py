"""Events by month and as a list; filters stand in the address."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

from flask import render_template, request
from flask_babel import format_date, get_locale

from training_app.core import clock
from training_app.core.permissions import Permission as P
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import choices, queries, words
from .blueprint import bp
from .forms import number_or_none
from .visibility import visible_events, visible_programmes


def _month(text: str) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if 2000 <= month.year <= 2100 else None


def _filters(month: date | None) -> queries.Filters:
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    return queries.Filters(
        programme_id=number_or_none(request.args.get("programme")),
        kind=kind if kind in words.KINDS else "",
        state=state if state in words.STATES else "",
        month=month,
        venue_id=number_or_none(request.args.get("venue")),
    )


def _asked() -> dict[str, str]:
    """The filters in the address, for links that keep them."""
    return {key: request.args[key] for key in ("programme", "kind", "state", "venue", "month") if request.args.get(key)}


def _offered(who: Any) -> dict[str, Any]:
    return {
        "programmes": choices.programmes(visible_programmes(who, P.SCHEDULE_VIEW)),
        "kinds": choices.of(words.KINDS),
        "states": choices.of(words.STATES),
    }


@bp.get("/events")
@access.needs(P.SCHEDULE_VIEW)
def events() -> Any:
    """Sessions and salons as a list: what comes next first, then what is over."""
    who = access.actor()
    filters = _filters(_month(request.args.get("month", "")))
    page = paginate(queries.events(visible_events(who, P.SCHEDULE_VIEW), filters, clock.now()), page=requested_page())
    venue = page.items[0].venue if filters.venue_id and page.items else None
    return render_template(
        "schedule/events.html", page=page, filters=filters, asked=_asked(), offered=_offered(who), venue=venue
    )


def weekdays() -> list[str]:
    """Monday to Sunday as column heads."""
    monday = date(2024, 1, 1)
    pattern = "EEE" if str(get_locale()) == "en" else "EEEEE"
    return [str(format_date(monday + timedelta(days=n), pattern)) for n in range(7)]


@bp.get("/calendar", endpoint="calendar")
@access.needs(P.SCHEDULE_VIEW)
def calendar_() -> Any:
    """A month: a grid of weeks on wide screens, a list of days on phones."""
    who = access.actor()
    today = clock.local_date(clock.now())
    month = _month(request.args.get("month", "")) or today.replace(day=1)
    filters = _filters(None)
    slots = queries.slots_of_month(visible_events(who, P.SCHEDULE_VIEW), month, filters)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    planned = choices.programmes(visible_programmes(who, P.SCHEDULE_PLAN))
    asked = _asked()
    planning = next((id_ for id_, _title in planned if asked.get("programme") in (None, id_)), None)
    return render_template(
        "schedule/calendar.html",
        month=month,
        month_name=str(format_date(month, "MMMM y" if str(get_locale()) == "en" else "y年M月")),
        before=(month - timedelta(days=1)).replace(day=1),
        after=last + timedelta(days=1),
        days=[month + timedelta(days=n) for n in range(last.day)],
        blanks=month.weekday(),
        trailing=6 - last.weekday(),
        slots=slots,
        today=today,
        filters=filters,
        asked=asked,
        offered=_offered(who),
        weekdays=weekdays(),
        planning=planning,
    )
