"""The pages of training held elsewhere."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from tests import cast
from tests.learning.outsiders import CHEN, LIN, PHOTO, ZHANG, hand_in
from training_app.core.db import db
from training_app.learning.models import OutsideTraining

TYPED = {
    "title": "骨干培训班",
    "organiser": "福建省民政厅",
    "level": "province",
    "starts_on": "2026-03-02",
    "ends_on": "",
    "hours": "8",
}


def photo():
    return {"proof": (BytesIO(PHOTO.data), "IMG_1.jpg")}


def the_row():
    db.session.expire_all()
    return db.session.scalars(select(OutsideTraining)).one()


def test_a_director_hands_in_a_training_with_a_photo_and_reads_the_answer(app, client_as, time_machine):
    time_machine.move_to(cast.NOW)
    chen = client_as("chen")
    assert chen.post("/my/elsewhere/new", data=TYPED).status_code == 422
    assert chen.post("/my/elsewhere/new", data=TYPED | photo()).status_code == 302
    row = the_row()
    assert (row.person_id, row.state, row.counting_year, row.ends_on) == (CHEN, "asked", 2026, date(2026, 3, 2))
    organiser = client_as("organiser")
    assert "骨干培训班" in organiser.get("/elsewhere?state=asked").text
    assert organiser.get(f"/elsewhere/{row.id}/proof").data == PHOTO.data
    assert organiser.post(f"/elsewhere/{row.id}", data={"answer": "refuse"}).status_code == 422
    answer = {"answer": "refuse", "reason": "照片看不清"}
    assert organiser.post(f"/elsewhere/{row.id}", data=answer).status_code == 302
    assert "照片看不清" in chen.get("/my/elsewhere").text
    assert chen.post("/my/elsewhere/new", data=TYPED | photo()).status_code == 302
    assert organiser.post(f"/elsewhere/{row.id}", data={"answer": "confirm"}).status_code == 302
    assert the_row().state == "confirmed"


def test_what_was_typed_stays_when_the_training_lies_ahead(app, client_as, time_machine):
    time_machine.move_to(cast.NOW)
    page = client_as("chen").post("/my/elsewhere/new", data=TYPED | {"starts_on": "2026-09-01"} | photo())
    assert page.status_code == 422 and "骨干培训班" in page.text
    # The phone does not ask for the year: what is wrong with it stands beside the day.
    page = client_as("chen").post("/my/elsewhere/new", data=TYPED | {"starts_on": "1999-09-01"} | photo())
    assert page.status_code == 422 and "field-error" in page.text


def test_what_an_organiser_enters_is_confirmed_and_what_a_supervisor_enters_waits(app, client_as, time_machine):
    time_machine.move_to(cast.NOW)
    path = f"/people/{CHEN}/elsewhere/new"
    assert client_as("supervisor_kaiyuan").post(path, data=TYPED).status_code == 302
    assert the_row().state == "asked"
    assert client_as("organiser").post(path, data=TYPED).status_code == 302
    assert the_row().state == "confirmed"


@pytest.mark.parametrize("path", ["/elsewhere/{}", "/elsewhere/{}/proof"])
def test_a_supervisor_sees_her_own_area_alone(app, client_as, path):
    foreign, own = hand_in(ZHANG).id, hand_in(CHEN).id
    supervisor = client_as("supervisor_kaiyuan")
    assert supervisor.get(path.format(foreign)).status_code == 404
    assert supervisor.get(path.format(own)).status_code == 200
    assert cast.CAST["zhang"].name not in supervisor.get("/elsewhere").text
    assert supervisor.get(f"/people/{ZHANG}/elsewhere/new").status_code == 404
    assert client_as("lin").get(f"/elsewhere/{own}/proof").status_code == 404
    assert client_as("chen").get(f"/elsewhere/{own}/proof").status_code == 200
    assert client_as("lin").post(f"/my/elsewhere/{own}/withdraw").status_code == 404
    assert client_as("chen").post(f"/my/elsewhere/{own}/withdraw").status_code == 302
    assert db.session.get(OutsideTraining, own, populate_existing=True).state == "withdrawn"


def test_a_list_is_previewed_its_questions_answered_and_entered(app, client_as, time_machine):
    time_machine.move_to(cast.NOW)
    organiser = client_as("organiser")
    text = "姓名,社区,年份\n陈丽华,开元,2025\n无此人,开元,2025\n"
    sent = {
        "file": (BytesIO(text.encode()), "名单.csv"),
        "level": "city",
        "title": "轮训",
        "organiser": "市民政局",
        "hours": "12",
    }
    page = organiser.post("/elsewhere/import", data=sent)
    assert page.status_code == 200 and "无此人" in page.text
    token = page.text.split('name="token" value="')[1].split('"')[0]
    assert organiser.post("/elsewhere/import/confirm", data={"token": token}).status_code == 422
    answered = {"token": token, "row-3": "skip"}
    assert organiser.post("/elsewhere/import/confirm", data=answered).status_code == 302
    assert (the_row().person_id, the_row().title, the_row().state) == (CHEN, "轮训", "confirmed")
    # Sent twice by an impatient finger.
    assert organiser.post("/elsewhere/import/confirm", data=answered).status_code == 302


def test_the_list_takes_as_many_statements_for_many_rows_as_for_few(app, client_as, count_statements):
    counts = []
    for titles in (("一",), ("二", "三", "四", "五")):
        for title in titles:
            for person in (CHEN, LIN, ZHANG):
                hand_in(person, title=title)
        client = client_as("organiser")
        counts.append(count_statements(lambda client=client: client.get("/elsewhere")))
    assert counts[0] == counts[1]
