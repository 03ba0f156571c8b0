"""The address of a public body for e-invoices. Pure."""

import re

from coop.errors import InvalidInput

_FORM = re.compile(r"[0-9]{2,12}(-[0-9A-Z]{1,30})?-[0-9]{2}", re.ASCII)


def checked_leitweg_id(text: str) -> str:
    """The Leitweg-ID without blanks, in capitals; empty stays empty.

    Coarse address of 2 to 12 digits, fine address of up to 30 letters and digits, two check digits.

    Raises: InvalidInput, saying what is expected.
    Source: § 5 ERechV; Leitweg-ID format specification: ISO 7064, MOD 97-10 over the signs without hyphens, A = 10 to Z = 35.
    """
    compact = "".join(text.split()).upper()
    if not compact:
        return ""
    if not _FORM.fullmatch(compact):
        raise InvalidInput("A Leitweg-ID looks like 04011000-1234512345-06: ask the public body for its own.")
    number = "".join(str(int(sign, 36)) for sign in compact.replace("-", ""))
    if int(number) % 97 != 1:
        raise InvalidInput("The check digits of this Leitweg-ID are wrong: compare it with the order.")
    return compact
