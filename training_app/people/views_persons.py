"""The list of persons and posts; one is added, one is changed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.actors import Actor
from training_app.core.errors import Invalid, Refusal
from training_app.core.permissions import Permission as P
from training_app.divisions.rules import lies_in
from training_app.web import access
from training_app.web.pagination import paginate, requested_page

from . import directory, forms, newcomers, persons, phones, policy
from .access import person_below, person_scope
from .blueprint import bp
from .forms_persons import NewPersonForm, PersonForm


@bp.get("/people")
@access.needs(P.PERSON_VIEW)
def index() -> Any:
    """Persons and posts of one's area; what is typed and chosen stands in the address."""
    area = policy.jurisdictions(access.actor(), P.PERSON_VIEW)
    text = request.args.get("q", "").strip()[:60]
    subdistrict = request.args.get("subdistrict", "")
    shown = request.args.get("show", "all")
    shown = shown if shown in directory.SHOWN else "all"
    if shown == "vacant":
        page = paginate(directory.vacancies(subdistrict, area), page=requested_page(), scalars=False)
        rows: list[Any] = []
    else:
        page = paginate(directory.statement(text, subdistrict, shown, area), page=requested_page())
        rows = directory.rows(page.items)
    return render_template(
        "people/index.html",
        page=page,
        rows=rows,
        text=text,
        shown=shown,
        subdistrict=subdistrict,
        subdistricts=directory.offered(area, subdistrict).labelled(),
        may_edit=policy.allows_anywhere(access.actor(), P.PERSON_EDIT),
    )


@bp.route("/people/new", methods=["GET", "POST"])
@access.needs(P.PERSON_EDIT)
def person_new() -> Any:
    """Add a person, perhaps in a vacant post."""
    who = access.actor()
    form = NewPersonForm()
    if request.method == "GET":
        form.division.data = form.subdistrict.data = request.args.get("division", "")
        form.subdistrict.data = form.subdistrict.data[:9]
        form.takes_post.data = bool(form.division.data)
    form.offer(policy.jurisdictions(who, P.PERSON_EDIT))
    problem = None
    if not form.choosing and form.validate_on_submit():
        post = newcomers.NewPost(form.from_on.data, form.appointed.data) if form.takes_post.data else None
        try:
            person, is_new = newcomers.add(
                form.name.data,
                form.phone.data,
                email=form.email.data,
                sex=form.sex.data,
                division_code=form.place,
                post=post,
                actor_id=who.person_id or 0,
                now=clock.now(),
            )
        except Refusal as fault:
            problem = _say(form, fault)
        else:
            if is_new:
                flash(_("%(name)s is added.", name=person.name))
                return redirect(url_for("people.index", q=person.name))
            if policy.allows(who, P.PERSON_EDIT, person_scope(person)):
                flash(_("%(name)s is known already; nothing was changed.", name=person.name))
                return redirect(url_for("people.person_edit", person_id=person.id))
            problem = _("This person is known in another area. The administrator can help.")
    status = 422 if form.is_submitted() and not form.choosing else 200
    return render_template("people/person_form.html", form=form, person=None, problem=problem), status


@bp.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@access.needs(P.PERSON_EDIT)
def person_edit(person_id: int) -> Any:
    """Change what is known of a person."""
    who, now = access.actor(), clock.now()
    person = person_below(who, person_id, P.PERSON_EDIT, now)
    form = PersonForm(obj=person)
    form.sex.data = form.sex.data or ""
    if request.method == "GET":
        form.phone.data = phones.shown(person.phone)
        form.division.data = person.division_code or ""
        form.subdistrict.data = form.division.data[:9]
    form.offer(policy.jurisdictions(who, P.PERSON_EDIT))
    problem = None
    if not form.choosing and form.validate_on_submit():
        try:
            persons.change(
                person_id,
                name=form.name.data,
                phone=form.phone.data,
                email=form.email.data,
                sex=form.sex.data,
                # Someone who works elsewhere keeps it: the choice offers only one's own area.
                division_code=form.place or _elsewhere(who, person.division_code),
                actor_id=who.person_id or 0,
                now=now,
            )
        except Refusal as fault:
            problem = _say(form, fault)
        else:
            flash(_("Saved."))
            return redirect(url_for("people.index", q=form.name.data.strip()))
    status = 422 if form.is_submitted() and not form.choosing else 200
    return render_template("people/person_form.html", form=form, person=person, problem=problem), status


def _elsewhere(who: Actor, kept: str | None) -> str | None:
    return None if any(lies_in(kept, code) for code in policy.jurisdictions(who, P.PERSON_EDIT)) else kept


def _say(form: Any, fault: Refusal) -> Any:
    """Put a refusal beside its fields; what has no field is said above the form."""
    if isinstance(fault, Invalid) and any(name in form._fields for name in fault.fields):
        forms.show(form, fault)
        return None
    return fault.sentence
