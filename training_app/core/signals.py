"""News that travels upwards: sent inside the caller's transaction, handled there too.

Each is sent with the plain values named beside it, as keyword arguments.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from blinker import signal

#: action (an audit.Action), kind, entries [(subject_id, before, after)]: something was put on record, and so written.
recorded = signal("recorded")
#: event_id, changes {field: (before, after)}, actor_id, now: time or venue of a published event changed.
event_changed = signal("event-changed")
#: event_id, before, after, actor_id, now: the capacity of an event, None for no limit.
capacity_changed = signal("capacity-changed")
#: event_id, reason, actor_id, now
event_cancelled = signal("event-cancelled")
#: registration_id, actor_id, now: a registration became confirmed at once.
registration_confirmed = signal("registration-confirmed")
#: registration_id, now: a registration moved up from the waiting line.
registration_promoted = signal("registration-promoted")
#: registration_id, actor_id, now: the ticket's revision is dead.
registration_cancelled = signal("registration-cancelled")
#: A question without arguments: how many scans were there ever? Asked twice, it says how many come in.
scans_asked = signal("scans-asked")
#: event_id, actor_id, now
event_closed = signal("event-closed")
#: programme_id: which points pass? The room that knows the rule answers (mark, whether the latest try counts).
pass_mark_asked = signal("pass-mark-asked")
#: programme_id, person_ids, now: which sessions did these persons miss? The room that counts attendance answers
#: {person id: [(number, curriculum area), …]}, what is made up for or booked left out.
missed_asked = signal("missed-asked")
#: A question. event_id, person_id; the answer is a list of `LeaveNote`: what stands of the leave asked for there.
leave_note_asked = signal("leave-note-asked")
#: person_ids, counting_year, actor_id, now: what is confirmed of these persons' training elsewhere changed.
outside_training_changed = signal("outside-training-changed")
#: person_ids, now: these persons gave feedback on an event.
feedback_given = signal("feedback-given")
#: person_id, into_id, actor_id, now
persons_merged = signal("persons-merged")
#: old_code, new_code, on, actor_id, now: from the day `on` a subdistrict or community is taken over by another, and the
#: old one has ended. Posts follow before the transaction ends; a room that moves some answers with `PostsFollowed`.
division_succeeded = signal("division-succeeded")
#: person_id, actor_id, now: a person can log in by password from now on.
account_created = signal("account-created")
#: A question. event_ids, organisation_ids (None: every one), now; the answer is a list of `EventFact`: these
#: events, and all of the organisations.
events_asked = signal("events-asked")


class PostsFollowed(NamedTuple):
    """What became of the posts of a division that was taken over."""

    #: They went on at the successor.
    moved: int
    #: They ended: somebody holds that post at the successor already.
    lost: int


class LeaveNote(NamedTuple):
    """What a lower room may show of leave: the word, the tone of its badge, and the reason of a refusal."""

    word: Any
    tone: str
    reason: str


class EventFact(NamedTuple):
    """What a lower room may know of an event: whose it is, and how it is called."""

    id: int
    organisation_id: int
    title: str
    #: When its last slot ends; None where it has none.
    ends_at: datetime | None
