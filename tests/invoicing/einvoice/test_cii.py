"""E-invoices against the schema and the schematron of EN 16931, and against XRechnung's own rules."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from invoicing.einvoice.cii import cii_of
from invoicing.einvoice.paper import InvoiceFormat, Paper, PaperLine, PaperTax, PaperType
from tests.invoicing.einvoice.oracle import broken_rules

RAM = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}
SELLER = {
    "name": "Werkbund Beispiel eG",
    "legal_form": "eG",
    "street": "Beispielstraße 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "register_court": "Amtsgericht Charlottenburg",
    "register_number": "GnR 123 B",
    "board_members": "A. Muster, B. Muster",
    "supervisory_chair": "",
    "vat_id": "DE136695976",
    "tax_number": "27/123/45678",
    "email": "office@example.org",
    "phone": "+49 30 1234567",
    "bank_iban": "DE89370400440532013000",
    "bank_bic": "COBADEFFXXX",
    "bank_holder": "Werkbund Beispiel eG",
}
BUYER = {
    "name": "Museum am Hafen gGmbH",
    "contact": "",
    "kind": "business",
    "street": "Hafenstraße 7",
    "address_extra": "",
    "postcode": "20457",
    "city": "Hamburg",
    "region": "",
    "country": "DE",
    "vat_id": "",
    "phone": "",
    "email": "invoices@example.org",
    "leitweg_id": "",
}


def line(position: int = 1, **changes) -> PaperLine:
    fields = {
        "position": position,
        "title": "Photographs",
        "description": "",
        "quantity": Decimal(1),
        "unit": "C62",
        "unit_price": Decimal("1000.00"),
        "discount_cents": 0,
        "net_cents": 100_000,
        "category": "S",
        "rate": Decimal("0.19"),
        **changes,
    }
    return PaperLine(**fields)


def paper(lines=None, taxes=None, seller=None, buyer=None, **changes) -> Paper:
    lines = lines or [line()]
    taxes = taxes or [PaperTax(category="S", rate=Decimal("0.19"), net_cents=100_000, vat_cents=19_000)]
    net, vat = sum(each.net_cents for each in lines), sum(tax.vat_cents for tax in taxes)
    fields = {
        "kind": PaperType.INVOICE,
        "number": "RE-2026-000001",
        "issued_on": date(2026, 6, 1),
        "due_on": date(2026, 6, 15),
        "service_from": date(2026, 5, 1),
        "service_until": date(2026, 5, 29),
        "currency": "EUR",
        "seller": SELLER | (seller or {}),
        "buyer": BUYER | (buyer or {}),
        "lines": lines,
        "taxes": taxes,
        "net_cents": net,
        "vat_cents": vat,
        "gross_cents": net + vat,
        **changes,
    }
    return Paper(**fields)


def untaxed(category: str, de: str, en: str, **changes) -> Paper:
    return paper(
        [line(category=category, rate=Decimal(0))],
        [PaperTax(category=category, rate=Decimal(0), net_cents=100_000, vat_cents=0, wording_de=de, wording_en=en)],
        **changes,
    )


FRENCH = {"country": "FR", "vat_id": "FR40303265045", "postcode": "69002", "city": "Lyon"}
SWISS = {"country": "CH", "postcode": "8001", "city": "Zürich", "vat_id": "CHE-123.456.788 MWST"}
PUBLIC = {"kind": "public", "leitweg_id": "04011000-1234512345-06"}
MIXED = [
    PaperTax(category="S", rate=Decimal("0.19"), net_cents=12_346, vat_cents=2_346),
    PaperTax(category="S", rate=Decimal("0.07"), net_cents=66_733, vat_cents=4_671),
]
MIXED_LINES = [
    line(1, quantity=Decimal("1.5"), unit="HUR", unit_price=Decimal("82.3067"), net_cents=12_346),
    line(
        2,
        quantity=Decimal(7),
        unit="DAY",
        unit_price=Decimal("100.19"),
        discount_cents=3_400,
        net_cents=66_733,
        rate=Decimal("0.07"),
    ),
]
PAPERS = {
    "domestic": paper(),
    "public body": paper(buyer=PUBLIC, order_reference="PO 77"),
    "private person": paper(buyer={"kind": "private"}),
    "reverse charge": untaxed("AE", "Steuerschuldnerschaft des Leistungsempfängers", "Reverse charge", buyer=FRENCH),
    "outside the EU": untaxed("O", "Nicht im Inland steuerbare Leistung", "Not taxable in Germany", buyer=SWISS),
    "exempt": untaxed("E", "Steuerfrei nach § 4 Nr. 20 Buchst. a UStG", "Exempt, § 4 no. 20 a UStG"),
    "cancellation": paper(kind=PaperType.CREDIT_NOTE, due_on=None, preceding=("RE-2026-000001", date(2026, 6, 1))),
    "mixed rates, discount": paper(MIXED_LINES, MIXED),
    "advances deducted": paper(prepaid_cents=59_500),
    "everything empty": paper(buyer={"email": "", "postcode": ""}, seller={"phone": "", "bank_bic": ""}),
    "no bank": paper(seller={"bank_iban": "", "bank_bic": ""}),
    "right to left, emoji": paper([line(title="צילום 📷 <b>&amp;", description="شكرا\n\"'" + "\x0b")]),
    "long names": paper([line(title="x" * 200)], buyer={"name": "ẞ" * 200}),
}


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("form", list(InvoiceFormat))
def test_the_rules_of_en_16931_find_nothing(name: str, form: InvoiceFormat):
    xml = cii_of(PAPERS[name], form)
    if form == InvoiceFormat.XRECHNUNG:
        # The package's schematron knows its own profile: the business rules are the same.
        xml = xml.replace(b"#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", b"")
    assert broken_rules(xml) == []


def test_the_judge_finds_what_is_wrong():
    wrong = paper(gross_cents=1)
    assert any("BR-CO-15" in rule for rule in broken_rules(cii_of(wrong)))


@pytest.mark.parametrize("name", [name for name in PAPERS if name not in {"everything empty", "no bank"}])
def test_an_xrechnung_has_what_its_rules_ask_for(name: str):
    """BR-DE-1 to 17 where they ask for a field, PEPPOL-EN16931-R010, R020."""
    root = etree.fromstring(cii_of(PAPERS[name], InvoiceFormat.XRECHNUNG))

    def said(path: str) -> list[str]:
        return [found.text for found in root.iterfind(f".//ram:{path}", RAM)]

    seller = "SellerTradeParty/ram:"
    for path in (
        "SpecifiedTradeSettlementPaymentMeans/ram:TypeCode",
        f"{seller}DefinedTradeContact/ram:PersonName",
        f"{seller}DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber",
        f"{seller}DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID",
        f"{seller}PostalTradeAddress/ram:CityName",
        f"{seller}PostalTradeAddress/ram:PostcodeCode",
        f"{seller}URIUniversalCommunication/ram:URIID",
        f"{seller}SpecifiedTaxRegistration/ram:ID",
        "BuyerTradeParty/ram:PostalTradeAddress/ram:CityName",
        "BuyerTradeParty/ram:PostalTradeAddress/ram:PostcodeCode",
        "BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID",
        "BuyerReference",
    ):
        assert said(path), path
        assert all(said(path)), path
    taxes = root.findall(".//ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", RAM)
    assert all(tax.findtext("ram:RateApplicablePercent", namespaces=RAM) for tax in taxes)
    kind = root.xpath("string(//*[local-name()='ExchangedDocument']/*[local-name()='TypeCode'])")
    assert kind in {"326", "380", "384", "389", "381", "875", "876", "877"}


def test_a_public_body_is_addressed_by_its_leitweg_id():
    root = etree.fromstring(cii_of(PAPERS["public body"], InvoiceFormat.XRECHNUNG))
    address = root.find(".//ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID", RAM)
    assert (address.get("schemeID"), address.text) == ("0204", "04011000-1234512345-06")
    assert root.findtext(".//ram:BuyerReference", namespaces=RAM) == "04011000-1234512345-06"


def test_what_is_not_taxable_names_no_vat_number():
    xml = cii_of(PAPERS["outside the EU"])
    assert b'schemeID="VA"' not in xml
    assert b"CHE-123" not in xml
    assert b'schemeID="FC">27/123/45678' in xml


@pytest.mark.slow
def test_five_thousand_lines_are_valid():
    lines = [line(n, unit_price=Decimal("1.00"), net_cents=100) for n in range(1, 5001)]
    tax = PaperTax(category="S", rate=Decimal("0.19"), net_cents=500_000, vat_cents=95_000)
    assert broken_rules(cii_of(paper(lines, [tax]))) == []
