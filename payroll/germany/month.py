"""The pay of one month as it really is: parts of months, one-off pay, and the year's end.

A plain full month gives what `payroll.germany.salary.salary` gives.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from coop.errors import InvalidInput
from payroll.germany.annual_equalisation import Amounts, YearOfWages, refund
from payroll.germany.contributions import (
    DAYS_OF_MONTH,
    Contributions,
    Group,
    Room,
    contributions,
    one_off_contributions,
    room_of_year,
)
from payroll.germany.salary import NO_TAXES, Payroll, Salary, SalaryLaw, Taxes, group_and_others
from payroll.germany.terms import Terms
from payroll.germany.wage_tax import OneOffPayments, PayPeriod, wage_tax

LAST_MONTH_OF_THE_CLAUSE = 3
"""March: until then one-off pay may belong to the year before (§ 23a (4) SGB IV)."""


NOTHING_CHARGED = Room(0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSoFar:
    """What the earlier months of the year held, in cents."""

    wage_cents: int = 0
    """Taxed current pay."""
    one_off_cents: int = 0
    """Taxed one-off pay."""
    days: int = 0
    """Insurance days."""
    charged: Room = NOTHING_CHARGED
    """What contributions were taken of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastYear:
    """The year before at the same employer, into which the March clause may put one-off pay."""

    law: SalaryLaw
    """Of its last month."""
    additional_rate: Decimal
    """Of the health fund in its last month."""
    days: int
    charged: Room


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """What the annual equalisation of December asks for."""

    year: YearOfWages
    withheld: Taxes
    """In the earlier months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What one month holds. Cents and days.

    Raises: InvalidInput, for amounts below zero and impossible days.
    """

    current_cents: int
    """Pay for the month itself, benefits in kind included."""
    regular_cents: int
    """The agreed pay of a full month, which decides on the kind."""
    insurance_days: int = DAYS_OF_MONTH
    tax_days: int = DAYS_OF_MONTH
    """30, but where employment begins or ends within the month (§ 39b (2) EStG)."""
    one_off_cents: int = 0
    months_left: int = 12
    """Months of the year with this pay, this one included, as far as is known."""
    so_far: YearSoFar = field(default_factory=YearSoFar)
    last_year: LastYear | None = None
    year_end: YearEnd | None = None

    def __post_init__(self) -> None:
        if min(self.current_cents, self.regular_cents, self.one_off_cents) < 0:
            raise InvalidInput("pay: must not be negative; correct the month that the deduction belongs to")
        if not (0 <= self.insurance_days <= DAYS_OF_MONTH and 0 <= self.tax_days <= DAYS_OF_MONTH):
            raise InvalidInput(f"days: a month has 0 to {DAYS_OF_MONTH}")


def pay_of_month(law: SalaryLaw, terms: Terms, month: Month) -> Salary:
    """The pay of a month with all that the law takes and adds.

    Raises: InvalidInput, where the pay is impossible for the terms' kind.
    """
    payroll = Payroll(law, terms, *group_and_others(law.contributions, terms, month.regular_cents))
    current, one_off, in_last_year = _contributions(payroll, month)
    taxes, one_off_taxes = _taxes(payroll, month, current)
    result = Salary(
        contributions=current,
        taxes=taxes,
        levies_cents=payroll.levies_cents(current, one_off),
        one_off=one_off,
        one_off_in_last_year=in_last_year,
        one_off_taxes=one_off_taxes,
    )
    if month.year_end is None or not payroll.taxed:
        return result
    return replace(result, refund=_refund(payroll, month, month.year_end, result))


def _contributions(payroll: Payroll, month: Month) -> tuple[Contributions, Contributions | None, bool]:
    """Contributions of current pay, of one-off pay that is charged apart, and whether that is last year's."""
    law, insured, days = payroll.law.contributions, payroll.insured, month.insurance_days
    group, total = insured.group, month.current_cents + month.one_off_cents
    if not days:
        return Contributions(group=group, gross_cents=total, days=0), None, False
    together = group in _CHARGED_TOGETHER or not month.one_off_cents
    in_range = DAYS_OF_MONTH * (total + payroll.other_cents) <= days * law.midijob_limit
    if together or (group in _BY_FORMULA and in_range):
        return contributions(law, insured, total, days=days, other_cents=payroll.other_cents), None, False
    # A month that leaves the transition range follows the ordinary rules as a whole.
    current = contributions(
        law, insured, month.current_cents, days=days, other_cents=payroll.other_cents, in_range=False
    )
    charged = _added(month.so_far.charged, current)
    room = room_of_year(law, month.so_far.days + days, charged)
    if _march_clause(payroll, month, room):
        last = month.last_year
        assert last is not None  # noqa: S101 (the clause asked)
        of_last_year = replace(insured, additional_rate=last.additional_rate)
        left = room_of_year(last.law.contributions, last.days, last.charged)
        return current, one_off_contributions(last.law.contributions, of_last_year, month.one_off_cents, left), True
    return current, one_off_contributions(law, insured, month.one_off_cents, room, days=days), False


