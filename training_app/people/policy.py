"""May they? Access is asked of grants, in one function."""

from __future__ import annotations

from dataclasses import dataclass

from training_app.core.actors import Actor, ActorGrant, Role, Scope
from training_app.core.permissions import Permission as P
from training_app.divisions.rules import lies_in, meets

_ORGANISER = frozenset(P) - {P.SYSTEM_MANAGE, P.NOMINATION_SUBMIT, P.HANDOVER_SUBMIT}
_SEES = frozenset(
    {
        P.PERSON_VIEW,
        P.SCHEDULE_VIEW,
        P.REGISTRATION_VIEW,
        P.ATTENDANCE_VIEW,
        P.SCORE_VIEW,
        P.CERTIFICATE_VIEW,
        P.REPORT_VIEW,
        P.LEDGER_EXPORT,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.ADMINISTRATOR: frozenset(P),
    Role.ORGANISER: _ORGANISER,
    Role.FACILITATOR: frozenset(
        {P.SCHEDULE_VIEW, P.DOOR_SCAN, P.DOOR_MANAGE, P.REGISTRATION_VIEW, P.ATTENDANCE_VIEW, P.SCORE_VIEW}
    ),
    Role.DOOR_VOLUNTEER: frozenset({P.DOOR_SCAN}),
    Role.SUPERVISOR: _SEES
    | {P.NOMINATION_SUBMIT, P.HANDOVER_SUBMIT, P.LEAVE_ASK, P.MAKE_UP_BOOK, P.OUTSIDE_ENTER, P.REPORT_FREEZE},
    Role.AUDITOR: _SEES,
}

#: Permissions for which a programme or event of an overlapping area is enough; what a page then
#: shows of persons is narrowed to the actor's jurisdictions.
_BY_AREA = frozenset(
    {
        P.SCHEDULE_VIEW,
        P.REGISTRATION_VIEW,
        P.NOMINATION_SUBMIT,
        P.ATTENDANCE_VIEW,
        P.LEAVE_ASK,
        P.MAKE_UP_BOOK,
        P.SCORE_VIEW,
        P.CERTIFICATE_VIEW,
        P.REPORT_VIEW,
    }
)


def _covers(grant: ActorGrant, permission: P, scope: Scope) -> bool:
    if grant.role is Role.ADMINISTRATOR:
        return True
    if grant.event_id is not None:
        return scope.event_id == grant.event_id
    if grant.programme_id is not None:
        return scope.programme_id == grant.programme_id
    if grant.organisation_id is not None and scope.organisation_id is not None:
        return scope.organisation_id == grant.organisation_id
    if grant.division_code is None:
        return False
    if scope.divisions:
        return any(lies_in(code, grant.division_code) for code in scope.divisions)
    return permission in _BY_AREA and scope.area is not None and meets(scope.area, grant.division_code)


def allows(actor: Actor, permission: P, scope: Scope) -> bool:
    """Whether some grant of the actor gives the permission on something of this scope."""
    return any(permission in ROLE_PERMISSIONS[g.role] and _covers(g, permission, scope) for g in actor.grants)


def allows_anywhere(actor: Actor, permission: P) -> bool:
    """Whether some grant of the actor gives the permission on anything at all."""
    return any(permission in ROLE_PERMISSIONS[g.role] for g in actor.grants)


@dataclass(frozen=True)
class Reach:
    """What one permission of an actor covers, kind by kind; a grant counts by the narrowest thing that it names.

    `divisions` are jurisdictions, for what concerns their area.
    """

    everywhere: bool
    events: tuple[int, ...] = ()
    programmes: tuple[int, ...] = ()
    organisations: tuple[int, ...] = ()
    divisions: tuple[str, ...] = ()


def reach(actor: Actor, permission: P) -> Reach:
    """What the actor's grants cover with this permission, for lists and counts; `allows` says it of one thing."""
    grants = [grant for grant in actor.grants if permission in ROLE_PERMISSIONS[grant.role]]
    if any(grant.role is Role.ADMINISTRATOR for grant in grants):
        return Reach(everywhere=True)
    events, programmes, organisations, divisions = set(), set(), set(), set()
    for grant in grants:
        if grant.event_id is not None:
            events.add(grant.event_id)
        elif grant.programme_id is not None:
            programmes.add(grant.programme_id)
        elif grant.organisation_id is not None:
            organisations.add(grant.organisation_id)
        elif grant.division_code is not None and permission in _BY_AREA:
            divisions.add(grant.division_code)
    return Reach(
        everywhere=False,
        events=tuple(sorted(events)),
        programmes=tuple(sorted(programmes)),
        organisations=tuple(sorted(organisations)),
        divisions=tuple(sorted(divisions)),
    )


def jurisdictions(actor: Actor, permission: P) -> tuple[str, ...]:
    """The division codes under which the actor has the permission; "" is everywhere.

    Lists narrow their rows by these with `divisions.rules.within_any`.
    """
    codes = set()
    for grant in actor.grants:
        if permission in ROLE_PERMISSIONS[grant.role]:
            if grant.role is Role.ADMINISTRATOR:
                codes.add("")
            elif grant.division_code is not None:
                codes.add(grant.division_code)
    return tuple(sorted(codes))
