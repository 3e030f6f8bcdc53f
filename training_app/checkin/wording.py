"""The door's words: events and slots as they are called out, tones and marks of answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training_app.schedule.models import Event, Slot
from training_app.schedule.words import LABELS
from training_app.web.language import choose

from .answers import SENTENCES, Answer

#: Stage of a slot's check-in → (word, tone of the badge).
STAGES: dict[str, tuple[Any, str]] = {
    "before": (_l("Not open yet"), "off"),
    "open": (_l("Checking in"), "live"),
    "over": (_l("Over"), "off"),
    "closed": (_l("Closed"), "off"),
    "cancelled": (_l("Cancelled"), "live"),
}
MARKS: dict[str, Any] = {
    "walk_in": _l("Walk-in"),
    "guest": _l("Guest"),
    "staff": _l("Staff"),
    "stand_in": _l("Stand-in"),
}

#: Kind of a device → its word.
KINDS: dict[str, Any] = {"scanner": _l("Scanner"), "api": _l("Program")}
#: How a device stands → (word, tone of the badge).
STANDINGS: dict[str, tuple[Any, str]] = {
    "live": (_l("In use"), "good"),
    "waiting": (_l("Waiting for its phone"), "wait"),
    "stale": (_l("Not enrolled"), "off"),
    "idle": (_l("No event"), "off"),
    "revoked": (_l("Revoked"), "off"),
}


@lru_cache(maxsize=256)
def _spoken(code: str, _language: str) -> str:
    return str(SENTENCES[code])


def spoken(answer: Answer) -> str:
    """The sentence of an answer in the reader's language; a crowd gets the same few."""
    return _spoken(answer.code, choose())


def ago(moment: datetime, now: datetime) -> str:
    """2 分钟前 · 2 minutes ago."""
    if now - moment < timedelta(minutes=1):
        return str(_("just now"))
    return str(format_timedelta(moment - now, granularity="minute", threshold=1.2, add_direction=True))


def clock_wrong(slow: timedelta) -> str:
    """By how much a device's clock is wrong; `slow` is negative for one that is ahead."""
    by = format_timedelta(abs(slow), granularity="minute", threshold=1.2)
    if slow > timedelta():
        return str(_("Its clock is %(by)s slow", by=by))
    return str(_("Its clock is %(by)s fast", by=by))


def event_name(event: Event) -> str:
    """第 4 期 · Session 4; a salon by its own number."""
    if event.kind == "salon":
        return str(_("Salon %(number)s", number=event.number))
    return str(_("Session %(number)s", number=event.number))


def slot_name(slot: Slot) -> str:
    """第 4 期 · 上午."""
    if slot.label == "whole":
        return event_name(slot.event)
    return f"{event_name(slot.event)} · {LABELS.get(slot.label, slot.label)}"


def tone(answer: Answer) -> str:
    """The colour and shape of an answer: accepted, again or refused."""
    if answer.outcome != "accepted":
        return "refused"
    return "again" if answer.code == "duplicate" else "accepted"


def mark(as_whom: str | None) -> str:
    """What is said beside a name that is not an expected trainee's."""
    return str(MARKS.get(as_whom or "", ""))


def offline() -> dict[str, Any]:
    """Everything that a phone says by itself, without network."""
    proven = _("The ticket is genuine, but not on this phone's list. Let the person in; the server looks again later.")
    return {
        "sentences": {code: str(sentence) for code, sentence in SENTENCES.items()} | {"proven": str(proven)},
        "marks": {as_whom: str(word) for as_whom, word in MARKS.items()},
        "check_in": str(_("Check in")),
        "check_out": str(_("Check out")),
        "here": str(_("Here")),
        "not_here": str(_("Not here yet")),
        "outside": str(_("Not inside")),
        "force": str(_("Let in all the same")),
        "waiting": str(_("On the waiting list")),
        "cancelled": str(_("Cancelled")),
        "never": str(_("not synced yet")),
        "now": str(_("synced just now")),
        "minutes": str(_("synced {count} min ago")),
        "hours": str(_("synced {count} h ago")),
        "alone": str(_("No network. This phone checks in by its own list; what it holds is sent by itself.")),
        "seen": str(_("Seen")),
        "later": str(_("Sent later and refused:")),
        "let_in": str(_("was let in here, but the server refuses:")),
        "sent_away": str(_("was refused here, but the server accepts:")),
        "elsewhere": str(_("{count} had been checked in already, at another door. Nothing to do.")),
    }
