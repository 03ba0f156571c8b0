"""What an invoice or its cancellation says, as values: the one source of its XML and of its printed page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PaperType(StrEnum):
    """Code of the kind of document (UNTDID 1001)."""

    INVOICE = "380"
    ADVANCE = "386"
    CREDIT_NOTE = "381"
    """Takes an invoice back; its amounts are positive."""


class InvoiceFormat(StrEnum):
    """What a client gets."""

    FACTUR_X = "zugferd"
    """A PDF with the XML inside."""
    XRECHNUNG = "xrechnung"
    """The XML as a file of its own, beside the PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One position. `unit` is a code of UN/ECE Recommendation 20, `rate` a share, `discount_cents` goes off the product."""

    position: int
    title: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_cents: int
    net_cents: int
    category: str
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTax:
    """All lines of one category and rate: their sum, the tax on it, and why there is none."""

    category: str
    rate: Decimal
    net_cents: int
    vat_cents: int
    wording_de: str = ""
    wording_en: str = ""

    @property
    def reason(self) -> str:
        """The note on an exemption in both languages; empty where tax is charged."""
        return " · ".join(text for text in (self.wording_de, self.wording_en) if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document; amounts in cents. `preceding` is number and day of the invoice that is taken back."""

    kind: PaperType
    number: str
    issued_on: date
    due_on: date | None
    service_from: date
    service_until: date
    currency: str
    seller: Mapping[str, str]
    buyer: Mapping[str, str]
    lines: Sequence[PaperLine]
    taxes: Sequence[PaperTax]
    net_cents: int
    vat_cents: int
    gross_cents: int
    prepaid_cents: int = 0
    order_reference: str = ""
    preceding: tuple[str, date] | None = None
    note: str = ""
    advances: Sequence[tuple[str, date]] = ()
    """Number and day of the advance invoices that a final one deducts, with their tax, by lines of its own."""

    @property
    def due_cents(self) -> int:
        """What is to be paid."""
        return self.gross_cents - self.prepaid_cents

    @property
    def outside_scope(self) -> bool:
        """Whether no VAT law of Germany reaches it (category O): VAT numbers must then not stand on it."""
        return any(tax.category == "O" for tax in self.taxes)
