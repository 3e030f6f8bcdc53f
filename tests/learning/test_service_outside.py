"""Training elsewhere is handed in, confirmed or refused, and counts where the rule says so."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import cast
from tests.learning.outsiders import CHEN, LIN, ORGANISER, PHOTO, entry, hand_in
from training_app.certificates import service as certificates
from training_app.certificates.rules import Conditions
from training_app.core import files, signals
from training_app.core.db import db
from training_app.core.errors import Invalid, NotFound, Refusal
from training_app.learning import outside
from training_app.learning.models import OutsideTraining
from training_app.learning.outside import Proof
from training_app.people import merging, persons


def decide(row, confirmed, reason=""):
    return outside.decide(row.id, confirmed=confirmed, reason=reason, actor_id=ORGANISER, now=cast.NOW)


def hours(*people, year=2026):
    return outside.confirmed_hours(people, year)


@pytest.fixture
def news():
    heard = []

    def hear(_sender, **said):
        heard.append((tuple(said["person_ids"]), said["counting_year"]))

    with signals.outside_training_changed.connected_to(hear):
        yield heard


def test_what_a_director_hands_in_waits_and_counts_once_it_is_confirmed(app, news):
    row = hand_in()
    assert (row.state, row.division_code) == ("asked", cast.KAIYUAN_COMMUNITY)
    assert files.read(row.proof_sha256) == PHOTO.data
    assert hours(CHEN) == {} and news == []
    decide(row, True)
    assert hours(CHEN, LIN) == {CHEN: Decimal(16)} and hours(CHEN, year=2025) == {}
    assert news == [((CHEN,), 2026)]
    assert decide(row, True).decided_by_id == ORGANISER and len(news) == 1


def test_a_refusal_needs_a_reason_and_a_new_proof_opens_it_again(app, news):
    row = hand_in()
    with pytest.raises(Invalid, match="reason_needed"):
        decide(row, False, " ")
    decide(row, False, "照片看不清")
    assert (row.state, row.reason, news) == ("refused", "照片看不清", [])
    again = hand_in(proof=Proof(b"\x89PNG\r\n\x1a\nsharp", "清楚.png"))
    assert (again.id, again.state, again.reason) == (row.id, "asked", "")
    assert files.read(again.proof_sha256).endswith(b"sharp")


def test_a_confirmation_can_be_taken_back(app, news):
    row = hand_in(confirmed=True)
    decide(row, False, "不是本人")
    assert hours(CHEN) == {} and news == [((CHEN,), 2026)] * 2


def test_the_same_training_handed_in_twice_is_one(app):
    assert hand_in().id == hand_in(title="全省 儿童主任骨干培训班").id
    assert hand_in(confirmed=True).state == "confirmed"
    assert hand_in().state == "confirmed"
    assert db.session.scalar(select(func.count()).select_from(OutsideTraining)) == 1


def test_one_may_take_back_what_waits_but_not_what_was_decided(app):
    row = hand_in()
    assert outside.withdraw(row.id, actor_id=CHEN, now=cast.NOW).state == "withdrawn"
    with pytest.raises(Refusal, match="withdrawn"):
        decide(row, True)
    decide(hand_in(), True)
    with pytest.raises(Refusal, match="decided"):
        outside.withdraw(row.id, actor_id=CHEN, now=cast.NOW)


def test_a_director_shows_a_proof_and_only_pictures_and_pdfs_are_one(app):
    for proof, code in (
        (None, "proof_needed"),
        (Proof(b"MZ", "a.exe"), "file_kind"),
        (Proof(b"x" * 9_000_000, "a"), "file_large"),
    ):
        with pytest.raises(Invalid, match=code) as refused:
            hand_in(proof=proof)
        assert "proof" in refused.value.fields
    with pytest.raises(NotFound):
        hand_in(person=999)


def test_what_was_confirmed_for_a_merged_record_counts_for_the_one_who_stays_and_once(app):
    other = persons.find_or_create(
        "陈丽华", "13900001111", division_code=cast.MEISHAN, actor_id=None, now=cast.NOW, unconfirmed=True
    )
    for person in (CHEN, other.id):
        hand_in(person, confirmed=True)
    hand_in(other.id, confirmed=True, title="网络培训", hours=Decimal(4))
    merging.merge(other.id, CHEN, actor_id=ORGANISER, now=cast.NOW)
    assert hours(CHEN) == {CHEN: Decimal(20)}
    assert len(outside.of_person(CHEN)) == 3
    assert hand_in(other.id, title="新的", confirmed=True).person_id == CHEN


def test_a_list_is_entered_at_once_and_repeating_it_changes_nothing(app, news):
    waits = hand_in(LIN)
    refused = decide(hand_in(CHEN, title="别的"), False, "不算")
    rows = [(CHEN, entry(), cast.KAIYUAN_COMMUNITY), (LIN, entry(), None), (CHEN, entry(title="别的"), None),
            (CHEN, entry(hours=Decimal(8)), None)]  # fmt: skip
    assert outside.enter_many(rows, confirmed=True, actor_id=ORGANISER, now=cast.NOW) == (1, 1)
    assert news == [((CHEN, LIN), 2026)]
    assert outside.enter_many(rows, confirmed=True, actor_id=ORGANISER, now=cast.NOW) == (0, 0)
    assert (waits.state, refused.state) == ("confirmed", "refused")
    assert hours(CHEN, LIN) == {CHEN: Decimal(16), LIN: Decimal(16)}


@pytest.mark.parametrize(("counts", "codes"), [(True, ()), (False, ("hours",))])
def test_the_hours_count_for_the_paper_where_the_rule_says_so(app, counts, codes):
    hand_in(confirmed=True)
    rule = Conditions(sessions_needed=0, hours_needed=Decimal(12), test_required=False, counts_outside=counts)
    found = certificates.progress(cast.PROGRAMME, [CHEN, LIN], cast.NOW, conditions=rule)
    assert found[CHEN].decision.codes == codes
    assert (found[CHEN].hours, found[CHEN].hours_outside) == (0, Decimal(16) if counts else None)
    assert found[LIN].decision.codes == ("hours",)
