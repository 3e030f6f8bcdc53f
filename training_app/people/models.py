from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training_app.core.db import Model, UtcDateTime
from training_app.divisions.models import Division


class Organisation(Model):
    """A bureau, committee or social work office."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    #: bureau, committee, office
    kind: Mapped[str] = mapped_column(String(12))
    #: Where it works; its organisers act for persons and programmes under this code.
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))


class Person(Model):
    """Someone: director, supervisor, staff or guest."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_name", "name"),
        Index("ix_person_pinyin", "pinyin"),
        # Few are merged: whoever looks for the records of one person pays nothing for all the others.
        Index(
            "ix_person_merged_into",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
        # Few are unconfirmed, and Today asks at every look how many.
        Index(
            "ix_person_unconfirmed",
            "division_code",
            sqlite_where=text("unconfirmed = 1"),
            postgresql_where=text("unconfirmed"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    #: Syllables without tones and the initials, "chenlihua clh", for search.
    pinyin: Mapped[str] = mapped_column(String(200), default="")
    #: E.164; unique where given.
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    email: Mapped[str | None] = mapped_column(String(120))
    sex: Mapped[str | None] = mapped_column(String(1))
    #: zh_Hans or en; null: what the browser asks for.
    language: Mapped[str | None] = mapped_column(String(10))
    #: Where they work when they hold no post (walk-ins, guests); posts say it for the rest.
    division_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"), index=True)
    #: Raising it kills every personal link and calendar feed of this person.
    link_revision: Mapped[int] = mapped_column(default=0)
    #: Raising it kills the calendar feed alone.
    feed_revision: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Typed at the door by a walk-in and not yet confirmed by an organiser.
    unconfirmed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Account(Model):
    """What staff log in with; a director needs none."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    #: As printed on the slip; null: the phone number alone.
    username: Mapped[str | None] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    #: The password was given out by an organiser and must be changed at the first login.
    must_change: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whether a supervisor gets the weekly digest by e-mail.
    weekly_digest: Mapped[bool] = mapped_column(default=True)
    person: Mapped[Person] = relationship()


class LoginAttempts(Model):
    """Failures in a row for one typed login name (its hash); the table is the lock-out."""

    __tablename__ = "login_attempts"

    #: SHA-256 of the normalised name that was typed, known or not.
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Device(Model):
    """A scanner that was enrolled by QR, or a program that speaks the API. Its grants name the events."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: scanner, api
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    #: What a program may do at its events: door:read, door:scan, door:register. A scanner has none.
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Of the secret in the enrolment QR; null once it was used.
    enrol_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    enrol_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The device as its owner will know it again, "Android · WeChat".
    agent: Mapped[str] = mapped_column(String(60), default="")
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When it last delivered everything that it had to upload.
    last_sync_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: How many scans it said that it still holds.
    queued: Mapped[int] = mapped_column(default=0)
    #: The server's clock less the device's, as last measured.
    clock_offset_ms: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Grant(Model):
    """A role in a scope, from a time to a time. Exactly the scope columns that the role needs are set."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_person", "person_id"),
        CheckConstraint("person_id IS NOT NULL OR token_hash IS NOT NULL OR device_id IS NOT NULL", name="holder"),
        Index("ix_role_grant_device", "device_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Null for a door volunteer's link, whose holder is whoever has the token, and for a device's grant.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: administrator, organiser, facilitator, door_volunteer, supervisor, auditor
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    division_code: Mapped[str | None] = mapped_column(String(12))
    programme_id: Mapped[int | None]
    event_id: Mapped[int | None] = mapped_column(index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    label: Mapped[str] = mapped_column(String(60), default="")
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int | None]


class Login(Model):
    """A device that is logged in: staff by password, a director by a link, a volunteer by the door link."""

    __tablename__ = "login"
    __table_args__ = (Index("ix_login_person", "person_id"), Index("ix_login_grant", "grant_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: password, personal_link, group_link, door_link, device, api
    how: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Set for staff: only such a login carries the person's grants.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("role_grant.id"))
    #: Set for an enrolled scanner or a program: such a login carries the device's grants.
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), index=True)
    #: The device as its owner will know it again, "Android · WeChat".
    device_name: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GroupLink(Model):
    """The group's link: with community, name and full phone number it finds the person."""

    __tablename__ = "group_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    label: Mapped[str] = mapped_column(String(60), default="")
    revision: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None]


class Claim(Model):
    """A second device that claims to be a person through the group's link; waits for the organiser's nod."""

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    group_link_id: Mapped[int] = mapped_column(ForeignKey("group_link.id"))
    #: Of the waiting device's secret: the nod turns it into a Login.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device_name: Mapped[str] = mapped_column(String(60), default="")
    #: waiting, accepted, refused
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    person: Mapped[Person] = relationship()


class Post(Model):
    """Children's director of a community, or child supervisor of a subdistrict, from a day to a day."""

    __tablename__ = "post"
    __table_args__ = (
        Index(
            "uq_post_present",
            "division_code",
            "kind",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_post_person", "person_id"),
        # Who held it on a day that is over.
        Index("ix_post_division", "division_code", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    #: director, supervisor
    kind: Mapped[str] = mapped_column(String(12), default="director")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    started_on: Mapped[date]
    #: Null: holds the post now. At most one such row per (division, kind).
    ended_on: Mapped[date | None]
    #: elected, appointed, unknown; transferred: came along when the division was taken over, and is not new
    appointed: Mapped[str] = mapped_column(String(12), default="unknown")
    person: Mapped[Person] = relationship()
    division: Mapped[Division] = relationship()


class Handover(Model):
    """Changes of post that a supervisor submits together (换届更新) and an organiser confirms."""

    __tablename__ = "handover"

    id: Mapped[int] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    #: submitted, confirmed, refused
    state: Mapped[str] = mapped_column(String(12), default="submitted", index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    submitted_by_id: Mapped[int]
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changes: Mapped[list[PostChange]] = relationship(order_by="PostChange.id")


class PostChange(Model):
    """One post that changes hands, old and new side by side."""

    __tablename__ = "post_change"
    __table_args__ = (UniqueConstraint("handover_id", "division_code", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    kind: Mapped[str] = mapped_column(String(12), default="director")
    #: The holder as the supervisor saw it; a different holder at confirmation refuses the change.
    old_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Empty name: the post falls vacant.
    new_name: Mapped[str] = mapped_column(String(60), default="")
    new_phone: Mapped[str | None] = mapped_column(String(20))
    appointed: Mapped[str] = mapped_column(String(12), default="unknown")
    from_on: Mapped[date]
    division: Mapped[Division] = relationship()
