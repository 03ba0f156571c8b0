"""What the cooperative's own reserves become under a fee rate, a default rate and growth. Pure; whole cents.

Of each euro invoiced clients pay the share 1 - default. Of what is paid the cooperative keeps its fee; of what is not,
it pays the members' part itself, as its guarantee promises.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from coop.errors import InvalidInput

YEARS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year of a simulation, in cents."""

    turnover_cents: int
    fee_cents: int
    """Earned on what clients pay."""
    loss_cents: int
    """The members' part of what clients never pay."""
    cost_cents: int
    """What running the cooperative costs."""
    reserves_cents: int
    """What is left at the year's end."""


def simulate_reserves(
    *,
    reserves_cents: int,
    turnover_cents: int,
    cost_cents: int,
    fee_rate: Decimal,
    default_rate: Decimal,
    growth_rate: Decimal,
    years: int = YEARS,
) -> list[Year]:
    """Reserves at the end of each year. `turnover_cents`: net invoiced in the year before the first.

    Rates are shares of one; growth may be negative. Raises: InvalidInput, naming what is out of range.
    """
    if not 0 <= fee_rate < 1 or not 0 <= default_rate <= 1:
        raise InvalidInput("fee and default rate: give shares from 0 to 1")
    if growth_rate <= -1 or min(turnover_cents, cost_cents) < 0:
        raise InvalidInput("growth, turnover, cost: growth lies above -1, amounts are not negative")
    result = []
    turnover = Decimal(turnover_cents)
    for _year in range(years):
        turnover *= 1 + growth_rate
        fee = _cents(turnover * (1 - default_rate) * fee_rate)
        loss = _cents(turnover * default_rate * (1 - fee_rate))
        reserves_cents += fee - loss - cost_cents
        result.append(
            Year(
                turnover_cents=_cents(turnover),
                fee_cents=fee,
                loss_cents=loss,
                cost_cents=cost_cents,
                reserves_cents=reserves_cents,
            )
        )
    return result


def _cents(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
