"""The employer's annual equalisation of wage tax (Lohnsteuer-Jahresausgleich).

What was withheld in twelve months is compared with the tax on the whole year's wage; too much is given back with the
last payroll of the year, too little stays as it is.

Source: § 42b EStG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coop.errors import InvalidInput, StetigError
from payroll.germany.church_tax import church_tax_cents
from payroll.germany.law import german_law
from payroll.germany.wage_tax import PayPeriod, WageTaxInput, WageTaxLaw, wage_tax

_MONTHS = 12


class Exclusion(StrEnum):
    """Why a person has no equalisation by the employer."""

    NOT_EMPLOYED_ALL_YEAR = "not_employed_all_year"
    CLASS_5_OR_6 = "class_5_or_6"
    CLASS_2_TO_4_FOR_PART_OF_THE_YEAR = "class_2_to_4_for_part_of_the_year"
    FACTOR = "factor"
    ALLOWANCES = "allowances"
    SHORT_TIME_BENEFIT = "short_time_benefit"
    LETTER_U = "letter_u"
    PROVISION_CHANGED = "provision_changed"


class EqualisationExcluded(StetigError):
    """The law excludes this person from the employer's equalisation; the tax return settles the year."""

    code = "equalisation_excluded"

    def __init__(self, exclusions: Sequence[Exclusion]) -> None:
        self.exclusions = tuple(exclusions)
        super().__init__(
            f"There is no annual equalisation by the employer ({', '.join(exclusions)}); the tax return settles the year."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfWages:
    """What the wage account says about one person's year."""

    tax_classes: tuple[int, ...]
    """The class of each month of employment, January first."""
    factor: bool = False
    """A factor was applied in some month."""
    allowances: bool = False
    """An allowance or addition of the tax card was applied in some month."""
    short_time_benefit: bool = False
    """Short-time benefit or another benefit under progression was paid."""
    letter_u: bool = False
    """The wage account holds a letter U: five days or more without pay."""
    provision_changed: bool = False
    """What the provision allowance rests on, such as the fund's additional rate, changed within the year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Wage tax, surcharge and church tax, in cents; church tax as the tax itself, not its base."""

    wage_tax_cents: int
    soli_cents: int
    church_tax_cents: int


def exclusions(year: YearOfWages) -> tuple[Exclusion, ...]:
    """All reasons that exclude the person; none where the employer may equalise. Source: § 42b (1) EStG."""
    classes = set(year.tax_classes)
    found = {
        Exclusion.NOT_EMPLOYED_ALL_YEAR: len(year.tax_classes) != _MONTHS,
        Exclusion.CLASS_5_OR_6: bool(classes & {5, 6}),
        Exclusion.CLASS_2_TO_4_FOR_PART_OF_THE_YEAR: len(classes) > 1 and bool(classes & {2, 3, 4}),
        Exclusion.FACTOR: year.factor,
        Exclusion.ALLOWANCES: year.allowances,
        Exclusion.SHORT_TIME_BENEFIT: year.short_time_benefit,
        Exclusion.LETTER_U: year.letter_u,
        Exclusion.PROVISION_CHANGED: year.provision_changed,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def compulsory(employees: int, last_day: date) -> bool:
    """Whether an employer with that many employees on the year's last day must equalise.

    Raises: LawUnknown. Source: § 42b (1) sentence 2 EStG.
    """
    least: int = german_law(last_day)["annual_equalisation.compulsory_from_employees"]
    return employees >= least


def refund(
    *, year: YearOfWages, inputs: WageTaxInput, law: WageTaxLaw, withheld: Amounts, church_rate: Decimal
) -> Amounts:
    """What the employer gives back: each tax for itself, never below zero.

    `inputs` hold the whole year's wage (one-off payments that are taxed as such included) with the period year and
    what the tax card said last; `church_rate` is a share, 0 without church tax.

    Raises: EqualisationExcluded; InvalidInput, where `inputs` are not those of such a year.
    """
    if reasons := exclusions(year):
        raise EqualisationExcluded(reasons)
    if inputs.period is not PayPeriod.YEAR:
        raise InvalidInput("period: the annual equalisation asks for the wage of the year")
    if (
        inputs.tax_class != year.tax_classes[-1]
        or inputs.factor != 1
        or inputs.allowance_cents
        or inputs.addition_cents
    ):
        raise InvalidInput("inputs: give the class of the last month, without factor, allowance and addition")
    due = wage_tax(inputs, law)
    church = church_tax_cents(due.church_base_cents, church_rate)
    return Amounts(
        wage_tax_cents=max(withheld.wage_tax_cents - due.wage_tax_cents, 0),
        soli_cents=max(withheld.soli_cents - due.soli_cents, 0),
        church_tax_cents=max(withheld.church_tax_cents - church, 0),
    )
