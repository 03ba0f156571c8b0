"""The rounding steps of wage tax, on whole cents: a fraction's numerator and denominator in, an integer out."""

MILLION = 1_000_000
"""Rates are whole millionths, so that a share is a product cut by this."""


def toward_zero(numerator: int, denominator: int = 1) -> int:
    """The fraction cut by magnitude; `denominator` is positive."""
    return numerator // denominator if numerator >= 0 else -(-numerator // denominator)


def away_from_zero(numerator: int, denominator: int = 1) -> int:
    """The fraction rounded up by magnitude; `denominator` is positive."""
    return -(-numerator // denominator) if numerator >= 0 else numerator // denominator


def up_to_euro(cents: int, denominator: int = 1) -> int:
    """The fraction of cents, rounded up by magnitude to cents of whole euros."""
    return away_from_zero(cents, denominator * 100) * 100
