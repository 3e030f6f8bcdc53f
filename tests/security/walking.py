"""Every address that answers a GET, with every id, and with every parameter that its page asks for.

Addresses come from the URL map: a new endpoint is walked as soon as it is there. One whose arguments are not known
here, or whose view asks for a parameter that is not, stops the walk until it is given values to be tried with.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

import pypdfium2
from flask import Request
from sqlalchemy import select
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.utils import cached_property

from tests import cast
from training_app.certificates.models import Certificate
from training_app.checkin.models import PhonePerson, SheetReading, SheetScan
from training_app.core.db import db
from training_app.core.jobs import Job
from training_app.learning.models import OutsideTraining
from training_app.learning.quizmodels import Quiz, QuizTry
from training_app.people.models import (
    Account,
    Claim,
    Device,
    Grant,
    GroupLink,
    Handover,
    Login,
    Organisation,
    Person,
    Post,
)
from training_app.registration.models import Registration, RosterImport
from training_app.reports.models import LedgerExport, SentReport
from training_app.schedule.models import Event, Phase, Programme, Slot, Venue

#: How many rows of a kind may come later and are asked for before they are there.
TO_COME = 2
#: What a page makes up anew each time; and when a programme was last counted, which whoever sees it is told.
_BY_CHANCE = re.compile(r'name="nonce" value="[\w-]+"|"If-None-Match": "[^}]*"')
_DRAWN = ("application/pdf", "image/png")
#: What an argument of an address numbers.
ROWS: dict[str, tuple[Any, ...]] = {
    "account_id": (Account,),
    "asked_id": (PhonePerson,),
    "certificate_id": (Certificate,),
    "claim_id": (Claim,),
    "device_id": (Device,),
    "event_id": (Event,),
    "export_id": (LedgerExport,),
    "grant_id": (Grant,),
    "handover_id": (Handover,),
    "job_id": (Job,),
    "link_id": (GroupLink, Grant),
    "login_id": (Login,),
    "organisation_id": (Organisation,),
    "person_id": (Person,),
    "phase_id": (Phase,),
    "post_id": (Post,),
    "programme_id": (Programme,),
    "quiz_id": (Quiz,),
    "reading_id": (SheetReading,),
    "registration_id": (Registration,),
    "report_id": (SentReport,),
    "roster_id": (RosterImport,),
    "scan_id": (SheetScan,),
    "slot_id": (Slot,),
    "training_id": (OutsideTraining,),
    "try_id": (QuizTry,),
    "venue_id": (Venue,),
}
#: Who and what is of the other subdistrict from the start.
NEIGHBOURS: dict[Any, tuple[int, ...]] = {Person: (5, 9), Account: (5,)}
CODES = [
    "nation",
    cast.LICHENG,
    cast.KAIYUAN,
    cast.KAIYUAN_COMMUNITY,
    cast.FUQIAO,
    cast.FUQIAO_COMMUNITY,
    "350502005005",
]
#: Arguments that are no numbers of rows.
WORDS: dict[str, list[Any]] = {
    "code": CODES,
    "kind": ["xlsx", "csv"],
    "number": [1, 2],
    "part": ["logo"],
    "place": [0, 1],
    "shown": ["full", "masked"],
    "version": [1],
}
#: What a `code` is elsewhere than in reports: a secret, which nobody counts through.
SECRETS = {
    "certificates.verify": "code",
    "certificates.achievement": "code",
    "certificates.badge_key": "thumbprint",
    "checkin.venue": "code",
    "checkin.door_link": "token",
    "checkin.enrol": "token",
}
NO_SECRET = "abcdefghjkmnpqrstvwxyz2345"
#: Open to everyone, and the same whoever asks.
FILES = {"static"}
#: A name, its pinyin, its initials, the digits of a phone: of the people who must not be found.
WORDS_OF_NAMES = ("虚隐", "xuyinjia", "xyj", "0001", "13999990001")
#: What a page may be asked for: its values, or the rows that are numbered.
PARAMETERS: dict[str, tuple[Any, ...]] = {
    "area": (cast.FUQIAO,),
    "code": (cast.FUQIAO,),
    "day": ("2026-06-14",),
    "division": (cast.FUQIAO,),
    "download": ("1",),
    "have": ("0",),
    "into": (Person,),
    "kept": ("1",),
    "kind": ("supervisor",),
    "lang": ("en",),
    "language": ("en",),
    "month": ("2026-05",),
    "next": ("/people/9",),
    "open": ("1",),
    "page": ("2",),
    "person": (Person,),
    "phase": (Phase,),
    "preset": ("one_class",),
    "programme": (Programme,),
    "q": WORDS_OF_NAMES,
    "reason": ("vacant",),
    "seen": ("1",),
    "show": ("all",),
    "slot": (Slot,),
    "state": ("confirmed", "asked"),
    "status": ("present",),
    "subdistrict": (cast.FUQIAO,),
    "text": ("eve",),
    "under": (cast.FUQIAO,),
    "venue": (Venue,),
    "version": ("1",),
    "when": ("past",),
    "year": ("2026",),
}


class Asked(ImmutableMultiDict[str, str]):
    """The parameters of a request, which remember what a view asked them for."""

    names: set[str] = set()

    def get(self, key: Any, *more: Any, **how: Any) -> Any:
        self.names.add(key)
        return super().get(key, *more, **how)

    def getlist(self, key: Any, *more: Any, **how: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *more, **how)

    def __getitem__(self, key: Any) -> Any:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


class Remembering(Request):
    """A request whose parameters and form remember what they were asked for."""

    #: Whether the form remembers too: its fields are no part of an address.
    sent = False

    @cached_property
    def args(self) -> Any:
        return Asked(super().args)

    @cached_property
    def form(self) -> Any:
        return Asked(super().form) if self.sent else super().form


class Answer(NamedTuple):
    """What can be told of an answer by whoever gets it: its time apart, byte for byte."""

    status: int
    headers: tuple[str | None, ...]
    text: str


def heard(response: Any) -> Answer:
    """An answer as text: files are opened."""
    data = response.get_data()
    if data[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(data)) as book:
            text = "\n".join(book.read(name).decode("utf-8", "replace") for name in sorted(book.namelist()))
    elif data[:4] == b"%PDF":
        paper = pypdfium2.PdfDocument(data)
        text = "\n".join(page.get_textpage().get_text_range() for page in paper) + hashlib.sha256(data).hexdigest()
    elif response.mimetype.startswith("image/"):
        text = hashlib.sha256(data).hexdigest()
    else:
        text = _BY_CHANCE.sub("", data.decode("utf-8", "replace"))
    headers = tuple(response.headers.get(name) for name in ("Location", "Content-Disposition", "ETag"))
    return Answer(response.status_code, headers, text)


def numbers(model: Any, *, few: bool = False) -> list[int]:
    """Some of the ids that there are and those that come next; a `few`: the first, and the next."""
    there = list(db.session.scalars(select(model.id).order_by(model.id)))
    last = there[-1] if there else 0
    known = sorted({*there[::4], *there[-1:], *(one for one in NEIGHBOURS.get(model, ()) if one in there)})
    return [*there[:1], last + 1] if few else [*known, *range(last + 1, last + 1 + TO_COME)]


def next_ids() -> dict[Any, int]:
    """The number that the next row of each kind will have."""
    kinds = {model for models in ROWS.values() for model in models}
    return {model: numbers(model, few=True)[-1] for model in sorted(kinds, key=lambda kind: str(kind.__name__))}


def _forged(token: str) -> Iterator[str]:
    """A token of one's own with another number in it."""
    for found in re.finditer(r"(?<![\w-])\d+(?=[-.])", token):
        for number in (1, 2, 9, 12, 13, 15, 16, 17, 20, 31):
            if str(number) != found.group():
                yield f"{token[: found.start()]}{number}{token[found.end() :]}"


