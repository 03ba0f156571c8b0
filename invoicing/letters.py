"""The invoice on paper, drawn from its frozen copy alone, in German and English."""

from typing import Any

from django.utils import formats, translation
from stdnum import iban

from coop.documents.actions import open_document
from coop.documents.models import Document
from coop.documents.pdf import Embedded, pdf_of
from coop.errors import NotFound
from coop.tenancy.models import User
from invoicing.actions.invoices import XML_KIND, claim_source
from invoicing.countries import country_name
from invoicing.einvoice.cii import cii_of
from invoicing.einvoice.paper import InvoiceFormat, Paper, PaperLine
from invoicing.girocode import girocode_picture
from invoicing.models import Invoice, InvoiceCancellation, InvoiceLine
from invoicing.papers import cancellation_paper_of, paper_of
from invoicing.states import InvoiceKind

UNIT_WORDS = {
    "C62": "Stück · pieces",
    "HUR": "Std. · hours",
    "DAY": "Tage · days",
    "MON": "Monate · months",
    "LS": "pauschal · flat rate",
    "KMT": "km",
    "E48": "Leistungen · services",
}


XML_NAME = "factur-x.xml"
"""What the file inside the PDF must be called."""
XMP = """
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
""".format(
    properties="".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        f"<pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>{about}</pdfaProperty:description>"
        "</rdf:li>"
        for name, about in (
            ("DocumentFileName", "The name of the embedded XML document"),
            ("DocumentType", "The type of the hybrid document in capital letters"),
            ("Version", "The version of the standard that applies to the embedded XML document"),
            ("ConformanceLevel", "The conformance level of the embedded XML document"),
        )
    )
)
"""Factur-X 1.09, chapter 6: what a hybrid says about itself, and the schema by which PDF/A accepts it."""


def invoice_pdf(source: str) -> bytes:
    """The PDF/A-3b of the invoice `source` ("invoice:7") with its XML inside. Raises: NotFound."""
    return _hybrid("documents/invoice.html", *_frozen(source))


def cancellation_pdf(source: str) -> bytes:
    """The PDF/A-3b that takes an invoice back, `source` such as "invoice:7:cancel". Raises: NotFound."""
    return _hybrid("documents/cancellation.html", *_frozen(source))


def invoice_xrechnung(source: str) -> bytes:
    """The XRechnung of an invoice ("invoice:7") or of its cancellation ("invoice:7:cancel"). Raises: NotFound."""
    return cii_of(_frozen(source)[1], InvoiceFormat.XRECHNUNG)


def _hybrid(template: str, invoice: Invoice, paper: Paper) -> bytes:
    with translation.override(invoice.language):
        context = letter_context(invoice, paper)
    return pdf_of(
        template,
        context,
        invoice.language,
        embedded=Embedded(
            filename=XML_NAME, description=f"{paper.number} (Factur-X)", data=cii_of(paper), metadata=XMP
        ),
    )


def xml_of(invoice: Invoice, *, by: User) -> bytes:
    """The e-invoice as XML: the frozen XRechnung where the client gets one, else what stands in the PDF.

    Raises: NotFound, while the XRechnung is being written.
    """
    own = Document.objects.filter(kind=XML_KIND, source=claim_source(invoice.pk)).first()
    if own is not None:
        return open_document(document_id=own.pk, by=by)[1]
    return cii_of(_frozen(claim_source(invoice.pk))[1])


def _frozen(source: str) -> tuple[Invoice, Paper]:
    _word, number, *rest = source.split(":")
    invoice = Invoice.objects.filter(id=int(number)).first()
    cancellation = InvoiceCancellation.objects.filter(invoice_id=int(number)).select_related("invoice").first()
    if invoice is None or (rest and cancellation is None):
        raise NotFound
    lines = list(InvoiceLine.objects.filter(invoice=invoice).order_by("position"))
    paper = cancellation_paper_of(cancellation, lines) if rest and cancellation else paper_of(invoice, lines)
    return invoice, paper


NAMES = {
    InvoiceKind.INVOICE: ("Rechnung", "Invoice"),
    InvoiceKind.ADVANCE: ("Abschlagsrechnung", "Advance invoice"),
    InvoiceKind.FINAL: ("Schlussrechnung", "Final invoice"),
}
"""What an invoice is called in German and in English."""


def letter_context(invoice: Invoice, paper: Paper) -> dict[str, Any]:
    """What the page shows; labels stand in the template in both languages."""
    seller = invoice.seller
    town = f"{seller['postcode']} {seller['city']}"
    # The legal form belongs to the name (§ 25a GenG) and often stands in it already.
    form = seller["legal_form"]
    name = seller["name"] if form in seller["name"].split() else f"{seller['name']} {form}"
    detailed = any(line.quantity != 1 or line.discount_cents for line in paper.lines)
    mixed = len(paper.taxes) > 1
    title = "Stornorechnung · Cancellation" if paper.preceding else " · ".join(NAMES[InvoiceKind(invoice.kind)])
    return {
        "invoice": invoice,
        "paper": paper,
        "rows": [_row(line) for line in paper.lines],
        "detailed": detailed,
        "mixed": mixed,
        "span": 1 + 2 * detailed + mixed,
        "subject": f"{title} {paper.number}",
        "name_de": NAMES[InvoiceKind(invoice.kind)][0],
        "name_en": NAMES[InvoiceKind(invoice.kind)][1],
        "sender": {"name": name, "return_line": f"{name} · {seller['street']} · {town}"},
        "recipient": recipient_lines(invoice.buyer, home=seller["country"]),
        "reverse_charge": any(tax.category == "AE" for tax in paper.taxes),
        "iban": iban.format(seller["bank_iban"]) if seller.get("bank_iban") else "",
        "girocode": girocode_picture(paper),
        "footer_columns": footer_columns(seller, name, with_vat_id=not paper.outside_scope),
    }


def _row(line: PaperLine) -> dict[str, Any]:
    """A line as the page shows it: numbers in the language of the invoice, to the last place that the XML carries."""
    price = line.unit_price.normalize()
    return {
        "position": line.position,
        "title": line.title,
        "description": line.description,
        "quantity": formats.number_format(f"{line.quantity.normalize():f}", force_grouping=True),
        "unit": UNIT_WORDS[line.unit],
        "price": formats.number_format(f"{price:f}", max(2, -int(price.as_tuple().exponent)), force_grouping=True),
        "discount_cents": line.discount_cents,
        "rate": line.rate,
        "net_cents": line.net_cents,
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


def footer_columns(seller: dict[str, str], name: str, *, with_vat_id: bool) -> list[list[str]]:
    """Address, contact, register and board, bank: what § 25a GenG wants on letters, and where to pay."""
    chair = f"Aufsichtsrat: {seller['supervisory_chair']}" if seller["supervisory_chair"] else ""
    columns = [
        [name, seller["street"], f"{seller['postcode']} {seller['city']}"],
        [
            seller["email"],
            seller["phone"],
            f"USt-IdNr. {seller['vat_id']}" if seller["vat_id"] and with_vat_id else "",
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
