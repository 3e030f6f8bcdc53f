from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from training_app.core.db import Model, UtcDateTime


class Counted:
    """What is counted of attendance. Sums of it are taken over slots, months and divisions alike."""

    #: Confirmed seats of trainees and stand-ins (应到).
    expected: Mapped[int] = mapped_column(default=0)
    #: Of those expected, by status; late ones are not among the present.
    present: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    excused: Mapped[int] = mapped_column(default=0)
    absent: Mapped[int] = mapped_column(default=0)
    #: 人次: the present and the late.
    attendances: Mapped[int] = mapped_column(default=0)
    #: Walk-ins, guests, staff and whoever gave up the seat, who were there outside the expected number.
    apart: Mapped[int] = mapped_column(default=0)
    #: Tenths of credit hours (学时) earned by who was there under their own name.
    tenth_hours: Mapped[int] = mapped_column(default=0)


class SlotTotal(Counted, Model):
    """A slot whose check-in has opened, by subdistrict at that time."""

    __tablename__ = "slot_total"
    __table_args__ = (
        Index("ix_slot_total_programme", "programme_id"),
        Index("ix_slot_total_division", "division_code", "counting_year"),
    )

    slot_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The subdistrict, a division above where no more is known, "" where nothing is.
    division_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    programme_id: Mapped[int]
    counting_year: Mapped[int]
    #: The first day of the month in which the slot begins.
    month: Mapped[date]


class ProgrammeCount(Model):
    """When slots of a programme were last counted, whatever came of it: a page that shows them is as old."""

    __tablename__ = "programme_count"

    programme_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Grows with every count.
    revision: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperTotal(Model):
    """A programme's valid certificates, by the month of issue and the holder's subdistrict on that day."""

    __tablename__ = "paper_total"

    programme_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    division_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    counting_year: Mapped[int]
    certified: Mapped[int] = mapped_column(default=0)


class DivisionTotal(Counted, Model):
    """A month of a counting year in a division of any level; "" is the nation."""

    __tablename__ = "division_total"
    # A level's children are one range of codes of a year.
    __table_args__ = (Index("ix_division_total_year", "counting_year", "division_code"),)

    division_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    counting_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    #: Valid certificates that were issued in the month.
    certified: Mapped[int] = mapped_column(default=0)


class PostState(Model):
    """What a post's present holder amounts to in a counting year."""

    __tablename__ = "post_state"
    __table_args__ = (
        Index("ix_post_state_list", "counting_year", "kind", "reached", "state", "division_code"),
        Index("ix_post_state_person", "person_id", "counting_year"),
        Index(
            "ix_post_state_changes",
            "changes_on",
            sqlite_where=text("changes_on IS NOT NULL"),
            postgresql_where=text("changes_on IS NOT NULL"),
        ),
        Index(
            "ix_post_state_out_of_reach",
            "counting_year",
            "kind",
            "division_code",
            sqlite_where=text("reached = 0"),
            postgresql_where=text("NOT reached"),
        ),
    )

    division_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    #: director, supervisor
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    counting_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The holder, the one who stays after a merge; null: vacant.
    person_id: Mapped[int | None]
    #: Since when the holder holds it, and since when any post of this kind.
    started_on: Mapped[date | None]
    first_started_on: Mapped[date | None]
    #: vacant, new_untested, in_training, trained, untrained
    state: Mapped[str] = mapped_column(String(12))
    #: The day on which the post changes by itself: no longer new, another holder, a division that ends.
    changes_on: Mapped[date | None]
    #: What lies ahead still suffices, or nothing more is needed.
    reached: Mapped[bool] = mapped_column(default=True)
    #: Points were entered for the holder in a programme of the year; and they suffice.
    tested: Mapped[bool] = mapped_column(default=False)
    passed: Mapped[bool] = mapped_column(default=False)


