"""`flask admin create` and `flask doctor`."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import delete, update

from config import Config
from tests import cast
from training_app import create_app
from training_app.core.db import db, transaction
from training_app.divisions.models import Division
from training_app.people import logins
from training_app.people.models import Grant


@pytest.fixture
def unled(app):
    with transaction() as session:
        session.execute(delete(Grant).where(Grant.role == "administrator"))
    return app.test_cli_runner()


def test_the_first_administrator_logs_in_with_what_is_printed(unled):
    done = unled.invoke(args=["admin", "create", "--name", "许建国", "--phone", "13900001234"])
    assert done.exit_code == 0, done.output
    password = re.search("one-time password: (.+)", done.output).group(1)
    assert logins.log_in("xujianguo", password, device_name="", now=cast.NOW).code == "ok"


def test_a_second_one_is_refused(app):
    done = app.test_cli_runner().invoke(args=["admin", "create", "--name", "许建国", "--phone", ""])
    assert done.exit_code == 1 and "administrator already" in done.output and "Traceback" not in done.output


def test_what_cannot_be_used_gets_a_sentence_and_nothing_stays(unled):
    done = unled.invoke(args=["admin", "create", "--name", "许建国", "--phone", "139"])
    assert done.exit_code == 1 and "11 digits" in done.output
    assert unled.invoke(args=["doctor"]).output.count("flask admin create") == 1


def test_a_whole_installation_has_nothing_wrong(app):
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.output.splitlines()].count("ok") == 5


def test_what_is_missing_is_named_with_the_command_that_mends_it(app, tmp_path):
    with transaction() as session:
        session.execute(update(Division).values(parent_code=None))
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'old'")
    kept = app.config["FILES"]
    blocked = tmp_path / "file"
    blocked.write_text("")
    app.config["FILES"] = blocked / "under"
    try:
        done = app.test_cli_runner().invoke(args=["doctor"])
    finally:
        app.config["FILES"] = kept
    assert done.exit_code == 1 and "flask init" in done.output and "cannot be written" in done.output


def test_a_signing_key_that_cannot_be_used_is_named(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "SIGNING_PKCS12", str(tmp_path / "away.p12"))
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1 and "away.p12" in done.output


@pytest.mark.parametrize("name", ["secret.key", "signing.pem", "badges.pem"])
def test_a_key_that_others_can_read_is_wrong_and_a_folder_that_they_can_open_is_said(app, tmp_path, monkeypatch, name):
    monkeypatch.setitem(app.config, "INSTANCE", tmp_path)
    (tmp_path / name).write_text("")
    (tmp_path / name).chmod(0o640)
    tmp_path.chmod(0o755)
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1 and f"chmod 600 {tmp_path / name}" in done.output
    assert f"chmod 700 {tmp_path}" in done.output
    (tmp_path / name).chmod(0o600)
    tmp_path.chmod(0o700)
    assert "chmod" not in app.test_cli_runner().invoke(args=["doctor"]).output


def test_a_new_instance_is_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("INSTANCE", str(tmp_path / "new"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    create_app(Config())
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_keys_of_badges_that_cannot_be_used_are_named(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "BADGE_KEYS", str(tmp_path / "away.pem"))
    monkeypatch.delitem(app.extensions, "badge_keys", raising=False)
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1 and "away.pem" in done.output and "BADGE_KEYS" in done.output


def test_a_database_without_tables_is_a_finding_and_no_stack_trace(app):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE role_grant RENAME TO role_grant_away")
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1 and "does not answer" in done.output and done.exception.__class__ is SystemExit
