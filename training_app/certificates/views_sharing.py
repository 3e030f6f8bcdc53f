"""A holder's own page to share her certificate: picture, words and badge."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for

from training_app.core import clock, files
from training_app.web import access
from training_app.web.addresses import lasting_base
from training_app.web.downloads import download
from training_app.web.limits import limiter

from . import badges, sharing
from .access import own_paper
from .blueprint import bp
from .models import Certificate


def _pictures(found: Certificate) -> dict[str, Any]:
    """What the part of the page that changes shows: every picture that there is, none while one is being made."""
    waits, made, failed = sharing.under_way(found.id), sharing.made(found.id), sharing.failed(found.id)
    stage = f"{int(waits)}{int(failed)}-{'-'.join(made)}"
    return {"certificate": found, "waits": waits, "made": made, "failed": failed, "stage": stage}


@bp.get("/certificates/<int:certificate_id>/share")
@access.person
def share(certificate_id: int) -> Any:
    """What one may do with one's own certificate beside printing it."""
    found = own_paper(access.actor(), certificate_id)
    badges.refuse_void(found)
    return render_template(
        "certificates/share.html",
        badge=badges.taken(found, base=lasting_base()),
        words=sharing.words(found, lasting_base()),
        **_pictures(found),
    )


@bp.get("/certificates/<int:certificate_id>/share/pictures")
@access.person
def share_pictures(certificate_id: int) -> Any:
    """The part of the page that changes while a picture is being made; 204 while it is what the page shows already."""
    shown = _pictures(own_paper(access.actor(), certificate_id))
    if request.args.get("seen") == shown["stage"]:
        return "", 204
    return render_template("certificates/_pictures.html", **shown)


@bp.post("/certificates/<int:certificate_id>/share")
@limiter.limit("20/minute")
@access.person
def make_picture(certificate_id: int) -> Any:
    """Have a picture made that names one wholly or in part."""
    who, now = access.actor(), clock.now()
    found = own_paper(who, certificate_id)
    shown = request.form.get("shown", sharing.MASKED)
    sharing.ask(found, shown, base=lasting_base(), actor_id=who.person_id or 0, now=now)
    return redirect(url_for("certificates.share", certificate_id=found.id))


@bp.get("/certificates/<int:certificate_id>/share-<any(full, masked):shown>.png")
@access.person
def shared_picture(certificate_id: int, shown: str) -> Any:
    """A picture that was made."""
    digest = sharing.picture(own_paper(access.actor(), certificate_id), shown)
    answer = Response(files.read(digest), mimetype="image/png")
    answer.set_etag(digest)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)


@bp.post("/certificates/<int:certificate_id>/badge")
@access.person
def take_badge(certificate_id: int) -> Any:
    """One's own badge as a file."""
    who, now = access.actor(), clock.now()
    found = own_paper(who, certificate_id)
    made = badges.take(found, base=lasting_base(), actor_id=who.person_id or 0, now=now)
    return download(made.encode(), f"{found.serial}.jwt", badges.MEDIA_TYPE)