def _values(endpoint: str, argument: str, tokens: dict[str, str]) -> Iterable[Any] | None:
    if SECRETS.get(endpoint) == argument:
        return [NO_SECRET]
    if argument == "token":
        return list(_forged(tokens[endpoint])) if endpoint in tokens else None
    if argument in ROWS:
        return sorted({number for model in ROWS[argument] for number in numbers(model)})
    return WORDS.get(argument)


def addresses(app: Any, tokens: dict[str, str]) -> dict[str, list[tuple[str, bool]]]:
    """Endpoint → every address of it that can be written down, and whether what it names is still to come.

    `tokens`: for endpoints with one in the address, a token of the walker's own. Fails for an argument without values.
    """
    found: dict[str, list[tuple[str, bool]]] = {}
    unknown = []
    later = {name: {one for model in models for one in numbers(model)[-TO_COME:]} for name, models in ROWS.items()}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint in FILES:
                continue
            names = sorted(rule.arguments)
            values = [_values(rule.endpoint, name, tokens) for name in names]
            unknown += [(rule.endpoint, name) for name, given in zip(names, values, strict=True) if given is None]
            for chosen in itertools.product(*(given or () for given in values)):
                given = dict(zip(names, chosen, strict=True))
                to_come = any(value in later[name] for name, value in given.items() if name in later)
                found.setdefault(rule.endpoint, []).append((adapter.build(rule.endpoint, given), to_come))
    assert unknown == [], "give these arguments values in tests/security/walking.py"
    return found


def asked_for(path: str, names: Iterable[str]) -> list[str]:
    """The same address with each parameter that its view asked for. Fails for a parameter without values."""
    unknown = set(names) - set(PARAMETERS)
    assert unknown == set(), f"{path} asks for these: give them values in tests/security/walking.py"
    found = []
    for name in sorted(names):
        for value in PARAMETERS[name]:
            found += [
                f"{path}?{name}={one}" for one in ([value] if isinstance(value, str) else numbers(value, few=True))
            ]
    return found


def walk(browser: Any, paths: dict[str, list[tuple[str, bool]]], *, parameters: bool) -> dict[str, Answer]:
    """Every address as this browser gets it; of each endpoint the first page with all its parameters too.

    Where she is refused what nobody has made yet, the endpoint is shut to her whatever it is asked for. Of drawn papers and pictures, which take their time, one is looked at, and whatever is still to come.
    """
    found: dict[str, Answer] = {}
    for written in paths.values():
        tried, drawn, shut = not parameters, False, False
        for path, to_come in sorted(written, key=lambda address: not address[1]):
            if shut or (drawn and not to_come):
                continue
            Asked.names.clear()
            response = browser.get(path)
            found[path] = heard(response)
            # Nothing was looked up: whoever has no such permission anywhere is refused before.
            shut = to_come and response.status_code == 403
            drawn = drawn or (response.status_code == 200 and response.mimetype in _DRAWN)
            if response.status_code == 200 and not tried:
                tried = True
                for more in asked_for(path, set(Asked.names)):
                    found[more] = heard(browser.get(more))
    return found


def again(browser: Any, paths: Iterable[str]) -> dict[str, Answer]:
    """The same addresses once more."""
    return {path: heard(browser.get(path)) for path in paths}
