"""Rosters as they really arrive, made here by XlsxWriter and by hand."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from training_app.core.errors import Invalid
from training_app.registration import rosterfile
from training_app.registration.rostercolumns import (
    Field,
    clean_name,
    guess_columns,
    guess_header_row,
    is_id_number,
    without_columns,
    without_id_numbers,
)
from training_app.registration.rosterrules import KnownPerson, Outcome, decide

DIVISIONS = [
    ("350502004", "开元街道", "subdistrict", "350502"),
    ("350502005", "浮桥街道", "subdistrict", "350502"),
    ("350502004011", "开元社区居委会", "community", "350502004"),
    ("350502004012", "和平社区居委会", "community", "350502004"),
    ("350502005001", "和平村委会", "community", "350502005"),
]
FIELDS = {Field.NAME: 0, Field.PHONE: 1, Field.SUBDISTRICT: 2, Field.COMMUNITY: 3}
HEADINGS = ("姓名", "联系电话", "街道", "社区")


@pytest.fixture(autouse=True)
def _english(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def workbook(fill):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(book, book.add_worksheet("名册"))
    book.close()
    return out.getvalue()


def refusal(data, name="a.xlsx"):
    with pytest.raises(Invalid) as caught:
        rosterfile.read(data, name)
    return caught.value.code


def one(*cells, known=(), answers=None):
    return decide([HEADINGS, cells], 0, FIELDS, known=known, divisions=DIVISIONS, answers=answers)[0]


def test_a_real_roster_has_a_title_merged_cells_and_phones_as_numbers():
    def fill(book, sheet):
        sheet.merge_range(0, 0, 0, 4, "儿童主任名册", book.add_format())
        sheet.write_row(1, 0, ["序号", "街道（乡镇）", "村（社区）", "姓 名", "联系电话"])
        sheet.merge_range(2, 1, 3, 1, "开元街道", book.add_format())
        sheet.write_row(2, 2, ["开元", "王　芳", 13859700001.0])
        sheet.write_row(3, 2, ["和平", "Anna Li", "１３８５９７００００２"])

    [sheet] = rosterfile.read(workbook(fill), "名册.xlsx")
    header = guess_header_row(sheet.rows)
    columns = guess_columns(sheet.rows, header)
    assert header == 1
    assert columns.fields == {
        Field.NUMBER: 0,
        Field.SUBDISTRICT: 1,
        Field.COMMUNITY: 2,
        Field.NAME: 3,
        Field.PHONE: 4,
    }
    results = decide(sheet.rows, header, columns.fields, known=[], divisions=DIVISIONS)
    assert [(r.number, r.name, r.phone, r.division_code, r.outcome) for r in results] == [
        (3, "王芳", "+8613859700001", "350502004011", Outcome.NEW),
        (4, "Anna Li", "+8613859700002", "350502004012", Outcome.NEW),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_is_read_in_every_encoding_that_chinese_excel_writes(encoding):
    [sheet] = rosterfile.read("姓名,手机\r\n陈丽华,13859700001\r\n".encode(encoding), "名册.csv")
    assert sheet.rows == (("姓名", "手机"), ("陈丽华", "13859700001"))


def test_an_id_number_column_is_dropped_by_its_heading_or_by_its_content():
    rows = [["姓名", "证件", "身份证号"], ["王芳", "11010519491231002X", ""]]
    columns = guess_columns(rows, 0)
    assert columns.dropped == (1, 2)
    assert without_columns(rows, columns.dropped)[1] == ("王芳", "", "")


def test_an_id_number_inside_another_cell_is_cut_out_and_other_numbers_stay():
    assert without_id_numbers("王芳 11010519491231002X") == "王芳"
    assert without_id_numbers("13859700001") == "13859700001"
    assert without_id_numbers("110105194912310021") == "110105194912310021"


def test_a_column_is_dropped_whichever_row_is_taken_for_the_headings():
    rows = [["名册", ""], ["姓名", "身份证号码"], ["王芳", "写错了"]]
    assert guess_columns(rows, 0).dropped == (1,)
    assert guess_columns([["请核对身份证号码是否正确，如有误请与街道联系更正", ""], *rows[1:]], 1).dropped == (1,)


def test_an_id_number_needs_its_check_digit():
    assert is_id_number("11010519491231002X")
    assert not is_id_number("110105194912310021")
    assert not is_id_number("13859700001")


def test_names_lose_spaces_between_chinese_characters_only():
    assert clean_name("王 芳") == "王芳"
    assert clean_name("Anna Li") == "Anna Li"


def test_what_is_no_table_is_refused():
    assert refusal(b"%PDF-1.7 something", "a.pdf") == "wrong_file_kind"
    assert refusal(b"", "a.xlsx") == "empty_file"
    assert refusal(b"PK\x03\x04 torn", "a.xlsx") == "file_unreadable"
    assert refusal(b"x" * (rosterfile.MAX_BYTES + 1), "a.csv") == "file_too_large"


def test_a_zip_bomb_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (rosterfile.MAX_UNPACKED + 1))
    assert refusal(out.getvalue()) == "file_unpacks_too_large"


def test_more_than_five_thousand_rows_are_refused():
    assert refusal("王芳,1\n".encode() * 5021, "a.csv") == "too_many_rows"


def test_two_cells_at_the_far_corners_end_a_child_process_and_not_ours():
    def fill(book, sheet):
        sheet.write(0, 0, "姓名")
        sheet.write(1_048_575, 16_383, "王芳")

    assert refusal(workbook(fill)) in ("file_unreadable", "too_many_rows")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("", "13859700001", "", "开元"), "name_missing"),
        (("王芳", "1385970", "", "开元"), "phone_invalid"),
        (("王芳", "", "", "北京"), "community_unknown"),
        (("王芳", "", "", "和平"), "community_ambiguous"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(cells, code):
    result = one(*cells)
    assert result.code == code
    assert result.sentence


def test_the_subdistrict_tells_communities_of_one_name_apart():
    assert one("王芳", "", "浮桥", "和平").division_code == "350502005001"
    assert one("王芳", "", "", "浮桥街道和平村").division_code == "350502005001"


def test_the_answer_settles_which_community():
    assert one("王芳", "", "", "和平", answers={2: "division:350502004012"}).division_code == "350502004012"


def test_one_row_can_need_two_answers():
    known = [KnownPerson(7, "王芳", "+8613859700001")]
    assert one("王芳", "", "", "和平", known=known, answers={2: "division:350502004012"}).code == "same_name"
    both = one("王芳", "", "", "和平", known=known, answers={2: "division:350502004012 person:7"})
    assert (both.division_code, both.person_id) == ("350502004012", 7)
    assert one("王芳", "", "", "和平村").division_code == "350502005001"


def test_a_phone_number_of_another_person_is_a_question():
    known = [KnownPerson(7, "陈丽华", "+8613859700001")]
    assert one("王芳", "13859700001", "", "开元", known=known).code == "phone_of_another"
    assert one("王芳", "13859700001", "", "开元", known=known, answers={2: "person:7"}).person_id == 7
    assert one("陈丽华", "13859700001", "", "开元", known=known).outcome is Outcome.MATCHED


def test_the_same_name_twice_is_a_question_and_the_same_phone_twice_a_fault():
    rows = [HEADINGS, ("王芳", "13859700001", "", "开元"), ("王芳", "13859700002", "", "开元")]
    twice = decide(rows, 0, FIELDS, known=[], divisions=DIVISIONS)
    assert (twice[1].outcome, twice[1].code) == (Outcome.QUESTION, "same_name")
    rows[2] = ("李秀兰", "13859700001", "", "开元")
    assert decide(rows, 0, FIELDS, known=[], divisions=DIVISIONS)[1].code == "phone_twice"


def test_two_rows_never_become_one_person():
    known = [KnownPerson(7, "陈丽华", "+8613859700001"), KnownPerson(8, "王芳", None)]
    rows = [HEADINGS, ("陈丽华", "13859700001", "", "开元"), ("陈丽华", "13859700002", "", "开元")]
    both = decide(rows, 0, FIELDS, known=known, divisions=DIVISIONS, answers={3: "person:7"})
    assert [r.outcome for r in both] == [Outcome.MATCHED, Outcome.QUESTION]
    assert (both[1].code, both[1].person_id) == ("person_twice", None)
    rows = [HEADINGS, ("王芳", "13859700003", "", "开元"), ("王芳", "13859700004", "", "和平村")]
    answers = {2: "person:8", 3: "person:8"}
    both = decide(rows, 0, FIELDS, known=known, divisions=DIVISIONS, answers=answers)
    assert [c.value for c in both[1].choices] == ["new", "skip"]
    assert (
        decide(rows, 0, FIELDS, known=known, divisions=DIVISIONS, answers=answers | {3: "new"})[1].outcome
        is Outcome.NEW
    )


def test_name_and_community_of_a_present_post_are_enough_without_a_second_number():
    known = [KnownPerson(7, "陈丽华", "+8613859700001", ("350502004011",))]
    assert one("陈丽华", "", "", "开元", known=known).person_id == 7
    assert one("陈丽华", "", "", "开元", known=known, answers={2: "new"}).outcome is Outcome.NEW
    assert one("陈丽华", "13859700009", "", "开元", known=known).code == "same_name"
    assert one("陈丽华", "", "浮桥", "和平", known=known).code == "same_name"


def test_a_number_of_someone_beyond_the_area_matches_by_name_and_never_reveals_one():
    known = [KnownPerson(70, "外区人", "+8613859700001", outside=True)]
    assert one("外区人", "13859700001", "", "开元", known=known).person_id == 70
    other = one("王芳", "13859700001", "", "开元", known=known, answers={2: "person:70"})
    assert (other.outcome, other.code) == (Outcome.BAD, "phone_elsewhere")
    assert "外区人" not in str(other.sentence)
    assert one("外区人", "", "", "开元", known=known).outcome is Outcome.NEW


@pytest.mark.parametrize("name", ["roster.xls", "roster.ods"])
def test_old_excel_and_open_document_tables_are_read_too(name):
    [sheet] = rosterfile.read((Path(__file__).parent / "files" / name).read_bytes(), name)
    [result] = decide(sheet.rows, 0, FIELDS, known=[], divisions=DIVISIONS)
    assert (result.name, result.phone, result.division_code) == ("王芳", "+8613859700001", "350502004011")
