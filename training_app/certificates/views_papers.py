"""One certificate: its page, its files, taken back, issued again; and a holder's own page."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from training_app.core import clock, files
from training_app.core.errors import Invalid, Refusal
from training_app.core.glyphs import missing_characters
from training_app.core.permissions import Permission
from training_app.people.forms import show
from training_app.people.policy import allows
from training_app.schedule.access import programme_scope
from training_app.schedule.models import Programme
from training_app.web import access
from training_app.web.addresses import public_base

from . import issuing, papers, pictures, records, service
from .access import certificate_for, file_for
from .blueprint import bp
from .codes import printed
from .forms import ReasonForm
from .models import Certificate


def _page(certificate: Certificate, *, revoke_form: ReasonForm, reissue_form: ReasonForm, status: int = 200) -> Any:
    programme = service.programme_of(certificate.programme_id)
    return (
        render_template(
            "certificates/certificate.html",
            certificate=certificate,
            programme=programme,
            state=papers.state_of(certificate),
            visits=records.visits(certificate.facts),
            issued_on=date.fromisoformat(certificate.facts["issued_on"]),
            versions=papers.versions(certificate),
            state_of=papers.state_of,
            check_code=printed(certificate.check_code),
            names=service.names(filter(None, (certificate.issued_by_id, certificate.revoked_by_id))),
            may_issue=_may_issue(programme),
            missing=missing_characters(certificate.person.name),
            revoke_form=revoke_form,
            reissue_form=reissue_form,
        ),
        status,
    )


def _may_issue(programme: Programme) -> bool:
    return allows(access.actor(), Permission.CERTIFICATE_ISSUE, programme_scope(programme))


def _forms() -> dict[str, ReasonForm]:
    return {"revoke_form": ReasonForm(prefix="revoke"), "reissue_form": ReasonForm(prefix="reissue")}


@bp.get("/certificates/<int:certificate_id>")
@access.needs(Permission.CERTIFICATE_VIEW)
def certificate(certificate_id: int) -> Any:
    """A paper as it was issued, and what became of it."""
    found = certificate_for(access.actor(), certificate_id, Permission.CERTIFICATE_VIEW)
    return _page(found, **_forms())


@bp.post("/certificates/<int:certificate_id>/revoke")
@access.needs(Permission.CERTIFICATE_ISSUE)
def revoke(certificate_id: int) -> Any:
    """Take a paper back."""
    who, now = access.actor(), clock.now()
    found, typed = certificate_for(who, certificate_id, Permission.CERTIFICATE_ISSUE), _forms()
    form = typed["revoke_form"]
    try:
        papers.revoke(found.id, reason=form.reason.data or "", actor_id=who.person_id or 0, now=now)
    except Invalid as fault:
        show(form, fault)
        return _page(found, status=422, **typed)
    flash(_("Certificate %(serial)s is revoked. Its verify page says so.", serial=found.serial))
    return redirect(url_for("certificates.certificate", certificate_id=found.id))


@bp.post("/certificates/<int:certificate_id>/reissue")
@access.needs(Permission.CERTIFICATE_ISSUE)
def reissue(certificate_id: int) -> Any:
    """Issue a paper again under the holder's present name."""
    who, now = access.actor(), clock.now()
    found, typed = certificate_for(who, certificate_id, Permission.CERTIFICATE_ISSUE), _forms()
    form = typed["reissue_form"]
    try:
        job_id = issuing.reissue(
            found.id, reason=form.reason.data or "", base_url=public_base(), actor_id=who.person_id or 0, now=now
        )
    except Invalid as fault:
        show(form, fault)
        return _page(found, status=422, **typed)
    except Refusal as refusal:
        flash(str(refusal.sentence), "error")
        return redirect(url_for("certificates.certificate", certificate_id=found.id))
    return redirect(url_for("certificates.job", job_id=job_id))


def _send(digest: str, name: str, media_type: str) -> Any:
    answer = send_file(
        BytesIO(files.read(digest)),
        mimetype=media_type,
        as_attachment=request.args.get("download") == "1",
        download_name=name,
    )
    # The file never changes, so its hash is its tag; the browser asks each time, for phones pass from hand to hand.
    answer.set_etag(digest)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)


@bp.get("/certificates/<int:certificate_id>.pdf")
@access.person
def file(certificate_id: int) -> Any:
    """The PDF as it was stored."""
    found = file_for(access.actor(), certificate_id)
    return _send(found.file_sha256, f"{found.serial}.pdf", "application/pdf")


@bp.get("/certificates/<int:certificate_id>.png")
@access.person
def png(certificate_id: int) -> Any:
    """The same page as a picture, for phones that show no PDF."""
    found = file_for(access.actor(), certificate_id)
    return _send(pictures.of(found), f"{found.serial}.png", "image/png")


@bp.get("/certificates/mine")
@access.person
def mine() -> Any:
    """One's own papers."""
    found = papers.of_person(access.actor().person_id or 0)
    return render_template("certificates/mine.html", certificates=found, state_of=papers.state_of)
