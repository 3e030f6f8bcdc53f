"""Where things stand on the sheet in each manner, and its own colours."""

from __future__ import annotations

from dataclasses import dataclass

from .look import CARP, SCROLL, WAVES, Look

#: A4 landscape, in points.
PAGE_WIDTH, PAGE_HEIGHT = 841.89, 595.28
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Manner:
    """Colours as #RRGGBB, places in points from the sheet's lower left corner."""

    accent: str
    line: str
    #: The text's measure.
    left: float
    right: float
    #: The baseline of the first line of text.
    top: float
    #: The title stands upright in a column around this x, or, with None, centred above the text.
    column: float | None = None
    title_size: float = 50.0


MANNER = {
    CARP: Manner("#8E2A22", "#C8A26E", 84.0, PAGE_WIDTH - 84.0, PAGE_HEIGHT - 202),
    SCROLL: Manner("#7A2E1F", "#A58A5C", 230.0, PAGE_WIDTH - 70.0, PAGE_HEIGHT - 158, column=124.0),
    WAVES: Manner("#0F4C5C", "#7FA3AC", 84.0, PAGE_WIDTH - 84.0, PAGE_HEIGHT - 202, title_size=46.0),
}


def rgb(colour: str) -> Colour:
    """#8E2A22 as three numbers from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def accent(look: Look) -> Colour:
    """The title's colour."""
    return rgb(look.accent or MANNER[look.manner].accent)


def line(look: Look) -> Colour:
    """The fine lines' colour."""
    return rgb(look.line or MANNER[look.manner].line)
