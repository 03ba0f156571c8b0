"""How contributions came about: each amount with its base, its rate and where the rate is written."""

from collections.abc import Iterator
from decimal import Decimal

from coop.law import LawOfDay
from coop.money import share_of
from payroll.germany.contributions import Contributions, Group, Insured, ceiling_of_days, contribution_law
from payroll.germany.lines import Line

_FORMULA = "§ 20 (2a) SGB IV"
_OF_PENSIONERS = {"pension": "§ 172 (1) SGB VI", "unemployment": "§ 346 (3) SGB III"}
"""Branches in which the employer of a pensioner bears a half alone."""


def contribution_lines(law: LawOfDay, insured: Insured, result: Contributions) -> tuple[Line, ...]:
    """The lines of `result`, which `law` and `insured` gave; those without an amount and rate are left out.

    The employee's lines add up to `result.employee_cents`, the employer's to `result.employer_cents`.
    An amount is its base times its rate, commercially rounded, with three exceptions: in the transition
    range the employer bears twice the rounded half on the total base, less the employee's share; in a
    Minijob below the minimum base the employee bears the rest of the whole; half a premium limits a subsidy.

    Raises: LawUnknown.
    """
    lines_of_group = _LINES_OF_GROUP.get(result.group, _insured_lines)
    return tuple(line for line in lines_of_group(law, insured, result) if line.amount_cents)


def _insured_lines(law: LawOfDay, insured: Insured, result: Contributions) -> Iterator[Line]:
    health = "health.reduced_rate" if insured.pensioner else "health.general_rate"
    branches = (
        ("health", law[health], law.dated(health).source, result.health_base_cents),
        ("additional", insured.additional_rate, "§ 242 SGB V", result.health_base_cents),
        ("pension", law["pension.rate"], law.dated("pension.rate").source, result.pension_base_cents),
        ("unemployment", law["unemployment.rate"], law.dated("unemployment.rate").source, result.pension_base_cents),
    )
    for code, rate, source, base in branches:
        if insured.pensioner and code in _OF_PENSIONERS:
            yield Line(
                code=f"{code}.employer",
                basis_cents=base,
                rate=rate / 2,
                amount_cents=getattr(result, f"{code}_employer_cents"),
                source=_OF_PENSIONERS[code],
            )
            continue
        employee = getattr(result, f"{code}_employee_cents")
        employer = getattr(result, f"{code}_employer_cents")
        if employee or employer:
            yield from _shared(result, code, rate, source=source, base=base, amounts=(employee, employer))
    if result.care_employer_cents or result.care_employee_cents:
        yield from _care_lines(law, insured, result)
    yield _line(law, "insolvency.levy", "insolvency.levy_rate", result.pension_base_cents, result.insolvency_levy_cents)
    if result.health_subsidy_cents:
        average = law["health.additional_rate_average"]
        general = law["health.general_rate" if insured.sick_pay else "health.reduced_rate"]
        yield Line(
            code="health.subsidy",
            basis_cents=result.health_base_cents,
            rate=(general + average) / 2,
            amount_cents=result.health_subsidy_cents,
            source="§ 257 (2) SGB V",
        )
    if result.care_subsidy_cents:
        yield Line(
            code="care.subsidy",
            basis_cents=result.care_base_cents,
            rate=_care_shared(law, insured) / 2,
            amount_cents=result.care_subsidy_cents,
            source="§ 61 (2) SGB XI",
        )


def _shared(
    result: Contributions, code: str, rate: Decimal, *, source: str, base: int, amounts: tuple[int, int]
) -> Iterator[Line]:
    employee, employer = amounts
    own = result.transition_employee_base_cents
    if own is None:
        yield Line(code=f"{code}.employee", basis_cents=base, rate=rate / 2, amount_cents=employee, source=source)
        yield Line(code=f"{code}.employer", basis_cents=base, rate=rate / 2, amount_cents=employer, source=source)
    else:
        both = f"{source}; {_FORMULA}"
        yield Line(code=f"{code}.employee", basis_cents=own, rate=rate / 2, amount_cents=employee, source=both)
        yield Line(code=f"{code}.employer", basis_cents=base, rate=rate, amount_cents=employer, source=both)


