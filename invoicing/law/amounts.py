"""What a line of an invoice costs, and the tax on all lines of one kind. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from coop.errors import InvalidInput
from coop.money import to_cents
from invoicing.law.vat import Treatment

MAX_LINES = 5_000


def line_net_cents(*, quantity: Decimal, unit_price: Decimal, discount_cents: int) -> int:
    """What a line costs: quantity times price in euros, rounded commercially, less the discount.

    Raises: InvalidInput.
    Source: EN 16931-1, BT-131 (invoice line net amount) and 6.4.2 on rounding.
    """
    if quantity <= 0:
        raise InvalidInput("quantity: it must be more than zero")
    if unit_price < 0:
        raise InvalidInput("unit price: it must not be negative; write a discount instead")
    whole = to_cents(quantity * unit_price)
    if not 0 <= discount_cents <= whole:
        raise InvalidInput("discount: it must lie between zero and what the line costs")
    return whole - discount_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGroup:
    """All lines of one treatment: their sum and the tax on it, rounded once."""

    treatment: Treatment
    net_cents: int
    vat_cents: int


def tax_groups(lines: Iterable[tuple[int, Treatment]]) -> list[TaxGroup]:
    """The groups of (net cents, treatment), the largest first.

    Raises: InvalidInput, where what is not taxable in Germany stands beside something else.
    Source: EN 16931-1, BG-23; BR-CO-17 for the tax, BR-O-11 to BR-O-14 for what cannot be mixed.
    """
    sums: dict[tuple[str, Decimal, str], tuple[Treatment, int]] = {}
    for net_cents, treatment in lines:
        key = (treatment.category, treatment.rate, treatment.wording_de)
        sums[key] = (treatment, sums.get(key, (treatment, 0))[1] + net_cents)
    if len(sums) > 1 and any(category == "O" for category, _rate, _wording in sums):
        raise InvalidInput("What is not taxable in Germany needs an invoice, and a job, of its own.")
    if len({(category, rate) for category, rate, _wording in sums}) < len(sums):
        raise InvalidInput("Two different exemptions cannot stand on one invoice: make two jobs of it.")
    groups = [
        TaxGroup(treatment=treatment, net_cents=net, vat_cents=treatment.vat_cents(net))
        for treatment, net in sums.values()
    ]
    return sorted(groups, key=lambda group: -group.net_cents)
