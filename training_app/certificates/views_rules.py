"""The rule of a programme: composed, shown in words and tried on those who take part before it is saved."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from training_app.core import clock
from training_app.core.errors import Invalid
from training_app.core.permissions import Permission
from training_app.people.forms import show
from training_app.schedule.access import programme_for
from training_app.web import access

from . import rulebook
from .blueprint import bp
from .forms_rules import RuleForm, addable, rows_of, rows_typed, with_another, without
from .rules import words
from .standings import outlook


@bp.route("/programmes/<int:programme_id>/certificates/rule", methods=["GET", "POST"])
@access.needs(Permission.CERTIFICATE_ISSUE)
def rule(programme_id: int) -> Any:
    """Compose the rule; saving makes a new version, and what was issued stays as it is.

    Adding, removing and looking at a condition send the page again and change nothing.
    """
    who, now = access.actor(), clock.now()
    found = programme_for(who, programme_id, Permission.CERTIFICATE_ISSUE)
    plan = rulebook.plan_of(found)
    present = rulebook.current_rule(found.id)
    sent, do = request.form, request.form.get("do", "save")
    rows = rows_typed(sent) if request.method == "POST" else rows_of(rulebook.conditions_of(found, present))
    composing = "add" in sent or "remove" in sent
    if composing:
        rows = with_another(without(rows, sent.get("remove", "")), sent.get("add", ""))
    form = RuleForm.of(rows, plan)
    problem, conditions = None, form.conditions() if form.validate() else None
    if conditions is not None:
        try:
            rulebook.refuse_unworkable(conditions, plan)
            if request.method == "POST" and do == "save" and not composing:
                made = rulebook.set_rule(found.id, conditions, actor_id=who.person_id or 0, now=now)
                flash(_("Version %(version)s of the rule holds from now on.", version=made.version))
                return redirect(url_for("certificates.programme", programme_id=found.id))
        except Invalid as fault:
            conditions = None
            if not composing:
                show(form, fault)
                problem = None if fault.fields else fault.sentence
    page = render_template(
        "certificates/rule.html",
        programme=found,
        form=form,
        addable=addable(rows),
        problem=problem,
        words=words(conditions, plan) if conditions else [],
        outlook=outlook(found.id, conditions, now) if conditions else None,
        versions=rulebook.history(found, plan),
    )
    return page, 422 if request.method == "POST" and do == "save" and not composing else 200
