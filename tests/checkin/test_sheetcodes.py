"""The codes of a sheet say what they should, only ours are believed, and none of them is a ticket."""

from __future__ import annotations

import pytest
import zxingcpp

from tests import cast
from training_app.checkin import sheetcodes
from training_app.checkin.presented import Presented
from training_app.checkin.service import scan
from training_app.checkin.sheetcodes import CornerCode, RowCode

ROWS = [RowCode(4, 1, 1, 0, 1), RowCode(2**26 - 1, 2, 63, 23, 2**30 - 1)]
CORNERS = [CornerCode(4, 1, 1, 0, 1, 13, 3), CornerCode(2**26 - 1, 2, 63, 3, 63, 24, 24)]


@pytest.mark.parametrize("code", ROWS + CORNERS)
def test_what_is_written_is_read_again_from_the_smallest_qr_code(app, code):
    text = sheetcodes.row_text(code) if isinstance(code, RowCode) else sheetcodes.corner_text(code)
    assert sheetcodes.read(text) == code
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    assert memoryview(zxingcpp.write_barcode_to_image(drawn, scale=1, add_quiet_zones=False)).shape == (21, 21)


def test_a_changed_digit_another_key_or_another_text_is_none_of_ours(app):
    text = sheetcodes.row_text(ROWS[0])
    for at in range(len(text)):
        assert sheetcodes.read(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]) is None
    for other in ("", "1" * 34, text[:-1], text + "0", "x" * 34, "٣" * 34):
        assert sheetcodes.read(other) is None
    app.config["SECRET_KEY"] += "x"
    try:
        assert sheetcodes.read(text) is None
    finally:
        app.config["SECRET_KEY"] = app.config["SECRET_KEY"][:-1]


def test_what_does_not_fit_has_no_code(app):
    assert sheetcodes.row_text(RowCode(4, 1, 64, 0, 1)) is None
    assert sheetcodes.row_text(RowCode(4, 1, 1, 0, 2**30)) is None


def test_a_photo_of_the_sheet_is_no_ticket(ticket_of, now):
    registration, _token = ticket_of("chen")
    text = sheetcodes.row_text(RowCode(cast.TODAY_SLOT, 1, 1, 0, registration.id))
    answer = scan(cast.TODAY_SLOT, text, Presented(nonce="nonce-0001", source="camera"), now=now)
    assert (answer.outcome, answer.code, answer.name) == ("refused", "not_a_ticket", None)
