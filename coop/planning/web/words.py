"""Amounts, days and months inside sentences, as the reader's language writes them."""

from datetime import date
from decimal import Decimal

from babel.numbers import format_currency
from django.utils import formats
from django.utils.translation import get_language


def euros(cents: int) -> str:
    """An amount: "1.284,37 €" in German, "€1,284.37" in English."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=(get_language() or "en").replace("-", "_"))


def day(on: date) -> str:
    """A day: "31. März 2026"."""
    return formats.date_format(on, "j F Y") if (get_language() or "en").startswith("en") else formats.date_format(on)


def month(on: date) -> str:
    """A month: "March 2026"."""
    return formats.date_format(on, "F Y")
