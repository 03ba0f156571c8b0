"""The invoice on paper, drawn from its frozen copy alone, in German and English."""

from typing import Any

from stdnum import iban

from coop.documents.pdf import pdf_of
from coop.errors import NotFound
from invoicing.countries import country_name
from invoicing.models import Invoice, InvoiceLine


def invoice_pdf(source: str) -> bytes:
    """The PDF of the invoice `source` ("invoice:7"). Raises: NotFound."""
    invoice = Invoice.objects.filter(id=int(source.removeprefix("invoice:"))).first()
    if invoice is None:
        raise NotFound
    return pdf_of("documents/invoice.html", letter_context(invoice), invoice.language)


def letter_context(invoice: Invoice) -> dict[str, Any]:
    """What the paper shows; labels stand in the template in both languages."""
    seller = invoice.seller
    town = f"{seller['postcode']} {seller['city']}"
    # The legal form belongs to the name (§ 25a GenG) and often stands in it already.
    form = seller["legal_form"]
    name = seller["name"] if form in seller["name"].split() else f"{seller['name']} {form}"
    return {
        "invoice": invoice,
        "lines": list(InvoiceLine.objects.filter(invoice=invoice).order_by("position")),
        "subject": f"Rechnung · Invoice {invoice.number}",
        "sender": {"name": name, "return_line": f"{name} · {seller['street']} · {town}"},
        "recipient": recipient_lines(invoice.buyer, home=seller["country"]),
        "reverse_charge": invoice.vat_category == "AE",
        "iban": iban.format(seller["bank_iban"]) if seller.get("bank_iban") else "",
        "footer_columns": footer_columns(seller, name),
    }


def recipient_lines(buyer: dict[str, str], *, home: str) -> list[str]:
    """The address as the window of the envelope shows it, the country last in capitals where it is another one."""
    lines = [
        buyer["name"],
        buyer["contact"],
        buyer["street"],
        buyer["address_extra"],
        f"{buyer['postcode']} {buyer['city']}".strip(),
        buyer["region"],
        country_name(buyer["country"], "en").upper() if buyer["country"] != home else "",
    ]
    return [line for line in lines if line]


def footer_columns(seller: dict[str, str], name: str) -> list[list[str]]:
    """Address, contact, register and board, bank: what § 25a GenG wants on letters, and where to pay."""
    chair = f"Aufsichtsrat: {seller['supervisory_chair']}" if seller["supervisory_chair"] else ""
    columns = [
        [name, seller["street"], f"{seller['postcode']} {seller['city']}"],
        [
            seller["email"],
            seller["phone"],
            f"USt-IdNr. {seller['vat_id']}" if seller["vat_id"] else "",
            f"Steuernummer {seller['tax_number']}" if seller["tax_number"] else "",
        ],
        [
            f"Sitz: {seller['city']}",
            f"{seller['register_court']}, {seller['register_number']}",
            f"Vorstand: {seller['board_members']}",
            chair,
        ],
    ]
    if seller.get("bank_iban"):
        columns.append(
            [
                seller["bank_holder"],
                "IBAN",
                iban.format(seller["bank_iban"]),
                f"BIC {seller['bank_bic']}" if seller["bank_bic"] else "",
            ]
        )
    return [[line for line in column if line] for column in columns]
