"""The shapes that the API reads and writes. Imported by `api_document` alone, at its first use."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, validate, validates_schema
from marshmallow.fields import AwareDateTime, Integer, List, Nested, Raw, String

from .presented import DIRECTIONS
from .uploads import MOST

#: The years 1970 to 2100, in milliseconds.
_LATEST_MS = 4_102_444_800_000
_ID = validate.Range(1, 2**31 - 1)


class _Whole(validate.Regexp):
    """A pattern for the whole text: Python's `$` alone lets a line's end through."""

    def __call__(self, value: str) -> str:  # type: ignore[override]
        if self.regex.fullmatch(value) is None:  # type: ignore[call-overload]
            raise ValidationError("String does not match expected pattern.")
        return value


def _text(longest: int, shortest: int = 0) -> list[Any]:
    return [validate.Length(shortest, longest), _Whole(r"^[^\x00]*$")]


def _said(text: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"description": text, **more}}


class _Sent(Schema):
    class Meta:
        unknown = RAISE


class ErrorDetail(Schema):
    code = String(required=True, **_said("Stable, for programs"))
    sentence = String(required=True, **_said("For people, in the language of Accept-Language"))


class Error(Schema):
    error = Nested(ErrorDetail, required=True)


class Paged(Schema):
    page = Integer(load_default=1, validate=validate.Range(1, 999_999))


class Limited(Schema):
    limit = Integer(load_default=60, validate=validate.Range(1, 500))


class Search(Schema):
    q = String(
        required=True,
        validate=_text(60, 1),
        **_said("Name, pinyin, initials, or the last digits of the phone number (four at least)"),
    )
    limit = Integer(load_default=20, validate=validate.Range(1, 100))


class Having(Schema):
    have = String(
        load_default="",
        validate=_text(64),
        **_said("The `roster` that the program holds: if it is still right, tickets and names come as null"),
    )


class Under(Schema):
    under = String(
        load_default="",
        validate=_Whole(r"^([0-9]{2,12})?$"),
        **_said("A division's code: its children. Empty: the subdistricts of the programme's area"),
    )


class TimedScan(_Sent):
    nonce = String(
        required=True,
        validate=_Whole(r"^[A-Za-z0-9_-]{8,64}$"),
        **_said("Chosen by the program, one a scan; the same one gets the first answer again", example="a1b2c3d4-0001"),
    )
    ticket = String(
        validate=_text(8000),
        **_said("What was read: the ticket or its address, or the ten characters below its code"),
    )
    registration = Integer(strict=True, validate=_ID, **_said("Someone of the list, instead of a ticket"))
    direction = String(load_default="in", validate=validate.OneOf(DIRECTIONS))
    said = String(
        validate=_Whole(r"^[a-z_]{1,32}$"), **_said("The code that the program had shown by itself, without network")
    )

    @validates_schema
    def _whom(self, sent: dict[str, Any], **_: Any) -> None:
        if "ticket" not in sent and "registration" not in sent:
            raise ValidationError("Missing data: a ticket or a registration.", "ticket")


class Scan(TimedScan):
    at = Integer(
        strict=True,
        validate=validate.Range(0, _LATEST_MS),
        **_said("When it was scanned, in milliseconds by the program's clock. Without it: now"),
    )
    sent_at = Integer(
        strict=True,
        validate=validate.Range(0, _LATEST_MS),
        **_said("The program's clock when it sends, in milliseconds: so a wrong clock is put right"),
    )


class KeptScan(TimedScan):
    at = Integer(
        required=True,
        strict=True,
        validate=validate.Range(0, _LATEST_MS),
        **_said("When it was scanned, in milliseconds by the program's clock"),
    )


class Batch(_Sent):
    sent_at = Integer(
        required=True,
        strict=True,
        validate=validate.Range(0, _LATEST_MS),
        **_said("The program's clock when it sends, in milliseconds"),
    )
    queued = Integer(
        load_default=0,
        strict=True,
        validate=validate.Range(0, 2**31 - 1),
        **_said("How many scans it held when it sent, these included"),
    )
    scans = List(Nested(KeptScan), required=True, validate=validate.Length(max=MOST))


class Beat(_Sent):
    sent_at = Integer(required=True, strict=True, validate=validate.Range(0, _LATEST_MS))
    queued = Integer(load_default=0, strict=True, validate=validate.Range(0, 2**31 - 1))


class WalkIn(_Sent):
    nonce = String(required=True, validate=_Whole(r"^[A-Za-z0-9_-]{8,64}$"))
    name = String(required=True, validate=_text(60, 1), **_said("As people write it", format="person-name"))
    phone = String(
        load_default="",
        validate=_text(20, 5),
        **_said("A whole phone number; guests and staff may come without one", format="phone"),
    )
    division = String(
        validate=_Whole(r"^[0-9]{2,12}$"),
        **_said("The code of the community or subdistrict, from /slots/{slot_id}/divisions", format="division-code"),
    )
    as_whom = String(load_default="walk_in", validate=validate.OneOf(("walk_in", "guest", "staff")))

    @validates_schema
    def _number_of_a_walk_in(self, data: dict[str, Any], **_more: Any) -> None:
        if data["as_whom"] == "walk_in" and not data["phone"]:
            raise ValidationError("Missing data for required field.", "phone")


class Answer(Schema):
    nonce = String(required=True)
    outcome = String(required=True, validate=validate.OneOf(("accepted", "refused")))
    code = String(required=True, **_said("ok, late, duplicate, out, undo, or why not: see the table in docs/api.md"))
    tone = String(required=True, validate=validate.OneOf(("accepted", "again", "refused")))
    sentence = String(required=True)
    name = String(required=True)
    community = String(required=True)
    subdistrict = String(required=True)
    as_whom = String(required=True, allow_none=True)
    at = AwareDateTime(required=True, **_said("When it counts"))
    first_at = AwareDateTime(required=True, allow_none=True, **_said("When this person first checked in here"))


class BatchAnswer(Schema):
    nonce = String(required=True)
    answer = Nested(Answer, required=True, allow_none=True)
    error = Nested(ErrorDetail, required=True, allow_none=True)


class BatchAnswers(Schema):
    server_time = Integer(required=True)
    answers = List(Nested(BatchAnswer), required=True)


class Pulse(Schema):
    server_time = Integer(required=True, **_said("The server's clock, in milliseconds"))
    clock_offset_ms = Integer(required=True, **_said("The server's clock less the program's"))


class TallyOf(Schema):
    expected = Integer(required=True)
    here = Integer(required=True)
    others = Integer(required=True, **_said("Here and not expected: walk-ins, guests, staff"))
    excused = Integer(required=True)


class Slot(Schema):
    id = Integer(required=True)
    event_id = Integer(required=True)
    title = String(required=True)
    name = String(required=True, **_said("As the door calls it"))
    label = String(required=True, validate=validate.OneOf(("whole", "morning", "afternoon", "evening")))
    venue = String(required=True, allow_none=True)
    stage = String(required=True, validate=validate.OneOf(("before", "open", "over", "closed", "cancelled")))
    opens_at = AwareDateTime(required=True)
    closes_at = AwareDateTime(required=True)
    starts_at = AwareDateTime(required=True)
    ends_at = AwareDateTime(required=True)
    late_after = AwareDateTime(required=True)
    tally = Nested(TallyOf, required=True)


class Slots(Schema):
    slots = List(Nested(Slot), required=True)
    page = Integer(required=True)
    pages = Integer(required=True)
    total = Integer(required=True)


class SlotDetail(Slot):
    public_key = String(required=True, **_said("Ed25519, base64url: proves the event's tickets without network"))
    server_time = Integer(required=True)


class Listed(Schema):
    registration = Integer(required=True)
    name = String(required=True)
    community = String(required=True)
    subdistrict = String(required=True)
    as_whom = String(required=True)
    state = String(required=True, validate=validate.OneOf(("confirmed", "waiting", "cancelled")))
    status = String(required=True, allow_none=True)
    at = AwareDateTime(required=True, allow_none=True)


class People(Schema):
    people = List(Nested(Listed), required=True)


class Arrived(Schema):
    name = String(required=True)
    community = String(required=True)
    as_whom = String(required=True)
    status = String(required=True)
    at = AwareDateTime(required=True, allow_none=True)


class Board(Schema):
    tally = Nested(TallyOf, required=True)
    arrivals = List(Nested(Arrived), required=True, **_said("The latest first"))
    missing = List(Nested(Listed), required=True, **_said("Expected and not here yet"))


class DivisionOf(Schema):
    code = String(required=True)
    name = String(required=True)
    level = String(required=True)


class Divisions(Schema):
    divisions = List(Nested(DivisionOf), required=True)


class PackSlot(Schema):
    id = Integer(required=True)
    event_id = Integer(required=True)
    title = String(required=True)
    label = String(required=True)
    state = String(required=True)
    opens_at = Integer(required=True)
    closes_at = Integer(required=True)
    starts_at = Integer(required=True)
    ends_at = Integer(required=True)
    late_after = Integer(required=True)


class Pack(Schema):
    server_time = Integer(required=True)
    expires_at = Integer(required=True, **_said("When all of it must be wiped, in milliseconds"))
    slot = Nested(PackSlot, required=True)
    public_key = String(required=True)
    tickets = List(
        List(Raw()),
        required=True,
        allow_none=True,
        **_said("[registration, revision, state c|w|x, as whom, code_hash, sealed]: see docs/api.md"),
    )
    names = List(
        List(Raw()),
        required=True,
        allow_none=True,
        **_said("[registration, name, pinyin, community, subdistrict]: keep them locked"),
    )
    arrived = List(Integer(), required=True, **_said("Registrations whose holders are inside"))
    excused = List(Integer(), required=True, **_said("Registrations whose holders have leave"))
    roster = String(required=True)
    tag = String(required=True)


class EventOf(Schema):
    id = Integer(required=True)
    title = String(required=True)
    state = String(required=True)


class Me(Schema):
    name = String(required=True)
    scopes = List(String(), required=True)
    events = List(Nested(EventOf), required=True)
    server_time = Integer(required=True)
