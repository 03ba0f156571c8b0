"""Social insurance contributions of one month's pay: who is insured in what, on which base, who bears what.

Everything is integer cents, and rates are whole millionths of pay, so that a payslip costs microseconds
and never meets a binary fraction. `contribution_law` reads the parameters of a day once; `contributions`
answers for one person and one month; `payroll.germany.contribution_lines` says how each amount came about.

Rounding (§ 1 (2), § 2 (1) BVV): no intermediate step is rounded, each share is rounded commercially to
the cent. Shared contributions are twice the rounded half. Health insurance and its additional rate are
rounded apart, because they are reported apart; so is the surcharge for the childless.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from coop.errors import InvalidInput
from coop.law import LawOfDay

MILLION = 1_000_000
DAYS_OF_MONTH = 30
"""Insurance days of a full month, whatever the calendar says (§ 1 (1) BVV)."""
DAYS_OF_YEAR = 360


class Group(StrEnum):
    """How a person is insured through this employment."""

    FULL = "full"
    """All branches by the ordinary rules."""
    MIDIJOB = "midijob"
    """All branches by the formula of the transition range (§ 20 (2a) SGB IV)."""
    MINIJOB = "minijob"
    """Marginal employment: flat contributions of the employer (§ 8 SGB IV)."""
    WERKSTUDENT = "werkstudent"
    """Student up to 20 hours a week: pension insurance alone, in the transition range by its formula."""
    PRIVATE = "private"
    """Privately insured in health and care; the employer subsidises the premiums."""
    SHORT_TERM = "short_term"
    """Short-term employment (§ 8 (1) Nr. 2 SGB IV): no contributions, only levies, at the Minijob-Zentrale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insured:
    """What contributions depend on besides pay.

    `additional_rate` is the health fund's full additional rate as a share of pay (0.0269 for 2.69 %).
    The second block concerns the Minijob and short-term employment, the third the privately insured; elsewhere they mean nothing.

    Raises: InvalidInput, for contradictions.
    """

    group: Group
    additional_rate: Decimal = Decimal(0)
    childless: bool = False
    children_under25: int = 0
    saxony: bool = False
    pensioner: bool = False
    """Draws a full old-age pension after the regular age: no sick pay, and the employer's half of pension and
    unemployment insurance alone (§ 243 SGB V, § 172 (1) SGB VI, § 346 (3) SGB III)."""

    pension_opt_out: bool = False
    health_insured: bool = True
    """Whether statutory health insurance covers the Minijobber; otherwise the flat contribution falls away."""
    flat_tax: bool = True
    over_four_weeks: bool = True
    """Short-term employment agreed for more than four weeks: sickness is levied (§ 3 (3) EFZG)."""

    health_premium_cents: int = 0
    care_premium_cents: int = 0
    sick_pay: bool = True
    """Whether the private cover includes sick pay; without it the subsidy follows the reduced rate."""

    def __post_init__(self) -> None:
        if not 0 <= self.additional_rate < 1:
            raise InvalidInput("additional_rate: give a share of pay from 0 to below 1")
        if self.additional_rate * (MILLION // 2) % 1:
            raise InvalidInput("additional_rate: give at most five decimals")
        if self.children_under25 < 0:
            raise InvalidInput("children_under25: give a number from 0")
        if self.childless and self.children_under25:
            raise InvalidInput("children_under25: must be 0 for the childless; set one of the two right")
        if self.health_premium_cents < 0 or self.care_premium_cents < 0:
            raise InvalidInput("premiums: must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """The contributions of one month's pay, in cents, by branch and by who bears them.

    Levies, flat tax and subsidies are the employer's and stand beside the totals, not in them.
    """

    group: Group
    gross_cents: int
    days: int
    health_base_cents: int = 0
    care_base_cents: int = 0
    pension_base_cents: int = 0
    """The base of pension and unemployment insurance; in the transition range every base is its total."""
    transition_employee_base_cents: int | None = None
    """The employee's smaller base in the transition range; None outside it."""
    health_employee_cents: int = 0
    health_employer_cents: int = 0
    additional_employee_cents: int = 0
    additional_employer_cents: int = 0
    care_employee_cents: int = 0
    care_employer_cents: int = 0
    pension_employee_cents: int = 0
    pension_employer_cents: int = 0
    unemployment_employee_cents: int = 0
    unemployment_employer_cents: int = 0
    insolvency_levy_cents: int = 0
    sickness_levy_cents: int = 0
    """U1 of the Minijob-Zentrale; other funds' rates are not law, whoever knows them adds them."""
    maternity_levy_cents: int = 0
    flat_tax_cents: int = 0
    health_subsidy_cents: int = 0
    care_subsidy_cents: int = 0

    @property
    def in_transition(self) -> bool:
        """Whether the formula of the transition range gave the bases."""
        return self.transition_employee_base_cents is not None

    @property
    def employee_cents(self) -> int:
        """What is withheld from pay."""
        return (
            self.health_employee_cents
            + self.additional_employee_cents
            + self.care_employee_cents
            + self.pension_employee_cents
            + self.unemployment_employee_cents
        )

    @property
    def employer_cents(self) -> int:
        """What the employer adds, without levies, flat tax and subsidies."""
        return (
            self.health_employer_cents
            + self.additional_employer_cents
            + self.care_employer_cents
            + self.pension_employer_cents
            + self.unemployment_employer_cents
        )

    @property
    def total_cents(self) -> int:
        """What the fund receives, without levies."""
        return self.employee_cents + self.employer_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionLaw:
    """The parameters of one day as integers: rates in millionths of pay, amounts in cents."""

    health_half: int
    health_reduced_half: int
    additional_average: Decimal
    additional_average_half: int
    care_shared_half: int
    care_employee_alone_saxony: int
    care_shared_half_saxony: int
    care_childless: int
    care_child_discount: int
    care_first_discounted: int
    care_last_discounted: int
    pension_half: int
    unemployment_half: int
    insolvency_levy: int
    health_ceiling_year: int
    care_ceiling_year: int
    pension_ceiling_year: int
    minijob_limit: int
    minijob_health: int
    minijob_pension_employer: int
    minijob_pension_base_minimum: int
    minijob_flat_tax: int
    minijob_sickness_levy: int
    minijob_maternity_levy: int
    midijob_limit: int
    factor: int
    """Factor F in ten-thousandths."""

    def pay_range(self, group: Group) -> tuple[int, int | None]:
        """The lowest and highest pay of a full month that `group` can have; None where there is no highest.

        Whoever is privately insured and paid within the transition range is not covered: how the
        subsidy follows the reduced base is not settled in the sources of these parameters.
        """
        if group is Group.MINIJOB:
            return 0, self.minijob_limit
        if group is Group.MIDIJOB:
            return self.minijob_limit + 1, self.midijob_limit
        if group is Group.WERKSTUDENT:
            return self.minijob_limit + 1, None
        if group is Group.PRIVATE:
            return self.midijob_limit + 1, None
        return 0, None

    def care_discounts(self, children_under25: int) -> int:
        """How many discounts the children bring. Source: § 55 (3) S. 4 SGB XI."""
        return max(min(children_under25, self.care_last_discounted) - self.care_first_discounted + 1, 0)

    def care_discount(self, children_under25: int) -> int:
        """The discount of the employee's care rate, in millionths."""
        return self.care_discounts(children_under25) * self.care_child_discount

    def transition_bases(self, gross_cents: int, days: int = DAYS_OF_MONTH) -> tuple[int, int]:
        """The total base and the employee's base of pay up to the limit of the transition range.

        Part of a month is extrapolated to a full one and the result cut down again; pay at or below
        the Minijob limit (unpaid leave, say) leaves everything to the employer.

        Source: § 20 (2a) SGB IV, §§ 121, 123 SGB VI.
        """
        limit, upper = self.minijob_limit, self.midijob_limit
        span = upper - limit
        above = DAYS_OF_MONTH * gross_cents - days * limit
        if above <= 0:
            return _divided(gross_cents * self.factor, _FACTOR_ONE), 0
        slope = upper * _FACTOR_ONE - limit * self.factor
        total = self.factor * limit * span * days + slope * above
        return (
            _divided(total, DAYS_OF_MONTH * _FACTOR_ONE * span),
            _divided(upper * above, DAYS_OF_MONTH * span),
        )


_FACTOR_ONE = 10_000


@lru_cache(maxsize=64)
def contribution_law(law: LawOfDay) -> ContributionLaw:
    """The parameters of a day as integers, read once.

    Raises: LawUnknown, naming the first parameter without a confirmed value on the day.
    """
    shared = law["care.rate"]
    saxony = law["care.saxony_employee_rate"]
    average = law["health.additional_rate_average"]
    return ContributionLaw(
        health_half=_half(law["health.general_rate"]),
        health_reduced_half=_half(law["health.reduced_rate"]),
        additional_average=average,
        additional_average_half=_half(average),
        care_shared_half=_half(shared),
        care_employee_alone_saxony=_exact(saxony, MILLION),
        care_shared_half_saxony=_half(shared - saxony),
        care_childless=_exact(law["care.childless_rate"], MILLION),
        care_child_discount=_exact(law["care.child_discount"], MILLION),
        care_first_discounted=law["care.first_discounted_child"],
        care_last_discounted=law["care.last_discounted_child"],
        pension_half=_half(law["pension.rate"]),
        unemployment_half=_half(law["unemployment.rate"]),
        insolvency_levy=_exact(law["insolvency.levy_rate"], MILLION),
        health_ceiling_year=_exact(law["health.ceiling_year"], 100),
        care_ceiling_year=_exact(law["care.ceiling_year"], 100),
        pension_ceiling_year=_exact(law["pension.ceiling_year"], 100),
        minijob_limit=_exact(law["minijob.limit_month"], 100),
        minijob_health=_exact(law["minijob.health_rate"], MILLION),
        minijob_pension_employer=_exact(law["minijob.pension_employer_rate"], MILLION),
        minijob_pension_base_minimum=_exact(law["minijob.pension_base_minimum_month"], 100),
        minijob_flat_tax=_exact(law["minijob.flat_tax_rate"], MILLION),
        minijob_sickness_levy=_exact(law["minijob.sickness_levy_rate"], MILLION),
        minijob_maternity_levy=_exact(law["minijob.maternity_levy_rate"], MILLION),
        midijob_limit=_exact(law["midijob.upper_limit_month"], 100),
        factor=_exact(law["midijob.factor"], _FACTOR_ONE),
    )


class Bases(NamedTuple):
    """What contributions are taken of, by branch; in the transition range `own` is the employee's smaller base."""

    health: int
    care: int
    pension: int
    own: int | None


class Room(NamedTuple):
    """What the pro-rata ceilings of a year leave for one-off pay, in cents. Source: § 23a (3) SGB IV."""

    health_cents: int
    care_cents: int
    pension_cents: int


def contributions(
    law: ContributionLaw,
    insured: Insured,
    gross_cents: int,
    *,
    days: int = DAYS_OF_MONTH,
    other_cents: int = 0,
    in_range: bool | None = None,
) -> Contributions:
    """The contributions of one month's current pay.

    `days` are the insurance days of the month: 30 for a full one, otherwise the calendar days insured;
    they cut the ceilings down. `other_cents` is the pay of insured employments elsewhere, which is added up
    before limits and ceilings are applied. The group is trusted: see `ContributionLaw.pay_range` for what it
    can be. A Midijob whose pay of this month leaves the transition range follows the ordinary rules in it.

    Raises: InvalidInput, for negative pay or days outside 1 to 30.
    """
    if gross_cents < 0 or other_cents < 0:
        raise InvalidInput("gross_cents: must not be negative; correct the month that the deduction belongs to")
    if not 1 <= days <= DAYS_OF_MONTH:
        raise InvalidInput(f"days: give the insurance days of the month, from 1 to {DAYS_OF_MONTH}")
    group = insured.group
    if group is Group.MINIJOB:
        return _minijob(law, insured, gross_cents, days)
    if group is Group.SHORT_TERM:
        levied = min(gross_cents, ceiling_of_days(law.pension_ceiling_year, days))
        return Contributions(
            group=group,
            gross_cents=gross_cents,
            days=days,
            insolvency_levy_cents=share_millionths(levied, law.insolvency_levy),
            sickness_levy_cents=share_millionths(levied, law.minijob_sickness_levy) if insured.over_four_weeks else 0,
            maternity_levy_cents=share_millionths(levied, law.minijob_maternity_levy),
        )
    together = gross_cents + other_cents
    if in_range is None:
        in_range = DAYS_OF_MONTH * together <= days * law.midijob_limit
    if in_range and group in _IN_TRANSITION:
        base, own = law.transition_bases(together, days)
        if other_cents:
            base, own = _divided(base * gross_cents, together), _divided(own * gross_cents, together)
        return _insured(law, insured, gross_cents, days, Bases(base, base, base, own))
    ceilings = (law.health_ceiling_year, law.care_ceiling_year, law.pension_ceiling_year)
    health, care, pension = (_below(ceiling_of_days(year, days), gross_cents, other_cents) for year in ceilings)
    return _insured(law, insured, gross_cents, days, Bases(health, care, pension, None))


def one_off_contributions(
    law: ContributionLaw, insured: Insured, one_off_cents: int, room: "Room", *, days: int = DAYS_OF_MONTH
) -> Contributions:
    """The contributions of one-off pay outside the transition range, apart from those of current pay.

    `room` is what the ceilings of the year so far leave. Levies for sickness and maternity do not fall on it.

    Source: § 23a SGB IV, § 1 (1) BVV, § 7 (2) AAG.
    """
    health, care, pension = (min(one_off_cents, left) for left in room)
    return _insured(law, insured, one_off_cents, days, Bases(health, care, pension, None))


def room_of_year(law: ContributionLaw, days: int, charged: Room) -> Room:
    """What the ceilings of `days` insurance days of a year leave beside the pay that was `charged` in them."""
    ceilings = (law.health_ceiling_year, law.care_ceiling_year, law.pension_ceiling_year)
    return Room(*(max(0, ceiling_of_days(year, days) - base) for year, base in zip(ceilings, charged, strict=True)))


def share_millionths(cents: int, millionths: int) -> int:
    """`cents` times a rate, rounded commercially. Source: § 1 (2) BVV."""
    return (cents * millionths + 500_000) // MILLION


def ceiling_of_days(year_cents: int, days: int) -> int:
    """The ceiling of that many insurance days. Source: § 1 (2) BVV."""
    return _divided(year_cents * days, DAYS_OF_YEAR)


_IN_TRANSITION = frozenset({Group.MIDIJOB, Group.WERKSTUDENT})


def _below(ceiling: int, gross: int, other: int) -> int:
    """What of `gross` lies below a ceiling that it shares with pay elsewhere. Source: § 22 (2) SGB IV."""
    gross = min(gross, ceiling)
    other = min(other, ceiling)
    return gross if gross + other <= ceiling else _divided(ceiling * gross, gross + other)


def _insured(law: ContributionLaw, insured: Insured, gross: int, days: int, bases: Bases) -> Contributions:
    """The branches of everybody but Minijobs; what a group is not insured in stays zero."""
    group, own = insured.group, bases.own
    shares: dict[str, int] = {}
    # Twice the rounded half is the whole; the employer bears what the employee does not (§ 2 (1), (2) BVV).
    pension, pension_employer = _shares(bases.pension, own, law.pension_half)
    if insured.pensioner:
        pension, pension_employer = 0, share_millionths(bases.pension, law.pension_half)
    if group is not Group.WERKSTUDENT:
        unemployment, unemployment_employer = _shares(bases.pension, own, law.unemployment_half)
        if insured.pensioner:
            unemployment, unemployment_employer = 0, share_millionths(bases.pension, law.unemployment_half)
        shares = {
            "unemployment_employee_cents": unemployment,
            "unemployment_employer_cents": unemployment_employer,
        }
        if group is Group.PRIVATE:
            shares |= _subsidies(law, insured, bases)
        else:
            shares |= _health_and_care(law, insured, bases)
    return Contributions(
        group=group,
        gross_cents=gross,
        days=days,
        health_base_cents=bases.health,
        care_base_cents=bases.care,
        pension_base_cents=bases.pension,
        transition_employee_base_cents=own,
        pension_employee_cents=pension,
        pension_employer_cents=pension_employer,
        insolvency_levy_cents=share_millionths(bases.pension, law.insolvency_levy),
        **shares,
    )


def _health_and_care(law: ContributionLaw, insured: Insured, bases: Bases) -> dict[str, int]:
    """The branches of statutory health insurance."""
    own = bases.own
    half = law.health_reduced_half if insured.pensioner else law.health_half
    health, health_employer = _shares(bases.health, own, half)
    additional, additional_employer = _shares(bases.health, own, int(insured.additional_rate * (MILLION // 2)))
    shared, alone = _care_rates(law, insured)
    discount = law.care_discount(insured.children_under25)
    care_base = bases.care
    if own is None:
        care = share_millionths(care_base, shared + alone - discount)
        care_employer = share_millionths(care_base, shared)
    else:
        # What employees bear alone rests on the total base, the discount on their own one, each rounded apart
        # (§ 2 (2) S. 6, 7 BVV).
        care, care_employer = _shares(care_base, own, shared)
        care += share_millionths(care_base, alone) - share_millionths(own, discount)
    if insured.childless:
        care += share_millionths(care_base, law.care_childless)
    return {
        "health_employee_cents": health,
        "health_employer_cents": health_employer,
        "additional_employee_cents": additional,
        "additional_employer_cents": additional_employer,
        "care_employee_cents": care,
        "care_employer_cents": care_employer,
    }


def _subsidies(law: ContributionLaw, insured: Insured, bases: Bases) -> dict[str, int]:
    """What the employer adds to private premiums: § 257 (2) SGB V takes the average rate, and both rates as one."""
    half = law.health_half if insured.sick_pay else law.health_reduced_half
    most_health = share_millionths(bases.health, half + law.additional_average_half)
    most_care = share_millionths(bases.care, _care_rates(law, insured)[0])
    return {
        "health_subsidy_cents": min(most_health, _divided(insured.health_premium_cents, 2)),
        "care_subsidy_cents": min(most_care, _divided(insured.care_premium_cents, 2)),
    }


def _minijob(law: ContributionLaw, insured: Insured, gross: int, days: int) -> Contributions:
    contributes = not (insured.pension_opt_out or insured.pensioner)
    employer = share_millionths(gross, law.minijob_pension_employer)
    minimum = _divided(law.minijob_pension_base_minimum * days, DAYS_OF_MONTH)
    pension_rate = 2 * law.pension_half
    if not contributes or not gross:
        employee = 0
    elif gross < minimum:
        # § 2 (1) S. 5 BVV: the whole contribution on the minimum, less what the employer pays on actual pay.
        employee = share_millionths(minimum, pension_rate) - employer
    else:
        employee = share_millionths(gross, pension_rate - law.minijob_pension_employer)
    return Contributions(
        group=insured.group,
        gross_cents=gross,
        days=days,
        health_base_cents=gross if insured.health_insured else 0,
        pension_base_cents=max(gross, minimum) if contributes and gross else gross,
        health_employer_cents=share_millionths(gross, law.minijob_health) if insured.health_insured else 0,
        pension_employee_cents=employee,
        pension_employer_cents=employer,
        insolvency_levy_cents=share_millionths(gross, law.insolvency_levy),
        sickness_levy_cents=share_millionths(gross, law.minijob_sickness_levy),
        maternity_levy_cents=share_millionths(gross, law.minijob_maternity_levy),
        flat_tax_cents=share_millionths(gross, law.minijob_flat_tax) if insured.flat_tax else 0,
    )


def _care_rates(law: ContributionLaw, insured: Insured) -> tuple[int, int]:
    """The rate each side bears, and what the employee bears alone besides. Source: § 58 (1), (3) SGB XI."""
    if insured.saxony:
        return law.care_shared_half_saxony, law.care_employee_alone_saxony
    return law.care_shared_half, 0


def _shares(base: int, own: int | None, half: int) -> tuple[int, int]:
    """Employee's and employer's share of one branch; `own` is the smaller base of the transition range."""
    whole_half = share_millionths(base, half)
    if own is None:
        return whole_half, whole_half
    employee = share_millionths(own, half)
    return employee, 2 * whole_half - employee


def _divided(numerator: int, denominator: int) -> int:
    """Commercially rounded quotient of two numbers that are not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def _half(rate: Decimal) -> int:
    return _exact(rate, MILLION // 2)


def _exact(value: Decimal | int, unit: int) -> int:
    """`value` in a smaller unit. Raises: ValueError, where the unit is too coarse for it."""
    scaled = value * unit
    if scaled != int(scaled):
        raise ValueError(f"{value} has more decimals than this calculation carries")
    return int(scaled)
