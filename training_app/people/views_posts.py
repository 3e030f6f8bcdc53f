"""A person's posts: taken, ended."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.core.permissions import Permission as P
from training_app.web import access

from . import forms, newcomers, policy, posts
from .access import person_for, place_for
from .blueprint import bp
from .forms_persons import PostForm
from .forms_staff import number


def _page(person: Any, form: PostForm, problem: Any, status: int) -> Any:
    history = posts.history(person.id)
    return render_template("people/posts.html", person=person, form=form, problem=problem, history=history), status


@bp.route("/people/<int:person_id>/posts", methods=["GET", "POST"])
@access.needs(P.PERSON_EDIT)
def person_posts(person_id: int) -> Any:
    """All posts of a person; take another one."""
    who, now = access.actor(), clock.now()
    person = person_for(who, person_id, P.PERSON_EDIT)
    form = PostForm()
    if request.method == "GET":
        form.subdistrict.data, form.division.data = "", ""
        form.from_on.data = clock.local_date(now)
    form.offer(policy.jurisdictions(who, P.PERSON_EDIT))
    if form.choosing or not form.is_submitted():
        return _page(person, form, None, 200)
    if not form.place:
        form.validate()
        form.division.errors = [_("Please choose the community whose post it is.")]
        return _page(person, form, None, 422)
    if not form.validate():
        return _page(person, form, None, 422)
    code = place_for(who, form.place, P.PERSON_EDIT)
    kind = newcomers.kind_at(code)
    expected = number(form.expected.data)
    try:
        posts.change_holder(
            code,
            kind,
            expected_person_id=expected,
            new_person_id=person_id,
            from_on=form.from_on.data,
            appointed=form.appointed.data,
            actor_id=who.person_id,
            now=now,
        )
    except Invalid as fault:
        forms.show(form, fault)
        return _page(person, form, None if fault.fields else fault.sentence, 422)
    except Refusal as fault:
        holder = posts.holder(code, kind)
        if holder is None:
            form.expected.data = ""
            return _page(person, form, fault.sentence, 409)
        return _page(person, form, form.show_holder(holder.id, holder.name), 409)
    flash(_("%(name)s holds the post now.", name=person.name))
    return redirect(url_for("people.person_posts", person_id=person_id))


@bp.post("/people/<int:person_id>/posts/<int:post_id>/end")
@access.needs(P.PERSON_EDIT)
def end_post(person_id: int, post_id: int) -> Any:
    """Leave a post vacant from tomorrow on."""
    who, now = access.actor(), clock.now()
    person = person_for(who, person_id, P.PERSON_EDIT)
    post = next((post for post in posts.history(person.id) if post.id == post_id and post.ended_on is None), None)
    if post is None:
        raise NotFound()
    place_for(who, post.division_code, P.PERSON_EDIT)
    posts.leave_vacant(post, actor_id=who.person_id, now=now)
    flash(_("The post is vacant now."))
    return redirect(url_for("people.person_posts", person_id=person_id))
