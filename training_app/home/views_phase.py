"""The cockpit of a phase."""

from __future__ import annotations

from typing import Any

from flask import render_template

from training_app.core import clock
from training_app.core.permissions import Permission
from training_app.schedule.access import phase_for
from training_app.web import access

from . import cockpit
from .blueprint import bp


@bp.get("/phases/<int:phase_id>")
@access.needs(Permission.SCHEDULE_VIEW)
def phase(phase_id: int) -> Any:
    """The programme's sessions in a row, what each lacks, who is on the way to the certificate."""
    found = phase_for(access.actor(), phase_id, Permission.SCHEDULE_VIEW)
    now = clock.now()
    return render_template("home/phase.html", cockpit=cockpit.cockpit(access.actor(), found, now), at=now)
