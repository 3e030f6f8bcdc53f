"""The public page behind a certificate's QR code; the same by what is typed, and by the file itself."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.web import access
from training_app.web.limits import limiter

from . import fingerprints, verifying
from .blueprint import bp
from .codes import FILE_PATH, TYPED_PATH, VERIFY_PATH
from .forms import VerifyForm


def _form(form: VerifyForm, status: int, *, unknown: bool = False, file: str = "", file_problem: str = "") -> Any:
    page = "certificates/verify_form.html"
    return render_template(page, form=form, unknown=unknown, file=file, file_problem=file_problem), status


@bp.get(f"{VERIFY_PATH}<code>")
@limiter.limit("300/minute")
@access.public
def verify(code: str) -> Any:
    """Whether the certificate with this code holds. Unknown codes all get the same page."""
    answer = verifying.by_code(code)
    if answer is None:
        return render_template("certificates/verify_unknown.html"), 404
    return render_template("certificates/verify.html", answer=answer, file="")


@bp.route(TYPED_PATH, methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
@access.public
def verify_typed() -> Any:
    """The same by number and check code."""
    form = VerifyForm()
    if not form.validate_on_submit():
        return _form(form, 422 if form.is_submitted() else 200)
    answer = verifying.by_serial(form.serial.data, form.check_code.data)
    if answer is None:
        return _form(form, 404, unknown=True)
    return redirect(url_for("certificates.verify", code=answer.verify_code))


@bp.get(FILE_PATH)
@access.public
def verify_again() -> Any:
    """Whoever loads the answer about a file anew begins again."""
    return redirect(url_for("certificates.verify_typed"))


@bp.post(FILE_PATH)
@limiter.limit("30/minute")
@access.public
def verify_file() -> Any:
    """The same by the file: its fingerprints, reckoned in the browser; without scripts the file itself, never kept."""
    form, sent = VerifyForm(formdata=None), request.files.get("file")
    digests = fingerprints.typed(request.form.getlist("sha256"))
    if not digests and sent:
        data = sent.read()
        if not fingerprints.is_paper(data):
            return _form(form, 422, file_problem=_("This is no PDF. Choose the certificate's PDF file."))
        digests = fingerprints.of_file(data)
    if not digests:
        return _form(form, 422, file_problem=_("Choose the certificate's PDF file first."))
    found = verifying.by_file(digests)
    if found is None:
        return _form(form, 404, file="changed")
    answer, same = found
    return render_template("certificates/verify.html", answer=answer, file="same" if same else "added")
