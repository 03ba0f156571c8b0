"""Dated parameters: what is in force on a day, what is refused, and files that contradict each other."""

from datetime import date
from decimal import Decimal

import pytest

from coop.law import Law, LawUnknown, read_law

FIRST = """
[hours.day]
about = "Hours of a day"
unit = "hours"
confirmed_until = 2025-12-31
values = [{ since = 2025-01-01, value = 8, source = "§ 3" }]

[rate]
about = "A rate"
unit = "share of pay"
confirmed_until = 2026-06-30
values = [{ since = 2025-01-01, value = 0.1, source = "§ 4" }]
"""
SECOND = """
[hours.day]
about = "Hours of a day"
unit = "hours"
confirmed_until = 2026-12-31
values = [{ since = 2026-01-01, value = 7.5, source = "§ 3 new" }]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.toml").write_text(FIRST)
    (tmp_path / "b.toml").write_text(SECOND)
    return tmp_path


def test_a_year_can_be_a_file_of_its_own(folder):
    law = Law.read(folder)
    assert law.on(date(2025, 12, 31))["hours.day"] == 8
    assert law.on(date(2026, 1, 1))["hours.day"] == Decimal("7.5")
    assert law.on(date(2026, 1, 1)).dated("hours.day").source == "§ 3 new"
    assert law.on(date(2026, 1, 1)) is law.on(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "day", "why"),
    [
        ("hours.day", date(2024, 12, 31), "known from 2025-01-01"),
        ("hours.day", date(2027, 1, 1), "confirmed until 2026-12-31"),
        ("hours.night", date(2026, 1, 1), "no such parameter"),
    ],
)
def test_what_is_not_known_is_refused_by_name(folder, name, day, why):
    with pytest.raises(LawUnknown, match=why) as refused:
        Law.read(folder).on(day)[name]
    assert (refused.value.parameter, refused.value.day) == (name, day)


def test_the_last_day_on_which_all_that_is_asked_for_is_confirmed(folder):
    law = Law.read(folder)
    assert law.last_confirmed_day("hours.day") == date(2026, 12, 31)
    assert law.last_confirmed_day() == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [("2026-01-01", "2025-01-01", "begin on the same day"), ('unit = "hours"', 'unit = "minutes"', "two units")],
)
def test_files_that_contradict_each_other_are_refused(folder, old, new, why):
    (folder / "b.toml").write_text(SECOND.replace(old, new, 1))
    with pytest.raises(ValueError, match=why):
        Law.read(folder)


def test_a_folder_is_read_once_and_every_change_changes_its_digest(folder):
    first = read_law(folder)
    assert read_law(folder) is first
    (folder / "b.toml").write_text(SECOND.replace("7.5", "7"))
    assert Law.read(folder).digest != first.digest
