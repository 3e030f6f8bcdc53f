"""How a programme's certificates look: texts, pictures, seal, versions, and a picture of it while it is changed."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from training_app.core import clock, files
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission
from training_app.people.forms import show
from training_app.schedule.access import programme_for
from training_app.schedule.models import Programme
from training_app.web import access
from training_app.web.addresses import public_base
from training_app.web.limits import limiter
from training_app.web.pagination import paginate, requested_page

from . import design, designing, previewing
from .blueprint import bp
from .design import PARTS, Design
from .forms_design import KINDS, PaperForm, PictureForm, SealForm
from .look import COMPLETION
from .specimens import specimen_of
from .wording import PLACES

#: Pictures that one person may have drawn; who types quickly stays below.
_RATE = "90/minute"
_VERSIONS = 10


def _programme(programme_id: int) -> Programme:
    return programme_for(access.actor(), programme_id, Permission.CERTIFICATE_ISSUE)


def _kind() -> str:
    wanted = request.values.get("kind", "")
    return wanted if wanted in KINDS else COMPLETION


def _picture(programme: Programme, shown: Design, kind: str) -> bytes:
    return previewing.ask("picture", specimen_of(programme, shown, kind, base_url=public_base()))


def _page(
    programme: Programme, form: PaperForm, *, seal_form: SealForm | None = None, status: int = 200, **more: Any
) -> Any:
    versions = paginate(design.versions(programme.id), page=requested_page(), per_page=_VERSIONS, scalars=False)
    kept = design.design_of(programme)
    page = render_template(
        "certificates/paper.html",
        programme=programme,
        form=form,
        picture_form=PictureForm(formdata=None),
        seal_form=seal_form or SealForm(formdata=None, data={"approved_by": kept.approved_by}),
        issuer=design.issuer_of(programme),
        present=kept,
        versions=versions,
        kind=_kind(),
        places=PLACES,
        **more,
    )
    return page, status


@bp.route("/programmes/<int:programme_id>/certificates/paper", methods=["GET", "POST"])
@access.needs(Permission.CERTIFICATE_ISSUE)
def paper(programme_id: int) -> Any:
    """How the next certificates look. Without scripts a button shows the picture of what was typed."""
    who, now = access.actor(), clock.now()
    found = _programme(programme_id)
    form = PaperForm.showing(design.design_of(found))
    if not form.is_submitted():
        return _page(found, form)
    seen: dict[str, Any] = {}
    if form.validate():
        typed = form.design(design.design_of(found))
        try:
            if "preview" in request.form:
                designing.check(typed)
                seen["picture"] = b64encode(_picture(found, typed, _kind())).decode()
                return _page(found, form, **seen)
            made = designing.set_design(found.id, typed, actor_id=who.person_id, now=now)
        except Invalid as fault:
            show(form, fault)
        except Refusal as fault:
            return _page(found, form, problem=fault.sentence, status=fault.status)
        else:
            flash(_("Certificates issued from now on look like this: version %(version)s.", version=made.version))
            return redirect(url_for("certificates.paper", programme_id=found.id, kind=_kind()))
    return _page(found, form, status=422)


@bp.post("/programmes/<int:programme_id>/certificates/paper/preview")
@access.needs(Permission.CERTIFICATE_ISSUE)
@limiter.limit(_RATE)
def paper_preview(programme_id: int) -> Any:
    """The picture of what is typed just now, as a PNG; or what is wrong with it, a sentence by field."""
    found = _programme(programme_id)
    form = PaperForm.showing(design.design_of(found))
    if form.validate():
        typed = form.design(design.design_of(found))
        try:
            designing.check(typed)
            return send_file(BytesIO(_picture(found, typed, _kind())), mimetype="image/png")
        except Invalid as fault:
            wrong = {name: str(sentence) for name, sentence in fault.fields.items()}
        except Refusal as fault:
            return {"fields": {}, "sentence": str(fault.sentence)}, fault.status
    else:
        wrong = {name: str(errors[0]) for name, errors in form.errors.items()}
    return {"fields": wrong, "sentence": _("Please correct what is marked; the picture shows the design before.")}, 422


@bp.get("/programmes/<int:programme_id>/certificates/paper/preview.png")
@access.needs(Permission.CERTIFICATE_ISSUE)
@limiter.limit(_RATE)
def paper_picture(programme_id: int) -> Any:
    """The picture of the newest version, or of `version`."""
    found = _programme(programme_id)
    number = request.args.get("version", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else None
    return send_file(BytesIO(_picture(found, design.design_of(found, wanted), _kind())), mimetype="image/png")


@bp.get("/programmes/<int:programme_id>/certificates/paper/calibration.pdf")
@access.needs(Permission.CERTIFICATE_ISSUE)
@limiter.limit(_RATE)
def calibration(programme_id: int) -> Any:
    """A sheet with rulers, moved like the certificates."""
    kept = design.design_of(_programme(programme_id))
    made = previewing.ask("calibration", (float(kept.offset_x), float(kept.offset_y)))
    return send_file(BytesIO(made), mimetype="application/pdf", download_name="calibration.pdf")


@bp.post("/programmes/<int:programme_id>/certificates/paper/pictures")
@access.needs(Permission.CERTIFICATE_ISSUE)
def paper_upload(programme_id: int) -> Any:
    """Put a picture into the design, or take it out with `remove`."""
    who, now = access.actor(), clock.now()
    found, form, part = _programme(programme_id), PictureForm(), request.form.get("part", "")
    if part not in PARTS:
        raise NotFound()
    try:
        if "remove" in request.form:
            designing.remove_picture(found.id, part, actor_id=who.person_id or 0, now=now)
            flash(_("Taken out. Papers issued before keep it."))
        else:
            designing.set_picture(found.id, part, form.upload(), actor_id=who.person_id or 0, now=now)
            flash(_("The picture stands on certificates from now on."))
    except Invalid as fault:
        flash(str(next(iter(fault.fields.values()), fault.sentence)), "error")
    return redirect(url_for("certificates.paper", programme_id=found.id, kind=_kind(), _anchor="pictures"))


@bp.post("/programmes/<int:programme_id>/certificates/paper/seal")
@access.needs(Permission.CERTIFICATE_ISSUE)
def paper_seal(programme_id: int) -> Any:
    """Have a seal drawn, with its approver and the consent."""
    who, now = access.actor(), clock.now()
    found, form = _programme(programme_id), SealForm()
    image, consent = form.uploads()
    try:
        designing.set_seal(
            found.id,
            image,
            consent,
            approved_by=form.approved_by.data or "",
            actor_id=who.person_id or 0,
            now=now,
        )
    except Invalid as fault:
        show(form, fault)
        kept = PaperForm.showing(design.design_of(found))
        return _page(found, kept, seal_form=form, problem=fault.sentence, status=422)
    flash(_("The seal is printed from now on. Its consent is kept with this version."))
    return redirect(url_for("certificates.paper", programme_id=found.id, _anchor="seal"))


@bp.post("/programmes/<int:programme_id>/certificates/paper/<int:version>/restore")
@access.needs(Permission.CERTIFICATE_ISSUE)
def paper_restore(programme_id: int, version: int) -> Any:
    """Bring an older version back, as a new one."""
    who, now = access.actor(), clock.now()
    found = _programme(programme_id)
    try:
        made = designing.restore(found.id, version, actor_id=who.person_id or 0, now=now)
    except Invalid as fault:
        flash(str(next(iter(fault.fields.values()), fault.sentence)), "error")
    else:
        flash(_("Version %(old)s is back, as version %(new)s.", old=version, new=made.version))
    return redirect(url_for("certificates.paper", programme_id=found.id))


@bp.get("/programmes/<int:programme_id>/certificates/paper/<int:version>/<part>")
@access.needs(Permission.CERTIFICATE_ISSUE)
def paper_file(programme_id: int, version: int, part: str) -> Any:
    """A picture of a version, or the consent to its seal."""
    found = _programme(programme_id)
    digest = Design.of(design.version(found.id, version).settings).files.get(part)
    if digest is None:
        raise NotFound()
    kind = designing.media_type(digest)
    answer = send_file(BytesIO(files.read(digest)), mimetype=kind, download_name=f"{part}-{version}")
    answer.headers["Content-Disposition"] = f'inline; filename="{part}-{version}"'
    return answer
