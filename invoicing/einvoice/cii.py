"""Write a paper as Cross Industry Invoice (UN/CEFACT D16B), by the rules of EN 16931 and of XRechnung 3.0.

Source: EN 16931-1 (business terms BT-1 to BT-165), Factur-X 1.09 profile EN 16931, XRechnung 3.0.2.
The text is put together by hand, each value escaped: one invoice takes a fraction of the time of a tree.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from coop.money import decimal_string
from invoicing.einvoice.paper import InvoiceFormat, Paper, PaperLine, PaperTax, PaperType

GUIDELINE = {
    InvoiceFormat.FACTUR_X: "urn:cen.eu:en16931:2017",
    InvoiceFormat.XRECHNUNG: "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
}
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
PARTIAL = "326"
TRANSFER, SEPA_TRANSFER = "30", "58"
EMAIL_SCHEME, LEITWEG_SCHEME = "EM", "0204"
XRECHNUNG_TYPES = {PaperType.ADVANCE: PARTIAL}
"""XRechnung knows no prepayment invoice, but a partial one (BR-DE-17)."""
NO_REFERENCE = "-"
"""What stands for the buyer's reference where XRechnung asks for one and the client gave none."""
EXEMPTION_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O"}

# What XML 1.0 cannot carry even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"'
    ' xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"'
    ' xmlns:qdt="urn:un:unece:uncefact:data:standard:QualifiedDataType:100"'
    ' xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">'
)


def cii_of(paper: Paper, form: InvoiceFormat = InvoiceFormat.FACTUR_X) -> bytes:
    """The XML of a paper, in UTF-8."""
    return "".join(_document(paper, form)).encode()


def _document(paper: Paper, form: InvoiceFormat) -> Iterator[str]:
    yield _HEAD
    yield "<rsm:ExchangedDocumentContext>"
    if form == InvoiceFormat.XRECHNUNG:
        yield _in("BusinessProcessSpecifiedDocumentContextParameter", _text("ID", PROCESS))
    yield _in("GuidelineSpecifiedDocumentContextParameter", _text("ID", GUIDELINE[form]))
    yield "</rsm:ExchangedDocumentContext><rsm:ExchangedDocument>"
    yield _text("ID", paper.number) + _text(
        "TypeCode", XRECHNUNG_TYPES.get(paper.kind, paper.kind) if form == InvoiceFormat.XRECHNUNG else paper.kind
    )
    yield _in("IssueDateTime", _day(paper.issued_on))
    if paper.note:
        yield _in("IncludedNote", _text("Content", paper.note))
    yield "</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>"
    for line in paper.lines:
        yield from _line(line)
    yield "<ram:ApplicableHeaderTradeAgreement>"
    reference = paper.buyer.get("leitweg_id") or paper.order_reference
    if reference or form == InvoiceFormat.XRECHNUNG:
        yield _text("BuyerReference", reference or NO_REFERENCE)
    yield from _seller(paper)
    yield from _buyer(paper)
    if paper.order_reference:
        yield _in("BuyerOrderReferencedDocument", _text("IssuerAssignedID", paper.order_reference))
    yield "</ram:ApplicableHeaderTradeAgreement><ram:ApplicableHeaderTradeDelivery>"
    yield _in("ActualDeliverySupplyChainEvent", _in("OccurrenceDateTime", _day(paper.service_until)))
    yield "</ram:ApplicableHeaderTradeDelivery><ram:ApplicableHeaderTradeSettlement>"
    yield from _settlement(paper)
    yield "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"


