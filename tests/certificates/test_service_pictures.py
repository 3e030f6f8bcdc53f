"""The picture of a paper: there for whoever looks, whenever it was made."""

from __future__ import annotations

import pytest

from tests import cast
from tests.certificates.earning import CHEN, LIN, earn, issue, issued, start
from training_app.certificates import pictures
from training_app.core import files

pytestmark = pytest.mark.usefixtures("now")


def test_what_is_missing_is_made_when_no_job_waits(app):
    earn(CHEN, LIN)
    issue()
    assert pictures.make_missing(cast.NOW) == 2
    made = issued()
    assert {files.read(one.picture_sha256)[:4] for one in made} == {b"\x89PNG"}
    assert len({one.picture_sha256 for one in made}) == 2
    assert pictures.make_missing(cast.NOW) == 0


def test_a_job_that_waits_goes_first(app):
    earn(CHEN)
    issue()
    earn(LIN)
    start()
    assert pictures.make_missing(cast.NOW) == 0


def test_whoever_looks_first_has_it_made_and_it_is_the_same(app):
    earn(CHEN)
    (one,) = issue()
    looked_at = pictures.of(one)
    (one,) = issued()
    assert one.picture_sha256 == looked_at == pictures.of(one)
    assert pictures.make_missing(cast.NOW) == 0
