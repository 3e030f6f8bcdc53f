"""What may be typed of a design: shape only; the services decide."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import ColorInput

from .design import SIGNATURES, Design
from .designing import Upload
from .designrules import LONGEST, LONGEST_NAME
from .fields import NUMBER_NEEDED, NumberField
from .look import ATTENDANCE, CARP, COMPLETION, SCROLL, WAVES, Texts
from .manners import MANNER

KINDS = (COMPLETION, ATTENDANCE)
MANNER_NAMES = {
    CARP: _l("Carp scales and coral flowers"),
    SCROLL: _l("Upright title in a book's slip, running fret"),
    WAVES: _l("Plain frame over waves"),
}
_PICTURE = {"accept": "image/png,image/jpeg"}


def _line(label: Any, name: str, **more: Any) -> StringField:
    return StringField(label, render_kw={"maxlength": LONGEST[name], "autocomplete": "off"}, **more)


def _block(label: Any, name: str, rows: int, **more: Any) -> TextAreaField:
    return TextAreaField(label, render_kw={"maxlength": LONGEST[name], "rows": rows}, **more)


def _manner() -> SelectField:
    return SelectField(
        _l("Manner"), choices=[SelectChoice(*one) for one in MANNER_NAMES.items()], validate_choice=False
    )


_PLACES = _l("Each person's own words stand in the places in brackets.")


class PaperForm(FlaskForm):
    """How a programme's certificates look and are printed."""

    completion_manner = _manner()
    completion_title = _line(_l("Title on the paper"), "title")
    completion_body = _block(_l("Text"), "body", 4, description=_PLACES)
    completion_closing = _line(_l("Closing words"), "closing")
    completion_english_title = _line(_l("English title"), "english_title")
    completion_english = _block(_l("English text"), "english", 4)
    attendance_manner = _manner()
    attendance_title = _line(_l("Title on the paper"), "title")
    attendance_body = _block(_l("Text"), "body", 4, description=_PLACES)
    attendance_closing = _line(_l("Closing words"), "closing")
    attendance_english_title = _line(_l("English title"), "english_title")
    attendance_english = _block(_l("English text"), "english", 4)
    with_english = BooleanField(_l("English below the Chinese text"))
    own_colours = BooleanField(_l("Other colours than the manner's own"))
    accent = StringField(_l("Title on the paper"), widget=ColorInput())
    line = StringField(_l("Fine lines"), widget=ColorInput())
    prefix = StringField(
        _l("Before each number"),
        description=_l("Issuer and year, for example LC2026; the numbers are then LC2026-0001, LC2026-0002 …"),
        render_kw={"maxlength": 12, "autocapitalize": "characters"},
    )
    framed = BooleanField(_l("Print the border (switch it off for bought paper that has one)"))
    titled = BooleanField(_l("Print the title (switch it off where the bought paper has it)"))
    offset_x = NumberField(_l("Move everything to the right, in millimetres"), [InputRequired(NUMBER_NEEDED)], places=1)
    offset_y = NumberField(_l("Move everything down, in millimetres"), [InputRequired(NUMBER_NEEDED)], places=1)
    specimen = BooleanField(_l("Print 样张 (specimen) across every certificate"))
    signer_0_name = StringField(_l("Name"), render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})
    signer_0_title = StringField(_l("Title or duty"), render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})
    signer_1_name = StringField(_l("Name"), render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})
    signer_1_title = StringField(_l("Title or duty"), render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})

    @classmethod
    def showing(cls, design: Design) -> PaperForm:
        """The form, filled with a design where nothing was sent."""
        own = MANNER[design.manners[COMPLETION]]
        values: dict[str, Any] = {
            name: getattr(design, name)
            for name in ("with_english", "prefix", "framed", "titled", "offset_x", "offset_y", "specimen")
        }
        values |= {
            "own_colours": bool(design.accent or design.line),
            "accent": design.accent or own.accent,
            "line": design.line or own.line,
        }
        for kind in KINDS:
            values[f"{kind}_manner"] = design.manners[kind]
            values |= {f"{kind}_{name}": text for name, text in vars(design.texts[kind]).items()}
        for position, (name, title) in enumerate(design.signers[:SIGNATURES]):
            values |= {f"signer_{position}_name": name, f"signer_{position}_title": title}
        return cls(data=values)

    def _typed(self, name: str) -> str:
        text = (self[name].data or "").replace("\r\n", "\n").strip()
        if name.endswith("title") or name.startswith("signer"):
            text = " ".join(text.split("\n"))
        return "\n".join(" ".join(row.split(" ")).strip() for row in text.split("\n"))

    def design(self, present: Design) -> Design:
        """What was typed, over the present design's pictures."""
        texts = {
            kind: Texts(**{name: self._typed(f"{kind}_{name}") for name in Texts.__dataclass_fields__})
            for kind in KINDS
        }
        signers = [(self._typed(f"signer_{n}_name"), self._typed(f"signer_{n}_title")) for n in range(SIGNATURES)]
        while signers and not any(signers[-1]):
            signers.pop()
        own = self.own_colours.data
        return replace(
            present,
            prefix=self._typed("prefix").upper(),
            with_english=self.with_english.data,
            framed=self.framed.data,
            titled=self.titled.data,
            offset_x=self.offset_x.data.quantize(Decimal("0.1")),
            offset_y=self.offset_y.data.quantize(Decimal("0.1")),
            specimen=self.specimen.data,
            manners={kind: str(self[f"{kind}_manner"].data) for kind in KINDS},
            texts=texts,
            accent=self._typed("accent").upper() if own else "",
            line=self._typed("line").upper() if own else "",
            signers=tuple(signers),
        )


def _sent(field: FileField) -> Upload | None:
    sent = field.data
    if not sent or not getattr(sent, "filename", ""):
        return None
    return Upload(sent.read(), sent.filename)


class PictureForm(FlaskForm):
    """A logo, or the image of a signature."""

    picture = FileField(_l("Picture"), description=_l("PNG or JPEG, at most 2 MB."), render_kw=_PICTURE)

    def upload(self) -> Upload | None:
        """What was sent."""
        return _sent(self.picture)


class SealForm(FlaskForm):
    """A seal image with its approval."""

    approved_by = StringField(
        _l("Approved by"),
        description=_l("Name and duty of the person at the body whose seal it is."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    seal = FileField(
        _l("Image of the seal"), description=_l("PNG with a transparent ground, at most 2 MB."), render_kw=_PICTURE
    )
    consent = FileField(
        _l("Signed consent"),
        description=_l("A scan or photo of the body's written consent: PDF, PNG or JPEG, at most 8 MB."),
        render_kw={"accept": "application/pdf,image/png,image/jpeg"},
    )

    def uploads(self) -> tuple[Upload | None, Upload | None]:
        """The image and the consent, as they were sent."""
        return _sent(self.seal), _sent(self.consent)
