"""The set-up, where something is missing: it says what, and how to get it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ops import bootstrap

ROOT = Path(__file__).resolve().parent.parent.parent


def test_without_venv_and_apt_it_names_the_package(tmp_path):
    # As on a bare Debian, whose Python comes without ensurepip; no apt-get on the path, so that nothing gets installed.
    (tmp_path / "ensurepip.py").write_text("raise ImportError\n")
    code = "from ops import bootstrap; bootstrap.make_venv()"
    env = {"PATH": str(tmp_path), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert f"Missing on this system, under Debian's names: python3.{sys.version_info[1]}-venv. Install" in result.stderr


def test_an_unprivileged_person_without_sudo_is_given_the_command(tmp_path, monkeypatch):
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        bootstrap.CannotSetUp, match=r"sudo apt-get install --no-install-recommends libpango-1.0-0 chromium$"
    ):
        bootstrap.apt_install(["libpango-1.0-0", "chromium"])


def test_an_environment_that_is_a_link_belongs_to_somebody_else_and_is_left_alone(tmp_path, monkeypatch, capsys):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (tmp_path / ".venv").symlink_to(theirs)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    bootstrap.ensure_environment(ROOT / "requirements" / "demo.txt")
    assert "as it is" in capsys.readouterr().out
    assert list(theirs.iterdir()) == []


def test_what_an_environment_was_made_from_changes_with_the_lock(tmp_path):
    lock = tmp_path / "demo.txt"
    lock.write_text("one==1")
    before = bootstrap.stamp_text(lock)
    assert bootstrap.stamp_text(lock) == before
    lock.write_text("one==2")
    assert bootstrap.stamp_text(lock) != before


def test_a_python_that_is_not_there_does_not_run(tmp_path):
    assert not bootstrap.runs(tmp_path / "python")
    assert bootstrap.runs(Path(sys.executable))


@pytest.mark.parametrize("arguments", [[], ["prod"], ["demo", "dev"]])
def test_unknown_arguments_are_refused(arguments, capsys):
    assert bootstrap.main(arguments) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_every_locked_version_has_hashes_and_no_lock_names_an_index(lock):
    text = lock.read_text()
    packages = re.findall(r"^[A-Za-z0-9][^=\n]*==.*$", text, re.MULTILINE)
    assert packages
    assert all(line.endswith("\\") for line in packages)
    assert text.count("--hash=sha256:") >= len(packages)
    assert not re.search(r"://|--(extra-)?index|--find-links", text)
