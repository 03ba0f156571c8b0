"""How what a client pays is passed on, to the cent. Pure."""

from fractions import Fraction


def part_due(*, total_cents: int, moved_cents: int, paid_cents: int, amount_cents: int) -> int:
    """What of `total_cents` moves with a payment.

    `paid_cents` of `amount_cents` have arrived with it, `moved_cents` moved before. The part is what is
    then due pro rata, rounded half up, less what moved before; the last payment takes the remainder.
    After payments were undone in any order it never moves back, nor beyond the total.
    """
    if paid_cents >= amount_cents:
        return total_cents - moved_cents
    due = int(Fraction(2 * total_cents * paid_cents + amount_cents, 2 * amount_cents))
    return min(max(due - moved_cents, 0), total_cents - moved_cents)
