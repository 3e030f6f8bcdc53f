"""A merger or a transfer begins something new from a day on; what was stays as it was written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests import cast
from training_app.core import signals
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.divisions import service
from training_app.divisions.models import Division
from training_app.divisions.succession import Step, Succeeded, read_mapping, succeed
from training_app.people import grants, persons, posts
from training_app.people.models import Grant, Person, Post
from training_app.registration import seats
from training_app.registration.models import Registration

DAY = date(2026, 6, 1)
BEFORE = DAY - timedelta(days=1)
OLD, NEW = cast.MEISHAN, "350502005005"
NEW_SUBDISTRICT = "350502009"


def _succeed(old, new, **more):
    return succeed(old, new, **{"on": DAY, "actor_id": 1, "now": cast.NOW} | more)


def _posts(code):
    rows = db.session.scalars(select(Post).where(Post.division_code == code).order_by(Post.id)).all()
    return [(row.person_id, row.started_on, row.ended_on, row.appointed) for row in rows]


def _everyone_goes(old, new, **more):
    """A mapping of all communities of a subdistrict to new ones under another."""
    return [Step(d.code, new + d.code[9:], d.name) for d in service.communities([old])]


def test_a_community_ends_the_day_before_its_successor_begins(app, now):
    assert _succeed(OLD, NEW) == Succeeded(ended=1, moved=1, lost=0)
    old = db.session.get(Division, OLD)
    assert (old.valid_to, old.successor_code) == (BEFORE, NEW)
    assert OLD not in {d.code for d in service.communities([cast.KAIYUAN])}


def test_its_director_goes_on_at_the_successor_and_is_not_new(app, now):
    _succeed(OLD, NEW)
    assert _posts(OLD) == [(8, date(2024, 1, 1), BEFORE, "unknown")]
    assert _posts(NEW) == [(8, DAY, None, "transferred")]
    assert min(post.started_on for post in posts.history(8)) == date(2024, 1, 1)


def test_a_second_time_changes_nothing(app, now):
    _succeed(OLD, NEW)
    before = db.session.scalar(select(func.count()).select_from(Audit))
    assert _succeed(OLD, NEW) == Succeeded()
    assert db.session.scalar(select(func.count()).select_from(Audit)) == before


def test_where_both_have_a_director_the_successors_stays(app, now):
    assert _succeed(OLD, cast.FUQIAO_COMMUNITY) == Succeeded(ended=1, moved=0, lost=1)
    assert _posts(OLD) == [(8, date(2024, 1, 1), BEFORE, "unknown")]
    assert [row[0] for row in _posts(cast.FUQIAO_COMMUNITY)] == [9]
    assert db.session.get(Person, 8).division_code == cast.FUQIAO_COMMUNITY


def test_what_was_registered_before_keeps_the_old_code(app, now):
    seats.register(cast.TODAY_EVENT, 8, source="organiser", actor_id=2, now=cast.NOW)
    _succeed(OLD, NEW)
    codes = select(Registration.division_code).where(Registration.person_id == 8)
    assert db.session.scalars(codes).all() == [OLD]
    seats.register(cast.TODAY_EVENT + 1, 8, source="organiser", actor_id=2, now=cast.NOW)
    assert set(db.session.scalars(codes)) == {OLD, NEW}


def test_a_director_elected_after_the_day_keeps_her_first_day(app, now):
    new = persons.find_or_create("新主任", "13912340001", actor_id=1, now=cast.NOW)
    posts.change_holder(
        OLD, "director", expected_person_id=8, new_person_id=new.id, from_on=date(2026, 6, 10), appointed="elected",
        actor_id=1, now=cast.NOW,
    )  # fmt: skip
    _succeed(OLD, NEW)
    assert _posts(OLD)[1] == (new.id, date(2026, 6, 10), date(2026, 6, 10), "elected")
    assert _posts(NEW) == [(new.id, date(2026, 6, 11), None, "transferred")]


def test_whoever_works_there_works_at_the_successor(app, now):
    one = persons.find_or_create("网格员", "13912340002", division_code=OLD, actor_id=1, now=cast.NOW)
    _succeed(OLD, NEW)
    assert db.session.get(Person, one.id).division_code == NEW


def test_a_subdistrict_goes_with_all_its_communities(app, now):
    steps = _everyone_goes(cast.KAIYUAN, NEW_SUBDISTRICT)
    done = _succeed(cast.KAIYUAN, NEW_SUBDISTRICT, name="新城街道", communities=steps)
    assert done == Succeeded(ended=len(steps) + 1, moved=3, lost=0)
    assert service.communities([cast.KAIYUAN]) == [] and len(service.communities([NEW_SUBDISTRICT])) == len(steps)
    made = db.session.get(Division, NEW_SUBDISTRICT)
    assert (made.name, made.level, made.parent_code, made.valid_from) == ("新城街道", "subdistrict", "350502", DAY)
    assert [row[0] for row in _posts(NEW_SUBDISTRICT)] == [4]
    assert posts.holder(NEW_SUBDISTRICT + OLD[9:], "director").id == 8


def test_its_supervisor_sees_the_successor_and_still_what_was(app, now):
    steps = _everyone_goes(cast.KAIYUAN, NEW_SUBDISTRICT)
    _succeed(cast.KAIYUAN, NEW_SUBDISTRICT, name="新城街道", communities=steps)
    codes = db.session.scalars(select(Grant.division_code).where(Grant.person_id == 4, Grant.valid_to.is_(None)))
    assert set(codes) == {cast.KAIYUAN, NEW_SUBDISTRICT}
    assert grants.administrators(cast.NOW) == 1


def test_two_subdistricts_merge_into_a_third(app, now):
    for old, first in ((cast.KAIYUAN, "3505020091"), (cast.FUQIAO, "3505020092")):
        steps = [Step(d.code, first + d.code[10:], d.name) for d in service.communities([old])]
        _succeed(old, NEW_SUBDISTRICT, name="新城街道", communities=steps)
    assert [row[0] for row in _posts(NEW_SUBDISTRICT)] == [4], "one supervisor stays, the other's post ended"
    assert _posts(cast.FUQIAO)[0][2] == BEFORE
    assert {post.person_id for post in db.session.scalars(
        select(Post).where(Post.division_code.startswith(NEW_SUBDISTRICT), Post.kind == "director")
    )} == {7, 8, 9}  # fmt: skip


def test_a_mapping_that_leaves_communities_out_is_refused_whole(app, now):
    steps = _everyone_goes(cast.KAIYUAN, NEW_SUBDISTRICT)
    with pytest.raises(Refusal) as refused:
        _succeed(cast.KAIYUAN, NEW_SUBDISTRICT, name="新城街道", communities=steps[1:])
    assert refused.value.code == "communities_left" and refused.value.details["codes"] == [steps[0].old]
    assert db.session.get(Division, NEW_SUBDISTRICT) is None
    assert db.session.get(Division, cast.KAIYUAN).valid_to is None and _posts(OLD)[0][2] is None


def test_others_hear_of_it_inside_the_transaction(app, now):
    heard = []

    def listen(_sender, *, old_code, new_code, on, actor_id, now):
        heard.append((old_code, new_code, on, db.session.get(Division, old_code).successor_code))

    with signals.division_succeeded.connected_to(listen):
        _succeed(OLD, NEW)
    assert heard == [(OLD, NEW, DAY, NEW)]


@pytest.mark.parametrize(
    ("old", "new", "more", "code"),
    [
        (OLD, NEW, {"on": date(2026, 6, 15)}, "not_yet"),
        (OLD, cast.FUQIAO, {}, "not_alike"),
        (cast.LICHENG, "350503", {}, "not_alike"),
        (OLD, OLD, {}, "not_alike"),
        (OLD, "3505020090", {"name": "短"}, "not_alike"),
        (cast.KAIYUAN, cast.FUQIAO, {"communities": [Step(cast.FUQIAO_COMMUNITY, NEW)]}, "not_alike"),
        (cast.KAIYUAN, cast.FUQIAO, {}, "communities_left"),
    ],
)
def test_what_cannot_be_is_refused(app, now, old, new, more, code):
    with pytest.raises(Refusal) as refused:
        _succeed(old, new, **more)
    assert refused.value.code == code and str(refused.value.sentence)


@pytest.mark.parametrize(("old", "new"), [("350502004999", NEW), (OLD, "350502999001"), (OLD, "350999001001")])
def test_an_unknown_code_is_not_found(app, now, old, new):
    with pytest.raises(NotFound):
        _succeed(old, new, name="新社区" if new.startswith("350999") else "")


def test_what_was_taken_over_neither_takes_over_nor_goes_elsewhere(app, now):
    _succeed(OLD, NEW)
    for old, new, code in (
        (OLD, cast.FUQIAO_COMMUNITY, "already_ended"),
        (cast.FUQIAO_COMMUNITY, OLD, "successor_ended"),
    ):
        with pytest.raises(Refusal) as refused:
            _succeed(old, new)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        posts.change_holder(
            OLD, "director", expected_person_id=None, new_person_id=11, from_on=DAY, appointed="elected",
            actor_id=1, now=cast.NOW,
        )  # fmt: skip
    assert refused.value.code == "division_ended"


def test_a_division_cannot_end_before_it_began(app, now):
    with transaction():
        db.session.get(Division, OLD).valid_from = DAY
    with pytest.raises(Invalid) as refused:
        _succeed(OLD, NEW)
    assert refused.value.code == "day_too_early"


def test_a_mapping_file_has_old_and_new_and_perhaps_names():
    assert read_mapping("old,new,name\n1,2,三\n4, 5 ,\n".encode()) == [Step("1", "2", "三"), Step("4", "5", "")]
    assert read_mapping(b"old,new\n1,2\n") == [Step("1", "2", "")]
    for data in (b"", b"a,b\n1,2\n", "old,new\n1,2,三\n".encode("gbk")):
        with pytest.raises(Invalid):
            read_mapping(data)
