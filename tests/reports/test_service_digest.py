"""The weekly digest: what it tells of a division, to whom it goes, and once a week."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select, update

from tests import cast
from tests.attendance.crowd import CHEN, LIN, ZHANG, come, fill, seat
from tests.reports.digest import JULY, MAIL, MONDAY, NO_MAIL, TUESDAY, WANG, ZHENG, a_week, addresses, written
from tests.reports.papers import certify
from tests.smtp import mailbox
from training_app.attendance import leaves
from training_app.core import mail
from training_app.core.db import db, transaction
from training_app.people import accounts, posts
from training_app.people.models import Account, Grant, Person
from training_app.reports import digestfacts, digests, digesttexts, recount, upkeep
from training_app.reports.digestrules import Week
from training_app.schedule.models import Event, Phase, Slot

WHO = {"actor_id": cast.CAST["organiser"].id, "now": cast.NOW}
WEEK = Week.of(MONDAY)


@pytest.fixture
def server(app):
    app.config.update(MAIL)
    addresses(WANG, ZHENG)
    yield
    app.config.update(NO_MAIL)


def _facts(code=cast.KAIYUAN, now=MONDAY):
    return digestfacts.facts(code, Week.of(now), now)


def _lines(code=cast.KAIYUAN, now=MONDAY):
    with force_locale("en"):
        told = digesttexts.block(_facts(code, now), Week.of(now))
        return [line.text for section in told.sections for line in section.lines]


def test_a_session_of_last_week_is_told_with_the_people_of_the_division_alone(app):
    a_week()
    (held,) = _facts().held
    counted = held.counted
    assert (held.kind, held.number, held.label) == ("session", 4, "")
    assert (counted.expected, counted.attendances, counted.late, counted.absent) == (2, 1, 1, 1)
    (other,) = _facts(cast.FUQIAO).held
    assert (other.counted.expected, other.counted.attendances, other.counted.late) == (1, 1, 0)
    assert sum(one.counted.expected for one in _facts(cast.LICHENG).held) == 3


def test_who_has_no_mark_yet_is_named_as_not_settled(app):
    seat(cast.CAST["stranger"].id, division=cast.MEISHAN)
    a_week()
    assert _lines()[0] == ("14 Jun Session 4: expected 3, came 1 (late 1), on leave 0, absent 1, not settled yet 1")


def test_what_happened_in_the_week_before_last_or_happens_this_week_is_not_told(app):
    a_week()
    certify(CHEN, now=WEEK.since - timedelta(seconds=1))
    certify(LIN, now=WEEK.until)
    assert _facts().certificates == 0
    assert _facts(now=MONDAY + timedelta(days=7)).certificates == 1
    assert _facts(now=MONDAY - timedelta(days=7)).certificates == 1
    assert not _facts(now=MONDAY + timedelta(days=7)).held


def test_certificates_and_newly_trained_posts_are_those_of_the_division(app):
    certify(CHEN, now=cast.NOW)
    certify(ZHANG, now=cast.NOW)
    upkeep.settle(MONDAY)
    found = _facts()
    assert (found.certificates, found.changes.trained, found.coverage.trained) == (1, 1, 1)
    assert _facts(cast.LICHENG).certificates == 2


def test_a_post_that_was_trained_before_is_not_newly_trained_by_a_second_paper(app):
    certify(CHEN, now=WEEK.since - timedelta(days=1))
    certify(CHEN, now=cast.NOW)
    found = _facts()
    assert (found.certificates, found.changes.trained) == (1, 0)


def test_posts_that_fell_vacant_and_new_holders_are_told_once(app):
    stranger = cast.CAST["stranger"].id
    change = {"kind": "director", "appointed": "elected", **WHO}
    posts.change_holder(cast.MEISHAN, expected_person_id=LIN, new_person_id=None, from_on=date(2026, 6, 10), **change)
    posts.change_holder(
        cast.KAIYUAN_COMMUNITY, expected_person_id=CHEN, new_person_id=stranger, from_on=date(2026, 6, 12), **change
    )
    upkeep.settle(MONDAY)
    changes = _facts().changes
    assert (changes.vacant, changes.new_holders, changes.trained) == (1, 1, 0)
    later = _facts(now=MONDAY + timedelta(days=7)).changes
    assert (later.vacant, later.new_holders) == (0, 0)
    assert _facts(cast.FUQIAO).changes == digesttexts.Changes()


def test_what_needs_her_is_counted_as_the_page_behind_it_lists_it(app):
    a_week()
    leaves.ask(5, _seated(CHEN, 5), [5], "家里有事", **WHO)
    leaves.ask(5, _seated(ZHANG, 5), [5], "出差", **WHO)
    with transaction() as session:
        session.get_one(Phase, 5).nominate_until = MONDAY + timedelta(days=13)
        session.get_one(Phase, 6).nominate_until = MONDAY + timedelta(days=15)
    found = _facts()
    assert found.leave == 1 and _facts(cast.LICHENG).leave == 2
    assert [one.phase_id for one in found.deadlines] == [5]
    vacant = found.coverage.vacant
    assert f"Vacant posts: {vacant}" in _lines() and vacant == found.coverage.posts - 2


def _seated(person_id, event_id):
    seat(person_id, event_id)
    return person_id


def test_leave_that_was_answered_waits_no_more(app):
    leaves.ask(5, _seated(CHEN, 5), [5], "家里有事", **WHO)
    leaves.decide(5, CHEN, [5], granted=True, **WHO)
    assert _facts().leave == 0


def test_who_may_miss_nothing_more_is_counted_by_programme(app):
    a_week()
    for session in (1, 2, 3):
        seat(LIN, session)
        come(LIN, session)
    assert _facts().tight == [digesttexts.Tight(cast.PROGRAMME, "2026 年儿童主任培训计划", 1)]
    assert "Needs every remaining session of “2026 年儿童主任培训计划”: 1" in _lines()
    assert not _facts(cast.FUQIAO).tight


def test_the_coming_week_has_its_dates_with_free_seats(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 5).values(capacity=20, seats_taken=18, state="published"))
    (coming,) = _facts(now=JULY).coming
    assert (coming.event_id, coming.free) == (5, 2)
    assert any("2 seats free" in line for line in _lines(now=JULY))
    assert not _facts(now=MONDAY).coming


def test_what_is_held_today_stands_there_until_it_is_over(app):
    with transaction() as session:
        session.execute(update(Event).where(Event.id == 5).values(capacity=20, seats_taken=18, state="published"))
        start, end = session.execute(select(Slot.starts_at, Slot.ends_at).where(Slot.event_id == 5)).one()
    running = start + timedelta(minutes=10)
    assert [one.event_id for one in _facts(now=running).coming] == [5]
    said = [line for line in _lines(now=running) if "under way" in line]
    assert len(said) == 1 and "seats free" not in said[0]
    assert not _facts(now=end).coming


def test_a_week_without_news_says_so_in_few_words(app):
    upkeep.settle(MONDAY)
    assert _lines(now=MONDAY + timedelta(days=7))[0] == "Nothing changed."


def test_no_name_of_a_director_stands_in_it(app, server):
    a_week()
    digests.send(MONDAY)
    for row in written().values():
        assert not [name for name in ("陈丽华", "林晓燕", "张淑英", "1380000") if name in row.text + row.title]


def test_each_supervisor_gets_one_on_monday_at_eight_in_her_language(app, server):
    a_week()
    with transaction() as session:
        session.get_one(Person, ZHENG).language = "en"
    assert digests.send(MONDAY - timedelta(seconds=1)) == 0
    assert digests.send(MONDAY) == 2
    rows = written()
    wang, zheng = rows[WANG, WEEK.subject], rows[ZHENG, WEEK.subject]
    assert wang.title == "开元街道每周简报（6月8日–6月14日）" and wang.to == f"p{WANG}@example.org"
    assert "王督导，您好！" in wang.text and "6月14日 第 4 期：应到2，实到1（迟到1），请假0，缺席1" in wang.text
    assert zheng.title == "Weekly digest 8 Jun – 14 Jun: 浮桥街道" and "expected 1, came 1" in zheng.text
    assert "应到2" not in zheng.text and "开元" not in zheng.text and "浮桥" not in wang.text
    assert f"/reports/{cast.KAIYUAN}/act?reason=vacant" in wang.text
    assert "/reports/digest" in wang.text and "关闭" in wang.text


def test_a_repetition_and_the_rest_of_the_week_write_none_and_the_next_monday_one_more(app, server, count_statements):
    digests.send(MONDAY)
    assert digests.send(MONDAY + timedelta(minutes=10)) == digests.send(MONDAY + timedelta(days=6)) == 0
    assert count_statements(lambda: digests.send(TUESDAY)) <= 2, "nothing to do costs next to nothing"
    assert digests.send(MONDAY + timedelta(days=7)) == 2
    assert sorted({week for _person, week in written()}) == ["week:2026-W25", "week:2026-W26"]


def test_what_was_down_on_monday_is_caught_up_in_the_same_week_with_the_same_days(app, server):
    a_week()
    assert digests.send(TUESDAY) == 2
    assert "6月8日–6月14日" in written()[WANG, WEEK.subject].title
    assert digests.send(MONDAY + timedelta(days=1)) == 0


def test_a_missed_week_is_not_sent_afterwards(app, server):
    digests.send(MONDAY + timedelta(days=7))
    assert {week for _person, week in written()} == {"week:2026-W26"}


def test_the_mail_leaves_once(app):
    addresses(WANG)
    with mailbox() as running:
        app.config.update(MAIL | {"MAIL_PORT": running.port})
        digests.send(MONDAY)
        assert mail.send_waiting(MONDAY) == 1 and mail.send_waiting(TUESDAY) == 0
        digests.send(TUESDAY)
        assert mail.send_waiting(TUESDAY) == 0
        app.config.update(NO_MAIL)
    assert [message["To"] for message in running.taken] == [f"p{WANG}@example.org"]


def test_nobody_gets_one_without_an_address_an_account_a_valid_role_or_the_wish(app, server):
    accounts.want_digest(WANG, False)
    with transaction() as session:
        session.execute(update(Grant).where(Grant.person_id == ZHENG).values(valid_to=MONDAY))
    assert digests.send(MONDAY) == 0
    accounts.want_digest(WANG, True)
    with transaction() as session:
        session.get_one(Account, WANG).disabled_at = cast.NOW
    assert digests.send(MONDAY) == 0
    with transaction() as session:
        session.get_one(Account, WANG).disabled_at = None
        session.get_one(Person, WANG).email = ""
    assert digests.send(MONDAY) == 0
    addresses(WANG)
    assert digests.send(MONDAY) == 1


def test_without_a_mail_server_nothing_is_written(app):
    addresses(WANG)
    assert digests.send(MONDAY) == 0 and not written()


def test_who_became_a_supervisor_after_monday_morning_begins_with_the_next_week(app, server):
    with transaction() as session:
        session.execute(update(Grant).where(Grant.person_id == WANG).values(valid_from=MONDAY + timedelta(hours=1)))
    digests.send(TUESDAY)
    assert (WANG, WEEK.subject) not in written()
    digests.send(MONDAY + timedelta(days=7))
    assert (WANG, "week:2026-W26") in written()


def test_a_supervisor_of_two_divisions_gets_one_message_with_both(app, server):
    with transaction() as session:
        session.add(Grant(person_id=WANG, role="supervisor", division_code=cast.FUQIAO, valid_from=cast.LONG_AGO))
    assert digests.send(MONDAY) == 2
    text = written()[WANG, WEEK.subject].text
    assert "== 开元街道 ==" in text and "== 浮桥街道 ==" in text


def test_where_no_programme_was_announced_none_leaves_and_none_is_made_again(app, server):
    with transaction() as session:
        session.execute(update(Event).values(state="draft"))
    digests.send(MONDAY)
    assert {row.state for row in written().values()} == {"dropped"}
    assert digests.send(MONDAY) == 0


def test_they_are_made_in_portions(app, server, monkeypatch):
    monkeypatch.setattr(digests, "PORTION", 1)
    assert [digests.send(MONDAY) for _ in range(3)] == [1, 1, 0]
    assert len(written()) == 2


def test_a_digest_takes_as_many_statements_for_five_hundred_people_as_for_three(app, count_statements):
    a_week()
    few = count_statements(lambda: _facts(cast.LICHENG))
    fill(500, (1, 2, 3, cast.TODAY_EVENT))
    recount.everything(MONDAY)
    assert count_statements(lambda: _facts(cast.LICHENG)) == few
    assert _facts(cast.LICHENG).held[-1].counted.expected == 503


def test_the_switch_is_kept_on_the_account(app):
    accounts.want_digest(WANG, False)
    accounts.want_digest(WANG, False)
    wanted = dict(db.session.execute(select(Account.person_id, Account.weekly_digest)).all())
    assert wanted[WANG] is False and wanted[ZHENG] is True
