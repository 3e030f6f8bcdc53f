"""Issuing as a job: one paper a person, whatever breaks on the way."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import func, select

from tests import cast
from tests.certificates.earning import BASE, CHEN, LIN, ORGANISER, ZHANG, crowd, earn, issue, issued, start
from training_app.attendance.models import Attendance
from training_app.certificates import issuing, papers, pictures, serials, service
from training_app.certificates.design import Design
from training_app.certificates.designing import set_design
from training_app.certificates.models import Certificate, Serial
from training_app.certificates.rules import Conditions
from training_app.core import files, jobs
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, Refusal
from training_app.people.models import Organisation, Person
from training_app.schedule.models import Event, Programme, Slot


@pytest.fixture(autouse=True)
def _frozen(now):
    """Everything below happens at cast.NOW."""


def states():
    return {row.serial: (row.state, row.reason) for row in db.session.scalars(select(Serial))}


def item_of(job_id, person=CHEN):
    return next(item for item in jobs.items(job_id) if item.item == str(person))


def test_everyone_who_is_eligible_gets_one_paper_by_community(app):
    earn(ZHANG, CHEN, LIN)
    found = issue()
    # By the codes of their communities: Meishan, Kaiyuan, then Fuqiao.
    assert [(one.serial, one.person_id) for one in found] == [
        ("LC2026-0001", LIN), ("LC2026-0002", CHEN), ("LC2026-0003", ZHANG),
    ]  # fmt: skip
    assert {one.kind for one in found} == {"completion"}
    assert {state for state, _ in states().values()} == {"used"}


def test_the_file_is_stored_as_it_was_drawn(app):
    earn(CHEN)
    (one,) = issue()
    assert files.read(one.file_sha256).startswith(b"%PDF")
    assert one.picture_sha256 is None
    assert files.read(pictures.of(one)).startswith(b"\x89PNG")


def test_issuing_twice_makes_no_second_paper(app):
    earn(CHEN)
    issue()
    with pytest.raises(Refusal, match="nobody"):
        start()
    with pytest.raises(Refusal, match="nobody"):
        start([CHEN])
    assert len(issued()) == 1


def test_without_a_test_it_is_one_of_attendance(app):
    service.set_rule(cast.PROGRAMME, Conditions(5, test_required=False), actor_id=ORGANISER, now=cast.NOW)
    earn(CHEN, points=None)
    (one,) = issue()
    assert (one.kind, one.facts["tested"]) == ("attendance", False)


def test_ticked_people_who_have_not_earned_it_are_skipped_and_counted(app):
    earn(CHEN)
    earn(LIN, slots=(1,))
    started = start([CHEN, LIN])
    assert (started.total, started.skipped) == (1, 1)


def test_a_paper_lost_between_the_list_and_the_drawing_is_not_issued(app):
    earn(CHEN)
    job_id = start().job_id
    with transaction() as session:
        session.get(Person, CHEN).name = "陈\U0002f9f4华"
    # Not reserved yet, so no number is lost.
    jobs.run(job_id)
    assert item_of(job_id).result["code"] == "undrawable"
    assert issued() == [] and states() == {}


def test_an_unwritable_folder_fails_the_item_and_the_retry_uses_the_same_number(app):
    """A real fault between the number and the row: where the folder for files should be, a file stands."""
    earn(CHEN, LIN)
    folder = app.config["FILES"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")
    job_id = start().job_id
    try:
        jobs.run(job_id)
        job = db.session.get_one(jobs.Job, job_id)
        assert (job.state, job.done, job.failed) == ("done", 0, 2)
        assert item_of(job_id).result["code"] == "fault"
        assert issued() == []
        reserved = states()
        assert set(reserved.values()) == {("reserved", "")}
    finally:
        folder.unlink()
    jobs.retry(job_id, actor_id=ORGANISER, now=cast.NOW)
    jobs.run(job_id)
    assert len(issued()) == 2
    assert states() == dict.fromkeys(reserved, ("used", ""))


def test_a_process_killed_after_filing_leaves_nothing_double(app):
    """Everything up to the row is done, then the process is gone; the next one takes the item up again."""
    earn(CHEN)
    before = sum(path.is_file() for path in app.config["FILES"].rglob("*"))
    job_id = start().job_id
    with time_machine.travel(cast.NOW, tick=False) as clock:
        job, (item,) = jobs._take(job_id, "killed")
        jobs.work_of(job, [item.item])(item.item)
        on_disk = {path.name for path in app.config["FILES"].rglob("*") if path.is_file()}
        db.session.remove()
        clock.shift(jobs.LEASE)
        jobs.run(job_id)
    (one,) = issued()
    assert one.serial == "LC2026-0001"
    # What the dead process signed lies there without a row: nobody is ever given it.
    known = set(db.session.scalars(select(files.StoredFile.sha256)))
    assert {one.file_sha256} == known
    assert len(on_disk - known) == 1 + before
    assert jobs.items(job_id)[0].state == "done"


def test_who_lost_the_item_to_another_process_writes_nothing(app):
    earn(CHEN)
    job_id = start().job_id
    with time_machine.travel(cast.NOW, tick=False) as clock:
        job, (item,) = jobs._take(job_id, "slow")
        item_id = item.id
        write = jobs.work_of(job, [item.item])(item.item)
        clock.shift(jobs.LEASE)
        jobs.run(job_id)
        jobs._settle(job_id, item_id, "slow", jobs.ItemState.DONE, write)
    assert len(issued()) == 1
    assert db.session.get_one(jobs.Job, job_id).done == 1


def test_a_number_given_up_while_its_paper_was_drawn_is_voided_on_record(app):
    earn(CHEN, LIN)
    job_id = start().job_id
    job, items = jobs._take(job_id, "this one")
    item_id, names = items[0].id, [item.item for item in items]
    write = jobs.work_of(job, names)(names[0])
    issuing.stop(job_id, actor_id=ORGANISER, now=cast.NOW)
    jobs._settle(job_id, item_id, "this one", jobs.ItemState.DONE, write)
    assert issued() == []
    assert states() == dict.fromkeys(("LC2026-0001", "LC2026-0002"), ("voided", "stopped"))
    noted = db.session.scalars(select(Audit).where(Audit.action == "serial.voided").order_by(Audit.id)).all()
    assert [one.after for one in noted] == [{"serial": f"LC2026-000{n}", "reason": "stopped"} for n in (1, 2)]
    # The next paper takes the next number.
    assert [one.serial for one in issue()] == ["LC2026-0003", "LC2026-0004"]


def test_nothing_is_numbered_for_a_job_that_was_stopped_meanwhile(app):
    earn(CHEN)
    job_id = start().job_id
    job, (item,) = jobs._take(job_id, "this one")
    item_id = item.id
    with transaction():
        issuing.stop(job_id, actor_id=ORGANISER, now=cast.NOW)
    job = db.session.get_one(jobs.Job, job_id)
    write = jobs.work_of(job, [item.item])(item.item)
    jobs._settle(job_id, item_id, "this one", jobs.ItemState.DONE, write)
    assert states() == {} and issued() == []


def test_two_jobs_about_one_person_make_one_paper(app):
    """The second job was put in line by another path; the person's row and the key decide."""
    earn(CHEN)
    first = start().job_id
    params = dict(db.session.get_one(jobs.Job, first).params)
    second = jobs.start(
        issuing.KIND,
        [str(CHEN)],
        subject=("programme", cast.PROGRAMME),
        actor_id=ORGANISER,
        now=cast.NOW,
        params=params,
    ).id
    taken = [(*jobs._take(job_id, f"p{job_id}"), job_id) for job_id in (first, second)]
    writes = [(job_id, item.id, jobs.work_of(job, [item.item])(item.item)) for job, (item,), job_id in taken]
    for job_id, item_id, write in writes:
        jobs._settle(job_id, item_id, f"p{job_id}", jobs.ItemState.DONE, write)
    assert len(issued()) == 1
    assert item_of(second).result["code"] == "already_issued"
    assert states() == {"LC2026-0001": ("used", ""), "LC2026-0002": ("voided", "already_issued")}