def _line(line: PaperLine) -> Iterator[str]:
    yield "<ram:IncludedSupplyChainTradeLineItem>"
    yield _in("AssociatedDocumentLineDocument", _text("LineID", str(line.position)))
    yield _in("SpecifiedTradeProduct", _text("Name", line.title), _text("Description", line.description))
    yield _in(
        "SpecifiedLineTradeAgreement",
        _in("NetPriceProductTradePrice", _text("ChargeAmount", _number(line.unit_price, 2))),
    )
    yield _in(
        "SpecifiedLineTradeDelivery",
        f'<ram:BilledQuantity unitCode="{_attribute(line.unit)}">{_number(line.quantity)}</ram:BilledQuantity>',
    )
    yield "<ram:SpecifiedLineTradeSettlement>"
    rate = "" if line.category == "O" else _text("RateApplicablePercent", _percent(line.rate))
    yield _in("ApplicableTradeTax", _text("TypeCode", "VAT"), _text("CategoryCode", line.category), rate)
    if line.discount_cents:
        yield _in(
            "SpecifiedTradeAllowanceCharge",
            "<ram:ChargeIndicator><udt:Indicator>false</udt:Indicator></ram:ChargeIndicator>",
            _text("ActualAmount", decimal_string(line.discount_cents)),
            _text("ReasonCode", "95"),
            _text("Reason", "Rabatt · Discount"),
        )
    yield _in("SpecifiedTradeSettlementLineMonetarySummation", _text("LineTotalAmount", decimal_string(line.net_cents)))
    yield "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"


def _seller(paper: Paper) -> Iterator[str]:
    seller = paper.seller
    yield "<ram:SellerTradeParty>"
    yield _text("ID", seller["register_number"])
    yield _text("Name", seller["name"])
    legal = (seller["register_court"], f"Vorstand: {seller['board_members']}" if seller["board_members"] else "")
    yield _text("Description", ", ".join(text for text in legal if text))
    yield _in("SpecifiedLegalOrganization", _text("ID", seller["register_number"]))
    yield _in(
        "DefinedTradeContact",
        _text("PersonName", seller["name"]),
        _in("TelephoneUniversalCommunication", _text("CompleteNumber", seller["phone"])),
        _in("EmailURIUniversalCommunication", _text("URIID", seller["email"])),
    )
    yield _address(seller)
    yield _electronic(EMAIL_SCHEME, seller["email"])
    # BR-O-02: what is not taxable in Germany must not name the VAT number.
    if seller["vat_id"] and not paper.outside_scope:
        yield _in("SpecifiedTaxRegistration", _schemed("ID", "VA", seller["vat_id"]))
    if seller["tax_number"]:
        yield _in("SpecifiedTaxRegistration", _schemed("ID", "FC", seller["tax_number"]))
    yield "</ram:SellerTradeParty>"


def _buyer(paper: Paper) -> Iterator[str]:
    buyer = paper.buyer
    yield "<ram:BuyerTradeParty>"
    yield _text("Name", buyer["name"])
    yield _in(
        "DefinedTradeContact",
        _text("PersonName", buyer["contact"]),
        _in("TelephoneUniversalCommunication", _text("CompleteNumber", buyer["phone"])) if buyer["contact"] else "",
    )
    yield _address(buyer)
    if buyer.get("leitweg_id"):
        yield _electronic(LEITWEG_SCHEME, buyer["leitweg_id"])
    else:
        yield _electronic(EMAIL_SCHEME, buyer.get("email", ""))
    if buyer["vat_id"] and not paper.outside_scope:
        yield _in("SpecifiedTaxRegistration", _schemed("ID", "VA", buyer["vat_id"]))
    yield "</ram:BuyerTradeParty>"


def _address(party: Mapping[str, str]) -> str:
    return _in(
        "PostalTradeAddress",
        _text("PostcodeCode", party["postcode"]),
        _text("LineOne", party["street"]),
        _text("LineTwo", party.get("address_extra", "")),
        _text("CityName", party["city"]),
        _text("CountryID", party["country"]),
        _text("CountrySubDivisionName", party.get("region", "")),
    )


