"""What may be typed about quizzes, and what comes from a phone: shape only; the services decide."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DecimalField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from training_app.core.errors import Invalid
from training_app.schedule.forms import ChoiceSelectField, MomentField, NumberField, needed, optional, options
from training_app.schedule.forms_programmes import instant, wall_clock

from . import quizwords
from .quizrules import FALSE, LETTERS, LONGEST_OPTION, LONGEST_TEXT, TRUE, TRUE_FALSE, Question
from .quizzes import Settings

_WHOLE = {"inputmode": "numeric"}
#: How long a previewed file may wait for its confirmation, in seconds.
_WAITS_S = 3600
_ANSWER = re.compile(r"q(\d{1,3})")


class _Points(DecimalField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(_l("Please type a number."))) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}"


class SettingsForm(FlaskForm):
    """What holds for a quiz."""

    title = StringField(_l("Title"), [needed(), Length(max=120)], render_kw={"maxlength": 120, "autocomplete": "off"})
    pass_mark = _Points(_l("Pass mark, of 100"), [optional()], render_kw={"inputmode": "decimal"})
    tries = NumberField(_l("Tries"), [needed()], render_kw=_WHOLE)
    minutes = NumberField(
        _l("Minutes for one try"), [optional()], description=_l("Left empty: no time limit."), render_kw=_WHOLE
    )
    opens_at = MomentField(_l("Opens"), [optional()], description=_l("Left empty: open as soon as it is published."))
    closes_at = MomentField(
        _l("Closes"), [optional()], description=_l("Whoever is at it then: what was answered counts.")
    )
    shuffles_questions = BooleanField(_l("Questions in random order"))
    shuffles_options = BooleanField(_l("Options in random order"))
    reveals = ChoiceSelectField(_l("They see what was wrong"), [needed()], choices=options(quizwords.REVEALS.items()))

    def show(self, settings: Settings) -> None:
        """Fill an unsent form."""
        for name in Settings.__dataclass_fields__:
            self._fields[name].data = getattr(settings, name)
        self.opens_at.data, self.closes_at.data = wall_clock(settings.opens_at), wall_clock(settings.closes_at)

    def settings(self) -> Settings:
        """What was typed."""
        return Settings(
            title=(self.title.data or "").strip(),
            tries=self.tries.data or 0,
            pass_mark=self.pass_mark.data,
            shuffles_questions=self.shuffles_questions.data,
            shuffles_options=self.shuffles_options.data,
            reveals=self.reveals.data,
            opens_at=instant(self.opens_at.data),
            closes_at=instant(self.closes_at.data),
            minutes=self.minutes.data,
        )


class QuestionForm(FlaskForm):
    """One question; the options and their boxes are `option_a`, `right_a` … to h."""

    kind = ChoiceSelectField(
        _l("Kind of question"), [needed()], default="single", choices=options(quizwords.KINDS.items())
    )
    text = TextAreaField(_l("Quiz question"), render_kw={"rows": 3, "maxlength": LONGEST_TEXT})
    truth = RadioField(
        _l("Right answer"),
        [optional()],
        choices=options((place, word) for place, word in quizwords.TRUTHS.items()),
        validate_choice=False,
    )
    points = _Points(_l("Points"), [optional()], default=Decimal(10), render_kw={"inputmode": "decimal"})

    def lines(self) -> list[tuple[str, Any, Any]]:
        """The options in order: letter, text, box."""
        return [(letter, self[f"option_{letter.lower()}"], self[f"right_{letter.lower()}"]) for letter in LETTERS]

    def show(self, question: Question) -> None:
        """Fill an unsent form."""
        self.kind.data, self.text.data, self.points.data = question.kind, question.text, question.points
        if question.kind == TRUE_FALSE:
            self.truth.data = str(question.right[0])
        for place, (_letter, text, box) in enumerate(self.lines()):
            text.data = question.options[place] if place < len(question.options) else ""
            box.data = question.kind != TRUE_FALSE and place in question.right

    def question(self) -> Question:
        """What was typed; empty options between others close up."""
        points = self.points.data if self.points.data is not None else Decimal(0)
        text = (self.text.data or "").strip()
        if self.kind.data == TRUE_FALSE:
            right = (int(self.truth.data),) if self.truth.data in (str(TRUE), str(FALSE)) else ()
            return Question(TRUE_FALSE, text, (), right, points)
        typed = [((option.data or "").strip(), box.data) for _letter, option, box in self.lines()]
        given = [(option, right) for option, right in typed if option]
        chosen = tuple(place for place, (_option, right) in enumerate(given) if right)
        if any(right and not option for option, right in typed):
            # A tick beside an empty line means an option that is not there.
            chosen = (len(LETTERS),)
        return Question(self.kind.data, text, tuple(option for option, _right in given), chosen, points)


for _letter in LETTERS.lower():
    setattr(
        QuestionForm,
        f"option_{_letter}",
        StringField(
            _l("Option %(letter)s", letter=_letter.upper()),
            render_kw={"maxlength": LONGEST_OPTION, "autocomplete": "off"},
        ),
    )
    setattr(QuestionForm, f"right_{_letter}", BooleanField(_l("%(letter)s is right", letter=_letter.upper())))


def show_on(form: FlaskForm, fault: Invalid) -> None:
    """Put a service's refusal beside the fields that it names; what has no field stands above the form."""
    rest = []
    for name, sentence in (fault.fields or {"": fault.sentence}).items():
        field = form._fields.get(name)
        if field is None:
            rest.append(str(sentence))
        else:
            field.errors = [*field.errors, str(sentence)]
    form.form_errors = [*form.form_errors, *rest]


def answers(form: MultiDict[str, str]) -> dict[int, list[int]]:
    """The answers of a try's page, by places as it shows them: only what differs from what the page had (`w…`).

    A page that was opened before never takes back what another one kept meanwhile.
    """
    found: dict[int, list[int]] = {}
    shown = {name[1:] for name in form if re.fullmatch(r"w\d{1,3}", name)}
    for number in shown | {match[1] for name in form if (match := _ANSWER.fullmatch(name))}:
        chosen = _places(form.getlist(f"q{number}"))
        if chosen != _places(form.get(f"w{number}", "").split(",")):
            found[int(number)] = chosen
    return found


def answer(form: MultiDict[str, str]) -> dict[int, list[int]]:
    """One answer as a script sends it: `question`, and `option` for each that is chosen."""
    question = _places([form.get("question", "")])
    return {question[0]: _places(form.getlist("option"))} if question else {}


def _places(texts: list[str]) -> list[int]:
    return sorted({int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4})


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="quiz-list")


def seal(quiz_id: int, digest: str, filename: str, *, replace: bool) -> str:
    """What the preview's button sends back: the kept file, for this quiz alone."""
    return str(_serializer().dumps([quiz_id, digest, filename, replace]))


def unseal(quiz_id: int, token: str) -> tuple[str, str, bool] | None:
    """Digest and name of the previewed file and whether it replaces; None when the token is not ours or too old."""
    try:
        quiz, digest, filename, replace = _serializer().loads(token, max_age=_WAITS_S)
    except (BadData, ValueError):
        return None
    return (digest, filename, replace) if quiz == quiz_id else None
