"""The invoice on paper, drawn from its frozen copy alone."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from coop.documents.pdf import pdf_of
from coop.errors import NotFound
from invoicing.models import Invoice, InvoiceLine


def invoice_pdf(source: str) -> bytes:
    """The PDF of the invoice `source` ("invoice:7"). Raises: NotFound."""
    invoice = Invoice.objects.filter(id=int(source.removeprefix("invoice:"))).first()
    if invoice is None:
        raise NotFound
    with translation.override(invoice.language):
        context = letter_context(invoice)
    return pdf_of("documents/invoice.html", context, invoice.language)


def letter_context(invoice: Invoice) -> dict[str, Any]:
    """What the paper shows, in the active language."""
    lines = list(InvoiceLine.objects.filter(invoice=invoice).order_by("position"))
    return {"invoice": invoice, "lines": lines, "subject": _("Invoice %(number)s") % {"number": invoice.number}}
