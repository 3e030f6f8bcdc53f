"""Whatever the supervisor of one subdistrict sends with the numbers of another: nothing of it changes, and no answer
tells whether what she guessed is there."""

from __future__ import annotations

import itertools
import re

import pytest

from tests import cast
from tests.security import neighbours
from tests.security.neighbours import FUQIAO
from tests.security.test_nothing_leaks import MARKS, kaiyuan  # noqa: F401
from tests.security.walking import ROWS, Asked, Remembering, heard
from training_app.core.db import Model, db
from training_app.people.models import Person

#: Written by whatever anybody tries.
LOGS = {"audit", "attempt", "dirty", "upkeep"}
#: Ends the walk itself: her own login, her own password.
HER_OWN = {"people.logout", "people.password", "web.language"}
#: A slot's page says to everyone in the world that there is a check-in, as the venue's screen does.
OPEN_TO_ALL = {"checkin.venue_enter", "checkin.venue_walk_in"}
#: What everyone in the subdistricts has in common.
SHARED = {"event_id": (4, 6), "slot_id": (4, 6), "phase_id": (4, 6), "programme_id": (cast.PROGRAMME,)}
#: Arguments that count within a thing, and are nobody's number.
COUNTED: dict[str, tuple[int, ...]] = {"place": (0, 1), "version": (1,)}
NOWHERE = 9_999
NAME, PHONE, PLACE = f"{FUQIAO.word}甲", f"{FUQIAO.phones[3:]}0000", FUQIAO.communities[0]
#: What is put into a field of this name; a number of Fuqiao's into any other.
WORDS = {
    "name": NAME, "phone": PHONE, "division": PLACE, "subdistrict": FUQIAO.code, "reason": "一个理由", "q": NAME,
    "decision": "accept", "answer": "grant", "status": "present", "state": "accepted", "kind": "persons",
    "format": "csv", "year": "2026", "as_of": "2026-06-14", "level": "province", "title": "某班", "organiser": "某校",
    "hours": "8", "starts_on": "2026-03-02", "ends_on": "2026-03-03", "source": "search", "nonce": "nonce-of-hers",
    "appointed": "elected", "from_on": "2026-06-14", "label": "某群", "days": "7", "action": "remind",
    "note": "一句话", "as_whom": "trainee", "direction": "in", "programme": "", "replaces": "", "shown": "full",
}  # fmt: skip


def _rows():
    """Every row of every table but the logs, by table and key."""
    db.session.expire_all()
    found = {}
    for table in Model.metadata.sorted_tables:
        if table.name not in LOGS:
            names = [column.name for column in table.primary_key.columns]
            for row in db.session.execute(table.select()).mappings():
                found[table.name, tuple(row[name] for name in names)] = dict(row)
    db.session.rollback()
    return found


def _of(people):
    """Whether a row is about these people or lies in Fuqiao."""

    def about(row):
        whom = any(value in people for name, value in row.items() if name.endswith(("person_id", "stand_in_for_id")))
        return whom or any(isinstance(value, str) and value.startswith(FUQIAO.code) for value in row.values())

    return about


def _told(answer):
    """What an answer tells but for the numbers and the token of the browser that asked."""
    return answer.status, re.sub(r"\d+", "", re.sub(r'"[\w-]{20,}\.[\w-]+\.[\w-]+"', "", answer.text))


def _addresses(app, theirs):
    """(path, the same path with numbers that nobody has) of every POST with a number of Fuqiao's in it, or with none."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.endpoint in HER_OWN | OPEN_TO_ALL or "token" in rule.arguments:
            continue
        names = sorted(rule.arguments)
        unknown = set(names) - set(ROWS) - {"code", *COUNTED}
        assert unknown == set(), f"{rule.endpoint}: give these values in tests/security/walking.py"
        values = [
            (FUQIAO.code, PLACE) if name == "code" else COUNTED.get(name) or (*SHARED.get(name, ()), *theirs[name])
            for name in names
        ]
        for chosen in itertools.product(*values):
            given = dict(zip(names, chosen, strict=True))
            nobodys = {
                name: value
                if name in COUNTED or value in SHARED.get(name, ())
                else "350599999"
                if name == "code"
                else NOWHERE
                for name, value in given.items()
            }
            path = adapter.build(rule.endpoint, given, method="POST")
            yield path, adapter.build(rule.endpoint, nobodys, method="POST")


def _bodies(names, numbers):
    """Forms with these fields, filled with Fuqiao's numbers in turn."""
    for number in numbers:
        yield {
            name: WORDS.get(name, WORDS.get(re.sub(r"^\d+-", "", name), str(4 if name.startswith("slot") else number)))
            for name in names
        }


@pytest.mark.timeout(400)
def test_nothing_that_is_sent_touches_another_subdistrict_or_tells_of_it(kaiyuan, client_as, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Remembering, "sent", True)
    before = _rows()
    neighbours.train(FUQIAO)
    after = _rows()
    new = [key for key in after if key not in before]
    theirs = {
        name: sorted({key[1][0] for key in new for model in models if key[0] == model.__tablename__})[:2]
        for name, models in ROWS.items()
    }
    people = {cast.CAST["zhang"].id, *(key[1][0] for key in new if key[0] == Person.__tablename__)}
    about = _of(people)
    # Two of her browsers, so that what one is told on its next page is told by what it sent itself.
    browser, guesser, telling = client_as("supervisor_kaiyuan"), client_as("supervisor_kaiyuan"), []
    numbers = sorted({number for found in theirs.values() for number in found})
    sent = 0
    for path, nobodys in _addresses(kaiyuan, theirs):
        Asked.names.clear()
        browser.post(path, data={"unasked": "1"})
        for body in _bodies(sorted(Asked.names), numbers if Asked.names else numbers[:1]):
            sent += 1
            answer = heard(browser.post(path, data=body))
            if path != nobodys:
                other = heard(guesser.post(nobodys, data=body))
                if _told(answer) != _told(other):
                    telling.append((path, body, answer.status, other.status))
            if MARKS.search(answer.text.replace(NAME, "").replace(PHONE, "")):
                telling.append((path, body, answer.status, "named"))
    now = _rows()
    touched = [key for key, row in after.items() if (key in new or about(row)) and now.get(key) != row]
    made = [(key, row) for key, row in now.items() if key not in after and about(row)]
    assert sent > 300, "too little was sent to prove anything"
    assert (touched, made, telling) == ([], [], [])