def test_a_second_job_waits_for_the_first(app):
    earn(CHEN)
    start()
    with pytest.raises(Refusal, match="job_running"):
        start()


def test_numbers_left_over_by_a_fault_are_voided_when_one_starts_anew(app):
    earn(CHEN)
    old = start().job_id
    serials.reserve(old, {CHEN: "LC2026"}, programme_id=cast.PROGRAMME, now=cast.NOW)
    with transaction() as session:
        session.get(jobs.Job, old).state = "done"
    issue()
    assert states() == {"LC2026-0001": ("voided", "abandoned"), "LC2026-0002": ("used", "")}


def test_a_rule_changed_later_leaves_the_issued_paper_alone(app):
    earn(CHEN)
    issue()
    service.set_rule(cast.PROGRAMME, Conditions(6), actor_id=ORGANISER, now=cast.NOW)
    earn(LIN)
    with pytest.raises(Refusal, match="nobody"):
        start()
    (one,) = issued()
    assert (one.rule_version, papers.state_of(one)) == (1, "valid")


def test_a_forbidden_claim_stops_everything(app):
    earn(CHEN)
    with transaction() as session:
        session.get(Programme, cast.PROGRAMME).title = "全国儿童主任职业资格培训"
    with pytest.raises(Refusal, match="unlawful_claims") as refused:
        start()
    assert refused.value.details["words"] == ["全国", "职业资格"]


def test_a_registered_name_may_hold_the_word(app):
    earn(CHEN)
    with transaction() as session:
        session.get(Organisation, cast.BUREAU).name = "中国儿童中心"
    assert issue()[0].facts["bodies"][-1] == "中国儿童中心"


