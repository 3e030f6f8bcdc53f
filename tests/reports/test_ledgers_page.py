"""The page of ledgers: what is offered, who takes what away, and a large one on its way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import cast
from tests.reports.ledger import sheets_of, train, wanted
from training_app.core import jobs
from training_app.core.audit import Action, Audit
from training_app.core.db import db
from training_app.reports import exports
from training_app.reports.ledgerrules import FORMATS
from training_app.reports.models import LedgerExport

KAIYUAN, FUQIAO, LICHENG = (f"/reports/{code}/ledgers" for code in (cast.KAIYUAN, cast.FUQIAO, cast.LICHENG))
KAIYUANS = cast.CAST["supervisor_kaiyuan"].id


@pytest.fixture(autouse=True)
def _trained(app):
    train()


def _ask(client, path=KAIYUAN, kind="persons", format_="xlsx", **more):
    return client.post(path, data={"kind": kind, "format": format_, "year": "2026"} | more)


def _large(client_as, actor="supervisor_kaiyuan", code=cast.KAIYUAN):
    """A large one of this person, in line, and the browser."""
    return exports._start(wanted("persons", code), "xlsx", actor_id=cast.CAST[actor].id, now=cast.NOW), client_as(actor)


def _run(export_id):
    jobs.run(db.session.get(LedgerExport, export_id).job_id)


def test_the_page_offers_every_paper_in_every_format(client_as):
    browser = client_as("supervisor_kaiyuan")
    browser.set_cookie("language", "zh_Hans")
    text = browser.get(KAIYUAN).text
    for words in ("台账与导出", "开元街道", "培训台账（按人员）", "培训台账（按期次）", "轮训覆盖统计表", "签到表"):
        assert words in text
    assert text.count('name="format"') == 3 * len(FORMATS)
    assert "2026 年儿童主任培训计划" in text and "hx-get" not in text
    browser.set_cookie("language", "en")
    assert "Ledgers and exports" in browser.get(KAIYUAN).text


@pytest.mark.parametrize("format_", list(FORMATS))
@pytest.mark.parametrize("kind", ["persons", "events", "coverage"])
def test_a_small_one_comes_at_once(client_as, kind, format_):
    answer = _ask(client_as("supervisor_kaiyuan"), kind=kind, format_=format_)
    assert answer.status_code == 200 and answer.mimetype == FORMATS[format_].partition(";")[0]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    entry = db.session.scalars(select(Audit).where(Audit.action == Action.EXPORT_MADE.value)).one()
    assert (entry.actor_id, entry.after["division"]) == (KAIYUANS, cast.KAIYUAN)


def test_the_supervisor_of_kaiyuan_takes_her_own_people_and_nobody_elses(client_as):
    browser = client_as("supervisor_kaiyuan")
    (rows,) = sheets_of(_ask(browser).data).values()
    assert [row[1] for row in rows[3:]] == ["王督导", "林晓燕", "陈丽华"]
    for path in (FUQIAO, LICHENG, "/reports/nation/ledgers", "/reports/3505/ledgers", "/reports/99/ledgers"):
        assert browser.get(path).status_code == 404
        assert _ask(browser, path).status_code == 404
    (rows,) = sheets_of(_ask(client_as("auditor"), LICHENG).data).values()
    assert "张淑英" in [row[1] for row in rows]


def test_a_programme_of_others_is_not_there(client_as):
    browser = client_as("supervisor_kaiyuan")
    assert _ask(browser, programme=str(cast.PROGRAMME)).status_code == 200
    assert _ask(browser, programme=str(cast.OTHER_PROGRAMME)).status_code == 404
    assert browser.get(f"{KAIYUAN}?programme=2").status_code == 404


@pytest.mark.parametrize("who", ["facilitator", "volunteer", "chen", "stranger"])
def test_who_has_no_ledgers_gets_none(client_as, who):
    assert client_as(who).get(KAIYUAN).status_code == 403
    assert _ask(client_as(who)).status_code == 403


def test_what_is_no_paper_is_said_and_nothing_is_made(client_as):
    browser = client_as("supervisor_kaiyuan")
    for sent, said in (({"kind": "gossip"}, "请选择一种台账或报表"), ({"format_": "doc"}, "请选择 Excel、CSV 或 PDF")):
        assert _ask(browser, **sent).status_code == 302
        assert said in browser.get(KAIYUAN).text
    assert db.session.scalars(select(LedgerExport)).all() == []


def test_a_large_one_is_watched_and_fetched(client_as):
    export_id, browser = _large(client_as)
    text = browser.get(KAIYUAN).text
    assert 'hx-get="/reports/exports/progress?seen=' in text and f"/reports/exports/{export_id}/drop" in text
    stage = text.split("progress?seen=")[1].split('"')[0]
    assert browser.get(f"/reports/exports/progress?seen={stage}").status_code == 204
    assert browser.get(f"/reports/exports/{export_id}/file").status_code == 404
    _run(export_id)
    done = browser.get(f"/reports/exports/progress?seen={stage}")
    assert done.status_code == 200 and f"/reports/exports/{export_id}/file" in done.text and "hx-get" not in done.text
    (rows,) = sheets_of(browser.get(f"/reports/exports/{export_id}/file").data).values()
    assert [row[1] for row in rows[3:]] == ["王督导", "林晓燕", "陈丽华"]


def test_anothers_file_is_not_there(client_as):
    export_id, owner = _large(client_as)
    _run(export_id)
    for who in ("auditor", "organiser", "administrator", "supervisor_fuqiao"):
        other = client_as(who)
        assert other.get(f"/reports/exports/{export_id}/file").status_code == 404
        for act in ("drop", "retry"):
            assert other.post(f"/reports/exports/{export_id}/{act}").status_code == 404
        assert str(export_id) + "/file" not in other.get("/reports/exports/progress").text
    assert owner.get(f"/reports/exports/{export_id}/file").status_code == 200


def test_whoever_may_no_longer_see_the_area_does_not_get_the_file(client_as):
    export_id, browser = _large(client_as, code=cast.FUQIAO)
    _run(export_id)
    assert browser.get(f"/reports/exports/{export_id}/file").status_code == 404


def test_one_is_stopped_and_gone(client_as):
    export_id, browser = _large(client_as)
    assert browser.post(f"/reports/exports/{export_id}/drop").status_code == 302
    assert db.session.get(LedgerExport, export_id) is None
    assert browser.post(f"/reports/exports/{export_id}/drop").status_code == 404


def test_what_failed_is_tried_again(client_as, app):
    export_id, browser = _large(client_as)
    folder = app.config["FILES"]
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(folder.with_name("away"))
    folder.write_text("in the way")
    _run(export_id)
    assert f"/reports/exports/{export_id}/retry" in browser.get(KAIYUAN).text
    folder.unlink()
    folder.with_name("away").rename(folder)
    assert browser.post(f"/reports/exports/{export_id}/retry").status_code == 302
    _run(export_id)
    assert browser.get(f"/reports/exports/{export_id}/file").status_code == 200


def test_reports_lead_to_the_ledgers(client_as):
    assert f'href="{KAIYUAN}?programme=1"' in client_as("supervisor_kaiyuan").get(f"/reports/{cast.KAIYUAN}").text
    assert f'href="{LICHENG}?year=2026"' in client_as("auditor").get(f"/reports/{cast.LICHENG}").text


def test_the_list_takes_as_many_statements_for_many_as_for_few(client_as, count_statements):
    _large(client_as)
    browser = client_as("supervisor_kaiyuan")
    few = count_statements(lambda: browser.get(KAIYUAN))
    for _ in range(2):
        _large(client_as)
    assert count_statements(lambda: browser.get(KAIYUAN)) == few
