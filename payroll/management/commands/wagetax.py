"""`manage.py wagetax`: wage tax for JSON lines in the names of the ministry's plan."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from coop.errors import InvalidInput
from payroll.germany.wage_tax import (
    OneOffPayments,
    PayPeriod,
    PensionBenefits,
    PrivateHealth,
    WageTaxInput,
    wage_tax,
    wage_tax_law,
)
from payroll.json_lines import JsonLinesCommand, Keys

_OUTPUTS = {
    "BK": "church_base_cents",
    "BKS": "one_off_church_base_cents",
    "LSTLZZ": "wage_tax_cents",
    "SOLZLZZ": "soli_cents",
    "SOLZS": "one_off_soli_cents",
    "STS": "one_off_wage_tax_cents",
    "VFRB": "allowances_cents",
    "VFRBS1": "allowances_before_one_off_cents",
    "VFRBS2": "allowances_by_one_off_cents",
    "WVFRB": "above_basic_allowance_cents",
    "WVFRBO": "above_basic_allowance_before_one_off_cents",
    "WVFRBM": "above_basic_allowance_with_one_off_cents",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the ministry's plan of one year knows beyond the inputs that all have."""

    outputs: Mapping[str, str]
    """Its outputs, and the fields of `WageTaxResult` that they are."""
    kinds_of_insurance: int
    """The largest value of PKV."""
    unemployment_and_subsidy: bool
    """Whether there are ALV and PKPVAGZ."""


PLANS: Mapping[int, Plan] = {
    2025: Plan(
        outputs=_OUTPUTS | {"VKVLZZ": "private_insurance_cents", "VKVSONST": "one_off_private_insurance_cents"},
        kinds_of_insurance=2,
        unemployment_and_subsidy=False,
    ),
    2026: Plan(outputs=_OUTPUTS, kinds_of_insurance=1, unemployment_and_subsidy=True),
}

_STATUTORY = 0
_PRIVATE_WITH_SUBSIDY = 2
_LARGEST_CONFESSION = 99
_CLASS_WITH_FACTOR = 4


