"""The door's way round a refusal, and guests and staff at the door."""

from __future__ import annotations

from sqlalchemy import select, update

from tests import cast
from training_app.attendance.models import Attendance, Scan
from training_app.checkin import board
from training_app.core.db import db, transaction
from training_app.registration.models import Registration

DOOR = f"/checkin/{cast.TODAY_SLOT}"
JSON = {"Accept": "application/json"}


def _cancel(registration):
    with transaction() as session:
        session.execute(update(Registration).where(Registration.id == registration.id).values(state="cancelled"))


def _shown(registration, **more):
    return {"registration_id": registration.id, "source": "search", "nonce": "nonce-0001"} | more


def test_a_refused_person_is_let_in_with_a_reason_and_without_scripts(client_as, ticket_of):
    registration, _token = ticket_of("chen")
    _cancel(registration)
    desk = client_as("organiser")
    page = desk.post(f"{DOOR}/scan", data=_shown(registration)).text
    assert f'action="{DOOR}/force"' in page and f'value="{registration.id}"' in page
    asked = desk.post(f"{DOOR}/force", data=_shown(registration))
    assert asked.status_code == 200 and 'name="reason"' in asked.text and f'value="{registration.id}"' in asked.text
    page = desk.post(f"{DOOR}/force", data=_shown(registration, nonce="nonce-0002", reason="街道已确认")).text
    assert "陈丽华" in page and "answer-accepted" in page
    scans = db.session.scalars(select(Scan).order_by(Scan.id)).all()
    assert [(scan.outcome, scan.forced, scan.note) for scan in scans] == [
        ("refused", False, ""),
        ("accepted", True, "街道已确认"),
    ]
    assert (scans[1].reason, scans[1].actor_id) == ("cancelled", cast.CAST["organiser"].id)


def test_without_a_reason_nobody_is_let_in_and_what_was_shown_stays(client_as, ticket_of):
    registration, _token = ticket_of("chen")
    _cancel(registration)
    answer = client_as("organiser").post(f"{DOOR}/force", data=_shown(registration, reason=" "))
    assert answer.status_code == 422 and "请写明准予进入的原因" in answer.text
    assert f'value="{registration.id}"' in answer.text
    assert db.session.scalars(select(Scan)).all() == []


def test_a_script_is_told_whether_the_refusal_may_be_overruled(client_as, ticket_of):
    registration, token = ticket_of("chen")
    _cancel(registration)

    def told(who, nonce, **shown):
        data = {"source": "camera", "nonce": nonce, **shown}
        return client_as(who).post(f"{DOOR}/scan", data=data, headers=JSON).json["force"]

    assert told("organiser", "nonce-0001", ticket=token) is True
    assert told("volunteer", "nonce-0002", ticket=token) is False
    assert told("organiser", "nonce-0003", ticket="nonsense") is False
    fields = client_as("organiser").post(f"{DOOR}/force", data=_shown(registration), headers=JSON)
    assert fields.status_code == 422 and set(fields.json["fields"]) == {"reason"}


def test_a_ticket_that_is_not_ours_is_refused_all_the_same(app, client_as):
    data = {"ticket": "nonsense", "source": "camera", "nonce": "nonce-0001", "reason": "认识此人"}
    answer = client_as("organiser").post(f"{DOOR}/force", data=data, headers=JSON)
    assert answer.json["outcome"] == "refused"
    assert db.session.scalars(select(Scan.forced)).all() == [False]


def test_a_guest_is_registered_at_the_door_without_a_phone_and_counted_apart(app, client_as):
    data = {"nonce": "nonce-0001", "name": "张局长", "phone": "", "as_whom": "guest"}
    answer = client_as("volunteer").post(f"{DOOR}/walk-in", data=data, headers=JSON)
    assert (answer.json["outcome"], answer.json["mark"]) == ("accepted", "嘉宾")
    tally = board.tally(cast.TODAY_SLOT)
    assert (tally.expected, tally.here, tally.others) == (0, 0, 1)
    assert db.session.scalars(select(Attendance.as_whom)).one() == "guest"


def test_who_comes_to_be_trained_gives_a_phone_number(client_as):
    data = {"nonce": "nonce-0001", "name": "张三妹", "phone": "", "as_whom": "walk_in"}
    answer = client_as("volunteer").post(f"{DOOR}/walk-in", data=data, headers=JSON)
    assert answer.status_code == 422 and set(answer.json["fields"]) == {"phone"}


def test_nobody_becomes_an_expected_trainee_at_the_door(client_as):
    data = {"nonce": "nonce-0001", "name": "张三妹", "phone": "13900002222", "as_whom": "trainee"}
    answer = client_as("volunteer").post(f"{DOOR}/walk-in", data=data, headers=JSON)
    assert answer.status_code == 422 and set(answer.json["fields"]) == {"as_whom"}


def test_a_stand_in_takes_the_seat_of_who_was_expected_and_counts_for_neither_other(client_as, ticket_of):
    ticket_of("chen")
    data = {"nonce": "nonce-0001", "name": "陈代会", "phone": "", "as_whom": "stand_in", "instead_of": "陈丽华"}
    desk = client_as("organiser")
    answer = desk.post(f"{DOOR}/walk-in", data=data, headers=JSON)
    assert (answer.json["outcome"], answer.json["mark"]) == ("accepted", "代会")
    assert desk.post(f"{DOOR}/walk-in", data=data, headers=JSON).json["outcome"] == "accepted"
    tally = board.tally(cast.TODAY_SLOT)
    assert (tally.expected, tally.here, tally.others) == (1, 1, 0)
    rows = db.session.execute(select(Registration.state, Registration.stand_in_for_id).order_by(Registration.id)).all()
    assert [tuple(row) for row in rows] == [("cancelled", None), ("confirmed", cast.CAST["chen"].id)]


def test_a_stand_in_for_nobody_is_asked_for_whom(client_as, ticket_of):
    ticket_of("chen")
    data = {"nonce": "nonce-0001", "name": "陈代会", "phone": "", "as_whom": "stand_in", "instead_of": "无此人"}
    answer = client_as("organiser").post(f"{DOOR}/walk-in", data=data, headers=JSON)
    assert answer.status_code == 422 and set(answer.json["fields"]) == {"instead_of"}


def test_a_volunteer_gives_nobodys_seat_away(client_as, ticket_of):
    ticket_of("chen")
    volunteer = client_as("volunteer")
    assert 'value="stand_in"' not in volunteer.get(DOOR).text
    data = {"nonce": "nonce-0001", "name": "陈代会", "phone": "", "as_whom": "stand_in", "instead_of": "陈丽华"}
    answer = volunteer.post(f"{DOOR}/walk-in", data=data, headers=JSON)
    assert answer.status_code == 422 and set(answer.json["fields"]) == {"as_whom"}
