"""A rule as it is composed in the browser: one row a condition, its fields made from the kind's parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from .asking import CHOICE, KINDS, NUMBERS, WHOLE, YES, Condition, Parameter, Plan, kinds, made
from .fields import NUMBER_NEEDED, WHOLE_NEEDED, NumberField, WholeField, from_to
from .rulebook import field_of
from .rules import Conditions

#: More rows than that are no rule.
_MOST = 30


@dataclass(frozen=True)
class Row:
    """A condition as it is typed: its kind, and what stands in the field of each parameter."""

    kind: type[Condition]
    typed: Mapping[str, Sequence[str]]


def rows_of(conditions: Conditions) -> list[Row]:
    """The rows that show a rule."""
    return [_row(one) for one in conditions.asked]


def _row(condition: Condition) -> Row:
    record = condition.record()
    typed = {one.name: _texts(record[one.name]) for one in condition.parameters}
    return Row(type(condition), typed)


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["y"] if value else []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def rows_typed(sent: MultiDict[str, str]) -> list[Row]:
    """The rows that were sent: `asked` names their kinds in order."""
    return [
        Row(KINDS[kind], {one.name: sent.getlist(field_of(place, one.name)) for one in KINDS[kind].parameters})
        for place, kind in enumerate(sent.getlist("asked")[:_MOST])
        if kind in KINDS
    ]


def without(rows: Sequence[Row], place: str) -> list[Row]:
    """The rows but one; what is typed in the others stays."""
    return [row for number, row in enumerate(rows) if str(number) != place]


def with_another(rows: Sequence[Row], kind: str) -> list[Row]:
    """The rows and one of this kind as it is proposed, in its place."""
    if kind not in {one.kind for one in addable(rows)}:
        return list(rows)
    return sorted([*rows, _row(KINDS[kind]())], key=lambda row: kinds().index(row.kind))


def addable(rows: Sequence[Row]) -> list[type[Condition]]:
    """The kinds of which the rule can have one more."""
    there = {row.kind for row in rows}
    return [kind for kind in kinds() if kind.repeats or kind not in there]


class RuleForm(Form):
    """The fields of a rule's rows; the page's own token guards it."""

    rows: Sequence[Row]

    @classmethod
    def of(cls, rows: Sequence[Row], plan: Plan) -> RuleForm:
        """The form of these rows, with what is typed in them."""
        fields = {
            field_of(place, one.name): _field(one, plan)
            for place, row in enumerate(rows)
            for one in row.kind.parameters
        }
        typed = MultiDict(
            (field_of(place, name), value)
            for place, row in enumerate(rows)
            for name, values in row.typed.items()
            for value in values
        )
        # What is empty was sent too: an unticked box is no default.
        typed.add("sent", "y")
        form: RuleForm = type("RowsForm", (cls,), fields)(typed)
        form.rows = rows
        return form

    def by_row(self) -> Iterable[tuple[Row, list[Field]]]:
        """Each row with its fields."""
        for place, row in enumerate(self.rows):
            yield row, [self[field_of(place, one.name)] for one in row.kind.parameters]

    def conditions(self) -> Conditions:
        """What was typed, where the form is valid."""
        return Conditions.composed(
            made(row.kind, {one.name: self[field_of(place, one.name)].data for one in row.kind.parameters})
            for place, row in enumerate(self.rows)
        )


def _field(one: Parameter, plan: Plan) -> Any:
    choices = [SelectChoice(value, text) for value, text in one.choices(plan)] if one.choices else []
    if one.type == CHOICE:
        return SelectField(one.label, choices=choices, description=one.help)
    if one.type == NUMBERS:
        return SelectMultipleField(
            one.label,
            coerce=int,
            choices=choices,
            description=one.help,
            validate_choice=False,
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    if one.type == YES:
        return BooleanField(one.label, description=one.help)
    limits = [NumberRange(one.least, one.most, from_to(one.least, one.most))]
    if one.type == WHOLE:
        return WholeField(one.label, [InputRequired(WHOLE_NEEDED), *limits], description=one.help)
    return NumberField(one.label, [InputRequired(NUMBER_NEEDED), *limits], places=1, description=one.help)
