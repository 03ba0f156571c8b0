"""From what a person's month is computed from to the computed month. No writes, no clock, no reads."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from coop.errors import StetigError
from coop.law import LawUnknown
from coop.ledger.queries import BudgetFigures
from coop.money import decimal_string
from payroll.germany.annual_equalisation import YearOfWages, exclusions
from payroll.germany.church_tax import State, church_tax_rate
from payroll.germany.contributions import Room
from payroll.germany.keys import contribution_group, person_group
from payroll.germany.lines import Line
from payroll.germany.month import LastYear, Month, YearEnd, YearSoFar, pay_of_month
from payroll.germany.salary import Salary, SalaryLaw, Taxes, salary_law, taxable_cents
from payroll.germany.salary_lines import explain_salary
from payroll.germany.seizure import seizable_cents
from payroll.germany.terms import Kind, Levies, Premiums, Terms
from payroll.models import EmploymentContract, HealthFundRate, InsuranceData, TaxData
from payroll.states import Church, Cover, ElementKind

SAXONY = "SN"


class DataMissing(StetigError):
    """Something that the calculation needs has not been entered."""

    code = "data_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What a wage element comes to in one month, in cents. An advance that is being paid back is negative."""

    kind: str
    cents: int
    text: str
    dependants: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that one person's month is computed from; it is stored with the payslip and can be computed again.

    Amounts in cents. `base_cents` is the salary for the days that are paid, without elements; `regular_cents` the
    agreed pay of a full month. `year` and `last_year` are needed for one-off pay and in December alone.
    """

    terms: Terms
    base_cents: int
    regular_cents: int
    insurance_days: int = 30
    tax_days: int = 30
    paid_days: int = 30
    unpaid_days: int = 0
    months_left: int = 12
    elements: tuple[Element, ...] = ()
    fund_id: int
    """The fund that contributions go to."""
    health_fund_id: int
    """The person's own fund."""
    year: YearSoFar | None = None
    last_year: dict[str, Any] | None = None
    """Last year's end: `month`, `additional_rate`, `days`, and what was charged."""
    year_end: dict[str, Any] | None = None
    """The year's end: `YearOfWages` and what was withheld in the earlier months."""
    cautions: tuple[tuple[str, int], ...] = ()
    """What a reviewer should look at besides: a code of `payroll.cautions` and cents. It changes no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A month's pay with what went in and how it came about. Cents."""

    salary: Salary
    inputs: dict[str, Any]
    lines: list[dict[str, Any]]
    warnings: list[dict[str, Any]] = field(default_factory=list)
    one_off_cents: int = 0
    in_kind_cents: int = 0
    free_cents: int = 0
    advance_cents: int = 0
    garnished_cents: int = 0
    set_off_cents: int = 0
    accident_cents: int = 0

    @property
    def cost_cents(self) -> int:
        """What the month takes from the budget: benefits in kind are paid where they are bought."""
        return self.salary.cost_cents - self.in_kind_cents + self.free_cents

    @property
    def payout_cents(self) -> int:
        """What is transferred."""
        salary = self.salary
        free = salary.subsidy_cents + self.free_cents + self.advance_cents
        return salary.net_cents + free - self.in_kind_cents - self.garnished_cents - self.set_off_cents


def terms_of(
    *,
    contract: EmploymentContract,
    tax: TaxData,
    insurance: InsuranceData,
    fund_rate: HealthFundRate,
    levies_rate: Decimal,
    workplace_state: str,
    day: date,
    accident_rate: Decimal | None = None,
    other_insured_cents: int = 0,
    other_minijob_cents: int = 0,
    age_relief_year: int | None = None,
) -> Terms:
    """The terms that the law asks for. Saxony counts by the place of work (§ 58 (3) SGB XI).

    Levies are taken one by one where the fund's and the accident insurance's rates are known, else as `levies_rate`.
    """
    levies = None
    if accident_rate is not None and fund_rate.sickness_levy_rate is not None:
        levies = Levies(
            sickness=fund_rate.sickness_levy_rate,
            maternity=fund_rate.maternity_levy_rate or Decimal(0),
            accident=accident_rate,
        )
    premiums = None
    if insurance.cover == Cover.PRIVATE:
        premiums = Premiums(
            health_cents=insurance.health_premium_cents,
            care_cents=insurance.care_premium_cents,
            basic_cents=insurance.basic_premium_cents,
            sick_pay=insurance.sick_pay,
        )
    return Terms(
        additional_rate=fund_rate.additional_rate,
        kind=Kind(contract.kind),
        tax_class=tax.tax_class,
        factor=tax.factor if tax.factor is not None else Decimal(1),
        childless=insurance.childless,
        children_under25=insurance.children_under25,
        child_allowances=tax.child_allowances,
        church_rate=church_tax_rate(State(tax.federal_state), day) if tax.church != Church.NONE else Decimal(0),
        saxony=workplace_state == SAXONY,
        pension_opt_out=insurance.pension_opt_out,
        levies_rate=levies_rate,
        levies=levies,
        premiums=premiums,
        health_compulsory=insurance.cover == Cover.STATUTORY,
        pensioner=insurance.pensioner,
        flat_tax=contract.flat_tax,
        over_four_weeks=contract.ends_on is None or (contract.ends_on - contract.starts_on).days > FOUR_WEEKS,
        allowance_month_cents=tax.allowance_month_cents,
        addition_month_cents=tax.addition_month_cents,
        allowance_year_cents=tax.allowance_year_cents,
        addition_year_cents=tax.addition_year_cents,
        age_relief_year=age_relief_year,
        other_insured_cents=other_insured_cents,
        other_minijob_cents=other_minijob_cents,
    )


