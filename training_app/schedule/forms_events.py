"""What may be typed about sessions and salons: shape only; the services decide."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from training_app.core.clock import at, local

from . import words
from .drafts import AgendaDraft, EventDraft, FacilitatorDraft, SlotDraft
from .forms import (
    ChoiceSelectField,
    ClockField,
    DayField,
    HoursField,
    MomentField,
    NumberField,
    filled,
    need,
    needed,
    number_or_none,
    optional,
    options,
)
from .forms_programmes import HOSTS_KW, ONE_A_LINE, hosts_typed, instant, wall_clock
from .rules import default_windows

SLOT_FIELDS = {
    "starts_at": "starts",
    "ends_at": "ends",
    "credit_hours": "credit_hours",
    "checkin_opens_at": "opens",
    "checkin_closes_at": "closes",
    "late_after": "late",
}


class SlotForm(Form):
    """A slot: day and times on the wall clock."""

    id = HiddenField()
    label = ChoiceSelectField(_l("Slot"), default="whole", choices=options(words.LABELS.items()))
    day = DayField(_l("Date"), [optional()])
    starts = ClockField(_l("Start"), [optional()])
    ends = ClockField(_l("End"), [optional()])
    credit_hours = HoursField(_l("Credit hours"), [optional()], render_kw={"inputmode": "decimal"})
    opens = ClockField(_l("Check-in opens"), [optional()])
    closes = ClockField(_l("Check-in closes"), [optional()])
    late = ClockField(_l("Late after"), [optional()])

    def draft(self) -> SlotDraft:
        def moment(clock: time | None) -> datetime | None:
            return at(self.day.data, clock) if clock else None

        return SlotDraft(
            label=self.label.data,
            starts_at=at(self.day.data, self.starts.data),
            ends_at=at(self.day.data, self.ends.data),
            credit_hours=self.credit_hours.data,
            checkin_opens_at=moment(self.opens.data),
            checkin_closes_at=moment(self.closes.data),
            late_after=moment(self.late.data),
            id=number_or_none(self.id.data),
        )


class AgendaForm(Form):
    """A part of the agenda."""

    minutes = NumberField(_l("Minutes"), [optional()], render_kw={"inputmode": "numeric"})
    kind = ChoiceSelectField(_l("Kind"), default="talk", choices=options(words.AGENDA_KINDS.items()))
    title = StringField(_l("What happens"), [Length(max=120)], render_kw={"maxlength": 120})


class FacilitatorForm(Form):
    """Who teaches or leads."""

    person_id = HiddenField()
    name = StringField(
        _l("Name"), [Length(max=60)], render_kw={"maxlength": 60, "list": "facilitators-known", "autocomplete": "off"}
    )
    phone = StringField(
        _l("Phone number"), [Length(max=30)], render_kw={"maxlength": 30, "inputmode": "tel", "autocomplete": "off"}
    )
    unit_and_title = StringField(_l("Unit and title"), [Length(max=120)], render_kw={"maxlength": 120})


def _person(row: FacilitatorForm, leaders: frozenset[int]) -> int | None:
    """The known person of a row, while its name is still theirs."""
    id_, _, name = (row.person_id.data or "").partition(":")
    person_id = number_or_none(id_)
    return person_id if person_id in leaders and name == row.name.data and not row.phone.data else None


class EventForm(FlaskForm):
    """A session or a salon."""

    kind = HiddenField()
    title = StringField(_l("Title"), [needed(), Length(max=120)], render_kw={"maxlength": 120})
    number = NumberField(
        _l("Number in the programme"),
        [optional()],
        description=_l("Empty: the next free one."),
        render_kw={"inputmode": "numeric"},
    )
    phase_id = ChoiceSelectField(_l("Phase"), coerce=number_or_none)
    curriculum_area = ChoiceSelectField(
        _l("Curriculum area"), default="", choices=options([("", "—"), *words.AREAS.items()])
    )
    description = TextAreaField(_l("About this event"), [Length(max=4000)], render_kw={"rows": 3, "maxlength": 4000})
    slots = FieldList(FormField(SlotForm), max_entries=20)
    venue_id = ChoiceSelectField(_l("Venue"), coerce=number_or_none)
    capacity = NumberField(
        _l("Capacity"), [optional()], description=_l("Empty: no limit."), render_kw={"inputmode": "numeric"}
    )
    checkin_within_m = NumberField(
        _l("Check-in only within … metres of the venue"),
        [optional()],
        description=_l("Empty: anywhere. It concerns the code on the screen; phones then ask for their place."),
        render_kw={"inputmode": "numeric"},
    )
    registration_opens_at = MomentField(
        _l("Registration opens"), [optional()], description=_l("Empty: as soon as it is published.")
    )
    registration_closes_at = MomentField(
        _l("Registration closes"), [optional()], description=_l("Empty: when the event starts.")
    )
    agenda = FieldList(FormField(AgendaForm), max_entries=40)
    facilitators = FieldList(FormField(FacilitatorForm), max_entries=20)
    guided_by = TextAreaField(words.ROLES["guided_by"], description=ONE_A_LINE, render_kw=HOSTS_KW)
    hosted_by = TextAreaField(words.ROLES["hosted_by"], description=ONE_A_LINE, render_kw=HOSTS_KW)
    delivered_by = TextAreaField(words.ROLES["delivered_by"], description=ONE_A_LINE, render_kw=HOSTS_KW)

    def _slots(self) -> list[Any]:
        return filled(self.slots, "day", "id") or filled(self.slots, "starts", "ends") or list(self.slots)[:1]

    def _agenda(self) -> list[Any]:
        return filled(self.agenda, "title", "minutes")

    def _facilitators(self) -> list[Any]:
        return filled(self.facilitators, "name", "phone")

    def draft(self, leaders: frozenset[int] = frozenset()) -> EventDraft | None:
        """What was typed; None when something is wrong, which then stands beside its field.

        `leaders` are the persons who lead the event already: no other id of a person is believed.
        """
        if not self.slots.entries:
            self.slots.append_entry()
        fine = self.validate()
        for row in self._slots():
            fine = need(row.form.day, row.form.starts, row.form.ends, row.form.credit_hours) and fine
        for row in self._agenda():
            fine = need(row.form.minutes, row.form.title) and fine
        for row in self._facilitators():
            fine = need(row.form.name) and fine
        if not fine:
            return None
        return EventDraft(
            kind=self.kind.data,
            title=self.title.data,
            slots=tuple(row.form.draft() for row in self._slots()),
            number=self.number.data,
            phase_id=self.phase_id.data,
            curriculum_area=self.curriculum_area.data or None,
            description=self.description.data or "",
            venue_id=self.venue_id.data,
            capacity=self.capacity.data,
            checkin_within_m=self.checkin_within_m.data,
            registration_opens_at=instant(self.registration_opens_at.data),
            registration_closes_at=instant(self.registration_closes_at.data),
            agenda=tuple(AgendaDraft(r.form.minutes.data, r.form.kind.data, r.form.title.data) for r in self._agenda()),
            hosts=hosts_typed(self),
            facilitators=tuple(
                FacilitatorDraft(
                    r.form.name.data,
                    r.form.phone.data or "",
                    r.form.unit_and_title.data or "",
                    _person(r.form, leaders),
                )
                for r in self._facilitators()
            ),
        )

    def names(self) -> dict[str, Any]:
        """Field names of the service → fields."""
        found = {
            f"slots-{place}-{theirs}": row.form[ours]
            for place, row in enumerate(self._slots())
            for theirs, ours in SLOT_FIELDS.items()
        }
        for name, rows in (("agenda", self._agenda()), ("facilitators", self._facilitators())):
            found |= {
                f"{name}-{place}-{field.short_name}": field for place, row in enumerate(rows) for field in row.form
            }
        return found


#: A row that scripts copy: its fields are named with this where the others have their number.
PLACE = "__n__"


def blanks() -> dict[str, Form]:
    """An empty row of each kind, for scripts to copy."""
    rows = {"slots": SlotForm, "agenda": AgendaForm, "facilitators": FacilitatorForm}
    return {name: form(prefix=f"{name}-{PLACE}-") for name, form in rows.items()}


def _clock(moment: datetime) -> time:
    return local(moment).time()


def _slot_shown(slot: SlotDraft) -> dict[str, Any]:
    usual = default_windows(slot.starts_at, slot.ends_at)

    def unusual(moment: datetime | None, default: datetime) -> time | None:
        return _clock(moment) if moment and moment != default else None

    return {
        "id": slot.id or "",
        "label": slot.label,
        "day": local(slot.starts_at).date(),
        "starts": _clock(slot.starts_at),
        "ends": _clock(slot.ends_at),
        "credit_hours": slot.credit_hours,
        "opens": unusual(slot.checkin_opens_at, usual.checkin_opens_at),
        "closes": unusual(slot.checkin_closes_at, usual.checkin_closes_at),
        "late": unusual(slot.late_after, usual.late_after),
    }


def shown(draft: EventDraft) -> dict[str, Any]:
    """An event as its form shows it; windows that are the usual ones stay empty and so follow the times."""
    return {
        "kind": draft.kind,
        "title": draft.title,
        "number": draft.number,
        "phase_id": draft.phase_id,
        "curriculum_area": draft.curriculum_area or "",
        "description": draft.description,
        "slots": [_slot_shown(slot) for slot in draft.slots],
        "venue_id": draft.venue_id,
        "capacity": draft.capacity,
        "checkin_within_m": draft.checkin_within_m,
        "registration_opens_at": wall_clock(draft.registration_opens_at),
        "registration_closes_at": (
            wall_clock(draft.registration_closes_at)
            if draft.slots and draft.registration_closes_at != min(s.starts_at for s in draft.slots)
            else None
        ),
        "agenda": [item._asdict() for item in draft.agenda],
        "facilitators": [
            {
                "person_id": f"{f.person_id}:{f.name}" if f.person_id else "",
                "name": f.name,
                "unit_and_title": f.unit_and_title,
            }
            for f in draft.facilitators
        ],
        **{role: "\n".join(h.organisation for h in draft.hosts if h.role == role) for role in words.ROLES},
    }


class MoveForm(FlaskForm):
    """Another time or venue."""

    day = DayField(_l("New date"), [needed()])
    starts = ClockField(_l("New start"), [needed()])
    venue_id = ChoiceSelectField(_l("Venue"), coerce=number_or_none)


class CopyForm(FlaskForm):
    """Where a copy begins."""

    day = DayField(_l("Date of the copy"), [needed()])
    starts = ClockField(_l("Start"), [needed()])


class CancelForm(FlaskForm):
    """Why an event is cancelled."""

    reason = TextAreaField(
        _l("Reason"),
        [needed(), Length(max=500)],
        description=_l("Everyone who is registered reads it."),
        render_kw={"rows": 2, "maxlength": 500},
    )
