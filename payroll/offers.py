"""What would I get? From a month's turnover to the net pay it allows, and back, by a cooperative's own figures.

Nothing here is stored, and nobody needs to be known: the answer follows from what was entered, the law of the
month and the cooperative's policy.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from functools import lru_cache

from coop.money import share_of
from coop.tenancy.models import Policy
from payroll.explanations import ExplainedLine, Side, explained, of_side
from payroll.germany.inverse import gross_of_cost, gross_of_net
from payroll.germany.law import german_law
from payroll.germany.salary import Salary, SalaryLaw, salary, salary_law
from payroll.germany.salary_lines import explain_salary
from payroll.germany.terms import Terms


class Start(StrEnum):
    """The amount that is known, from which the others follow."""

    TURNOVER = "turnover"
    COST = "cost"
    GROSS = "gross"
    NET = "net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A month from the invoice to the account. Amounts in cents."""

    turnover_cents: int
    """Net amount of the month's invoices."""
    fee_rate: Decimal
    fee_since: date
    """Since when the cooperative's policy has that fee."""
    fee_cents: int
    salary: Salary
    lines: tuple[ExplainedLine, ...]
    """What lies between cost and net, each with its paragraph."""

    @property
    def budget_cents(self) -> int:
        """What the fee leaves of the turnover."""
        return self.turnover_cents - self.fee_cents

    @property
    def rest_cents(self) -> int:
        """What stays in the budget, because the next cent of gross would cost more than there is."""
        return self.budget_cents - self.salary.cost_cents

    @property
    def employer_cents(self) -> int:
        """Everything that the employment costs beside gross."""
        return self.salary.cost_cents - self.salary.gross_cents

    @property
    def taxes_cents(self) -> int:
        """Wage tax, solidarity surcharge and church tax."""
        return self.salary.wage_tax_cents + self.salary.soli_cents + self.salary.church_tax_cents

    def of_side(self, side: str) -> list[ExplainedLine]:
        """The lines that the employer or the employee bears, or the taxes."""
        return of_side(self.lines, Side(side))


_FROM: dict[Start, Callable[[SalaryLaw, Terms, int], Salary]] = {
    Start.TURNOVER: gross_of_cost,
    Start.COST: gross_of_cost,
    Start.GROSS: salary,
    Start.NET: gross_of_net,
}


def offer(*, start: Start, cents: int, terms: Terms, month: date, policy: Policy) -> Offer:
    """The whole way of a month out of one of its amounts: the largest gross that fits.

    Raises: LawUnknown, naming the parameter; InvalidInput, where the terms' kind allows no such pay.
    """
    law = salary_law(month)
    budget = cents - share_of(cents, policy.fee_rate) if start is Start.TURNOVER else cents
    result = _FROM[start](law, terms, budget)
    turnover = cents if start is Start.TURNOVER else turnover_of_cost(result.cost_cents, policy.fee_rate)
    return Offer(
        turnover_cents=turnover,
        fee_rate=policy.fee_rate,
        fee_since=policy.since,
        fee_cents=share_of(turnover, policy.fee_rate),
        salary=result,
        lines=tuple(explained(_stored(asdict(line)) for line in explain_salary(law, terms, result))),
    )


def turnover_of_cost(cost_cents: int, fee_rate: Decimal) -> int:
    """The smallest turnover whose fee leaves the cost of a salary, in cents; `fee_rate` is a share below one."""
    return int((Decimal(cost_cents) / (1 - fee_rate)).to_integral_value(ROUND_CEILING))


def additional_rate_average(month: date) -> tuple[Decimal, str]:
    """The average additional rate of the health funds, as a share of pay, and its source. Raises: LawUnknown."""
    dated = german_law(month).dated("health.additional_rate_average")
    return dated.value, dated.source


TABLE_TURNOVERS = (
    *range(500_00, 3_000_00, 250_00),
    *range(3_000_00, 6_000_00, 500_00),
    *range(6_000_00, 10_001_00, 1_000_00),
)
"""Monthly turnovers of the printed table, in cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row of a salary table, in cents."""

    turnover_cents: int
    fee_cents: int
    cost_cents: int
    gross_cents: int
    net_cents: int


def table_terms(month: date, policy: Policy) -> Terms:
    """For whom the table holds: class I, no church tax, no children, the average additional rate. Raises: LawUnknown."""
    rate, _source = additional_rate_average(month)
    return Terms(additional_rate=rate, childless=True, levies_rate=policy.levies_rate)


def salary_table(month: date, policy: Policy) -> tuple[TableRow, ...]:
    """The cooperative's salary table, by turnover. Raises: LawUnknown."""
    return _table(month, policy.fee_rate, table_terms(month, policy))


@lru_cache(maxsize=32)
def _table(month: date, fee_rate: Decimal, terms: Terms) -> tuple[TableRow, ...]:
    law = salary_law(month)
    rows = []
    for turnover in TABLE_TURNOVERS:
        fee = share_of(turnover, fee_rate)
        result = gross_of_cost(law, terms, turnover - fee)
        rows.append(
            TableRow(
                turnover_cents=turnover,
                fee_cents=fee,
                cost_cents=result.cost_cents,
                gross_cents=result.gross_cents,
                net_cents=result.net_cents,
            )
        )
    return tuple(rows)


def _stored(line: dict[str, object]) -> dict[str, object]:
    """A line as payslips keep it: no rate where there is none."""
    return {key: value for key, value in line.items() if value is not None}
