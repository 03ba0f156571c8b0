"""How long papers are kept."""

from datetime import date

from invoicing.law.vat import invoicing_law


def invoice_kept_until(issued_on: date) -> date:
    """The last day of the retention of an invoice.

    Raises: LawUnknown.
    Source: § 14b (1) sentences 1 and 3 UStG.
    """
    return date(issued_on.year + int(invoicing_law(issued_on)["retention.invoice_years"]), 12, 31)


def letter_kept_until(sent_on: date) -> date:
    """The last day of the retention of a letter to a client, such as a reminder.

    Raises: LawUnknown.
    Source: § 257 (1) no. 3, (4), (5) HGB; § 147 (3), (4) AO.
    """
    return date(sent_on.year + int(invoicing_law(sent_on)["retention.letter_years"]), 12, 31)
