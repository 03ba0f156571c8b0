"""Which form an invoice must have: simplified, on paper, electronic. Pure."""

from datetime import date

from invoicing.law.vat import ClientKind, Treatment, invoicing_law


def may_be_simplified(*, gross_cents: int, treatment: Treatment, on: date) -> bool:
    """Whether an invoice dated `on` may leave out the client and the number. Stetig never does: it is asked for lists.

    Raises: LawUnknown.
    Source: § 33 UStDV.
    """
    return gross_cents <= invoicing_law(on)["vat.small_invoice_gross_cents"] and treatment.category != "AE"


def must_be_electronic(
    *,
    kind: ClientKind,
    country: str,
    gross_cents: int,
    treatment: Treatment,
    supplied_on: date,
    turnover_before_cents: int,
) -> bool:
    """Whether an invoice must be one by EN 16931; `turnover_before_cents` is that of the calendar year before.

    Raises: LawUnknown.
    Source: § 14 (1), (2), § 27 (38) UStG.
    """
    if kind != ClientKind.BUSINESS or country != "DE" or treatment.category == "E":
        return False
    # The latest confirmed law speaks of days beyond it.
    law = invoicing_law(min(supplied_on, date(2026, 12, 31)))
    if gross_cents <= law["vat.small_invoice_gross_cents"]:
        return False
    small = turnover_before_cents <= law["vat.paper_turnover_limit_cents"]
    last: date = law["vat.paper_until_small_turnover" if small else "vat.paper_until"]
    return supplied_on > last
