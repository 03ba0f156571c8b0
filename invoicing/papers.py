"""What an invoice says, out of its frozen copy alone: the values that its XML and its page both show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from invoicing.einvoice.paper import Paper, PaperLine, PaperTax, PaperType
from invoicing.models import Invoice, InvoiceCancellation, InvoiceLine
from invoicing.states import InvoiceKind


def paper_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Paper:
    """The paper of an issued invoice with its lines in their order."""
    return Paper(
        kind=PaperType.ADVANCE if invoice.kind == InvoiceKind.ADVANCE else PaperType.INVOICE,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        service_from=invoice.service_from,
        service_until=invoice.service_until,
        currency=invoice.currency,
        seller=invoice.seller,
        buyer={"email": invoice.email, **invoice.buyer},
        lines=[line_of(line, invoice) for line in lines],
        taxes=taxes_of(invoice),
        net_cents=invoice.net_cents,
        vat_cents=invoice.vat_cents,
        gross_cents=invoice.gross_cents,
        order_reference=invoice.order_reference,
        advances=list(dict.fromkeys((tax["number"], date.fromisoformat(tax["issued_on"])) for tax in invoice.deducted)),
    )


def cancellation_paper_of(cancellation: InvoiceCancellation, lines: Sequence[InvoiceLine]) -> Paper:
    """The paper that takes an invoice back: the same positive amounts, and what it refers to (§ 31 (5) UStDV)."""
    invoice = cancellation.invoice
    return replace(
        paper_of(invoice, lines),
        kind=PaperType.CREDIT_NOTE,
        advances=(),
        number=cancellation.number,
        issued_on=cancellation.cancelled_on,
        due_on=None,
        preceding=(invoice.number, invoice.issued_on),
        note=cancellation.reason,
    )


def line_of(line: InvoiceLine, invoice: Invoice) -> PaperLine:
    """One position; what it does not say itself holds for the whole invoice."""
    return PaperLine(
        position=line.position,
        title=line.title,
        description=line.description,
        quantity=Decimal(line.quantity),
        unit=line.unit,
        unit_price=Decimal(line.net_cents).scaleb(-2) if line.unit_price is None else line.unit_price,
        discount_cents=line.discount_cents,
        net_cents=line.net_cents,
        category=line.vat_category or invoice.vat_category,
        rate=invoice.vat_rate if line.vat_rate is None else line.vat_rate,
    )


def taxes_of(invoice: Invoice) -> list[PaperTax]:
    """The sums by category and rate."""
    if not invoice.taxes:
        return [
            PaperTax(
                category=invoice.vat_category,
                rate=invoice.vat_rate,
                net_cents=invoice.net_cents,
                vat_cents=invoice.vat_cents,
                wording_de=invoice.vat_wording_de,
                wording_en=invoice.vat_wording_en,
            )
        ]
    return [
        PaperTax(
            category=tax["category"],
            rate=Decimal(tax["rate"]),
            net_cents=tax["net_cents"],
            vat_cents=tax["vat_cents"],
            wording_de=tax["wording_de"],
            wording_en=tax["wording_en"],
        )
        for tax in invoice.taxes
    ]