def _care_lines(law: LawOfDay, insured: Insured, result: Contributions) -> Iterator[Line]:
    shared = _care_shared(law, insured)
    alone = law["care.saxony_employee_rate"] if insured.saxony else Decimal(0)
    discount = Decimal(contribution_law(law).care_discount(insured.children_under25)) / 1_000_000
    base = result.care_base_cents
    own = result.transition_employee_base_cents
    surcharge = share_of(base, law["care.childless_rate"]) if insured.childless else 0
    source = law.dated("care.rate").source
    employee = result.care_employee_cents - surcharge
    if own is None:
        yield Line(
            code="care.employee",
            basis_cents=base,
            rate=shared / 2 + alone - discount,
            amount_cents=employee,
            source=source,
        )
        yield Line(
            code="care.employer",
            basis_cents=base,
            rate=shared / 2,
            amount_cents=result.care_employer_cents,
            source=source,
        )
    else:
        in_saxony, less = share_of(base, alone), share_of(own, discount)
        halves = (employee - in_saxony + less, result.care_employer_cents)
        yield from _shared(result, "care", shared, source=source, base=base, amounts=halves)
        yield _line(law, "care.saxony.employee", "care.saxony_employee_rate", base, in_saxony)
        yield Line(
            code="care.child_discount.employee",
            basis_cents=own,
            rate=-discount,
            amount_cents=-less,
            source=law.dated("care.child_discount").source,
        )
    yield _line(law, "care.childless.employee", "care.childless_rate", base, surcharge)


def _minijob_lines(law: LawOfDay, _insured: Insured, result: Contributions) -> Iterator[Line]:
    gross = result.gross_cents
    yield _line(law, "health.employer", "minijob.health_rate", gross, result.health_employer_cents)
    yield _line(law, "pension.employer", "minijob.pension_employer_rate", gross, result.pension_employer_cents)
    if result.pension_employee_cents:
        below = result.pension_base_cents > gross
        full = law["pension.rate"]
        yield Line(
            code="pension.employee",
            basis_cents=result.pension_base_cents,
            rate=full if below else full - law["minijob.pension_employer_rate"],
            amount_cents=result.pension_employee_cents,
            source=law.dated("minijob.pension_base_minimum_month" if below else "pension.rate").source,
        )
    yield _line(law, "insolvency.levy", "insolvency.levy_rate", gross, result.insolvency_levy_cents)
    yield _line(law, "sickness.levy", "minijob.sickness_levy_rate", gross, result.sickness_levy_cents)
    yield _line(law, "maternity.levy", "minijob.maternity_levy_rate", gross, result.maternity_levy_cents)
    yield _line(law, "flat_tax", "minijob.flat_tax_rate", gross, result.flat_tax_cents)


def _short_term_lines(law: LawOfDay, _insured: Insured, result: Contributions) -> Iterator[Line]:
    levied = min(result.gross_cents, ceiling_of_days(contribution_law(law).pension_ceiling_year, result.days))
    yield _line(law, "insolvency.levy", "insolvency.levy_rate", levied, result.insolvency_levy_cents)
    yield _line(law, "sickness.levy", "minijob.sickness_levy_rate", levied, result.sickness_levy_cents)
    yield _line(law, "maternity.levy", "minijob.maternity_levy_rate", levied, result.maternity_levy_cents)


_LINES_OF_GROUP = {Group.MINIJOB: _minijob_lines, Group.SHORT_TERM: _short_term_lines}


def _care_shared(law: LawOfDay, insured: Insured) -> Decimal:
    rate: Decimal = law["care.rate"]
    return rate - law["care.saxony_employee_rate"] if insured.saxony else rate


def _line(law: LawOfDay, code: str, parameter: str, base: int, amount: int) -> Line:
    dated = law.dated(parameter)
    return Line(code=code, basis_cents=base, rate=dated.value, amount_cents=amount, source=dated.source)