def test_the_specimen_and_the_english_are_the_programmes_choice(app):
    set_design(
        cast.PROGRAMME, Design("FL26", with_english=True, specimen=True, offset_x=Decimal("1.5")),
        actor_id=ORGANISER, now=cast.NOW,
    )  # fmt: skip
    earn(CHEN)
    (one,) = issue()
    assert one.serial == "FL26-0001"
    assert (one.facts["specimen"], one.facts["with_english"], one.facts["offset_mm"]) == (True, True, [1.5, 0.0])


@pytest.mark.parametrize(
    ("design", "field"), [(Design("lc"), "prefix"), (Design("LC", offset_y=Decimal(21)), "offset_y")]
)
def test_a_design_that_cannot_be_printed_is_refused(app, design, field):
    with pytest.raises(Invalid) as refused:
        set_design(cast.PROGRAMME, design, actor_id=ORGANISER, now=cast.NOW)
    assert field in refused.value.fields


def test_a_revoked_paper_is_followed_only_when_it_is_ticked(app):
    earn(CHEN)
    (one,) = issue()
    with pytest.raises(Invalid, match="reason_needed"):
        papers.revoke(one.id, reason=" ", actor_id=ORGANISER, now=cast.NOW)
    papers.revoke(one.id, reason="学时录错", actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(Refusal, match="nobody"):
        start()
    first, second = issue(CHEN)
    assert (first.revoked_at, first.revoke_reason) == (cast.NOW, "学时录错")
    assert (second.revision, papers.state_of(second)) == (2, "valid")


def test_a_corrected_name_is_issued_again_with_everything_else_as_it_was(app):
    earn(CHEN)
    (old,) = issue()
    with transaction() as session:
        session.get(Person, CHEN).name = "陈丽桦"
    service.set_rule(cast.PROGRAMME, Conditions(6), actor_id=ORGANISER, now=cast.NOW)
    with time_machine.travel(cast.NOW + timedelta(days=2), tick=False):
        job_id = issuing.reissue(
            old.id, reason="姓名更正", base_url=BASE, actor_id=ORGANISER, now=cast.NOW + timedelta(days=2)
        )
        jobs.run(job_id)
    old, new = issued()
    assert (old.facts["name"], new.facts["name"]) == ("陈丽华", "陈丽桦")
    assert (papers.state_of(old), old.replaced_by_id, new.revision) == ("replaced", new.id, 2)
    assert new.facts["hours"] == old.facts["hours"] and new.facts["attended"] == old.facts["attended"]
    assert (old.facts["issued_on"], new.facts["issued_on"]) == ("2026-06-14", "2026-06-16")
    noted = db.session.scalars(select(Audit).where(Audit.action == "certificate.reissued")).one()
    assert (noted.after["replaces"], noted.after["reason"]) == (old.serial, "姓名更正")
    with pytest.raises(Refusal, match="replaced"):
        papers.revoke(old.id, reason="x", actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(Refusal, match="replaced"):
        issuing.reissue(old.id, reason="x", base_url=BASE, actor_id=ORGANISER, now=cast.NOW)


def test_what_a_merged_person_holds_is_the_others(app):
    earn(LIN)
    issue()
    earn(CHEN)
    with transaction() as session:
        session.get(Person, LIN).merged_into_id = CHEN
    assert [one.person_id for one in papers.of_person(CHEN)] == [LIN]
    with pytest.raises(Refusal, match="nobody"):
        start([CHEN])


def test_a_thousand_in_line_take_as_many_statements_as_ten(app, count_statements):
    service.set_rule(cast.PROGRAMME, Conditions(5, test_required=False), actor_id=ORGANISER, now=cast.NOW)
    crowd(10)
    ten = count_statements(start)
    issuing.stop(db.session.scalar(select(func.max(jobs.Job.id))), actor_id=ORGANISER, now=cast.NOW)
    crowd(990, first=2000)
    thousand = count_statements(start)
    assert db.session.get_one(jobs.Job, 2).total == 1000
    assert thousand <= ten + 2
    assert db.session.scalar(select(func.count()).select_from(Certificate)) == 0


def test_a_ceremony_after_the_course_does_not_lengthen_the_dates_on_the_paper(app):
    earn(CHEN)
    with transaction() as session:
        later = cast.NOW + timedelta(days=90)
        salon = Event(
            programme_id=cast.PROGRAMME, kind="salon", number=1, title="结业典礼", seats_taken=0, state="closed",
            created_at=cast.LONG_AGO,
        )  # fmt: skip
        session.add(salon)
        session.flush()
        slot = Slot(
            event_id=salon.id, label="morning", starts_at=later, ends_at=later + timedelta(hours=2),
            checkin_opens_at=later, checkin_closes_at=later, late_after=later, credit_hours=0,
        )  # fmt: skip
        session.add(slot)
        session.flush()
        session.add(Attendance(slot_id=slot.id, person_id=CHEN, status="present", as_whom="trainee", left_early=False))
    (one,) = issue()
    assert one.facts["ends_on"] < later.date().isoformat()
    assert any(visit["kind"] == "salon" for visit in one.facts["attended"])
