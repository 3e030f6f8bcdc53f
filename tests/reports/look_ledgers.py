"""The workbooks as an office program lays them out: `make ledgers-look`, where LibreOffice Calc is installed.

Not among the tests of a change: the program takes 200 MB. The pictures land in `screenshots/ledgers/`.
"""

from __future__ import annotations

import shutil
import subprocess
from datetime import date

import pypdfium2
import pytest

from tests.browser.looking import SCREENSHOTS
from tests.demo.telling import told_demo
from training_app.core import clock
from training_app.reports import exports, ledgers
from training_app.reports.ledgerrules import COLUMNS, KINDS, Wanted

OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice Calc is not installed")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_on_a4_across_with_every_column_on_one_page(kind, tmp_path):
    with told_demo():
        now = clock.now()
        what = Wanted(kind, "350502", 2023, date(2024, 3, 9), None, True)
        leaves = ledgers.leaves(what, now)
        data, count = exports.rendered(what, "xlsx", leaves, lambda part: ledgers.rows(what, part, now))
    assert count > 5
    book = tmp_path / f"{kind}.xlsx"
    book.write_bytes(data)
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(book)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    paper = pypdfium2.PdfDocument(tmp_path / f"{kind}.pdf")
    (SCREENSHOTS / "ledgers").mkdir(parents=True, exist_ok=True)
    for number in range(len(paper)):
        page = paper[number]
        page.render(scale=2).to_pil().save(SCREENSHOTS / "ledgers" / f"{kind}-{number + 1}.png")
        assert [round(side) for side in page.get_size()] == [842, 595]
        text = "".join(page.get_textpage().get_text_range().split())
        assert "###" not in text
        for column in COLUMNS[kind]:
            assert column.words in text, f"{column.words} is not on page {number + 1}"
        assert f"第{number + 1}页，共{len(paper)}页" in text
