"""Every setting is described where a person who installs the system looks for it."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

from config import ROOT, Config


def test_every_setting_is_described_in_the_example():
    read = set()
    for name in ("config.py", "serve.py"):
        source = (ROOT / name).read_text()
        read |= set(re.findall(r"""(?:environ\.get|_flag)\(\s*"([A-Z_]+)\"""", source))
    described = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    # With `SERVED` benchmarks put another application in this one's place: nothing for who installs it.
    assert read - {"SERVED"} == described
    assert {"DATABASE_URL", "WEB_WORKERS", "TLS"} <= read


def test_the_example_gives_the_defaults(monkeypatch):
    """Whoever copies it whole and loads it changes nothing."""
    monkeypatch.chdir(ROOT)
    given = {}
    for name, value in re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M):
        monkeypatch.delenv(name, raising=False)
        given[name] = " ".join(shlex.split(value))
    untouched = vars(Config())
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert vars(Config()) == untouched


def test_each_setting_of_the_example_has_words_above_it():
    """A name alone, such as that of a port, may stand below the words of its neighbour."""
    plain = {"PORT", "MAIL_PASSWORD", "PRODUCT_NAME_EN"}
    lines = (ROOT / ".env.example").read_text().splitlines()
    settings = [(above, line.partition("=")[0]) for above, line in pairwise(lines) if re.match(r"[A-Z_]+=", line)]
    bare = {name for above, name in settings if not above.startswith("# ") or above.startswith("# ---")}
    assert bare <= plain


def test_an_empty_folder_for_files_means_the_one_in_the_instance(monkeypatch, tmp_path):
    """As the example has it; an empty path would be wherever the server was started."""
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("FILES", "")
    found = Config().FILES
    assert found == tmp_path / "files"
