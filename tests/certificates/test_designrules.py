"""What a design may say and look like, and the sentence that says why not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.certificates.designs import PLAIN, text_changed
from training_app.certificates.claims import RESERVED
from training_app.certificates.design import Design
from training_app.certificates.designrules import contrast, wrong
from training_app.certificates.manners import MANNER, rgb

NOTHING_MISSING = list[str]()


def faults(design, registered=()):
    return {name: str(sentence) for name, sentence in wrong(design, registered, lambda text: NOTHING_MISSING).items()}


def test_what_is_proposed_may_be_printed():
    assert faults(PLAIN) == {}


@pytest.mark.parametrize("word", RESERVED)
@pytest.mark.parametrize("kind", ["completion", "attendance"])
@pytest.mark.parametrize("name", ["title", "body", "closing"])
def test_a_national_claim_is_refused_in_every_text(word, kind, name):
    design = text_changed(kind, **{name: f"{word[:1]} {word[1:]}{{name}}" if name == "body" else word})
    assert word in faults(design)[f"{kind}_{name}"]


def test_a_national_claim_is_refused_under_a_signature_and_in_the_english_block():
    assert "signer_0_title" in faults(replace(PLAIN, signers=(("林志强", "国家督导"),)))
    assert "completion_english" in faults(text_changed("completion", english="{name} 全国 training"))


def test_a_registered_name_may_hold_the_word():
    design = text_changed("completion", body="{name}参加中国儿童中心的培训。")
    assert "completion_body" in faults(design)
    assert faults(design, ["中国儿童中心"]) == {}


def test_a_place_between_two_halves_of_a_word_makes_no_claim():
    assert faults(text_changed("completion", body="{name}发展中{hours}国际视野")) == {}


def test_a_place_that_is_empty_for_many_hides_no_word():
    assert "中国" in faults(text_changed("completion", body="{name}中{phase}国培训"))["completion_body"]
    assert "attendance_body" in faults(text_changed("attendance", body="{name}考核{phase}合格"))


@pytest.mark.parametrize(
    "written",
    ["中國", "中囯", "中\u00ad国", "中\u0300国", "中\u2003国", "中\u200d国", "人⼈员资格", "職業資格", "國家", "全 國"],
)
def test_no_other_form_of_its_characters_and_nothing_unseen_hides_a_national_claim(written):
    assert "completion_body" in faults(text_changed("completion", body=f"{{name}}{written}"))


@pytest.mark.parametrize("words", ["经考核合格", "经考 核合格", "經考核合格", "准予结业", "passed the test"])
def test_a_certificate_of_attendance_claims_no_test(words):
    name = "english" if words.isascii() else "body"
    assert f"attendance_{name}" in faults(text_changed("attendance", **{name: f"{{name}} {words}"}))
    assert faults(text_changed("completion", **{name: f"{{name}} {words}"})) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [("{name}{salary}", "{salary}"), ("{name} {", "stands alone"), ("}{name}", "stands alone"),
     ("{}{name}", "{}"), ("{{name}}", "stands alone"), ("{ name }{name}", "{ name }"), ("参加培训", "{name}")],
)  # fmt: skip
def test_a_place_that_there_is_not_gets_a_sentence(text, said):
    assert said in faults(text_changed("completion", body=text))["completion_body"]


def test_places_are_for_texts_not_for_titles():
    assert "completion_title" in faults(text_changed("completion", title="结业{name}"))
    assert "completion_title" in faults(text_changed("completion", title=""))
    assert "completion_title" in faults(text_changed("completion", title="结" * 13))


def test_a_character_that_no_face_draws_is_named():
    found = wrong(
        text_changed("attendance", closing="特此𠮷明。"), [], lambda text: [c for c in text if ord(c) > 0xFFFF]
    )
    assert "𠮷" in str(found["attendance_closing"])


@pytest.mark.parametrize(("colour", "fits"), [("#000000", True), ("#8E2A22", True), ("#FFD700", False), ("red", False)])
def test_the_titles_colour_is_read_on_white_paper(colour, fits):
    assert ("accent" not in faults(replace(PLAIN, accent=colour))) is fits


def test_a_fine_line_may_be_paler_but_not_invisible():
    assert faults(replace(PLAIN, line="#C8A26E")) == {}
    assert "line" in faults(replace(PLAIN, line="#F4F0E8"))


def test_every_manners_own_colours_have_the_contrast_that_is_asked_for():
    for manner in MANNER.values():
        assert faults(replace(PLAIN, accent=manner.accent, line=manner.line)) == {}
    assert round(contrast(rgb("#000000"))) == 21


@pytest.mark.parametrize(
    ("design", "field"),
    [(Design("lc"), "prefix"), (Design("LC", offset_y=Decimal(21)), "offset_y"),
     (Design("LC", manners={"completion": "gold", "attendance": "waves"}), "completion_manner")],
)  # fmt: skip
def test_a_design_that_cannot_be_printed_is_refused(design, field):
    assert field in faults(design)


def test_a_design_is_kept_and_read_as_it_was():
    design = replace(
        PLAIN, offset_x=Decimal("1.5"), signers=(("林志强", "负责人"),), files={"logo": "0" * 64}, accent="#000000"
    )
    assert Design.of(design.record()) == design
