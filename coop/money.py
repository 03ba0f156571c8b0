"""Money as integer cents, and the few named steps by which a Decimal becomes cents."""

import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum

from coop.errors import InvalidInput

_AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


class Rounding(StrEnum):
    """How a fraction of a cent is dropped. The value is the name of the mode in `decimal`."""

    COMMERCIAL = ROUND_HALF_UP
    """The third decimal 5 to 9 goes up, by magnitude (§ 1 (2) BVV)."""
    TOWARD_ZERO = ROUND_DOWN
    AWAY_FROM_ZERO = ROUND_UP
    FLOOR = ROUND_FLOOR
    CEILING = ROUND_CEILING


def to_cents(euros: Decimal, rounding: Rounding = Rounding.COMMERCIAL) -> int:
    """The one way from a Decimal amount in euros to integer cents."""
    return int((euros * 100).quantize(Decimal(1), rounding=rounding.value))


def share_of(cents: int, rate: Decimal, rounding: Rounding = Rounding.COMMERCIAL) -> int:
    """`cents` times `rate` (a share such as Decimal("0.09")), in cents."""
    return int((cents * rate).quantize(Decimal(1), rounding=rounding.value))


def parse_cents(text: str, field: str = "amount") -> int:
    """Read "1000", "1000.0" or "-12.30" as cents.

    Raises: InvalidInput, naming `field`, for anything else (exponents, commas, more than two places).
    """
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise InvalidInput(f"{field}: write an amount with a point and at most two decimals, such as 1284.37")
    return int(Decimal(text) * 100)


def decimal_string(cents: int) -> str:
    """Cents as a decimal string with two places, as the API and the filters write money."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros}.{rest:02d}"


def split_in_proportion(cents: int, weights: Sequence[int]) -> list[int]:
    """Split `cents` in proportion to `weights` so that the parts add up to it exactly.

    Largest remainder; ties go to the earlier part, so the result depends on the input alone.

    Raises: InvalidInput, where no weight is positive or one is negative.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise InvalidInput("weights: at least one must be positive and none negative")
    sign = -1 if cents < 0 else 1
    shares = [divmod(abs(cents) * weight, total) for weight in weights]
    missing = abs(cents) - sum(whole for whole, _ in shares)
    first = sorted(range(len(shares)), key=lambda i: (-shares[i][1], i))[:missing]
    return [sign * (whole + (i in first)) for i, (whole, _) in enumerate(shares)]