FOUR_WEEKS = 28


def compute(law: SalaryLaw, facts: Facts) -> Computed:
    """One month's pay with its lines.

    Raises: InvalidInput, where the pay is impossible for the terms; DataMissing; LawUnknown.
    """
    pay = _sums(facts)
    month = Month(
        current_cents=pay.current_cents,
        regular_cents=facts.regular_cents,
        insurance_days=facts.insurance_days,
        tax_days=facts.tax_days,
        one_off_cents=pay.one_off_cents,
        months_left=facts.months_left,
        so_far=facts.year or _NO_YEAR,
        last_year=_last_year(facts),
        year_end=_year_end(facts),
    )
    result = pay_of_month(law, facts.terms, month)
    lines = [
        *pay.lines,
        *(line_as_json(line) for line in explain_salary(law, facts.terms, result, month.last_year)),
    ]
    inputs = inputs_of(facts)
    inputs["law"] = law.wage_tax.digest
    inputs |= {
        "group": result.group.value,
        "person_group": person_group(result.group, facts.terms),
        "contribution_group": contribution_group(result.group, facts.terms),
        "charged": _charged(law, facts, pay, result),
    }
    warnings = [{"code": code, "cents": cents} for code, cents in facts.cautions] + pay.warnings
    garnished, set_off, kept_lines = _kept(facts, result, law.wage_tax.day, warnings)
    computed = Computed(
        salary=result,
        inputs=inputs,
        lines=lines + kept_lines,
        warnings=warnings,
        one_off_cents=pay.one_off_cents,
        in_kind_cents=pay.in_kind_cents,
        free_cents=pay.free_cents,
        advance_cents=pay.advance_cents,
        garnished_cents=garnished,
        set_off_cents=set_off,
        accident_cents=sum(line["amount_cents"] for line in lines if line["code"] == "accident.levy"),
    )
    if computed.payout_cents < 0 and (garnished or pay.advance_cents < 0 or pay.in_kind_cents):
        raise DataMissing(_("More is kept back than the pay of the month holds. Lower an instalment or a garnishment."))
    return computed


_NO_YEAR = YearSoFar()


def shortfall_cents(figures: BudgetFigures, cost_cents: int) -> int:
    """What of a salary neither the budget nor its cover bears; the cooperative carries it (§ 611a BGB: pay is owed)."""
    beyond = -figures.cover_cents - (figures.free_cents - cost_cents)
    return min(max(0, cost_cents), max(0, beyond))


# --- wage elements ----------------------------------------------------------------------------------------------

