"""When VAT falls due. Pure."""

from datetime import date


def tax_month_of(*, received: bool, advance: bool, supplied_on: date, paid_on: date | None) -> date | None:
    """The first day of the month in which the tax falls due; None while it waits for money.

    `received`: the cooperative pays VAT on what it has received, else on what was agreed; `advance`: the money comes
    before the supply.

    Source: § 13 (1) no. 1 a sentences 1 and 4, b UStG; § 20 UStG.
    """
    if received or advance:
        return paid_on.replace(day=1) if paid_on else None
    return supplied_on.replace(day=1)


def cancelled_tax_month_of(*, paid: bool, cancelled_on: date, refunded_on: date | None) -> date | None:
    """The first day of the month in which the tax of a cancelled invoice goes back; None while the client's money is here.

    Source: § 17 (1) sentence 8, (2) no. 3 UStG.
    """
    if paid:
        return refunded_on.replace(day=1) if refunded_on else None
    return cancelled_on.replace(day=1)
