"""A roster is imported whole or not at all, once; what is kept of it holds no ID number."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter
from flask import current_app
from sqlalchemy import func, select

from tests import cast
from training_app.core import files
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.people.models import Person
from training_app.registration import rosters
from training_app.registration.models import Enrolment, Nomination, Registration, RosterImport
from training_app.registration.rostercolumns import Field
from training_app.schedule.models import Event

EVENT = PHASE = 5
WHO = {"actor_id": cast.CAST["organiser"].id, "now": cast.NOW}
ALL = ("",)
CHEN = cast.CAST["chen"]
ID_NUMBER = "11010519491231002X"
HEADINGS = ["序号", "姓名", "身份证号", "联系电话", "街道", "社区"]


@pytest.fixture(autouse=True)
def _english(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def book(*rows, headings=HEADINGS):
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = made.add_worksheet("名册")
    sheet.write(0, 0, "儿童主任名册")
    for number, row in enumerate([headings, *rows], start=1):
        sheet.write_row(number, 0, row)
    made.close()
    return out.getvalue()


def row(name, phone="", community="开元", subdistrict="开元街道"):
    return [1, name, ID_NUMBER, phone, subdistrict, community]


def uploaded(*rows, purpose="roster", **where):
    where = where or {"phase_id": PHASE}
    return rosters.upload(book(*rows), "名册.xlsx", purpose=purpose, **where, **WHO)


def imported(roster, **more):
    return rosters.confirm(roster.id, ALL, **{"leave_out_bad": False} | WHO | more)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_no_id_number_is_ever_stored(app):
    roster = uploaded(row("王芳", "13859700001"), row(f"李秀兰 {ID_NUMBER}", "13859700002"))
    kept = b"".join(path.read_bytes() for path in Path(current_app.config["FILES"]).rglob("*") if path.is_file())
    assert b"1101051949" not in kept
    assert roster.choices["dropped"] == [[0, "身份证号"]]
    assert [r.name for r in rosters.preview(roster, ALL).results] == ["王芳", "李秀兰"]


def test_everyone_is_enrolled_and_known_persons_are_matched(app):
    roster = uploaded(row("陈丽华", "138 0000 0007"), row("王芳", "13859700001"))
    before = count(Person)
    assert imported(roster) == {
        "rows": 2, "new": 1, "confirmed": 2, "waiting": 0, "numbers_kept": [], "left_out": 0,
    }  # fmt: skip
    assert count(Person) == before + 1
    made = db.session.scalar(select(Person).where(Person.phone == "+8613859700001"))
    assert (made.name, made.pinyin, made.division_code) == ("王芳", "wangfang wf", cast.KAIYUAN_COMMUNITY)
    assert sorted(db.session.scalars(select(Enrolment.person_id))) == sorted([CHEN.id, made.id])
    assert db.session.get(Event, EVENT).seats_taken == 2
    codes = db.session.scalars(select(Registration.division_code)).all()
    assert codes == [cast.KAIYUAN_COMMUNITY] * 2


def test_a_second_confirmation_is_harmless(app):
    roster = uploaded(row("王芳", "13859700001"))
    first = imported(roster)
    persons = count(Person)
    assert imported(roster) == first
    assert (count(Person), count(Registration)) == (persons, 1)


def test_the_cells_are_deleted_when_they_are_imported_or_discarded(app):
    done, thrown = uploaded(row("王芳", "13859700001")), uploaded(row("王芳", "13859700001"))
    imported(done)
    rosters.discard(thrown.id)
    rosters.discard(thrown.id)
    for roster in (done, thrown):
        with pytest.raises(NotFound):
            files.read(roster.file_sha256)
    with pytest.raises(Refusal) as gone:
        imported(thrown)
    assert gone.value.code == "roster_done"


def test_an_upload_that_nobody_finishes_is_forgotten_after_a_week(app):
    roster = uploaded(row("王芳", "13859700001"))
    assert rosters.forget_old(cast.NOW + timedelta(days=6)) == 0
    assert rosters.forget_old(cast.NOW + timedelta(days=8)) == 1
    assert db.session.get(RosterImport, roster.id, populate_existing=True).state == "discarded"


def test_one_bad_row_imports_nothing_unless_it_is_left_out(app):
    roster = uploaded(row("王芳", "13859700001"), row("李秀兰", "1385970"))
    with pytest.raises(Refusal) as bad:
        imported(roster)
    assert bad.value.code == "rows_bad"
    assert count(Registration) == 0
    assert imported(roster, leave_out_bad=True)["left_out"] == 1


def test_questions_are_answered_before_anything_is_imported(app):
    roster = uploaded(row("陈丽华", "13859700009"), row("路人乙", "13800000007"))
    codes = [(r.number, r.code) for r in rosters.preview(roster, ALL).results]
    assert codes == [(3, "same_name"), (4, "phone_of_another")]
    with pytest.raises(Refusal) as asked:
        imported(roster)
    assert asked.value.code == "questions_open"
    rosters.answer(roster.id, {3: "new", 4: "skip"})
    result = imported(roster)
    assert (result["new"], result["left_out"]) == (1, 1)
    assert db.session.scalar(select(func.count()).where(Person.name == "陈丽华")) == 2


def test_two_rows_answered_with_one_person_are_a_question_again(app):
    roster = uploaded(row("陈丽华", "13800000007"), row("陈丽华", "13859700009"))
    rosters.answer(roster.id, {4: f"person:{CHEN.id}"})
    with pytest.raises(Refusal) as asked:
        imported(roster)
    assert asked.value.code == "questions_open"
    assert rosters.preview(roster, ALL).results[1].code == "person_twice"
    rosters.answer(roster.id, {4: "new"})
    assert imported(roster)["new"] == 1


def test_a_known_person_without_a_number_gets_the_rosters_and_any_other_number_stays(app):
    with transaction() as session:
        session.add(
            Person(name="王芳", phone=None, division_code=cast.KAIYUAN_COMMUNITY, pinyin="", created_at=cast.NOW)
        )
    roster = uploaded(row("王芳", "13859700001"), row("陈丽华", "13859700009"))
    known = db.session.scalar(select(Person.id).where(Person.name == "王芳"))
    rosters.answer(roster.id, {3: f"person:{known}", 4: f"person:{CHEN.id}"})
    assert imported(roster)["numbers_kept"] == ["陈丽华"]
    assert db.session.get(Person, known, populate_existing=True).phone == "+8613859700001"
    assert db.session.get(Person, CHEN.id, populate_existing=True).phone == CHEN.phone


def test_a_number_from_beyond_the_area_never_reveals_whose_it_is(app):
    with transaction() as session:
        session.add(
            Person(name="外区人", phone="+8613859700001", division_code="350503001001", pinyin="", created_at=cast.NOW)
        )
    [wrong] = rosters.preview(uploaded(row("王芳", "13859700001")), ALL).results
    assert wrong.code == "phone_elsewhere"
    assert "外区人" not in f"{wrong.sentence}{wrong.choices}"
    assert rosters.preview(uploaded(row("外区人", "13859700001")), ALL).counts == {"matched": 1}


def test_who_finds_no_seat_waits_in_the_rosters_order(app):
    with transaction() as session:
        session.get(Event, EVENT).capacity = 2
    roster = uploaded(*[row(f"王芳{c}", f"1385970000{n}") for n, c in enumerate("甲乙丙丁")], event_id=EVENT)
    assert imported(roster)["waiting"] == 2
    rows = db.session.execute(
        select(Person.name, Registration.state).join(Registration.person).order_by(Registration.line, Person.name)
    ).all()
    waiting = [name for name, state in rows if state == "waiting"]
    assert waiting == ["王芳丙", "王芳丁"]
    assert db.session.get(Event, EVENT, populate_existing=True).seats_taken == 2


def test_a_second_roster_with_the_same_people_takes_no_second_seat(app):
    imported(uploaded(row("王芳", "13859700001"), row("李秀兰", "13859700002")))
    result = imported(uploaded(row("王芳", "13859700001"), row("黄玉珍", "13859700003")))
    assert (result["already"], result["confirmed"], result["new"]) == (1, 1, 1)
    assert db.session.get(Event, EVENT, populate_existing=True).seats_taken == 3


def test_a_closed_event_takes_nobody_and_creates_nobody(app):
    with transaction() as session:
        session.get(Event, EVENT).state = "closed"
    roster = uploaded(row("王芳", "13859700001"), event_id=EVENT)
    before = count(Person)
    with pytest.raises(Refusal) as closed:
        imported(roster)
    assert closed.value.code == "event_closed"
    assert count(Person) == before
    assert db.session.get(RosterImport, roster.id, populate_existing=True).state == "mapped"


def test_other_columns_and_another_heading_row_can_be_chosen(app):
    data = book(["李秀兰", "王芳", "13859700001"], headings=["推荐人", "名称", "号"])
    roster = rosters.upload(data, "名册.xlsx", purpose="roster", phase_id=PHASE, **WHO)
    with pytest.raises(Invalid):
        rosters.choose(roster.id, sheet=0, header_row=1, fields={Field.PHONE: 2})
    with pytest.raises(Invalid):
        rosters.choose(roster.id, sheet=0, header_row=1, fields={Field.NAME: 1, Field.PHONE: 1})
    rosters.choose(roster.id, sheet=0, header_row=1, fields={Field.NAME: 1, Field.PHONE: 2})
    [result] = rosters.preview(db.session.get(RosterImport, roster.id, populate_existing=True), ALL).results
    assert (result.name, result.phone) == ("王芳", "+8613859700001")


def test_a_supervisors_list_of_names_nominates_her_directors_only(app):
    kaiyuan = (cast.KAIYUAN,)
    who = {"actor_id": cast.CAST["supervisor_kaiyuan"].id, "now": cast.NOW}
    rows = [["陈丽华", "开元社区"], ["林晓燕", ""], ["张淑英", ""], ["谁也不是", ""]]
    data = book(*rows, headings=["姓名", "社区"])
    roster = rosters.upload(data, "提名.xlsx", purpose="nomination", phase_id=PHASE, **who)
    found = rosters.preview(roster, kaiyuan)
    assert [(r.name, r.outcome.value, r.code) for r in found.results] == [
        ("陈丽华", "matched", ""),
        ("林晓燕", "matched", ""),
        ("张淑英", "bad", "not_in_post"),
        ("谁也不是", "bad", "not_in_post"),
    ]
    result = rosters.confirm(roster.id, kaiyuan, leave_out_bad=True, **who)
    assert result == {"rows": 2, "nominated": 2, "already": 0, "left_out": 2}
    assert count(Nomination) == 2


@pytest.mark.parametrize("rows", [10, 1000])
def test_an_import_costs_the_same_statements_for_ten_and_for_a_thousand_rows(app, count_statements, rows):
    people = [row(f"王{chr(0x4E00 + n)}", str(13859700000 + n)) for n in range(rows)]
    roster = uploaded(*people)
    assert count_statements(lambda: imported(roster)) <= 45
    assert count(Registration) == rows
