"""Church tax: a share of the base that wage tax leaves, by state.

Source: § 51a EStG and the church tax laws of the states.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from coop.money import Rounding, share_of
from payroll.germany.law import german_law


class State(StrEnum):
    """The sixteen states by their ISO 3166-2:DE codes."""

    BADEN_WUERTTEMBERG = "BW"
    BAVARIA = "BY"
    BERLIN = "BE"
    BRANDENBURG = "BB"
    BREMEN = "HB"
    HAMBURG = "HH"
    HESSE = "HE"
    LOWER_SAXONY = "NI"
    MECKLENBURG_VORPOMMERN = "MV"
    NORTH_RHINE_WESTPHALIA = "NW"
    RHINELAND_PALATINATE = "RP"
    SAARLAND = "SL"
    SAXONY = "SN"
    SAXONY_ANHALT = "ST"
    SCHLESWIG_HOLSTEIN = "SH"
    THURINGIA = "TH"


def church_tax_rate(state: State, day: date) -> Decimal:
    """The rate in `state` as a share, such as Decimal("0.09"). Raises: LawUnknown."""
    law = german_law(day)
    lower = state in law["church_tax.states_with_lower_rate"]
    rate: Decimal = law["church_tax.rate_lower" if lower else "church_tax.rate"]
    return rate


def church_tax_cents(base_cents: int, rate: Decimal) -> int:
    """Church tax on a base of wage tax (`church_base_cents`), fractions of a cent dropped."""
    return share_of(base_cents, rate, Rounding.TOWARD_ZERO)
