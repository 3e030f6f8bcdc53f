"""What no row knows is swept away once it is old."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests import cast
from training_app.core import files
from training_app.core.db import transaction
from training_app.core.errors import NotFound

OLD = (cast.NOW - timedelta(days=31)).timestamp()


def _path(app, digest):
    return app.config["FILES"] / digest[:2] / digest


def _aged(app, data):
    digest = files.write(data)
    os.utime(_path(app, digest), (OLD, OLD))
    return digest


def test_an_old_file_without_a_row_goes_and_the_rest_stays(app):
    kept, lost, fresh = _aged(app, b"known"), _aged(app, b"lost"), files.write(b"fresh")
    os.utime(_path(app, fresh), (cast.NOW.timestamp(),) * 2)
    with transaction():
        files.remember(kept, media_type="text/plain", size=5, name="a", now=cast.NOW)
    half = _path(app, lost).with_name("half.part")
    half.write_bytes(b"")
    os.utime(half, (OLD, OLD))
    assert sum(files.sweep(folder, cast.NOW) for folder in range(256)) == 2
    assert files.read(kept) == b"known" and files.read(fresh) == b"fresh"
    with pytest.raises(NotFound):
        files.read(lost)
    assert not half.exists()


def test_a_file_that_is_written_again_is_young_again(app):
    again = _aged(app, b"again")
    files.write(b"again")
    # Younger than the fixed moment of the tests or not: the clock of the file system says now.
    assert _path(app, again).stat().st_mtime > OLD
    files.sweep(int(again[:2], 16), cast.NOW)
    assert files.read(again) == b"again"
