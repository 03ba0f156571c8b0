"""What would I get: every direction agrees with the salary table filter, and every line has its paragraph."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest

from coop.errors import InvalidInput
from coop.law import LawUnknown
from coop.money import decimal_string
from coop.tenancy.models import Policy
from payroll.germany.terms import Kind, Terms
from payroll.management.commands.salarytable import Command
from payroll.offers import Start, additional_rate_average, offer, salary_table, turnover_of_cost

JUNE = date(2026, 6, 1)
POLICY = Policy(coop_id=1, since=date(2026, 1, 1), fee_rate=Decimal("0.09"), levies_rate=Decimal("0.024"))
TERMS = Terms(additional_rate=Decimal("0.0269"), childless=True, levies_rate=Decimal("0.024"))


def filtered(**line):
    target = io.BytesIO()
    record = {"id": "x", "date": "2026-06-01", "childless": True, "levies_rate": "2.4", **line}
    Command().filter(io.BytesIO(json.dumps(record).encode()), target)
    return json.loads(target.getvalue())


@pytest.mark.parametrize("start", [Start.GROSS, Start.COST, Start.NET])
@pytest.mark.parametrize("cents", [60_000, 144_461, 200_000, 412_345])
def test_every_direction_gives_what_the_filter_gives(start, cents):
    got = offer(start=start, cents=cents, terms=TERMS, month=JUNE, policy=POLICY)
    expected = filtered(**{start.value: decimal_string(cents)}, additional_rate="2.69")
    assert (
        decimal_string(got.salary.gross_cents),
        decimal_string(got.salary.net_cents),
        decimal_string(got.salary.cost_cents),
        decimal_string(got.turnover_cents),
    ) == (expected["gross"], expected["net"], expected["cost"], expected["turnover"])


def test_a_turnover_pays_the_fee_first():
    got = offer(start=Start.TURNOVER, cents=200_000, terms=TERMS, month=JUNE, policy=POLICY)
    assert (got.fee_cents, got.budget_cents) == (18_000, 182_000)
    assert decimal_string(got.salary.gross_cents) == filtered(cost="1820.00", additional_rate="2.69")["gross"]
    # Published by a cooperative: gross 1,460, net 1,189, cost 1,819 at this turnover, in whole euros.
    assert abs(got.salary.gross_cents - 146_000) <= 200
    assert abs(got.salary.net_cents - 118_900) <= 200


@pytest.mark.parametrize("cents", [55_000, 123_457, 301_111, 999_999])
def test_the_parts_make_up_the_whole(cents):
    terms = Terms(additional_rate=Decimal("0.029"), church_rate=Decimal("0.09"), levies_rate=Decimal("0.024"))
    got = offer(start=Start.TURNOVER, cents=cents, terms=terms, month=JUNE, policy=POLICY)
    assert got.rest_cents >= 0
    assert sum(line.amount_cents for line in got.of_side("employer")) == got.employer_cents
    assert sum(line.amount_cents for line in got.of_side("employee")) == got.salary.employee_cents
    assert sum(line.amount_cents for line in got.of_side("tax")) == got.taxes_cents
    assert all(line.source for line in got.lines)


@pytest.mark.parametrize("cost", [1, 99, 144_461, 999_983])
def test_the_turnover_is_the_smallest_whose_fee_leaves_the_cost(cost):
    rate = Decimal("0.09")
    turnover = turnover_of_cost(cost, rate)
    assert turnover * (1 - rate) >= cost > (turnover - 1) * (1 - rate)


def test_the_table_is_computed_for_whom_it_says():
    rows = salary_table(JUNE, POLICY)
    row = next(row for row in rows if row.turnover_cents == 200_000)
    expected = filtered(cost="1820.00")  # the filter's default is the average additional rate as well
    assert (decimal_string(row.gross_cents), decimal_string(row.net_cents)) == (expected["gross"], expected["net"])
    assert [one.net_cents for one in rows] == sorted(one.net_cents for one in rows)


def test_the_average_additional_rate_comes_with_its_source():
    rate, source = additional_rate_average(JUNE)
    assert rate == Decimal("0.029")
    assert "§ 242a SGB V" in source


def test_a_month_without_law_is_refused_by_name():
    with pytest.raises(LawUnknown, match=r"^[a-z_.]+: no confirmed value on 2031-01-01"):
        offer(start=Start.GROSS, cents=100_000, terms=TERMS, month=date(2031, 1, 1), policy=POLICY)


def test_a_minijob_cannot_have_any_gross():
    terms = Terms(additional_rate=Decimal("0.029"), kind=Kind.MINIJOB)
    with pytest.raises(InvalidInput, match="limit"):
        offer(start=Start.GROSS, cents=100_000, terms=terms, month=JUNE, policy=POLICY)
