"""What an event's poster says, in words."""

from __future__ import annotations

from flask_babel import format_date
from flask_babel import gettext as _

from training_app.core.clock import local_date
from training_app.schedule import words
from training_app.schedule.models import Event
from training_app.web.filters import full_day, hour, moment

from .posters import PosterFacts


def of_event(event: Event, url: str) -> PosterFacts:
    """The facts of an event whose slots, hosts, facilitators and venue are loaded, in the language of this moment."""
    days: dict[str, list[str]] = {}
    for slot in event.slots:
        days.setdefault(f"{full_day(slot.starts_at)} {format_date(local_date(slot.starts_at), 'EEE')}", []).append(
            f"{hour(slot.starts_at)}–{hour(slot.ends_at)}"
        )
    rows: list[tuple[str, list[str]]] = [
        (_("Time"), [line for day, hours in days.items() for line in (day, "  ".join(hours))])
    ]
    if event.venue is not None:
        rows.append((_("Venue"), [text for text in (event.venue.name, event.venue.address) if text]))
    teachers = [f"{f.person.name} {f.unit_and_title}".strip() for f in event.facilitations]
    if teachers:
        rows.append((_("Taught by"), teachers))
    hosts: dict[str, list[str]] = {}
    for role in words.ROLES:
        names = [host.organisation.name for host in event.hosts if host.role == role]
        if names:
            hosts[str(words.ROLES[role])] = names
    number = _("Session %(number)s") if event.kind == "session" else _("Salon %(number)s")
    closes = event.registration_closes_at
    theme = str(words.AREAS.get(event.curriculum_area or "", ""))
    return PosterFacts(
        programme=event.programme.title,
        tag=number % {"number": event.number},
        title=event.title,
        theme="" if theme == event.title else theme,
        rows=rows,
        hosts=[(role, "　".join(names)) for role, names in hosts.items()],
        url=url,
        scan=_("Scan with WeChat to register"),
        note=_("Register until %(moment)s", moment=moment(closes)) if closes else _("Registration is open"),
    )
