"""The official tree is taken in whole, twice without harm, or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.core.audit import Audit
from training_app.core.db import db
from training_app.core.errors import Invalid
from training_app.divisions import files, importing, service
from training_app.divisions.models import Division
from training_app.divisions.rules import parent_of

HEADINGS = "code,name,level,parent\n"
GOOD = HEADINGS + "350502,鲤城区,district,3505\n350502009,新街道,subdistrict,350502\n"


def _import(text):
    return importing.import_divisions(files.read_csv(text.encode()), actor_id=None, now=cast.NOW)


def _count():
    return db.session.scalar(select(func.count()).select_from(Division))


def test_the_shipped_file_holds_all_of_quanzhou(app):
    before = _count()
    done = importing.import_divisions(files.read_csv(files.SHIPPED.read_bytes()), actor_id=None, now=cast.NOW)
    assert _count() == 2762 and done.added == 2762 - before and done.unchanged == before and done.changed == 0


def test_a_second_import_changes_nothing_and_leaves_no_record(app):
    _import(GOOD)
    done = _import(GOOD)
    assert (done.added, done.changed, done.unchanged) == (0, 0, 2)
    imports = select(func.count()).select_from(Audit).where(Audit.action == "divisions.imported")
    assert db.session.scalar(imports) == 1


def test_a_new_name_is_taken_over(app):
    assert _import(HEADINGS + "350502004,开元新街道,subdistrict,350502\n").changed == 1
    assert db.session.get(Division, "350502004").name == "开元新街道"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("350502009,新街道,street,350502", "street"),
        ("35050200,新街道,subdistrict,350502", "35050200"),
        ("３５０５０２００９,新街道,subdistrict,350502", "３"),
        ("350502009,,subdistrict,350502", "60"),
        ("350502009,新街道,subdistrict,350503", "350502"),
        ("350999009,新街道,subdistrict,350999", "350999"),
        ("350502009,新街道,subdistrict", "350502"),
    ],
)
def test_a_bad_row_gets_its_sentence_and_nothing_changes(app, line, words):
    before = _count()
    with pytest.raises(Invalid) as refused:
        _import(HEADINGS + "350502010,好街道,subdistrict,350502\n" + line + "\n")
    (sentence,) = refused.value.details["problems"]
    assert words in str(sentence) and "3" in str(sentence)
    assert _count() == before


def test_the_same_code_twice_names_both_lines(app):
    with pytest.raises(Invalid) as refused:
        _import(GOOD + "350502009,别的街道,subdistrict,350502\n")
    (sentence,) = refused.value.details["problems"]
    assert "4" in str(sentence) and "3" in str(sentence)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04\x00\x00", b"name,code\n1,2\n", HEADINGS.encode()])
def test_what_is_no_such_file_is_refused(app, data):
    with pytest.raises(Invalid) as refused:
        files.read_csv(data)
    assert refused.value.code == "divisions_unreadable"


def test_a_file_in_gbk_is_read(app):
    rows = files.read_csv((HEADINGS + "350502009,新街道,subdistrict,350502\n").encode("gbk"))
    assert rows[0]["name"] == "新街道"


def test_the_tree_gives_the_subdistricts_and_communities_of_an_area(app):
    assert [d.code for d in service.subdistricts([cast.KAIYUAN])] == [cast.KAIYUAN]
    assert len(service.subdistricts([cast.LICHENG])) == 9 and len(service.communities([cast.LICHENG])) == 82
    assert service.communities([]) == []


def test_a_parent_is_the_code_one_level_up():
    assert parent_of("35") is None and parent_of("3505") == "35"
    assert parent_of("350502") == "3505" and parent_of("350502004011") == "350502004"
