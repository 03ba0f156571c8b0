"""The recipe "how to add a year" of docs/law.md, followed step by step on a copy of the parameters."""

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from coop.law import LawUnknown
from payroll.germany import law
from payroll.germany.salary import salary, salary_law
from payroll.germany.terms import Terms
from payroll.germany.wage_tax_law import wage_tax_law

JUNE_2027 = date(2027, 6, 1)


@pytest.fixture
def parameters(tmp_path, monkeypatch):
    """A copy of the parameters that the law is read from."""
    folder = tmp_path / "parameters"
    shutil.copytree(law.PARAMETERS, folder)
    monkeypatch.setattr(law, "PARAMETERS", folder)
    caches = (wage_tax_law, salary_law)
    for cache in caches:
        cache.cache_clear()
    yield folder
    for cache in caches:
        cache.cache_clear()


def add_a_year(folder: Path) -> None:
    """Steps 2 and 3 of the recipe, with the values of the year before."""
    newest = folder / "wage_tax-2026.toml"
    text = newest.read_text().replace("2026-01-01", "2027-01-01").replace("2026-12-31", "2027-12-31")
    (folder / "wage_tax-2027.toml").write_text(text)
    for path in folder.glob("*.toml"):
        if not path.name.startswith("wage_tax-"):
            moved = re.sub(r"confirmed_until = 2026-12-31", "confirmed_until = 2027-12-31", path.read_text())
            path.write_text(moved)


def test_a_year_is_refused_by_name_until_it_is_added(parameters):
    with pytest.raises(LawUnknown, match=r"[a-z_]+\.[a-z_]+: no confirmed value on 2027-06-01"):
        salary_law(JUNE_2027)


def test_following_the_recipe_adds_a_year(parameters):
    add_a_year(parameters)
    terms = Terms(additional_rate=Decimal("0.029"))
    of_2027, of_2026 = (salary(salary_law(day), terms, 400_000) for day in (JUNE_2027, date(2026, 6, 1)))
    assert of_2027.wage_tax_cents == of_2026.wage_tax_cents > 0
    assert of_2027.contributions.employee_cents == of_2026.contributions.employee_cents


def test_a_parameter_left_out_is_named(parameters):
    add_a_year(parameters)
    care = parameters / "care.toml"
    care.write_text(care.read_text().replace("2027-12-31", "2026-12-31", 1))
    with pytest.raises(LawUnknown, match=r"care\.rate"):
        salary_law(JUNE_2027)