class Command(JsonLinesCommand):
    """Wage tax, solidarity surcharge and the base of church tax for each line of standard input.

    Names and units are those of the ministry's plan (Programmablaufplan): whole cents, decimals as strings.
    """

    help = "Compute German wage tax for JSON lines: {'id', 'in': {'STKL', 'LZZ', 'RE4', ...}} in cents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--year`: the plan whose names and law hold."""
        parser.add_argument("--year", type=int, choices=sorted(PLANS), default=max(PLANS), help="Year of the plan.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer the lines under the law of the year asked for."""
        self.prepare(options["year"])
        super().handle(*args, **options)

    def prepare(self, year: int) -> None:
        """Take the law and the outputs of `year`. Raises: LawUnknown."""
        self._plan = PLANS[year]
        self.law = wage_tax_law(date(year, 12, 31))
        self._outputs = tuple(self._plan.outputs.items())

    def answer(self, record: dict[str, Any]) -> dict[str, Any]:
        """`{"out": ...}` for `{"id", "in"}`. Raises: InvalidInput."""
        keys = Keys(record)
        inputs = read_inputs(keys.inner("in"), self._plan)
        keys.nothing_else()
        result = wage_tax(inputs, self.law)
        return {"out": {name: getattr(result, field) for name, field in self._outputs}}


def read_inputs(keys: Keys, plan: Plan) -> WageTaxInput:
    """The input that a line gives in the names of `plan`.

    Raises: InvalidInput, naming the key.
    """
    tax_class = keys.whole("STKL", minimum=1, maximum=6)
    one_off = _one_off(keys)
    inputs = WageTaxInput(
        tax_class=tax_class,
        period=PayPeriod(keys.whole("LZZ", minimum=1, maximum=4)),
        wage_cents=keys.whole("RE4"),
        allowance_cents=keys.whole("LZZFREIB", default=0),
        addition_cents=keys.whole("LZZHINZU", default=0),
        additional_rate=keys.percent("KVZ", maximum=Decimal("99.99"), default=Decimal(0)),
        private_health=_private_health(keys, plan),
        pension_insured=not _is_one(keys, "KRV"),
        unemployment_insured=not (plan.unemployment_and_subsidy and _is_one(keys, "ALV")),
        saxony=_is_one(keys, "PVS"),
        childless=_is_one(keys, "PVZ"),
        care_discounts=keys.whole("PVA", maximum=4, default=0),
        child_allowances=keys.decimal("ZKF", places=1, maximum=Decimal("99.9"), default=Decimal(0)),
        church=keys.whole("R", maximum=_LARGEST_CONFESSION, default=0) > 0,
        factor=_factor(keys, tax_class),
        age_relief_year=_age_relief_year(keys),
        pension=_pension(keys, one_off),
        one_off=one_off,
    )
    keys.nothing_else()
    return inputs


def _is_one(keys: Keys, name: str) -> bool:
    return keys.whole(name, maximum=1, default=0) == 1


def _private_health(keys: Keys, plan: Plan) -> PrivateHealth | None:
    kind = keys.whole("PKV", maximum=plan.kinds_of_insurance, default=_STATUTORY)
    private = PrivateHealth(
        premium_month_cents=keys.whole("PKPV", default=0),
        subsidy_month_cents=keys.whole("PKPVAGZ", default=0) if plan.unemployment_and_subsidy else 0,
        employer_subsidises=kind == _PRIVATE_WITH_SUBSIDY,
    )
    return None if kind == _STATUTORY else private


def _factor(keys: Keys, tax_class: int) -> Decimal:
    factor = keys.decimal("f", places=3, minimum=Decimal("0.001"), maximum=Decimal(1), default=Decimal(1))
    if keys.whole("af", maximum=1, default=1) == 0:
        return Decimal(1)
    if factor != 1 and tax_class != _CLASS_WITH_FACTOR:
        raise InvalidInput(f"{keys.name('f')}: there is a factor in class 4 alone; leave it out")
    return factor


def _age_relief_year(keys: Keys) -> int | None:
    year = _year(keys, "AJAHR")
    if not _is_one(keys, "ALTER1"):
        return None
    if not year:
        raise InvalidInput(f"{keys.name('AJAHR')}: missing; give the calendar year after the 64th birthday")
    return year


_ONE_OFF = {
    "SONSTB": "amount_cents",
    "SONSTENT": "compensation_cents",
    "JRE4": "year_wage_cents",
    "JRE4ENT": "year_compensation_cents",
    "JFREIB": "year_allowance_cents",
    "JHINZU": "year_addition_cents",
    "MBV": "equity_benefit_cents",
    "JVBEZ": "year_pension_cents",
    "VBS": "pension_cents",
    "STERBE": "death_benefit_cents",
}


def _one_off(keys: Keys) -> OneOffPayments | None:
    """The one-off payments, if there are any; what is expected of the year counts beside them alone."""
    cents = {field: keys.whole(name, default=0) for name, field in _ONE_OFF.items()}
    return OneOffPayments(**cents) if cents["amount_cents"] or cents["equity_benefit_cents"] else None


def _pension(keys: Keys, one_off: OneOffPayments | None) -> PensionBenefits | None:
    period = keys.whole("VBEZ", default=0)
    first_month = keys.whole("VBEZM", default=0)
    special = keys.whole("VBEZS", default=0)
    months = keys.whole("ZMVB", maximum=12, default=0)
    year = _year(keys, "VJAHR")
    if not (period or (one_off and (one_off.year_pension_cents or one_off.pension_cents))):
        return None
    if not year:
        raise InvalidInput(f"{keys.name('VJAHR')}: missing; give the year of the first pension benefit")
    return PensionBenefits(
        since_year=year,
        period_cents=period,
        first_month_cents=first_month,
        first_year_special_cents=special,
        months=months,
    )


def _year(keys: Keys, name: str) -> int:
    """A calendar year, 0 where it is not given."""
    year = keys.whole(name, maximum=2100, default=0)
    if year and year < 1900:  # noqa: PLR2004 - a typing error and not a year
        raise InvalidInput(f"{keys.name(name)}: give a calendar year from 1900 to 2100")
    return year
