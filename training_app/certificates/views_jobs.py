"""Issuing and putting together as jobs: begun, watched, stopped, tried again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training_app.core import clock, files, jobs
from training_app.core.errors import Refusal
from training_app.core.permissions import Permission
from training_app.schedule.access import programme_for
from training_app.web import access
from training_app.web.addresses import public_base

from . import bundling, issuing, making, papers, service
from .access import job_for
from .blueprint import bp

_KINDS = (making.KIND, bundling.KIND)


def _ticked() -> list[int] | None:
    """The ticked persons, or None for all."""
    if request.form.get("who") == "all":
        return None
    texts = request.form.getlist("person")
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


@bp.post("/programmes/<int:programme_id>/certificates/issue")
@access.needs(Permission.CERTIFICATE_ISSUE)
def issue(programme_id: int) -> Any:
    """Issue for all who are eligible, or for the ticked ones."""
    who, now = access.actor(), clock.now()
    programme = programme_for(who, programme_id, Permission.CERTIFICATE_ISSUE)
    try:
        started = issuing.start(programme.id, _ticked(), base_url=public_base(), actor_id=who.person_id or 0, now=now)
    except Refusal as refusal:
        return _back(programme.id, refusal)
    if started.skipped:
        flash(
            ngettext(
                "%(num)d person cannot be issued a certificate now and was left out.",
                "%(num)d people cannot be issued a certificate now and were left out.",
                started.skipped,
            )
        )
    return redirect(url_for("certificates.job", job_id=started.job_id))


@bp.post("/programmes/<int:programme_id>/certificates/bundle")
@access.needs(Permission.CERTIFICATE_ISSUE)
def bundle(programme_id: int) -> Any:
    """Put the papers of the ticked persons, or all, into one file."""
    who, now = access.actor(), clock.now()
    programme = programme_for(who, programme_id, Permission.CERTIFICATE_ISSUE)
    try:
        job_id = bundling.start(
            programme.id, _ticked(), request.form.get("format", ""), actor_id=who.person_id or 0, now=now
        )
    except Refusal as refusal:
        return _back(programme.id, refusal)
    return redirect(url_for("certificates.job", job_id=job_id))


def _back(programme_id: int, refusal: Refusal) -> Any:
    flash(str(refusal.sentence), "error")
    if "job_id" in refusal.details:
        return redirect(url_for("certificates.job", job_id=refusal.details["job_id"]))
    return redirect(url_for("certificates.programme", programme_id=programme_id))


def _stage(job: jobs.Job) -> str:
    """What the page showed last; it asks again with it, and nothing is sent while it is still so."""
    return f"{job.state}-{job.done}-{job.failed}"


def _shown(job: jobs.Job) -> dict[str, Any]:
    failed = jobs.items(job.id, jobs.ItemState.FAILED) if job.failed else []
    made = bundling.result_of(job.id) if job.kind == bundling.KIND and job.done else None
    return {
        "job": job,
        "stage": _stage(job),
        "active": job.state in (jobs.JobState.QUEUED.value, jobs.JobState.RUNNING.value),
        "failed": [(item, int(item.item) if item.item.isdigit() else 0) for item in failed],
        "names": service.names(int(item.item) for item in failed if item.item.isdigit()),
        "made": made,
        "issuing": job.kind == making.KIND,
        "renewed": papers.successor(job.params["replaces"]) if "replaces" in job.params and job.done else None,
    }


@bp.get("/certificates/jobs/<int:job_id>")
@access.needs(Permission.CERTIFICATE_ISSUE)
def job(job_id: int) -> Any:
    """How far a job has come."""
    found, programme = job_for(access.actor(), job_id, _KINDS)
    return render_template("certificates/job.html", programme=programme, **_shown(found))


@bp.get("/certificates/jobs/<int:job_id>/progress")
@access.needs(Permission.CERTIFICATE_ISSUE)
def job_progress(job_id: int) -> Any:
    """The part of the page that changes; 204 while it is what the page shows already."""
    found, programme = job_for(access.actor(), job_id, _KINDS)
    if request.args.get("seen") == _stage(found):
        return "", 204
    return render_template("certificates/_progress.html", programme=programme, **_shown(found))


@bp.post("/certificates/jobs/<int:job_id>/stop")
@access.needs(Permission.CERTIFICATE_ISSUE)
def stop(job_id: int) -> Any:
    """Stop a job, or give up what failed; left-over numbers are voided."""
    who, now = access.actor(), clock.now()
    found, _programme = job_for(who, job_id, _KINDS)
    issuing.stop(found.id, actor_id=who.person_id or 0, now=now)
    if found.state == jobs.JobState.DONE.value and not found.failed:
        flash(_("It was finished already; there was nothing left to stop."))
    elif found.kind == making.KIND:
        flash(_("Stopped. What is issued stays issued; numbers that were reserved and not used are voided on record."))
    return redirect(url_for("certificates.job", job_id=found.id))


@bp.post("/certificates/jobs/<int:job_id>/retry")
@access.needs(Permission.CERTIFICATE_ISSUE)
def retry(job_id: int) -> Any:
    """Try again what failed."""
    who, now = access.actor(), clock.now()
    found, _programme = job_for(who, job_id, _KINDS)
    jobs.retry(found.id, actor_id=who.person_id or 0, now=now)
    return redirect(url_for("certificates.job", job_id=found.id))


@bp.get("/certificates/jobs/<int:job_id>/file")
@access.needs(Permission.CERTIFICATE_ISSUE)
def bundle_file(job_id: int) -> Any:
    """The file that a job put together."""
    found, _programme = job_for(access.actor(), job_id, (bundling.KIND,))
    made = bundling.result_of(found.id)
    return send_file(
        files.whole(made["sha256"]),
        mimetype=bundling.FORMATS[made["format"]],
        as_attachment=True,
        download_name=made["name"],
    )
