"""The nation comes as a folder of five files; whatever is wrong in one of them changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.divisions import packages
from training_app.core.db import db
from training_app.core.errors import Invalid
from training_app.divisions import files, importing, service
from training_app.divisions.models import Division


def _import(folder):
    return importing.import_divisions(files.read_package(folder), actor_id=None, now=cast.NOW)


def _count():
    return db.session.scalar(select(func.count()).select_from(Division))


def test_all_five_levels_are_taken_in_and_a_second_time_changes_nothing(app, tmp_path):
    folder = packages.write(tmp_path)
    assert files.package_size(folder) == packages.SIZE
    first = _import(folder)
    assert (first.added, first.changed, first.unchanged) == (packages.SIZE, 0, 0)
    again = _import(folder)
    assert (again.added, again.changed, again.unchanged) == (0, 0, packages.SIZE)


def test_a_city_without_districts_has_one_of_its_own_name(app, tmp_path):
    _import(packages.write(tmp_path))
    city = db.session.get(Division, "441900")
    assert (city.level, city.name) == ("district", "东莞市")
    assert [d.code for d in service.subdistricts(["4419"])] == ["441900003"]


def test_counties_right_under_the_province_hang_under_the_registers_own_heading(app, tmp_path):
    _import(packages.write(tmp_path))
    assert db.session.get(Division, "469001").parent_code == "4690"
    assert [d.code for d in service.communities(["46"])] == ["469001100001"]


def test_a_division_that_was_renamed_takes_the_new_name(app, tmp_path):
    _import(packages.write(tmp_path))
    renamed = packages.FILES["streets.csv"].replace("沙面街道", "沙面新街道")
    assert _import(packages.write(tmp_path, streets=renamed)).changed == 1
    assert db.session.get(Division, "440103001").name == "沙面新街道"


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("villages", '440103009001,"无街道村委会",440103009,44,4401,440103', ("villages.csv:6", "440103009")),
        ("villages", '440103001002,"又一个社区",440103001,44,4401,440103', ("villages.csv:6", "villages.csv:3")),
        ("villages", '440103001009,"写错的社区",441900003,44,4401,440103', ("villages.csv:6", "440103001")),
        ("villages", f'440103001009,"{"长" * 61}",440103001,44,4401,440103', ("villages.csv:6", "60")),
        ("streets", '4401030,"短街道",440103,44,4401', ("streets.csv:5", "4401030")),
        ("villages", "440103001009", ("villages.csv:6", "60")),
    ],
)
def test_a_bad_row_is_named_by_file_and_line_and_nothing_changes(app, tmp_path, file, line, said):
    before = _count()
    with pytest.raises(Invalid) as refused:
        _import(packages.write(tmp_path, **{file: packages.FILES[f"{file}.csv"] + line + "\n"}))
    (sentence,) = refused.value.details["problems"]
    assert all(word in str(sentence) for word in said)
    assert _count() == before


def test_a_file_of_another_kind_is_given_up_early(app, tmp_path):
    many = "".join(f"{n},x,1\n" for n in range(importing.MOST_PROBLEMS * 8))
    with pytest.raises(Invalid) as refused:
        _import(packages.write(tmp_path, cities="code,name,provinceCode\n" + many))
    assert importing.MOST_PROBLEMS <= len(refused.value.details["problems"]) < importing.MOST_PROBLEMS * 8


@pytest.mark.parametrize("text", [None, "", "code,name\n", "名称\n"])
def test_a_folder_without_such_a_file_is_refused(app, tmp_path, text):
    folder = packages.write(tmp_path, **({} if text is None else {"villages": text}))
    if text is None:
        (folder / "villages.csv").unlink()
    with pytest.raises(Invalid) as refused:
        _import(folder)
    assert refused.value.code == "divisions_unreadable" and "villages.csv" in str(refused.value.sentence)
    assert db.session.get(Division, "44") is None
