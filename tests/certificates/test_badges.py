"""Badges as a verifier reads them who shares no code with us: PyJWT, a JSON schema, and the specifications' own words."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import jwt
import pytest
from sqlalchemy import func, select

from tests import cast
from tests.certificates.earning import BASE, CHEN, LIN, ORGANISER, crowd, earn, issue, issued
from training_app.certificates import badgekeys, badges, badgewords, issuing, papers
from training_app.certificates.models import Badge
from training_app.core import jobs
from training_app.core.audit import Audit
from training_app.core.db import db, transaction
from training_app.core.errors import Refusal
from training_app.people.models import Person

SCHEMAS = [Path(__file__).parent / "schemas" / "open_badge_credential.json"]
if os.environ.get("OPEN_BADGES_SCHEMA"):
    SCHEMAS.append(Path(os.environ["OPEN_BADGES_SCHEMA"]))


@pytest.fixture
def paper(app, now):
    earn(CHEN)
    return issue()[0]


def take(client_as, paper, who="chen"):
    answer = client_as(who).post(f"/certificates/{paper.id}/badge")
    assert answer.status_code == 200
    return answer.text


def fetch(client_as, address):
    answer = client_as("visitor").get(urlsplit(address).path)
    assert answer.status_code == 200, address
    return answer


def verified(client_as, text):
    """What a compact JWS says, by the key that its own header leads to."""
    header = jwt.get_unverified_header(text)
    assert header["alg"] == "RS256" and header["typ"] == "JWT" and set(header) == {"alg", "kid", "typ"}
    key = jwt.PyJWK(fetch(client_as, header["kid"]).get_json())
    return jwt.decode(text, key, algorithms=["RS256"], options={"verify_exp": False, "verify_nbf": False})


def revoked(client_as, said):
    """Whether its status list tells that a badge is void (W3C Bitstring Status List, section 3.2)."""
    entry = said["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry" and entry["statusPurpose"] == "revocation"
    listed = verified(client_as, fetch(client_as, entry["statusListCredential"]).text)
    assert "BitstringStatusListCredential" in listed["type"] and listed["id"] == entry["statusListCredential"]
    text = listed["credentialSubject"]["encodedList"]
    assert text[0] == "u"
    bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    assert len(bits) * 8 >= 131_072
    position = int(entry["statusListIndex"])
    return bool(bits[position // 8] >> (7 - position % 8) & 1)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_badge_is_of_the_form_that_open_badges_asks_for(client_as, paper, path):
    schema = json.loads(path.read_text())
    said = verified(client_as, take(client_as, paper))
    check = jsonschema.validators.validator_for(schema)(schema)
    check.validate(said)
    for name in ("@context", "type", "issuer", "credentialSubject", "validFrom"):
        less = {key: value for key, value in said.items() if key != name}
        assert not check.is_valid(less), name


def test_its_proof_holds_with_another_library_and_breaks_with_one_changed_character(client_as, paper):
    text = take(client_as, paper)
    said = verified(client_as, text)
    assert said["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    head, body, signature = text.split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["credentialSubject"]["creditsEarned"] = 200
    other = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    for altered in (
        f"{head}.{other}.{signature}",
        f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
    ):
        with pytest.raises(jwt.InvalidSignatureError):
            verified(client_as, altered)


def test_its_claims_are_those_of_the_credential(client_as, paper):
    said = verified(client_as, take(client_as, paper))
    assert said["iss"] == said["issuer"]["id"] == f"{BASE}/badges/issuer"
    assert said["jti"] == said["id"] == f"{BASE}/c/{paper.verify_code}"
    assert said["sub"] == said["credentialSubject"]["id"]
    assert datetime.fromtimestamp(said["nbf"], UTC) == datetime.fromisoformat(said["validFrom"])
    subject = said["credentialSubject"]
    assert subject["licenseNumber"] == "LC2026-0001" and subject["creditsEarned"] == 20
    assert subject["achievement"]["achievementType"] == "CertificateOfCompletion"


def test_it_holds_nothing_of_the_person_but_a_salted_hash_that_her_name_proves(client_as, paper):
    text = json.dumps(verified(client_as, take(client_as, paper)), ensure_ascii=False)
    for secret in ("陈", "丽华", "13800000007", "开元", paper.check_code):
        assert secret not in text
    (identity,) = json.loads(text)["credentialSubject"]["identifier"]
    assert identity["identityHash"] == f"sha256${hashlib.sha256(('陈丽华' + identity['salt']).encode()).hexdigest()}"


def test_two_badges_of_one_programme_share_what_was_achieved_and_nothing_else(client_as, app, now):
    earn(CHEN, LIN)
    one, other = (
        verified(client_as, take(client_as, paper, who))["credentialSubject"]
        for paper, who in zip(sorted(issue(), key=lambda paper: paper.person_id), ("chen", "lin"), strict=True)
    )
    assert one["achievement"] == other["achievement"]
    assert one["id"] != other["id"] and one["identifier"][0]["salt"] != other["identifier"][0]["salt"]


def test_what_it_names_is_found_at_its_address(client_as, paper):
    said = verified(client_as, take(client_as, paper))
    issuer = fetch(client_as, said["issuer"]["id"]).get_json()
    assert {key: issuer[key] for key in said["issuer"]} == said["issuer"]
    kid = jwt.get_unverified_header(take(client_as, paper))["kid"]
    assert [method["id"] for method in issuer["verificationMethod"]] == issuer["assertionMethod"] == [kid]
    achieved = said["credentialSubject"]["achievement"]
    served = fetch(client_as, achieved["id"]).get_json()
    assert {key: served[key] for key in achieved} == achieved
    keys = fetch(client_as, f"{BASE}/badges/keys").get_json()["keys"]
    assert {"d", "p", "q", "dp", "dq", "qi"}.isdisjoint(*keys)
    assert "证书有效" in fetch(client_as, said["id"]).text


def test_a_revoked_one_is_told_by_its_list_and_by_nothing_that_names_it(client_as, paper):
    said = verified(client_as, take(client_as, paper))
    assert not revoked(client_as, said)
    before = fetch(client_as, said["credentialStatus"]["statusListCredential"])
    papers.revoke(paper.id, reason="学时录错", actor_id=ORGANISER, now=cast.NOW + timedelta(hours=1))
    assert revoked(client_as, said)
    after = fetch(client_as, said["credentialStatus"]["statusListCredential"])
    assert before.headers["ETag"] != after.headers["ETag"]
    for secret in ("LC2026", paper.verify_code, "学时录错", "陈"):
        assert secret not in base64.urlsafe_b64decode(after.text.split(".")[1] + "==").decode()


def test_a_replaced_one_is_void_and_the_newer_one_holds(client_as, paper):
    old = verified(client_as, take(client_as, paper))
    with transaction() as session:
        session.get(Person, CHEN).name = "陈丽桦"
    jobs.run(issuing.reissue(paper.id, reason="姓名更正", base_url=BASE, actor_id=ORGANISER, now=cast.NOW))
    new = verified(client_as, take(client_as, issued()[1]))
    assert revoked(client_as, old) and not revoked(client_as, new)
    (identity,) = new["credentialSubject"]["identifier"]
    assert identity["identityHash"] == badgewords.name_hash("陈丽桦", identity["salt"])


def test_a_list_may_be_kept_by_anyone_and_is_sent_once(client_as, paper):
    take(client_as, paper)
    answer = client_as("visitor").get("/badges/status/1")
    assert answer.headers["Cache-Control"] == "public, max-age=300" and answer.mimetype == "application/vc+jwt"
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in answer.headers
    again = client_as("visitor").get("/badges/status/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_revoked_paper_gives_no_badge(client_as, paper):
    papers.revoke(paper.id, reason="x", actor_id=ORGANISER, now=cast.NOW)
    for answer in (
        client_as("chen").post(f"/certificates/{paper.id}/badge"),
        client_as("chen").get(f"/certificates/{paper.id}/share"),
    ):
        assert answer.status_code == 409 and "已失效" in answer.text


@pytest.mark.parametrize("who", ["lin", "organiser", "administrator", "supervisor_kaiyuan", "auditor", "stranger"])
def test_nobody_else_takes_her_badge(client_as, paper, who):
    take(client_as, paper)
    browser = client_as(who)
    assert browser.post(f"/certificates/{paper.id}/badge").status_code == 404
    assert browser.get(f"/certificates/{paper.id}/share").status_code == 404


def test_looking_makes_nothing_and_taking_twice_makes_one(client_as, paper):
    page = client_as("chen").get(f"/certificates/{paper.id}/share").text
    assert db.session.scalar(select(func.count()).select_from(Badge)) == 0 and "badge-text" not in page
    assert take(client_as, paper) == take(client_as, paper)
    assert db.session.scalar(select(func.count()).select_from(Badge)) == 1
    assert db.session.scalar(select(func.count()).where(Audit.action == "badge.made")) == 1
    assert take(client_as, paper) in client_as("chen").get(f"/certificates/{paper.id}/share").text


def test_places_in_a_list_are_by_chance_and_a_list_is_left_half_empty(client_as, app, now, monkeypatch):
    monkeypatch.setattr(badges, "_FULL", 3)
    crowd(5)
    earn(*range(1000, 1005), slots=())
    made = issue(*range(1000, 1005))
    for one in made:
        badges.take(one, base=BASE, actor_id=one.person_id, now=cast.NOW)
    rows = db.session.execute(select(Badge.list_number, Badge.position).order_by(Badge.certificate_id)).all()
    assert [row.list_number for row in rows] == [1, 1, 1, 2, 2]
    assert [row.position for row in rows] != sorted(row.position for row in rows) or rows[0].position > 100


def test_a_list_costs_as_much_for_many_as_for_few(client_as, app, now, count_statements):
    crowd(12)
    earn(*range(1000, 1012), slots=())
    made = issue(*range(1000, 1012))
    badges.take(made[0], base=BASE, actor_id=1000, now=cast.NOW)
    browser = client_as("visitor")
    few = count_statements(lambda: browser.get("/badges/status/1"))
    for one in made[1:]:
        badges.take(one, base=BASE, actor_id=one.person_id, now=cast.NOW)
        papers.revoke(one.id, reason="x", actor_id=ORGANISER, now=cast.NOW)
    assert count_statements(lambda: browser.get("/badges/status/1")) == few <= 3


def test_a_later_key_signs_and_the_one_before_still_proves(client_as, paper, app, tmp_path):
    text = take(client_as, paper)
    from joserfc.jwk import RSAKey

    path = tmp_path / "badges.pem"
    before = (app.config["INSTANCE"] / badgekeys.SELF_MADE).read_bytes()
    path.write_bytes(RSAKey.generate_key(2048).as_pem(private=True) + before)
    app.config["BADGE_KEYS"] = str(path)
    app.extensions.pop("badge_keys")
    try:
        assert verified(client_as, text) == verified(client_as, take(client_as, paper))
        assert len(fetch(client_as, f"{BASE}/badges/keys").get_json()["keys"]) == 2
    finally:
        app.config["BADGE_KEYS"] = ""
        app.extensions.pop("badge_keys")


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_cannot_be_used_is_said_and_changes_nothing(client_as, paper, app, tmp_path, content):
    path = tmp_path / "badges.pem"
    path.write_bytes(content)
    app.config["BADGE_KEYS"] = str(path)
    kept = app.extensions.pop("badge_keys", None)
    try:
        with pytest.raises(Refusal) as refused:
            badges.take(paper, base=BASE, actor_id=CHEN, now=cast.NOW)
        assert refused.value.code == "badge_key"
        assert db.session.scalar(select(func.count()).select_from(Badge)) == 0
    finally:
        app.config["BADGE_KEYS"] = ""
        if kept:
            app.extensions["badge_keys"] = kept


def test_whoever_asks_for_the_keys_does_not_learn_where_they_should_lie(client_as, app, tmp_path):
    app.config["BADGE_KEYS"] = str(tmp_path / "hidden-folder" / "badges.pem")
    kept = app.extensions.pop("badge_keys", None)
    try:
        refused = client_as("visitor").get("/badges/keys")
        assert refused.status_code >= 400 and "hidden-folder" not in refused.text
    finally:
        app.config["BADGE_KEYS"] = ""
        if kept:
            app.extensions["badge_keys"] = kept


def test_the_made_key_is_for_its_owners_eyes(client_as, paper, app):
    take(client_as, paper)
    assert (app.config["INSTANCE"] / badgekeys.SELF_MADE).stat().st_mode & 0o077 == 0


def test_a_specimen_says_so_to_every_wallet():
    said = badgewords.achievement(BASE, "x", kind="attendance", title="班", host="局", specimen=True)
    assert said["name"].startswith("样张") and said["achievementType"] == "ext:CertificateOfAttendance"
    assert copy.deepcopy(said)["description"].startswith("样张")