def _settlement(paper: Paper) -> Iterator[str]:
    seller = paper.seller
    yield _text("PaymentReference", paper.number)
    yield _text("InvoiceCurrencyCode", paper.currency)
    if seller.get("bank_iban"):
        yield _in(
            "SpecifiedTradeSettlementPaymentMeans",
            _text("TypeCode", SEPA_TRANSFER if paper.currency == "EUR" else TRANSFER),
            _in(
                "PayeePartyCreditorFinancialAccount",
                _text("IBANID", seller["bank_iban"]),
                _text("AccountName", seller["bank_holder"]),
            ),
            _in("PayeeSpecifiedCreditorFinancialInstitution", _text("BICID", seller["bank_bic"])),
        )
    for tax in paper.taxes:
        yield _tax(tax)
    yield _in(
        "BillingSpecifiedPeriod",
        _in("StartDateTime", _day(paper.service_from)),
        _in("EndDateTime", _day(paper.service_until)),
    )
    if paper.due_on and paper.kind != PaperType.CREDIT_NOTE:
        terms = f"Zahlbar bis {paper.due_on:%d.%m.%Y} · Payable by {paper.due_on.isoformat()}"
        yield _in("SpecifiedTradePaymentTerms", _text("Description", terms), _in("DueDateDateTime", _day(paper.due_on)))
    yield _in(
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        _text("LineTotalAmount", decimal_string(sum(line.net_cents for line in paper.lines))),
        _text("TaxBasisTotalAmount", decimal_string(paper.net_cents)),
        f'<ram:TaxTotalAmount currencyID="{_attribute(paper.currency)}">{decimal_string(paper.vat_cents)}</ram:TaxTotalAmount>',
        _text("GrandTotalAmount", decimal_string(paper.gross_cents)),
        _text("TotalPrepaidAmount", decimal_string(paper.prepaid_cents)) if paper.prepaid_cents else "",
        _text("DuePayableAmount", decimal_string(paper.due_cents)),
    )
    for number, day in (*paper.advances, *([paper.preceding] if paper.preceding else [])):
        stamp = f'<qdt:DateTimeString format="102">{day:%Y%m%d}</qdt:DateTimeString>'
        yield _in("InvoiceReferencedDocument", _text("IssuerAssignedID", number), _in("FormattedIssueDateTime", stamp))


def _tax(tax: PaperTax) -> str:
    return _in(
        "ApplicableTradeTax",
        _text("CalculatedAmount", decimal_string(tax.vat_cents)),
        _text("TypeCode", "VAT"),
        _text("ExemptionReason", tax.reason),
        _text("BasisAmount", decimal_string(tax.net_cents)),
        _text("CategoryCode", tax.category),
        _text("ExemptionReasonCode", EXEMPTION_CODES.get(tax.category, "")),
        _text("RateApplicablePercent", _percent(tax.rate)),
    )


def clean(text: str) -> str:
    """The text without the signs that XML cannot carry."""
    return _FORBIDDEN.sub("", text)


def _text(name: str, value: str) -> str:
    """One element; nothing at all where there is no text, as EN 16931 wants (PEPPOL-EN16931-R008)."""
    said = clean(value).strip()
    return f"<ram:{name}>{escape(said)}</ram:{name}>" if said else ""


def _schemed(name: str, scheme: str, value: str) -> str:
    return f'<ram:{name} schemeID="{scheme}">{escape(clean(value))}</ram:{name}>'


def _electronic(scheme: str, value: str) -> str:
    return _in("URIUniversalCommunication", _schemed("URIID", scheme, value)) if value else ""


def _in(name: str, *parts: str) -> str:
    inside = "".join(parts)
    return f"<ram:{name}>{inside}</ram:{name}>" if inside else ""


def _attribute(value: str) -> str:
    return escape(clean(value), {'"': "&quot;"})


def _day(day: date) -> str:
    return f'<udt:DateTimeString format="102">{day:%Y%m%d}</udt:DateTimeString>'


def _percent(rate: Decimal) -> str:
    return _number(rate * 100)


def _number(value: Decimal, places: int = 0) -> str:
    """A number without an exponent or idle zeros, with at least `places` places."""
    text = f"{value.normalize():f}"
    whole, _point, rest = text.partition(".")
    rest = rest.ljust(places, "0")
    return f"{whole}.{rest}" if rest else whole
