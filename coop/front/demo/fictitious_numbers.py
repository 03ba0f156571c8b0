"""Numbers that pass their checks and, where their form allows it, belong to nobody."""

from datetime import date
from itertools import count
from random import Random

from stdnum.de import idnr
from stdnum.iban import calc_check_digits

from payroll.insurance_number import check_digit

NO_BANK = "99900000"
"""Codes of German banks begin with 1 to 8."""
NO_AREA = "00"
"""Area numbers of the pension insurance begin with 02."""


def iban(n: int) -> str:
    """The IBAN of the n-th account at a bank that does not exist."""
    body = f"{NO_BANK}{n:010d}"
    return f"DE{calc_check_digits('DE00' + body)}{body}"


def insurance_number(*, born: date, name: str, n: int) -> str:
    """A social insurance number with that birth date and the initial of `name`."""
    initial = name.rsplit(maxsplit=1)[-1][0].upper()
    letter = initial if initial.isascii() and initial.isalpha() else "X"
    body = f"{NO_AREA}{born:%d%m%y}{letter}{n % 100:02d}"
    return body + check_digit(body)


def tax_id(rng: Random) -> str:
    """A tax identification number: one digit of the first ten comes twice, one not at all."""
    digits = list("0123456789")
    rng.shuffle(digits)
    twice, never = digits[0], digits[1]
    first = [twice if digit == never else digit for digit in digits]
    for _attempt in count():
        rng.shuffle(first)
        found = next((n for c in "0123456789" if idnr.is_valid(n := "".join(first) + c)), "")
        if found:
            return found
    raise AssertionError("counting has no end")
