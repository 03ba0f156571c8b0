"""The income tax tariff as a list of zones, in whole numbers.

Source: § 32a EStG. Nothing here knows a year: zones come from the law of a day, however many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

_SCALE = 10**14
"""Euros of tax are computed as whole multiples of 10⁻¹⁴: two decimals of a factor, twice six of y."""

_NO_END = 10**30


class Zone(NamedTuple):
    """One zone: tax = ((square·n + linear)·n + constant) / 10¹⁴ euros, n = income_cents − start_cents."""

    end_cents: int
    """The first income that lies in the next zone."""
    start_cents: int
    square: int
    linear: int
    constant: int


@dataclass(frozen=True, slots=True)
class Tariff:
    """The basic tariff of one day."""

    zones: tuple[Zone, ...]

    @classmethod
    def of(cls, zones: Sequence[Mapping[str, Any]]) -> "Tariff":
        """The tariff of the parameter's zones, lowest first; the last one has no `up_to`.

        A zone is free of tax, a `curve` or a `line`; see the parameter's `about`.
        """
        result = []
        start = 0
        for zone in zones:
            up_to = zone.get("up_to")
            # The law speaks of whole euros: 12,348.99 still counts as 12,348.
            end = _NO_END if up_to is None else (up_to + 1) * 100
            if "curve" in zone:
                a, b, c = zone["curve"]
                result.append(Zone(end, start, _whole(a * 100), _whole(b * 10**8), _whole(c * _SCALE)))
            elif "line" in zone:
                rate, deduction = zone["line"]
                result.append(Zone(end, 0, 0, _whole(rate * 10**12), -_whole(deduction * _SCALE)))
            else:
                result.append(Zone(end, 0, 0, 0, 0))
            start = 0 if up_to is None else up_to * 100
        return cls(tuple(result))

    def tax_euros(self, income_cents: int) -> int:
        """The yearly tax in whole euros, cut, for a taxable income that is not negative."""
        for end_cents, start_cents, square, linear, constant in self.zones:
            if income_cents < end_cents:
                n = income_cents - start_cents
                return ((square * n + linear) * n + constant) // _SCALE
        raise AssertionError("the last zone has no end")

    @property
    def basic_allowance_euros(self) -> int:
        """The income up to which no tax is due."""
        return self.zones[0].end_cents // 100 - 1


def _whole(number: Decimal | int) -> int:
    """`number` as an integer. Raises: ValueError, where the scale would lose a digit of the law."""
    if number != int(number):
        raise ValueError(f"{number}: more decimals than the tariff is computed with")
    return int(number)