_CHARGED_TOGETHER = frozenset({Group.MINIJOB, Group.SHORT_TERM})
_BY_FORMULA = frozenset({Group.MIDIJOB, Group.WERKSTUDENT})


def _added(charged: Room, current: Contributions) -> Room:
    return Room(
        charged.health_cents + current.health_base_cents,
        charged.care_cents + current.care_base_cents,
        charged.pension_cents + current.pension_base_cents,
    )


def _march_clause(payroll: Payroll, month: Month, room: Room) -> bool:
    """Whether one-off pay of the first months does not fit below the ceilings and so belongs to last year.

    The ceiling of health insurance decides for those who must be insured there, that of pension insurance for others.

    Source: § 23a (4) SGB IV.
    """
    last = month.last_year
    if last is None or not last.days or payroll.law.wage_tax.day.month > LAST_MONTH_OF_THE_CLAUSE:
        return False
    compulsory = payroll.terms.health_compulsory and payroll.insured.group in _WITH_HEALTH_INSURANCE
    return month.one_off_cents > (room.health_cents if compulsory else room.pension_cents)


_WITH_HEALTH_INSURANCE = frozenset({Group.FULL, Group.MIDIJOB})


def _taxes(payroll: Payroll, month: Month, current: Contributions) -> tuple[Taxes, Taxes]:
    """The taxes on current pay and on one-off pay."""
    if not payroll.taxed or not month.tax_days:
        return NO_TAXES, NO_TAXES
    whole = month.tax_days == DAYS_OF_MONTH
    taxable = payroll.taxable(month.current_cents)
    if whole:
        inputs = payroll.tax_input(month.current_cents, current)
    else:
        inputs = payroll.tax_input(taxable // month.tax_days, current, PayPeriod.DAY)
    if month.one_off_cents:
        terms, so_far = payroll.terms, month.so_far
        later = payroll.taxable(month.regular_cents) * max(0, month.months_left - 1)
        one_off = OneOffPayments(
            amount_cents=month.one_off_cents,
            year_wage_cents=so_far.wage_cents + so_far.one_off_cents + taxable + later,
            year_allowance_cents=terms.allowance_year_cents,
            year_addition_cents=terms.addition_year_cents,
        )
        inputs = replace(inputs, one_off=one_off)
    tax = wage_tax(inputs, payroll.law.wage_tax)
    times = 1 if whole else month.tax_days
    return (
        Taxes(
            tax.wage_tax_cents * times,
            tax.soli_cents * times,
            payroll.church_tax_cents(tax.church_base_cents) * times,
        ),
        Taxes(
            tax.one_off_wage_tax_cents,
            tax.one_off_soli_cents,
            payroll.church_tax_cents(tax.one_off_church_base_cents),
        ),
    )


def _refund(payroll: Payroll, month: Month, end: YearEnd, result: Salary) -> Taxes:
    """What the annual equalisation gives back with this month's pay. Source: § 42b EStG."""
    so_far = month.so_far
    wage = so_far.wage_cents + so_far.one_off_cents + payroll.taxable(month.current_cents) + month.one_off_cents
    withheld = Amounts(
        wage_tax_cents=end.withheld.wage_tax + result.wage_tax_cents,
        soli_cents=end.withheld.soli + result.soli_cents,
        church_tax_cents=end.withheld.church_tax + result.church_tax_cents,
    )
    back = refund(
        year=end.year,
        inputs=payroll.tax_input(wage, result.contributions, PayPeriod.YEAR),
        law=payroll.law.wage_tax,
        withheld=withheld,
        church_rate=payroll.terms.church_rate,
    )
    return Taxes(back.wage_tax_cents, back.soli_cents, back.church_tax_cents)
