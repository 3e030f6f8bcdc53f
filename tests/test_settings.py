"""Every setting is described where a person who installs the system looks for it."""

from __future__ import annotations

import re

from config import ROOT, Config


def test_every_setting_is_described_in_the_example():
    read = set()
    for name in ("config.py", "serve.py"):
        source = (ROOT / name).read_text()
        read |= set(re.findall(r"""(?:environ\.get|_flag)\(\s*"([A-Z_]+)\"""", source))
    described = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert read - described == set()
    assert {"DATABASE_URL", "WEB_WORKERS", "TLS"} <= read


def test_an_empty_folder_for_files_means_the_one_in_the_instance(monkeypatch, tmp_path):
    """As the example has it; an empty path would be wherever the server was started."""
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("FILES", "")
    found = Config().FILES
    assert found == tmp_path / "files"
