"""The application starts, knows its cast, and answers."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import select, update

from config import ROOT
from tests import cast
from training_app.core.db import WriteOutsideTransaction, db, transaction
from training_app.people.models import Person
from training_app.web import access


def test_it_is_healthy(client_as):
    assert client_as("visitor").get("/healthz").status_code == 200


def test_the_cast_is_there(app):
    assert db.session.get(Person, cast.CAST["chen"].id).name == "陈丽华"


def test_every_endpoint_declares_its_access(app):
    undeclared = [name for name, view in app.view_functions.items() if access.declared(view) is None]
    assert undeclared == []


def test_a_write_outside_a_transaction_is_refused(app):
    with pytest.raises(WriteOutsideTransaction):
        db.session.execute(update(Person).values(name="x"))


def test_a_failed_transaction_changes_nothing(app):
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.get(Person, 7).name = "x"
        session.flush()
        1 / 0
    assert db.session.scalar(select(Person.name).where(Person.id == 7)) == "陈丽华"


def test_a_transaction_commits_and_reads_fresh(app):
    person = db.session.get(Person, 7)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == 7).values(name="陈丽"))
        assert person.name == "陈丽"
    db.session.remove()
    assert db.session.get(Person, 7).name == "陈丽"


def test_web_workers_load_nothing_that_draws_signs_or_merges():
    program = "import sys, training_app; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"reportlab", "pyhanko", "asn1crypto", "pikepdf", "pypdfium2", "PIL", "cryptography.x509", "aiohttp"}
    assert heavy & set(done.stdout.split()) == set()
