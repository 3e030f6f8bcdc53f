"""The public page behind a certificate's QR code, and the same by what is typed."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for

from training_app.web import access
from training_app.web.limits import limiter

from . import verifying
from .blueprint import bp
from .codes import TYPED_PATH, VERIFY_PATH
from .forms import VerifyForm


@bp.get(f"{VERIFY_PATH}<code>")
@limiter.limit("300/minute")
@access.public
def verify(code: str) -> Any:
    """Whether the certificate with this code holds. Unknown codes all get the same page."""
    answer = verifying.by_code(code)
    if answer is None:
        return render_template("certificates/verify_unknown.html"), 404
    return render_template("certificates/verify.html", answer=answer)


@bp.route(TYPED_PATH, methods=["GET", "POST"])
@limiter.limit("30/minute", methods=["POST"])
@access.public
def verify_typed() -> Any:
    """The same by number and check code."""
    form = VerifyForm()
    if not form.validate_on_submit():
        return render_template("certificates/verify_form.html", form=form, unknown=False), (
            422 if form.is_submitted() else 200
        )
    answer = verifying.by_serial(form.serial.data, form.check_code.data)
    if answer is None:
        return render_template("certificates/verify_form.html", form=form, unknown=True), 404
    return redirect(url_for("certificates.verify", code=answer.verify_code))