SOURCES = {
    ElementKind.HOURS: "§ 611a (2) BGB",
    ElementKind.LEAVE_PAY: "§ 11 (1) BUrlG",
    ElementKind.SICK_PAY: "§§ 3, 4 EFZG",
    ElementKind.SUPPLEMENT: "§ 611a (2) BGB",
    ElementKind.ONE_OFF: "§ 23a SGB IV, § 39b (3) EStG",
    ElementKind.VACATION_PAY: "§ 23a SGB IV, § 39b (3) EStG",
    ElementKind.EXPENSES: "§ 3 Nr. 50 EStG",
    ElementKind.PER_DIEM: "§ 3 Nr. 16 EStG",
    ElementKind.MATERNITY: "§ 20 MuSchG, § 3 Nr. 1 d EStG",
    ElementKind.IN_KIND: "§ 8 (2) EStG",
    ElementKind.ADVANCE: "§ 614 BGB",
    ElementKind.GARNISHMENT: "§§ 829, 850c ZPO",
    ElementKind.SET_OFF: "§§ 387, 394 BGB, § 850c ZPO",
}
"""Why each kind is paid or kept back."""
_CURRENT = frozenset(
    {ElementKind.HOURS, ElementKind.LEAVE_PAY, ElementKind.SICK_PAY, ElementKind.SUPPLEMENT, ElementKind.IN_KIND}
)
_ONE_OFF = frozenset({ElementKind.ONE_OFF, ElementKind.VACATION_PAY})
_FREE = frozenset({ElementKind.EXPENSES, ElementKind.PER_DIEM, ElementKind.MATERNITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pay:
    """The wage elements of a month in sums, in cents."""

    current_cents: int
    one_off_cents: int
    in_kind_cents: int
    free_cents: int
    advance_cents: int
    lines: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


def _sums(facts: Facts) -> _Pay:
    current, one_off, in_kind, free, advance = facts.base_cents, 0, 0, 0, 0
    lines: list[dict[str, Any]] = []
    if facts.base_cents:
        lines.append({"code": "pay.salary", "amount_cents": facts.base_cents, "source": "§ 611a (2) BGB"})
    for element in facts.elements:
        kind = ElementKind(element.kind)
        if kind in _CURRENT:
            current += element.cents
            in_kind += element.cents if kind is ElementKind.IN_KIND else 0
        elif kind in _ONE_OFF:
            one_off += element.cents
        elif kind in _FREE:
            free += element.cents
        elif kind is ElementKind.ADVANCE:
            advance += element.cents
        else:
            continue
        lines.append(
            {
                "code": f"{'free' if kind in _FREE else 'pay'}.{kind.value}",
                "amount_cents": element.cents,
                "source": SOURCES[kind],
                "text": element.text,
            }
        )
    return _Pay(
        current_cents=current,
        one_off_cents=one_off,
        in_kind_cents=in_kind,
        free_cents=free,
        advance_cents=advance,
        lines=lines,
        warnings=[],
    )


def _kept(
    facts: Facts, result: Salary, day: date, warnings: list[dict[str, Any]]
) -> tuple[int, int, list[dict[str, Any]]]:
    """What is kept back of net pay: garnishments as entered, set-offs as far as pay can be seized; and the lines."""
    totals = {ElementKind.GARNISHMENT: 0, ElementKind.SET_OFF: 0}
    lines = []
    for kind in totals:
        for element in facts.elements:
            if element.kind != kind:
                continue
            cents = element.cents
            if kind is ElementKind.SET_OFF:
                cents = min(cents, _free_to_set_off(result.net_cents, element.dependants, day, sum(totals.values())))
            if cents < element.cents:
                warnings.append({"code": "set_off_limited", "cents": element.cents - cents})
            if cents:
                totals[kind] += cents
                line = {"code": f"kept.{kind.value}", "amount_cents": cents, "source": SOURCES[kind]}
                lines.append({**line, "text": element.text})
    return totals[ElementKind.GARNISHMENT], totals[ElementKind.SET_OFF], lines


def _free_to_set_off(net_cents: int, dependants: int, day: date, kept_cents: int) -> int:
    try:
        return max(0, seizable_cents(net_cents, dependants, day) - kept_cents)
    except LawUnknown:
        return 0  # the limit is not known: nothing is set off


# --- what is stored ---------------------------------------------------------------------------------------------


def inputs_of(facts: Facts) -> dict[str, Any]:
    """The facts as they are stored with a payslip, so that it can be recomputed; see `facts_from`."""
    terms = facts.terms
    stored: dict[str, Any] = {
        "gross": decimal_string(facts.base_cents),
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
        "regular_cents": facts.regular_cents,
        "insured_days": facts.insurance_days,
        "tax_days": facts.tax_days,
        "paid_days": facts.paid_days,
        "fund_id": facts.fund_id,
        "health_fund_id": facts.health_fund_id,
    }
    # What few people have is stored where it differs from the rule.
    for name in _RARE_TERMS:
        value = getattr(terms, name)
        if value != _PLAIN_TERMS[name]:
            stored[name] = value
    if terms.levies is not None:
        stored["levies"] = {name: str(value) for name, value in asdict(terms.levies).items()}
    if terms.premiums is not None:
        stored["premiums"] = asdict(terms.premiums)
    if facts.unpaid_days:
        stored["unpaid_days"] = facts.unpaid_days
    if facts.elements:
        stored["elements"] = [asdict(element) for element in facts.elements]
    if facts.year is not None:
        stored["months_left"] = facts.months_left
        stored["year"] = {**asdict(facts.year), "charged": list(facts.year.charged)}
    if facts.last_year is not None:
        stored["last_year"] = facts.last_year
    if facts.year_end is not None:
        stored["year_end"] = facts.year_end
    if facts.cautions:
        stored["cautions"] = [list(caution) for caution in facts.cautions]
    return stored


def facts_from(inputs: dict[str, Any]) -> Facts:
    """The facts that a stored payslip was computed with."""
    year = inputs.get("year")
    return Facts(
        terms=terms_from(inputs),
        base_cents=int(Decimal(inputs["gross"]) * 100),
        regular_cents=inputs["regular_cents"],
        insurance_days=inputs["insured_days"],
        tax_days=inputs["tax_days"],
        paid_days=inputs["paid_days"],
        unpaid_days=inputs.get("unpaid_days", 0),
        months_left=inputs.get("months_left", 12),
        elements=tuple(Element(**element) for element in inputs.get("elements", ())),
        fund_id=inputs["fund_id"],
        health_fund_id=inputs["health_fund_id"],
        year=YearSoFar(**{**year, "charged": Room(*year["charged"])}) if year else None,
        last_year=inputs.get("last_year"),
        year_end=inputs.get("year_end"),
        cautions=tuple((code, cents) for code, cents in inputs.get("cautions", ())),
    )


def terms_from(inputs: dict[str, Any]) -> Terms:
    """The terms that a stored payslip was computed with."""
    levies, premiums = inputs.get("levies"), inputs.get("premiums")
    plain = Terms(
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
        levies=Levies(**{name: Decimal(rate) for name, rate in levies.items()}) if levies else None,
        premiums=Premiums(**premiums) if premiums else None,
    )
    return replace(plain, **{name: inputs[name] for name in _RARE_TERMS if name in inputs})


_RARE_TERMS = (
    "pension_opt_out",
    "health_compulsory",
    "pensioner",
    "flat_tax",
    "over_four_weeks",
    "allowance_month_cents",
    "addition_month_cents",
    "allowance_year_cents",
    "addition_year_cents",
    "age_relief_year",
    "other_insured_cents",
    "other_minijob_cents",
)
_PLAIN = Terms(additional_rate=Decimal(0))
_PLAIN_TERMS = {name: getattr(_PLAIN, name) for name in _RARE_TERMS}


def digest_of(facts: Facts, law: SalaryLaw, *bearers: int | None) -> str:
    """SHA-256 over all that a month is computed from, the law included: the same digest, the same payslip.

    `bearers` are the contract and the budget.
    """
    content = _SORTED_JSON.encode([law.wage_tax.digest, bearers, inputs_of(facts)])
    return hashlib.sha256(content.encode()).hexdigest()


_SORTED_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _charged(law: SalaryLaw, facts: Facts, pay: _Pay, result: Salary) -> dict[str, int]:
    """What later months of the year ask of this one, in cents and days."""
    bases = result.contributions
    one_off = None if result.one_off_in_last_year else result.one_off
    taxed = result.taxes != (0, 0, 0) or not result.flat_tax_cents
    taxable = taxable_cents(law, facts.terms, pay.current_cents)
    return {
        "wage": taxable if taxed else 0,
        "one_off": pay.one_off_cents if taxed else 0,
        "days": bases.days,
        "health": bases.health_base_cents + (one_off.health_base_cents if one_off else 0),
        "care": bases.care_base_cents + (one_off.care_base_cents if one_off else 0),
        "pension": bases.pension_base_cents + (one_off.pension_base_cents if one_off else 0),
    }


def _last_year(facts: Facts) -> LastYear | None:
    stored = facts.last_year
    if stored is None:
        return None
    return LastYear(
        law=salary_law(date.fromisoformat(stored["month"])),
        additional_rate=Decimal(stored["additional_rate"]),
        days=stored["days"],
        charged=Room(*stored["charged"]),
    )


def _year_end(facts: Facts) -> YearEnd | None:
    """None also where the law excludes the person: the tax return settles the year then."""
    stored = facts.year_end
    if stored is None:
        return None
    year = YearOfWages(**{**stored["year"], "tax_classes": tuple(stored["year"]["tax_classes"])})
    return None if exclusions(year) else YearEnd(year=year, withheld=Taxes(*stored["withheld"]))


def line_as_json(line: Line) -> dict[str, Any]:
    """A line of the law as it is stored: amounts in cents, the rate as a decimal string."""
    stored: dict[str, Any] = {"code": line.code, "amount_cents": line.amount_cents, "source": line.source}
    if line.basis_cents is not None:
        stored["basis_cents"] = line.basis_cents
    if line.rate is not None:
        stored["rate"] = str(line.rate)
    if line.one_off:
        stored["one_off"] = True
    return stored


def latest(rows: Iterable[Any], key: str, until: date) -> dict[int, Any]:
    """Of dated rows, the newest per `key` that has begun by `until`."""
    newest: dict[int, Any] = {}
    for row in rows:
        if row.since <= until and ((known := newest.get(getattr(row, key))) is None or known.since < row.since):
            newest[getattr(row, key)] = row
    return newest
