"""The German social insurance number (Versicherungsnummer, § 147 SGB VI, VKVV). Pure."""

import re
from datetime import date

from coop.errors import InvalidInput

_FORM = re.compile(r"(\d{2})(\d{6})([A-Z])(\d{2})(\d)")
_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def check_insurance_number(text: str) -> str:
    """The number without spaces, where its form and check digit are right.

    Area (2), birth date (6), initial of the name at birth (1), serial number (2), check digit (1). The
    letter counts as its two-digit place in the alphabet; each digit is weighted, the digits of the products
    are added, and the sum's last digit is the check digit.

    Raises: InvalidInput. Source: § 4 VKVV.
    """
    number = re.sub(r"[\s./-]", "", text).upper()
    found = _FORM.fullmatch(number)
    if not found:
        raise InvalidInput("Social insurance number: two digits, the birth date, a letter, three digits.")
    if check_digit(number[:-1]) != number[-1]:
        raise InvalidInput("Social insurance number: the check digit does not fit. Please compare it with the card.")
    return number


def check_digit(body: str) -> str:
    """The check digit of the first eleven places, such as "15070649C10". Source: § 4 VKVV."""
    digits = f"{body[:8]}{ord(body[8]) - ord('A') + 1:02d}{body[9:11]}"
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return str(total % 10)


_YOUNGEST = 14
"""Nobody younger is employed (§ 5 JArbSchG), which tells 1926 from 2026."""


def birth_date_in(number: str, on: date) -> date | None:
    """The birth date that a number holds, of somebody employed on a day; None where it holds none.

    The number has two digits for the year, and a day beyond 31 where the day of birth is not known.
    """
    day, month, year = int(number[2:4]), int(number[4:6]), int(number[6:8])
    century = on.year // 100 * 100
    full_year = century + year if century + year <= on.year - _YOUNGEST else century - 100 + year
    try:
        return date(full_year, month, day)
    except ValueError:
        return None
