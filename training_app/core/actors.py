"""Who is asking: a person or a device, with the grants that this login carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The roles that a grant can give. A director needs no grant: her own things are hers."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    FACILITATOR = "facilitator"
    DOOR_VOLUNTEER = "door_volunteer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class ActorGrant:
    """A grant that is valid now. `division_code` is the jurisdiction, or the organisation's area."""

    id: int
    role: Role
    organisation_id: int | None = None
    division_code: str | None = None
    programme_id: int | None = None
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks. An unknown visitor has no login; a door volunteer has no person, a device a name of its own.

    Has what Flask-Login expects of a user.
    """

    login_id: int | None = None
    token: str = field(default="", repr=False)
    person_id: int | None = None
    name: str = ""
    language: str | None = None
    account_id: int | None = None
    must_change_password: bool = False
    #: An enrolled scanner or a program, and what the latter may do.
    device_id: int | None = None
    scopes: tuple[str, ...] = ()
    grants: tuple[ActorGrant, ...] = ()

    @property
    def is_authenticated(self) -> bool:
        return self.login_id is not None

    @property
    def is_active(self) -> bool:
        return self.is_authenticated

    @property
    def is_anonymous(self) -> bool:
        return not self.is_authenticated

    def get_id(self) -> str:
        return self.token

    @property
    def is_staff(self) -> bool:
        """Whether any grant came with this login; such a person sees the left rail."""
        return bool(self.grants)

    @property
    def supervised(self) -> tuple[str, ...]:
        """The division codes over which this actor is a supervisor."""
        return tuple(sorted({g.division_code or "" for g in self.grants if g.role is Role.SUPERVISOR}))

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """The division codes under which this actor may see persons; "" is everywhere."""
        codes = {g.division_code for g in self.grants if g.division_code is not None}
        if any(g.role is Role.ADMINISTRATOR for g in self.grants):
            codes.add("")
        return tuple(sorted(codes))


#: Nobody is logged in.
STRANGER = Actor()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a thing belongs to; a grant covers it by any of these."""

    organisation_id: int | None = None
    programme_id: int | None = None
    event_id: int | None = None
    #: Lies under a jurisdiction when the jurisdiction prefixes one of these codes.
    divisions: tuple[str, ...] = ()
    #: A programme or event for this area concerns every jurisdiction that lies in it or contains it.
    area: str | None = None
