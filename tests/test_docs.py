"""The docs are tested too: every command, setting, path and diagram they name."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from coop.front.management.commands.state_diagrams import diagrams

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
OURS = {
    name
    for name, app in get_commands().items()
    if isinstance(app, str) and app.split(".")[0] in {"coop", "members", "invoicing", "payroll"}
}


def test_every_setting_is_in_the_readme():
    settings = (ROOT / "coop" / "settings.py").read_text()
    used = set(re.findall(r'(?:environ(?:\.get\(|\[)|_flag\()"([A-Z_]+)"', settings))
    assert used
    assert {name for name in used if f"`{name}`" not in README} == set()


def test_the_readme_is_one_page():
    assert len(README.splitlines()) < 90


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_commands_that_docs_name_exist(path):
    named = set(re.findall(r"manage\.py ([a-z_]+)", path.read_text()))
    assert named <= set(get_commands())


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_paths_that_docs_name_exist(path):
    text = path.read_text()
    inside = re.findall(r"`((?:coop|members|invoicing|payroll|tests|docs|ops|bench)/[\w./-]+)`", text)
    linked = [str((path.parent / link).relative_to(ROOT)) for link in re.findall(r"\]\((?!http)([^)#]+)\)", text)]
    assert [name for name in [*inside, *linked] if not (ROOT / name).exists()] == []


def test_make_targets_that_docs_name_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for path in DOCS for target in re.findall(r"(?:`|    )make ([a-z-]+)", path.read_text())}
    assert named
    assert named <= targets


def test_filters_and_commands_are_in_the_readme():
    assert {name for name in OURS if name not in README} <= {"make_demo", "demo_logins", "state_diagrams"}


def test_state_diagrams_are_what_the_tables_say():
    assert (ROOT / "docs" / "states.md").read_text() == diagrams()
