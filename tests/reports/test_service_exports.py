"""Large ledgers as jobs: made in parts, resumed, stopped, fetched by whoever asked alone, and gone after some days."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests import cast
from tests.reports.ledger import ORGANISER, sheets_of, train, wanted
from training_app.core import files, jobs
from training_app.core.audit import Action, Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.reports import exports
from training_app.reports.ledgerrules import COLUMNS, Leaf
from training_app.reports.models import LedgerExport

AUDITOR = cast.CAST["auditor"].id
WHAT = wanted("persons", "3505")


@pytest.fixture(autouse=True)
def _trained(app):
    train()


def _begin(what=WHAT, format_="xlsx", actor=ORGANISER):
    """A large one, however small the cast is."""
    return exports._start(what, format_, actor_id=actor, now=cast.NOW)


def _job(export_id):
    db.session.expire_all()
    return db.session.get(jobs.Job, db.session.get(LedgerExport, export_id).job_id)


def _on_disk(app):
    return {path.name for path in app.config["FILES"].rglob("*") if path.is_file()}


def _audited():
    return db.session.scalars(select(Audit).where(Audit.action == Action.EXPORT_MADE.value)).all()


@pytest.mark.parametrize("format_", ["xlsx", "csv", "pdf"])
def test_a_large_one_has_the_same_rows_as_a_small_one_and_leaves_its_file_alone(app, format_):
    small = exports.ask(WHAT, format_, actor_id=ORGANISER, now=cast.NOW)
    before = _on_disk(app)
    export_id = _begin(format_=format_)
    assert not exports.own(export_id, ORGANISER).ready
    jobs.run(_job(export_id).id)
    made = exports.own(export_id, ORGANISER)
    assert made.ready and not made.active and made.export.name == small.name
    data = exports.fetched(made.export)
    if format_ == "xlsx":
        assert sheets_of(data) == sheets_of(small.data)
    elif format_ == "csv":
        assert data == small.data
    assert _on_disk(app) - before == {made.export.file_sha256}, "the parts are gone"
    assert _audited()[-1].after["rows"] == made.export.row_count > 0


def test_many_rows_are_put_in_line(app):
    with transaction() as session:
        session.execute(
            exports.ledgers.CoverageTotal.__table__.update()
            .where(exports.ledgers.CoverageTotal.division_code == "3505")
            .values(posts=5000)
        )
    assert isinstance(exports.ask(WHAT, "xlsx", actor_id=ORGANISER, now=cast.NOW), int)
    with pytest.raises(Invalid, match="too_large"):
        exports.ask(WHAT, "pdf", actor_id=ORGANISER, now=cast.NOW)


def test_what_was_killed_half_way_goes_on_where_it_stopped(app):
    export_id = _begin()
    job_id = _job(export_id).id
    with time_machine.travel(cast.NOW, tick=False) as clock:
        job, items = jobs._take(job_id, "dies")
        jobs._do(job, items, "dies")
        kept = jobs.items(job_id, jobs.ItemState.DONE)[0].result
        taken = jobs._take(job_id, "dies")
        exports.make(taken[0], taken[1][0].item)
        db.session.remove()  # the process is gone, before its second part was marked
        clock.shift(jobs.LEASE + timedelta(seconds=1))
        again = jobs.run(job_id)
    assert again is None
    made = exports.own(export_id, ORGANISER)
    assert made.ready and made.job.done == made.job.total
    assert jobs.items(job_id)[0].result == kept, "what was done was not done again"
    small = exports.ask(WHAT, "xlsx", actor_id=ORGANISER, now=cast.NOW)
    assert sheets_of(exports.fetched(made.export)) == sheets_of(small.data)


def test_what_is_stopped_leaves_nothing_even_when_a_part_is_in_hand(app):
    before = _on_disk(app)
    export_id = _begin()
    job_id = _job(export_id).id
    job, items = jobs._take(job_id, "one")
    jobs._do(job, items, "one")
    assert _on_disk(app) != before
    taken_job, (taken_item,) = jobs._take(job_id, "one")
    finish = exports.make(taken_job, taken_item.item)
    exports.drop(export_id, actor_id=ORGANISER, now=cast.NOW)
    jobs._settle(job_id, taken_item.id, "one", jobs.ItemState.DONE, finish)
    assert jobs.run(job_id) is None
    assert _on_disk(app) == before
    assert db.session.scalars(select(LedgerExport)).all() == []
    assert db.session.get(jobs.Job, job_id).state == "cancelled" and _audited() == []


def test_it_is_for_whoever_asked_alone(app):
    export_id = _begin()
    jobs.run(_job(export_id).id)
    for other in (AUDITOR, None):
        with pytest.raises(NotFound):
            exports.own(export_id, other)
        assert exports.listed(other) == []
    assert [one.export.id for one in exports.listed(ORGANISER)] == [export_id]


def test_after_some_days_the_file_is_deleted_and_another_with_the_same_content_stays(app):
    old = _begin(format_="csv")
    jobs.run(_job(old).id)
    later = cast.NOW + timedelta(days=3)
    young = exports._start(WHAT, "csv", actor_id=AUDITOR, now=later)
    jobs.run(_job(young).id)
    digest = exports.own(young, AUDITOR).export.file_sha256
    assert digest == exports.own(old, ORGANISER).export.file_sha256
    assert exports.forget_old(cast.NOW + exports.KEPT + timedelta(minutes=1)) == 1
    with pytest.raises(NotFound):
        exports.own(old, ORGANISER)
    assert exports.fetched(exports.own(young, AUDITOR).export)
    assert exports.forget_old(later + exports.KEPT + timedelta(minutes=1)) == 1
    with pytest.raises(NotFound):
        files.read(digest)


def test_nobody_has_more_than_a_few_in_the_making(app):
    for _ in range(exports.RUNNING):
        _begin()
    with pytest.raises(Refusal, match="too_many_running"):
        _begin()
    _begin(actor=AUDITOR)


def test_what_is_no_paper_or_no_format_is_refused(app):
    with pytest.raises(Invalid, match="kind"):
        exports.ask(wanted("gossip", "3505"), "xlsx", actor_id=ORGANISER, now=cast.NOW)
    with pytest.raises(Invalid, match="format"):
        exports.ask(WHAT, "doc", actor_id=ORGANISER, now=cast.NOW)


def test_twenty_thousand_rows_take_no_more_memory_than_two_thousand(app):
    """Counted by what the writer holds: it asks for a part only when the one before is written."""
    import tracemalloc

    def row(number):
        return [None, f"人{number}", "女", "开元街道", "开元社区", "儿童主任", WHAT.day, "否", "13800000000", "第1期",
                4.0, 90.0, "合格", "LC1", WHAT.day, ""]  # fmt: skip

    def peak(parts):
        tracemalloc.start()
        leaf = Leaf("全部", tuple(map(str, range(parts))))
        rows = lambda _part: (row(number) for number in range(500))  # noqa: E731
        data, count = exports.rendered(wanted("persons", cast.KAIYUAN), "xlsx", [leaf], rows)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 500 * parts
        return found - len(data) * 2

    assert len(row(1)) == len(COLUMNS["persons"])
    assert peak(8) < peak(2) * 1.5
