"""How a month's pay came about: each amount with its basis, its rate and the paragraph that says so.

Codes are listed in `payroll.germany.lines`.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from payroll.germany.contribution_lines import contribution_lines
from payroll.germany.contributions import Contributions
from payroll.germany.law import german_law
from payroll.germany.lines import Line
from payroll.germany.month import LastYear
from payroll.germany.salary import (
    WITH_LEVIES_OF_MINIJOBS,
    Salary,
    SalaryLaw,
    Taxes,
    insured_of,
    levy_amounts,
)
from payroll.germany.terms import Terms


def explain_salary(law: SalaryLaw, terms: Terms, result: Salary, last_year: LastYear | None = None) -> tuple[Line, ...]:
    """Contributions by branch, those of one-off pay apart, then taxes and levies, each with its source.

    `result` must come from the same law and terms (and year before, where the March clause reached for it).
    The steps of wage tax itself: `wage_tax.explain`.
    """
    return tuple(line for line in _lines(law, terms, result, last_year) if line.amount_cents)


def _lines(law: SalaryLaw, terms: Terms, result: Salary, last_year: LastYear | None) -> Iterator[Line]:
    insured = insured_of(terms, result.group)
    of_day = german_law(law.wage_tax.day)
    yield from _without_levies(contribution_lines(of_day, insured, result.contributions))
    if result.one_off is not None:
        source = "§ 23a SGB IV"
        if result.one_off_in_last_year and last_year is not None:
            of_day = german_law(last_year.law.wage_tax.day)
            insured = replace(insured, additional_rate=last_year.additional_rate)
            source = "§ 23a (4) SGB IV"
        for line in _without_levies(contribution_lines(of_day, insured, result.one_off)):
            yield replace(line, one_off=True, source=f"{line.source}; {source}")
    yield from _tax_lines(result.taxes, result.contributions.gross_cents, terms.church_rate)
    if result.one_off_taxes != (0, 0, 0):
        basis = result.one_off.gross_cents if result.one_off else None
        for line in _tax_lines(result.one_off_taxes, basis, terms.church_rate):
            yield replace(line, one_off=True, source=_SOURCES_OF_ONE_OFF[line.code])
    for code, cents in zip(("wage_tax.refund", "soli.refund", "church_tax.refund"), result.refund, strict=True):
        yield Line(code=code, amount_cents=-cents, source="§ 42b EStG")
    yield from _levy_lines(law, terms, result)


_SOURCES_OF_ONE_OFF = {"wage_tax": "§ 39b (3) EStG", "soli": "§§ 3, 4 SolzG", "church_tax": "§ 51a EStG"}


def _without_levies(lines: tuple[Line, ...]) -> Iterator[Line]:
    return (line for line in lines if not line.code.endswith(".levy"))


def _tax_lines(taxes: Taxes, basis: int | None, church_rate: Decimal) -> Iterator[Line]:
    yield Line(code="wage_tax", amount_cents=taxes.wage_tax, basis_cents=basis, source="§ 39b (2) EStG")
    yield Line(code="soli", amount_cents=taxes.soli, basis_cents=taxes.wage_tax, source="§§ 3, 4 SolzG")
    yield Line(code="church_tax", amount_cents=taxes.church_tax, rate=church_rate, source="§ 51a EStG")


def _levy_lines(law: SalaryLaw, terms: Terms, result: Salary) -> Iterator[Line]:
    if terms.levies is None:
        yield Line(
            code="levies",
            amount_cents=result.levies_cents,
            basis_cents=result.gross_cents,
            rate=terms.levies_rate,
            source="§ 7 AAG, § 358 SGB III, § 150 SGB VII",
        )
        return
    of_day = german_law(law.wage_tax.day)
    by_law = {line.code: line for line in _levies_of(law, terms, result.contributions)}
    for code, base, rate, cents in levy_amounts(terms, result.contributions, result.one_off):
        known = by_law.get(code)
        if code == "insolvency.levy":
            dated = of_day.dated("insolvency.levy_rate")
            base = result.contributions.pension_base_cents or result.contributions.gross_cents  # noqa: PLW2901
            if result.one_off is not None:
                base += result.one_off.pension_base_cents  # noqa: PLW2901
            yield Line(code=code, amount_cents=cents, basis_cents=base, rate=dated.value, source=dated.source)
        elif known is not None:
            yield known
        else:
            yield Line(code=code, amount_cents=cents, basis_cents=base, rate=rate, source=_SOURCES_OF_LEVIES[code])


_SOURCES_OF_LEVIES = {
    "sickness.levy": "§ 7 AAG",
    "maternity.levy": "§ 7 AAG",
    "accident.levy": "§ 153 SGB VII",
}


def _levies_of(law: SalaryLaw, terms: Terms, result: Contributions) -> Iterator[Line]:
    """The levies that the law itself has the rates of: those of Minijobs and of short-term work."""
    if result.group not in WITH_LEVIES_OF_MINIJOBS:
        return iter(())
    lines = contribution_lines(german_law(law.wage_tax.day), insured_of(terms, result.group), result)
    return (line for line in lines if line.code in {"sickness.levy", "maternity.levy"})
