"""Money, days and shares as people read them, in German and in English. Pure: the language comes in."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import get_decimal_symbol, get_group_symbol

from coop.money import decimal_string

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "\u2013"
"""Shown where there is no value: an en dash, never an empty cell and never a zero."""

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_DAY = {"de": "dd.MM.yyyy", "en": "d MMM yyyy"}
_LONG_DAY = {"de": "d. MMMM yyyy", "en": "d MMMM yyyy"}


def plain_amount(cents: int, language: str) -> str:
    """`cents` without a currency: "1.284,37" or "1,284.37", a true minus sign in front."""
    euros, rest = decimal_string(abs(cents)).split(".")
    locale = _locale(language)
    grouped = f"{int(euros):,}".replace(",", get_group_symbol(locale))
    return f"{MINUS if cents < 0 else ''}{grouped}{get_decimal_symbol(locale)}{rest}"


def amount(cents: int, language: str, currency: str = "EUR") -> str:
    """`cents` with its currency, unbreakable: "1.284,37 €" in German, "€1,284.37" in English."""
    symbol = _SYMBOLS.get(currency, currency)
    return _with_currency(plain_amount(cents, language), symbol, language)


def short_amount(cents: int, language: str, currency: str = "EUR") -> str:
    """Whole units for the axes of charts: "12.500 €"; half a unit and more is rounded up by magnitude."""
    whole = int((Decimal(abs(cents)) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    grouped = f"{whole:,}".replace(",", get_group_symbol(_locale(language)))
    sign = MINUS if cents < 0 and whole else ""
    return _with_currency(sign + grouped, _SYMBOLS.get(currency, currency), language)


def day(on: date, language: str, *, long: bool = False) -> str:
    """A day: "17.11.2026" or "17 Nov 2026"; with `long` "17. November 2026" or "17 November 2026"."""
    forms = _LONG_DAY if long else _DAY
    return format_date(on, forms.get(_locale(language), forms["en"]), locale=_locale(language))


def moment(at: datetime, language: str) -> str:
    """A day and a time, in the time zone that `at` carries: "17.11.2026, 14:05"."""
    return f"{day(at.date(), language)}, {format_datetime(at, 'HH:mm', locale=_locale(language))}"


def month(on: date, language: str, *, short: bool = False) -> str:
    """The month of a day: "November 2026"; with `short` "Nov 26", for the axes of charts."""
    return format_date(on, "LLL yy" if short else "LLLL yyyy", locale=_locale(language)).replace(".", "")


def percent(share: Decimal | float, language: str, *, places: int = 2) -> str:
    """A share as a percentage without trailing zeros: Decimal("0.09") is "9 %" in German, "9%" in English."""
    value = (Decimal(str(share)) * 100).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.replace(".", get_decimal_symbol(_locale(language)))
    sign = MINUS if value < 0 else ""
    return f"{sign}{text}{NBSP if _locale(language) == 'de' else ''}%"


def _with_currency(number: str, symbol: str, language: str) -> str:
    if _locale(language) == "de":
        return f"{number}{NBSP}{symbol}"
    sign, digits = (MINUS, number[1:]) if number.startswith(MINUS) else ("", number)
    gap = "" if len(symbol) == 1 else NBSP
    return f"{sign}{symbol}{gap}{digits}"


def _locale(language: str) -> str:
    return "de" if language.split("-", maxsplit=1)[0].lower() == "de" else "en"
