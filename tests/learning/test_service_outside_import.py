"""Past training from a file, so that coverage does not start at zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.learning.outsiders import CHEN, LIN, ORGANISER, hand_in
from training_app.core import audit, files
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound
from training_app.learning import outside, outsideimport
from training_app.learning.models import OutsideTraining
from training_app.learning.outsideimport import Defaults
from training_app.people import persons

LIST = (
    "2025 年参训汇总,,,,,,,\n姓名,街道,社区,年份,级别,学时,主办单位,培训名称\n"
    "陈 丽华,开元街道,开元,2025,省级,16,省民政厅,骨干培训班\n林晓燕,开元街道,梅山社区,2025年,线上,8学时,中国儿童中心,网络培训\n"
)


def read(text, *, answers=None, defaults=Defaults(), confirms=True, areas=(cast.LICHENG,)):
    return outsideimport.read(
        text.encode(), "名单.csv", areas, defaults, confirms=confirms, answers=answers, now=cast.NOW
    )


def enter(preview, *, confirms=True, data=LIST):
    digest = outsideimport.keep(data.encode(), "名单.csv", now=cast.NOW)
    return outsideimport.enter(preview, digest, confirms=confirms, actor_id=ORGANISER, now=cast.NOW), digest


def outcomes(preview):
    return [row.outcome for row in preview.rows]


def entries():
    return db.session.scalar(select(func.count()).select_from(OutsideTraining))


def test_a_list_is_read_shown_entered_and_repeating_it_changes_nothing(app):
    preview = read(LIST)
    assert preview.ready and outcomes(preview) == ["new", "new"] and entries() == 0
    (counted, digest) = enter(preview)
    assert counted == (2, 0)
    assert outside.confirmed_hours([CHEN, LIN], 2025) == {CHEN: Decimal(16), LIN: Decimal(8)}
    row = db.session.scalar(select(OutsideTraining).where(OutsideTraining.person_id == CHEN))
    assert (row.source, row.state, row.division_code, row.starts_on) == (
        "import",
        "confirmed",
        cast.KAIYUAN_COMMUNITY,
        None,
    )
    assert outcomes(read(LIST)) == ["same", "same"] and not read(LIST).ready
    with pytest.raises(NotFound):
        files.read(digest)
    said = db.session.scalar(select(audit.Audit.after).where(audit.Audit.action == "outside_training.imported"))
    assert said == {"rows": 2, "entered": 2, "confirmed": 0}


def test_what_a_supervisor_imports_waits_and_the_bureaus_list_confirms_it(app):
    enter(read(LIST, confirms=False), confirms=False)
    assert outside.confirmed_hours([CHEN], 2025) == {} and outside.waiting([cast.KAIYUAN]) == 2
    preview = read(LIST)
    assert outcomes(preview) == ["waits", "waits"] and enter(preview)[0] == (0, 2)


def test_one_bad_row_or_open_question_stops_all(app):
    text = LIST + "无此人,,,2025,省级,16,省民政厅,骨干培训班\n陈丽华,开元街道,开元,2025,省级,许多,省民政厅,别的\n"
    preview = read(text)
    assert outcomes(preview) == ["new", "new", "question", "bad"] and not preview.ready
    with pytest.raises(Invalid, match="open"):
        enter(preview)
    assert entries() == 0


def test_questions_are_answered_and_rows_left_out(app):
    twin = persons.find_or_create(
        "陈丽华", "13900001111", division_code=cast.MEISHAN, actor_id=ORGANISER, now=cast.NOW
    ).id
    text = "姓名,年份,级别,学时,主办单位,培训名称\n陈丽华,2025,省级,16,省民政厅,骨干班\n无此人,2025,省级,16,省民政厅,骨干班\n"
    preview = read(text)
    assert outcomes(preview) == ["question", "question"]
    assert [choice.value for choice in preview.rows[0].choices] == [f"person:{CHEN}", "skip"] or len(
        preview.rows[0].choices
    ) == 3
    answered = read(text, answers={2: f"person:{CHEN}", 3: "skip"})
    assert outcomes(answered) == ["new", "skipped"] and answered.rows[0].person_id == CHEN
    assert read(text, answers={2: f"person:{twin + 50}", 3: "skip"}).rows[0].outcome == "question"


def test_a_director_who_changed_her_community_is_asked_about(app):
    preview = read("姓名,社区,年份,级别,学时,主办单位,培训名称\n陈丽华,梅山,2025,省级,16,省民政厅,骨干班\n")
    assert outcomes(preview) == ["question"]
    assert "elsewhere" in str(preview.rows[0].sentence) or preview.rows[0].choices[0].value == f"person:{CHEN}"


def test_what_the_rows_do_not_say_holds_for_the_whole_file(app):
    text = "姓名,社区\n陈丽华,开元\n林晓燕,梅山\n林晓燕,梅山\n"
    assert outcomes(read(text)) == ["bad"] * 3
    preview = read(text, defaults=Defaults(2025, "city", "全市轮训", "泉州市民政局", Decimal(12)))
    assert outcomes(preview) == ["new", "new", "same"]
    assert preview.rows[1].entry.level == "city"


def test_what_was_refused_stays_refused_and_other_areas_are_nobodys(app):
    row = hand_in(title="骨干培训班", organiser="省民政厅", counting_year=2025, starts_on=None, ends_on=None)
    outside.decide(row.id, confirmed=False, reason="没有参加", actor_id=ORGANISER, now=cast.NOW)
    assert outcomes(read(LIST)) == ["same", "new"]
    assert outcomes(read(LIST, areas=("350503",))) == ["question", "question"]


def test_a_list_takes_as_many_statements_for_many_rows_as_for_few(app, count_statements):
    head, line = LIST.split("陈 丽华")[0], "陈丽华,开元街道,开元,2025,省级,16,省民政厅,第{}班\n"
    counts = []
    for rows in (2, 60):
        text = head + "".join(line.format(f"{rows}-{n}") for n in range(rows))
        preview = read(text)
        rows = [(r.person_id, r.entry, r.division_code) for r in preview.rows]
        counts.append(count_statements(lambda text=text: read(text)))
        counts.append(
            count_statements(
                lambda rows=rows: outside.enter_many(rows, confirmed=True, actor_id=ORGANISER, now=cast.NOW)
            )
        )
    assert counts[:2] == counts[2:] and sum(counts[:2]) < 15
