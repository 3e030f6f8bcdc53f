"""A supervisor's page with her digest, the text to copy, and the switch of the weekly e-mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from tests import cast
from tests.attendance.crowd import fill
from tests.reports.digest import MAIL, MONDAY, NO_MAIL, WANG, ZHENG, a_week, addresses, written
from training_app.core.db import db, transaction
from training_app.people.models import Account, Grant
from training_app.reports import digests, recount
from training_app.schedule.models import Event

PAGE = "/reports/digest"


@pytest.fixture(autouse=True)
def _monday(app, now):
    a_week()
    with time_machine.travel(MONDAY, tick=False):
        yield


def _get(client_as, who="supervisor_kaiyuan", language="zh_Hans", path=PAGE):
    browser = client_as(who)
    browser.set_cookie("language", language)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.text


def _wanted(person_id=WANG):
    db.session.expire_all()
    return db.session.scalar(select(Account.weekly_digest).where(Account.person_id == person_id))


def test_the_page_tells_what_the_mail_tells_with_links(app, client_as):
    addresses(WANG)
    app.config.update(MAIL)
    digests.send(MONDAY)
    app.config.update(NO_MAIL)
    mail = next(iter(written().values())).text
    text = _get(client_as)
    for line in (one.removeprefix("· ") for one in mail.splitlines() if one.startswith("· ")):
        assert line in text
    assert f'href="/reports/{cast.KAIYUAN}/act?reason=vacant&amp;year=2026"' in text


def test_the_text_to_copy_is_plain_and_in_the_language_of_the_page(client_as):
    def copied(language):
        page = _get(client_as, language=language)
        return page.split('id="digest-text"')[1].split(">", 1)[1].split("</textarea>")[0]

    chinese, english = copied("zh_Hans"), copied("en")
    assert chinese.splitlines()[0] == "【开元街道每周简报（6月8日–6月14日）】"
    assert "· 6月14日 第 4 期：应到2，实到1（迟到1），请假0，缺席1" in chinese
    assert english.splitlines()[0] == "[Weekly digest 8 Jun – 14 Jun: 开元街道]"
    for text in (chinese, english):
        assert "http" not in text and "<" not in text and max(map(len, text.splitlines())) < 90
    assert 'data-copy="#digest-text"' in _get(client_as)


def test_nothing_of_another_subdistrict_stands_on_it(client_as):
    assert "浮桥" not in _get(client_as) and "开元" not in _get(client_as, "supervisor_fuqiao")


def test_the_switch_is_off_and_on_again_for_oneself_alone(client_as):
    browser = client_as("supervisor_kaiyuan")
    for sent, kept, words in (("off", False, "每周邮件已关闭"), ("on", True, "每周邮件已开启")):
        answer = browser.post(f"{PAGE}/mail", data={"wanted": sent})
        assert answer.status_code == 302 and answer.headers["Location"] == PAGE
        assert _wanted() is kept and _wanted(ZHENG) is True
        assert words in browser.get(PAGE).text
    browser.post(f"{PAGE}/mail", data={"wanted": "off"})
    assert "已关闭：不再发送邮件" in browser.get(PAGE).text and 'value="on"' in browser.get(PAGE).text


def test_it_says_whether_and_where_a_mail_goes(app, client_as):
    assert "系统里没有您的电子邮箱" in _get(client_as)
    addresses(WANG)
    assert "本系统尚未设置发信邮箱" in _get(client_as)
    app.config.update(MAIL)
    assert f"每周一早上 8 点发到 p{WANG}@example.org" in _get(client_as)
    app.config.update(NO_MAIL)


def test_without_a_programme_it_says_so(client_as):
    with transaction() as session:
        for event in session.scalars(select(Event)):
            event.state = "draft"
    text = _get(client_as)
    assert "还没有发布培训计划" in text and "digest-text" not in text


def test_it_is_reached_from_today_and_from_the_reports_by_a_supervisor_alone(client_as):
    for path in ("/", f"/reports/{cast.KAIYUAN}"):
        assert f'href="{PAGE}"' in _get(client_as, path=path)
    for path in ("/", f"/reports/{cast.LICHENG}", f"/reports/{cast.KAIYUAN}"):
        assert f'href="{PAGE}"' not in _get(client_as, "auditor", path=path)


def test_two_divisions_stand_one_below_the_other(app, client_as):
    with transaction() as session:
        session.execute(
            insert(Grant).values(
                person_id=WANG, role="supervisor", division_code=cast.FUQIAO, valid_from=MONDAY - timedelta(days=30)
            )
        )
    text = _get(client_as)
    assert text.index("开元街道") < text.index("浮桥街道")
    assert f'href="{PAGE}"' in _get(client_as, path="/reports")


def test_it_takes_as_many_statements_for_five_hundred_people_as_for_two(client_as, count_statements):
    browser = client_as("supervisor_kaiyuan")
    assert browser.get(PAGE).status_code == 200
    few = count_statements(lambda: browser.get(PAGE))
    fill(500, (1, 2, 3, cast.TODAY_EVENT))
    recount.everything(MONDAY)
    assert count_statements(lambda: browser.get(PAGE)) == few
