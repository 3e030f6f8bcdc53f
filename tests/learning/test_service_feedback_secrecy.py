"""Nothing that is kept says who gave which answer.

The same people answer at the same times in the same order, but what each says is dealt out anew. If every table, on
SQLite in the order in which its rows lie, and every line of the log are the same afterwards, nothing in them depends on who said what.
"""

from __future__ import annotations

import logging

import pytest
import time_machine
from sqlalchemy import text

from tests import cast
from tests.learning.feedbackers import BAD, BEST, CROWD, GOOD, SO_SO, WORST, crowd
from training_app.core.db import Model, db, is_sqlite
from training_app.learning import feedback
from training_app.learning.feedbackrules import Answer

EVENT = cast.TODAY_EVENT
ANSWERS = [
    Answer({"overall": WORST, "venue": BAD}, "太远了"),
    Answer({"overall": BEST}, ""),
    Answer({"overall": BEST, "teacher": BEST}, "很好"),
    Answer({"overall": GOOD, "content": SO_SO}, "案例再多一些"),
    Answer({"overall": SO_SO, "venue": WORST, "teacher": GOOD}, ""),
    Answer({"overall": BEST, "content": GOOD}, "谢谢"),
    Answer({"overall": BAD}, "很好"),
    Answer({"overall": GOOD, "organisation": BEST}, ""),
]
#: Shown by their number: who says what.
DEALS = ([0, 1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 1, 7, 2, 5, 4])


def everything():
    """Every row of every table as it lies there, what the database hides included where that can be read."""
    found = {}
    for table in Model.metadata.tables.values():
        hidden = "" if not is_sqlite() else ", rowid" if _has_rowid(table.name) else ""
        rows = db.session.execute(text(f"SELECT *{hidden} FROM {table.name}"))
        listed = [tuple(map(str, row)) for row in rows]
        # PostgreSQL lays rows where earlier tests left room.
        found[table.name] = listed if is_sqlite() else sorted(listed)
    return found


def _has_rowid(name):
    made = db.session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name})
    return "WITHOUT ROWID" not in made.upper()


def kept_after(database, caplog, deal):
    database.reset()
    with database.app.app_context(), time_machine.travel(cast.NOW, tick=False):
        crowd(EVENT)
        before = everything()
        caplog.clear()
        for person, number in zip(CROWD, deal, strict=True):
            assert feedback.give(EVENT, person, ANSWERS[number], version=0, now=cast.NOW)
        after = everything()
        db.session.remove()
    return before, after, caplog.text


def test_whoever_says_what_the_same_is_kept(database, caplog):
    caplog.set_level(logging.DEBUG)
    (_before, first, said), *others = [kept_after(database, caplog, deal) for deal in DEALS]
    assert len(first["feedback_given"]) == len(CROWD)
    for _start, other, other_said in others:
        assert other == first
        assert other_said == said


def test_an_answer_leaves_nothing_but_two_rows_and_a_note_without_what_was_said(database, caplog):
    before, after, _said = kept_after(database, caplog, DEALS[0])
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"feedback_given", "feedback_box", "dirty"}
    assert len(after["feedback_box"]) == 1
    for words in ("太远了", "案例再多一些"):
        assert [
            name
            for name, rows in after.items()
            if any(words in cell or _escaped(words) in cell for row in rows for cell in row)
        ] == ["feedback_box"]


def _escaped(words):
    return words.encode("unicode_escape").decode()


def test_who_has_answered_lies_in_the_order_of_persons_not_of_answers(database):
    database.reset()
    with database.app.app_context():
        crowd(EVENT)
        for person in reversed(CROWD):
            feedback.give(EVENT, person, ANSWERS[0], version=0, now=cast.NOW)
        if is_sqlite():
            assert [int(row[1]) for row in everything()["feedback_given"]] == sorted(CROWD)
        columns = set(Model.metadata.tables["feedback_given"].columns.keys())
        assert columns == {"event_id", "person_id"}
        db.session.remove()


@pytest.mark.parametrize("name", ["before", "after"])
def test_a_page_with_the_answers_is_never_written_to_the_log(client_as, caplog, name):
    caplog.set_level(logging.DEBUG)
    with client_as("visitor").application.app_context():
        crowd(EVENT)
    browser = client_as("chen")
    sent = {"version": "0", "q-overall": "4", "text": "请勿外传的话"}
    for _tap in range(2 if name == "after" else 1):
        assert browser.post(f"/events/{EVENT}/feedback", data=sent).status_code == 200
    assert "请勿外传" not in caplog.text
