"""Ledgers as files: a small one at once, a large one as a job whose file is for whoever asked, and for some days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from training_app.core import audit, clock, files, jobs, tasks
from training_app.core.db import db, transaction
from training_app.core.errors import Invalid, NotFound, Refusal

from . import ledgerbooks, ledgerpapers, ledgers
from .ledgerrules import (
    AT_ONCE,
    COLUMNS,
    COVERAGE,
    EVENTS,
    EVENTS_AT_ONCE,
    FORMATS,
    KINDS,
    MOST,
    Cell,
    Leaf,
    Wanted,
    packed,
    unpacked,
)
from .models import LedgerExport

KIND = "reports.ledger"
#: The item that puts the parts together; the others are parts, by their place.
FILE = "file"
#: How long a file waits to be fetched.
KEPT = timedelta(days=7)
#: How many of one person may be in the making.
RUNNING = 3
_OPEN = (jobs.JobState.QUEUED.value, jobs.JobState.RUNNING.value)
Rows = Callable[[str], Iterable[Sequence[Cell]]]


@dataclass(frozen=True)
class Made:
    """A file that was made at once."""

    data: bytes
    name: str
    media_type: str


@dataclass(frozen=True)
class Listed:
    """An export in its owner's list."""

    export: LedgerExport
    job: jobs.Job

    @property
    def active(self) -> bool:
        """Whether it is still being made."""
        return self.job.state in _OPEN

    @property
    def ready(self) -> bool:
        """Whether there is a file to fetch."""
        return self.export.file_sha256 is not None

    @property
    def fetch_until(self) -> datetime:
        """When the file is deleted."""
        return self.export.created_at + KEPT


def ask(wanted: Wanted, format_: str, *, actor_id: int, now: datetime) -> Made | int:
    """The file, or where it is large the id of the export that a job makes. Put on record.

    The caller has proven that the actor may take this area's ledgers away. Raises Invalid "kind", "format" or
    "too_large", Refusal "too_many_running".
    """
    if wanted.kind not in KINDS:
        raise Invalid("kind", _l("Choose one of the papers."))
    if format_ not in FORMATS:
        raise Invalid("format", _l("Choose Excel, CSV or PDF."))
    size = ledgers.size(wanted, now)
    if size > MOST[format_]:
        text = _l("This would be %(count)s rows, too many for one file. Choose a smaller area.", count=size)
        if format_ == "pdf" and size <= MOST["xlsx"]:
            text = _l("This would be %(count)s rows, too many to print. Take Excel, or a smaller area.", count=size)
        raise Invalid("too_large", text)
    if size > AT_ONCE[format_] or (wanted.kind == EVENTS and size > EVENTS_AT_ONCE):
        return _start(wanted, format_, actor_id=actor_id, now=now)
    heads = ledgers.heads(wanted, format_)
    data, count = rendered(wanted, format_, ledgers.leaves(wanted, now), lambda part: ledgers.rows(wanted, part, now))
    with transaction():
        _on_record(wanted, heads.file_name, count, actor_id=actor_id, now=now)
    return Made(data, heads.file_name, FORMATS[format_])


def _on_record(wanted: Wanted, name: str, count: int, *, actor_id: int | None, now: datetime) -> None:
    audit.record(
        audit.Action.EXPORT_MADE,
        ("ledger_export", None),
        actor_id=actor_id,
        now=now,
        after={"file": name, "rows": count, "division": wanted.code, "year": wanted.year, "phones": wanted.phones},
    )


def rendered(wanted: Wanted, format_: str, leaves: Sequence[Leaf], rows: Rows) -> tuple[bytes, int]:
    """The bytes of the file and how many rows are in it, from its parts one at a time."""
    columns, heads, counted = COLUMNS[wanted.kind], ledgers.heads(wanted, format_), [0]

    def all_of(parts: Iterable[str]) -> Iterator[Sequence[Cell]]:
        for part in parts:
            for row in rows(part):
                counted[0] += 1
                yield row

    def page(name: str, found: Iterable[Sequence[Cell]], of: Wanted = wanted) -> ledgerbooks.Page:
        above = heads if of is wanted else ledgers.heads(of, format_)
        return ledgerbooks.Page(name, above.title, above.scope, COLUMNS[of.kind], found)

    if format_ == "xlsx":
        first = ledgers.summary(wanted)
        pages = [page(ledgers.SUMMARY, first, replace(wanted, kind=COVERAGE))] if first is not None else []
        data = ledgerbooks.xlsx([*pages, *(page(leaf.name, all_of(leaf.parts)) for leaf in leaves)])
    elif format_ == "csv":
        # In one table with the divisions below, a sum would be counted again.
        every = all_of(part for leaf in leaves for part in leaf.parts)
        data = ledgerbooks.csv_text(columns, (row for row in every if row[0] is None))
    else:
        # On paper the divisions one level below are what is signed; every level is in the workbook.
        printed = leaves[:1] if wanted.kind == COVERAGE else leaves
        parts = [part for leaf in printed for part in leaf.parts]
        data = ledgerpapers.draw(heads.title, heads.scope, columns, lambda: all_of(parts))
        counted[0] //= 2
    return data, counted[0]


