"""From what the office keeps about a person to a computed month. No writes, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from coop.errors import StetigError
from coop.ledger.queries import BudgetFigures
from coop.money import decimal_string
from payroll.germany.church_tax import State, church_tax_rate
from payroll.germany.lines import Line
from payroll.germany.salary import Salary, SalaryLaw, salary
from payroll.germany.salary_lines import explain_salary
from payroll.germany.terms import Kind, Terms
from payroll.models import EmploymentContract, HealthFundRate, InsuranceData, TaxData
from payroll.states import Church

SAXONY = "SN"


class DataMissing(StetigError):
    """Something that the calculation needs has not been entered."""

    code = "data_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A month's pay with what went in and how it came about."""

    salary: Salary
    inputs: dict[str, Any]
    lines: list[dict[str, Any]]


def terms_of(
    *,
    contract: EmploymentContract,
    tax: TaxData,
    insurance: InsuranceData,
    fund_rate: HealthFundRate,
    levies_rate: Decimal,
    workplace_state: str,
    day: date,
) -> Terms:
    """The terms that the law asks for. Saxony counts by the place of work (§ 58 (3) SGB XI)."""
    return Terms(
        additional_rate=fund_rate.additional_rate,
        kind=Kind(contract.kind),
        tax_class=tax.tax_class,
        factor=tax.factor if tax.factor is not None else Decimal(1),
        childless=insurance.childless,
        children_under25=insurance.children_under25,
        child_allowances=tax.child_allowances,
        church_rate=church_tax_rate(State(tax.federal_state), day) if tax.church == Church.YES else Decimal(0),
        saxony=workplace_state == SAXONY,
        levies_rate=levies_rate,
    )


def compute(law: SalaryLaw, terms: Terms, gross_cents: int) -> Computed:
    """One month's pay with its lines.

    Raises: InvalidInput, where the pay is impossible for the terms.
    """
    result = salary(law, terms, gross_cents)
    return Computed(
        salary=result,
        inputs=inputs_of(terms, gross_cents),
        lines=[line_as_json(line) for line in explain_salary(law, terms, result)],
    )


def shortfall_cents(figures: BudgetFigures, cost_cents: int) -> int:
    """What of a salary neither the budget nor its cover bears; the cooperative carries it (§ 611a BGB: pay is owed)."""
    beyond = -figures.cover_cents - (figures.free_cents - cost_cents)
    return min(cost_cents, max(0, beyond))


def inputs_of(terms: Terms, gross_cents: int) -> dict[str, Any]:
    """The inputs as they are stored with a payslip, so that it can be recomputed."""
    return {
        "gross": decimal_string(gross_cents),
        "kind": terms.kind.value,
        "tax_class": terms.tax_class,
        "factor": str(terms.factor),
        "additional_rate": str(terms.additional_rate),
        "childless": terms.childless,
        "children_under25": terms.children_under25,
        "child_allowances": str(terms.child_allowances),
        "church_rate": str(terms.church_rate),
        "saxony": terms.saxony,
        "levies_rate": str(terms.levies_rate),
    }


def terms_from(inputs: dict[str, Any]) -> Terms:
    """The terms that a stored payslip was computed with."""
    return Terms(
        additional_rate=Decimal(inputs["additional_rate"]),
        kind=Kind(inputs["kind"]),
        tax_class=inputs["tax_class"],
        factor=Decimal(inputs["factor"]),
        childless=inputs["childless"],
        children_under25=inputs["children_under25"],
        child_allowances=Decimal(inputs["child_allowances"]),
        church_rate=Decimal(inputs["church_rate"]),
        saxony=inputs["saxony"],
        levies_rate=Decimal(inputs["levies_rate"]),
    )


def line_as_json(line: Line) -> dict[str, Any]:
    """A line of the law as it is stored: amounts in cents, the rate as a decimal string."""
    stored: dict[str, Any] = {"code": line.code, "amount_cents": line.amount_cents, "source": line.source}
    if line.basis_cents is not None:
        stored["basis_cents"] = line.basis_cents
    if line.rate is not None:
        stored["rate"] = str(line.rate)
    return stored


def latest(rows: Iterable[Any], key: str, until: date) -> dict[int, Any]:
    """Of dated rows, the newest per `key` that has begun by `until`."""
    newest: dict[int, Any] = {}
    for row in rows:
        if row.since <= until and ((known := newest.get(getattr(row, key))) is None or known.since < row.since):
            newest[getattr(row, key)] = row
    return newest