class CoverageTotal(Model):
    """The posts of a division of any level in a counting year; "" is the nation."""

    __tablename__ = "coverage_total"
    __table_args__ = (Index("ix_coverage_total_year", "counting_year", "kind", "division_code"),)

    division_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    counting_year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: 应训; the five states that follow add up to it.
    posts: Mapped[int] = mapped_column(default=0)
    vacant: Mapped[int] = mapped_column(default=0)
    new_untested: Mapped[int] = mapped_column(default=0)
    in_training: Mapped[int] = mapped_column(default=0)
    trained: Mapped[int] = mapped_column(default=0)
    untrained: Mapped[int] = mapped_column(default=0)
    #: Of the posts that are held and not trained, those for which the rule is out of reach; and of these two states.
    out_of_reach: Mapped[int] = mapped_column(default=0)
    new_out_of_reach: Mapped[int] = mapped_column(default=0)
    untrained_out_of_reach: Mapped[int] = mapped_column(default=0)
    #: 实训: persons who hold a trained post; who holds two counts once, at every level.
    persons_trained: Mapped[int] = mapped_column(default=0)
    #: Persons with points in a programme of the year, and of them those who passed.
    tested: Mapped[int] = mapped_column(default=0)
    passed: Mapped[int] = mapped_column(default=0)


class Dirty(Model):
    """Something changed: what is kept of it must be counted again.

    Append only, by whoever writes and in that transaction; the upkeep deletes what it has seen. There may be
    several rows of one key: a key that had to be unique would let a writer lose its row to an upkeep that has
    already read, or wait for another writer.
    """

    __tablename__ = "dirty"
    __table_args__ = (Index("ix_dirty_kind", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: slot, posts (of a subdistrict), papers (of a programme); or what is first traced to those:
    #: event, programme, area, registration, scan, certificate, person, merged, everything
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(20))


class Upkeep(Model):
    """One row: how far the upkeep has looked. Whoever keeps the totals up holds it locked."""

    __tablename__ = "upkeep"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Scans up to `scans_settled` are done with. Those after it are counted at each look, for a transaction may
    #: commit later than one that began after it; `scans_passed` becomes the next `scans_settled`.
    scans_settled: Mapped[int] = mapped_column(default=0)
    scans_passed: Mapped[int] = mapped_column(default=0)
    scans_seen: Mapped[int] = mapped_column(default=0)
    shifted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Until when opened and ended check-ins and days that change posts were noticed.
    clock_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerExport(Model):
    """A ledger or a table that somebody asked for and that is made as a job; theirs alone, and gone after some days."""

    __tablename__ = "ledger_export"
    __table_args__ = (Index("ix_ledger_export_actor", "actor_id"), Index("ix_ledger_export_created", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), unique=True)
    actor_id: Mapped[int]
    #: persons, events, coverage
    kind: Mapped[str] = mapped_column(String(10))
    #: "" is the nation.
    division_code: Mapped[str] = mapped_column(String(12))
    #: xlsx, csv, pdf
    format: Mapped[str] = mapped_column(String(4))
    #: As the file is called.
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Null until it is made.
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    row_count: Mapped[int] = mapped_column(default=0)


class SentReport(Model):
    """A report that was sent upward (上报版): written once and never changed, whatever happens to what it counted."""

    __tablename__ = "sent_report"
    __table_args__ = (UniqueConstraint("division_code", "counting_year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: "" is the nation.
    division_code: Mapped[str] = mapped_column(String(12))
    counting_year: Mapped[int]
    #: 1, 2, 3 … within the division and year.
    number: Mapped[int]
    #: Attendance is of this programme alone; null: of every programme of the year.
    programme_id: Mapped[int | None]
    #: The day at whose end the figures hold.
    as_of: Mapped[date]
    #: Names, figures and rates exactly as they are printed.
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    #: The earlier report of this division and year that this one replaces; both stay.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("sent_report.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int]
    #: As printed, whatever the person is called later.
    author_name: Mapped[str] = mapped_column(String(60))
