"""How a result of the law explains itself: one line for each step."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step of a calculation."""

    code: str
    """Names the step; pages translate it."""
    amount_cents: int
    source: str
    """Where the law says so."""
    basis_cents: int | None = None
    rate: Decimal | None = None
    """Share of the basis."""