def _start(wanted: Wanted, format_: str, *, actor_id: int, now: datetime) -> int:
    running = select(func.count()).select_from(LedgerExport).join(jobs.Job, jobs.Job.id == LedgerExport.job_id)
    heads, leaves = ledgers.heads(wanted, format_), ledgers.leaves(wanted, now)
    with transaction() as session:
        mine = running.where(LedgerExport.actor_id == actor_id, jobs.Job.state.in_(_OPEN))
        if (session.scalar(mine) or 0) >= RUNNING:
            text = _l("%(count)s files of yours are being made. Wait for them, or stop one.", count=RUNNING)
            raise Refusal("too_many_running", text)
        places = [f"{at}.{place}" for at, leaf in enumerate(leaves) for place in range(len(leaf.parts))]
        job = jobs.start(
            KIND,
            [*places, FILE],
            subject=("ledger_export", None),
            actor_id=actor_id,
            now=now,
            params={
                "wanted": wanted.record(),
                "format": format_,
                "leaves": [[leaf.name, list(leaf.parts)] for leaf in leaves],
                "now": now.isoformat(),
            },
        )
        export = LedgerExport(
            job_id=job.id,
            actor_id=actor_id,
            kind=wanted.kind,
            division_code=wanted.code,
            format=format_,
            name=heads.file_name,
            created_at=now,
            row_count=0,
        )
        session.add(export)
        session.flush()
        job.subject_id = export.id
        session.flush()
        return export.id


def _leaves(job: jobs.Job) -> list[Leaf]:
    return [Leaf(name, tuple(parts)) for name, parts in job.params["leaves"]]


@jobs.job_kind(KIND)
def make(job: jobs.Job, item: str) -> Callable[[], jobs.Result]:
    """Read one part, or put all of them together. Harmless to repeat: nothing is written before the item's mark.

    So that what was stopped leaves nothing, the bytes of a part go to disk in the transaction that marks it done.
    """
    wanted, now = Wanted.of(job.params["wanted"]), datetime.fromisoformat(job.params["now"])
    leaves, job_id, format_ = _leaves(job), job.id, str(job.params["format"])
    if item != FILE:
        leaf, place = (int(number) for number in item.split("."))
        # The job's number makes it a file of its own: parts of the same content are deleted one by one.
        data = packed([[job_id], *ledgers.rows(wanted, leaves[leaf].parts[place], now)])
        return lambda: {"sha256": files.write(data)}
    where = {part: f"{at}.{place}" for at, leaf in enumerate(leaves) for place, part in enumerate(leaf.parts)}

    def kept(part: str) -> Iterable[Sequence[Cell]]:
        digest = _digests(job_id).get(where[part])
        # Another process may have it in hand still: reading it here costs no more than waiting.
        return ledgers.rows(wanted, part, now) if digest is None else list(unpacked(files.read(digest)))[1:]

    data, count = rendered(wanted, format_, leaves, kept)
    return lambda: _keep(job_id, wanted, format_, data, count)


def _digests(job_id: int) -> dict[str, str]:
    """The parts on disk by their place."""
    found = select(jobs.JobItem.item, jobs.JobItem.result).where(
        jobs.JobItem.job_id == job_id, jobs.JobItem.state == jobs.ItemState.DONE.value, jobs.JobItem.item != FILE
    )
    return {row[0]: row[1]["sha256"] for row in db.session.execute(found) if row[1]}


def _keep(job_id: int, wanted: Wanted, format_: str, data: bytes, count: int) -> jobs.Result:
    now, digest = clock.now(), files.write(data)
    export = db.session.scalars(select(LedgerExport).where(LedgerExport.job_id == job_id)).one()
    files.remember(digest, media_type=FORMATS[format_], size=len(data), name=export.name, now=now)
    export.file_sha256, export.row_count = digest, count
    _on_record(wanted, export.name, count, actor_id=export.actor_id, now=now)
    _forget_parts(job_id)
    return {"rows": count}


def _forget_parts(job_id: int) -> None:
    for digest in _digests(job_id).values():
        files.forget(digest)


def own(export_id: int, actor_id: int | None) -> Listed:
    """An export of this person. Raises NotFound for an unknown one and for another's alike."""
    export = db.session.get(LedgerExport, export_id)
    if export is None or actor_id is None or export.actor_id != actor_id:
        raise NotFound()
    return Listed(export, db.session.get_one(jobs.Job, export.job_id))


def listed(actor_id: int | None) -> list[Listed]:
    """A person's exports, the newest first, in one statement; those that were stopped are gone."""
    found = (
        select(LedgerExport, jobs.Job)
        .join(jobs.Job, jobs.Job.id == LedgerExport.job_id)
        .where(LedgerExport.actor_id == actor_id)
        .order_by(LedgerExport.id.desc())
        .limit(30)
    )
    return [Listed(export, job) for export, job in db.session.execute(found)]


def fetched(export: LedgerExport) -> bytes:
    """The file. Raises NotFound while there is none."""
    if export.file_sha256 is None:
        raise NotFound()
    return files.read(export.file_sha256)


def drop(export_id: int, *, actor_id: int | None, now: datetime) -> None:
    """Stop an export or delete its file: nothing of it stays but the record that it was asked for."""
    with transaction() as session:
        export = session.get(LedgerExport, export_id, with_for_update=True)
        if export is None:
            return
        # Before the parts are looked for: what is in hand can no longer commit.
        jobs.cancel(export.job_id, actor_id=actor_id, now=now)
        _forget_parts(export.job_id)
        digest = export.file_sha256
        session.delete(export)
        session.flush()
        if digest is not None:
            files.forget_unless_used(digest)


@tasks.task("reports.forget_exports", every_minutes=60)
def forget_old(now: datetime) -> int:
    """Delete what was not fetched in time; gives how many."""
    old = db.session.scalars(select(LedgerExport.id).where(LedgerExport.created_at < now - KEPT)).all()
    for export_id in old:
        drop(export_id, actor_id=None, now=now)
    return len(old)
