"""From gross pay to net pay and total cost of a full month, and back.

`salary` puts contributions, wage tax, solidarity surcharge, church tax and levies together;
`gross_of_cost` and `gross_of_net` answer the questions that members ask: what pay does this money
carry, and what pay leaves this much?

Neither cost nor net rises evenly with gross. Both fall where the Minijob ends, and by single cents
where roundings meet, so the inverse does not bisect: it discards whole ranges of gross that provably
lie above the target, highest first, and tries the rest cent by cent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial

from coop.errors import InvalidInput
from payroll.germany.church_tax import church_tax_cents
from payroll.germany.contribution_lines import contribution_lines
from payroll.germany.contributions import (
    MILLION,
    ContributionLaw,
    Contributions,
    Group,
    Insured,
    contribution_law,
    contributions,
    share_millionths,
)
from payroll.germany.law import german_law
from payroll.germany.lines import Line
from payroll.germany.wage_tax import PrivateHealth, WageTaxInput, WageTaxLaw, wage_tax, wage_tax_law

_NO_FACTOR = Decimal(1)


class Kind(StrEnum):
    """Which rules a salary follows."""

    AUTO = "auto"
    """Minijob, transition range or ordinary rules, as the pay decides."""
    FULL = "full"
    MIDIJOB = "midijob"
    MINIJOB = "minijob"
    WERKSTUDENT = "werkstudent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a salary depends on besides its gross.

    Rates are shares of one: `additional_rate` is the health fund's full additional rate, `levies_rate`
    holds U1 to U3 and accident insurance, `church_rate` is 0 without church tax. The flat tax of a
    Minijob is the employer's.

    Raises: InvalidInput, for contradictions.
    """

    additional_rate: Decimal
    kind: Kind = Kind.AUTO
    tax_class: int = 1
    factor: Decimal = _NO_FACTOR
    childless: bool = False
    children_under25: int = 0
    child_allowances: Decimal = Decimal(0)
    church_rate: Decimal = Decimal(0)
    saxony: bool = False
    pension_opt_out: bool = False
    levies_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if not 0 <= self.church_rate < 1:
            raise InvalidInput("church_rate: give a share of the wage tax from 0 to below 1")
        if not 0 <= self.levies_rate <= 1 or self.levies_rate * MILLION % 1:
            raise InvalidInput("levies_rate: give a share of gross from 0 to 1, with at most six decimals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Salary:
    """A full month's pay: what the employee gets, what the employment costs, and what lies between."""

    contributions: Contributions
    wage_tax_cents: int
    soli_cents: int
    church_tax_cents: int
    levies_cents: int
    """U1 to U3 and accident insurance by the terms' rate."""

    @property
    def group(self) -> Group:
        """The rules that the pay followed."""
        return self.contributions.group

    @property
    def gross_cents(self) -> int:
        """Gross pay."""
        return self.contributions.gross_cents

    @property
    def net_cents(self) -> int:
        """What is paid out; below zero where a tiny Minijob owes the pension minimum."""
        return (
            self.gross_cents
            - self.contributions.employee_cents
            - self.wage_tax_cents
            - self.soli_cents
            - self.church_tax_cents
        )

    @property
    def cost_cents(self) -> int:
        """What the employment costs in all."""
        return (
            self.gross_cents + self.contributions.employer_cents + self.contributions.flat_tax_cents + self.levies_cents
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SalaryLaw:
    """The law that a month's salary follows."""

    contributions: ContributionLaw
    wage_tax: WageTaxLaw
    additional_rate_average: Decimal
    """The average additional rate of the health funds, as a share of pay."""


@lru_cache(maxsize=64)
def salary_law(day: date) -> SalaryLaw:
    """The law of a day.

    Raises: LawUnknown, naming the first parameter without a confirmed value.
    """
    law = contribution_law(german_law(day))
    return SalaryLaw(contributions=law, wage_tax=wage_tax_law(day), additional_rate_average=law.additional_average)


def salary(law: SalaryLaw, terms: Terms, gross_cents: int) -> Salary:
    """The salary of a full month.

    Raises: InvalidInput, where the pay is negative or impossible for the terms' kind.
    """
    group = _group(law.contributions, terms.kind, gross_cents)
    return _Payroll(law, terms, group).salary(gross_cents)


def explain_salary(law: SalaryLaw, terms: Terms, result: Salary) -> tuple[Line, ...]:
    """How a salary came about: contributions by branch, then taxes and levies, each with its source.

    `result` must come from the same law and terms. The steps of wage tax itself: `wage_tax.explain`.
    """
    insured = _Payroll(law, terms, result.group).insured
    taxes = (
        ("wage_tax", result.wage_tax_cents, result.gross_cents, None, "§ 39b (2) EStG"),
        ("soli", result.soli_cents, result.wage_tax_cents, None, "§§ 3, 4 SolzG"),
        ("church_tax", result.church_tax_cents, None, terms.church_rate, "§ 51a EStG"),
        ("levies", result.levies_cents, result.gross_cents, terms.levies_rate, "§ 7 AAG, § 358 SGB III, § 150 SGB VII"),
    )
    return (
        *contribution_lines(german_law(law.wage_tax.day), insured, result.contributions),
        *(
            Line(code=code, amount_cents=cents, basis_cents=basis, rate=rate, source=source)
            for code, cents, basis, rate, source in taxes
            if cents
        ),
    )


def gross_of_cost(law: SalaryLaw, terms: Terms, cost_cents: int) -> Salary:
    """The salary with the largest gross whose cost does not exceed `cost_cents`.

    Raises: InvalidInput, where no pay of the terms' kind costs so little.
    """

    def value(payroll: "_Payroll", gross: int) -> int:
        return gross + payroll.employer_cents(gross)

    return _inverse(law, terms, cost_cents, value, wobble=_COST_WOBBLE, wanted="cost")


def gross_of_net(law: SalaryLaw, terms: Terms, net_cents: int) -> Salary:
    """The salary with the largest gross whose net does not exceed `net_cents`.

    Raises: InvalidInput, where no pay of the terms' kind leaves so little.
    """

    def value(payroll: "_Payroll", gross: int) -> int:
        return gross - payroll.deductions_cents(gross)

    return _inverse(law, terms, net_cents, value, wobble=_net_wobble(law, terms), wanted="net")


# A wobble is how many cents rounding alone can move a result against its trend. A bound too large costs a
# few more trials, one too small would cost exactness; the tests compare with every cent tried.
#
# Employer: five branches, each twice a half cent for the total and half a cent for the employee's share,
# twice because two pays are compared; levies likewise.
_COST_WOBBLE = 20
_CONTRIBUTION_WOBBLE = 3


def _net_wobble(law: SalaryLaw, terms: Terms) -> int:
    """How many cents all deductions together can fall as pay rises.

    The provision allowance is rounded up and the yearly tax cut to whole euros, so tax can fall by
    a euro as pay rises; by two where it is doubled (class III) or twice a difference (V and VI). The
    month sees a twelfth of it, the surcharge and church tax their part, and each is cut to cents.
    """
    year = 100 if terms.tax_class in _CLASSES_WITH_PLAIN_TARIFF else 200
    tax = -(-year // 12) + 1
    soli = -(-year * law.wage_tax.soli_relief_rate // (12 * MILLION)) + 1
    church = int(tax * terms.church_rate) + 2
    return tax + soli + church + _CONTRIBUTION_WOBBLE


_CLASSES_WITH_PLAIN_TARIFF = (1, 2, 4)
_TRIED_CENT_BY_CENT = 8


def _inverse(
    law: SalaryLaw,
    terms: Terms,
    target: int,
    value: Callable[["_Payroll", int], int],
    *,
    wobble: int,
    wanted: str,
) -> Salary:
    for group, low, high in _ranges(law.contributions, terms.kind):
        payroll = _Payroll(law, terms, group)
        # Contributions and tax leave more than a third of what pay rises by, even at the top.
        end = high if high is not None else max(low, 3 * target) + 100_000_00
        gross = _largest(low, end, target, partial(value, payroll), wobble)
        if gross is not None:
            return payroll.salary(gross)
    raise InvalidInput(f"{wanted}: no pay of the kind {terms.kind.value} has so low a {wanted}; ask for more")


def _largest(low: int, high: int, target: int, value: Callable[[int], int], wobble: int) -> int | None:
    """The largest gross in [low, high] whose `value` does not exceed `target`; None where there is none.

    Value less gross moves one way over the range but for `wobble`, so no value between two pays is below
    the lower pay plus the smaller of both differences, less the wobble. Ranges whose bound lies above the
    target are discarded; the rest is halved, higher half first, and at last tried cent by cent.
    """
    known: dict[int, int] = {}

    def beside(gross: int) -> int:
        if gross not in known:
            known[gross] = value(gross) - gross
        return known[gross]

    ranges = [(low, high)]
    while ranges:
        start, end = ranges.pop()
        if start + min(beside(start), beside(end)) - wobble > target:
            continue
        if end - start > _TRIED_CENT_BY_CENT:
            middle = (start + end) // 2
            ranges += [(start, middle), (middle, end)]
            continue
        for gross in range(end, start - 1, -1):
            if gross + beside(gross) <= target:
                return gross
    return None


def _ranges(law: ContributionLaw, kind: Kind) -> Iterator[tuple[Group, int, int | None]]:
    """The pays that the kind can have, highest first, cut where its rules change."""
    if kind in {Kind.AUTO, Kind.FULL}:
        yield Group.FULL, law.midijob_limit + 1 if kind is Kind.AUTO else 0, None
    if kind is Kind.WERKSTUDENT:
        yield Group.WERKSTUDENT, law.midijob_limit + 1, None
        yield Group.WERKSTUDENT, law.minijob_limit + 1, law.midijob_limit
    if kind in {Kind.AUTO, Kind.MIDIJOB}:
        yield Group.MIDIJOB, law.minijob_limit + 1, law.midijob_limit
    if kind in {Kind.AUTO, Kind.MINIJOB}:
        minimum = law.minijob_pension_base_minimum
        yield Group.MINIJOB, minimum, law.minijob_limit
        yield Group.MINIJOB, 1, minimum - 1
        yield Group.MINIJOB, 0, 0


def _group(law: ContributionLaw, kind: Kind, gross_cents: int) -> Group:
    group = law.group_of_pay(gross_cents) if kind is Kind.AUTO else Group(kind.value)
    low, high = law.pay_range(group)
    if gross_cents < low or (high is not None and gross_cents > high):
        raise InvalidInput(f"gross: the kind {kind.value} cannot have this pay on that date; choose another kind")
    return group


class _Payroll:
    """Computes salaries of one group; what does not change with gross is prepared once."""

    def __init__(self, law: SalaryLaw, terms: Terms, group: Group) -> None:
        self._law = law
        self._terms = terms
        self._taxed = group is not Group.MINIJOB
        self.insured = Insured(
            group=group,
            additional_rate=terms.additional_rate,
            childless=terms.childless,
            children_under25=terms.children_under25,
            saxony=terms.saxony,
            pension_opt_out=terms.pension_opt_out,
        )
        discounts = law.contributions.care_discounts(terms.children_under25)
        self._levies = int(terms.levies_rate * MILLION)
        additional_percent = terms.additional_rate * 100
        # Students owe no health, care and unemployment insurance from this employment. The provision
        # allowance counts no part that the employee pays nothing into (§ 39b (2) S. 5 Nr. 3 EStG), which
        # the ministry's plan expresses as private insurance without a premium; pension insurance counts.
        student = group is Group.WERKSTUDENT
        private = PrivateHealth() if student else None

        def tax_input(gross: int) -> WageTaxInput:
            return WageTaxInput(
                tax_class=terms.tax_class,
                wage_cents=gross,
                additional_rate=additional_percent,
                private_health=private,
                unemployment_insured=not student,
                saxony=terms.saxony,
                childless=terms.childless,
                care_discounts=discounts,
                child_allowances=terms.child_allowances,
                church=terms.church_rate > 0,
                factor=terms.factor,
            )

        self._tax_input = tax_input

    def salary(self, gross: int) -> Salary:
        result = contributions(self._law.contributions, self.insured, gross)
        tax, soli, church = self._taxes(gross)
        return Salary(
            contributions=result,
            wage_tax_cents=tax,
            soli_cents=soli,
            church_tax_cents=church,
            levies_cents=share_millionths(gross, self._levies),
        )

    def employer_cents(self, gross: int) -> int:
        """What the employer bears beside gross."""
        result = contributions(self._law.contributions, self.insured, gross)
        return result.employer_cents + result.flat_tax_cents + share_millionths(gross, self._levies)

    def deductions_cents(self, gross: int) -> int:
        """What lies between gross and net."""
        return contributions(self._law.contributions, self.insured, gross).employee_cents + sum(self._taxes(gross))

    def _taxes(self, gross: int) -> tuple[int, int, int]:
        """Wage tax, solidarity surcharge and church tax of the employee."""
        if not self._taxed:
            return 0, 0, 0
        result = wage_tax(self._tax_input(gross), self._law.wage_tax)
        church = church_tax_cents(result.church_base_cents, self._terms.church_rate) if result.church_base_cents else 0
        return result.wage_tax_cents, result.soli_cents, church
