"""Whatever the lines are: the XML, the page and the ledger say the same, and EN 16931's arithmetic holds exactly."""

from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from coop.errors import InvalidInput
from coop.ledger.chart import AccountCode as A
from coop.ledger.models import Posting
from coop.ledger.verify import problems
from coop.money import decimal_string
from coop.tenancy.states import Role
from invoicing.actions import issue_invoice
from invoicing.einvoice.cii import cii_of
from invoicing.law.amounts import MAX_LINES, line_net_cents, tax_groups
from invoicing.law.vat import Treatment, VatCase
from invoicing.letters import invoice_pdf, letter_context
from invoicing.models import Invoice, Job
from invoicing.papers import paper_of
from invoicing.states import UNITS
from tests.factories.invoicing import ISSUED, make_client, make_confirmed_job, make_job
from tests.factories.tenancy import make_role
from tests.invoicing.einvoice.oracle import broken_rules

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
CENT = Decimal("0.01")
LINE = {"title": "Text", "quantity": Decimal(1), "unit": "LS", "unit_price": Decimal(1), "discount_cents": 0}


@st.composite
def lines(draw):
    """A line whose discount is at most what it costs."""
    quantity = draw(st.decimals("0.0001", "999.9999", places=4))
    price = draw(st.decimals("0", "9999.9999", places=4))
    whole = line_net_cents(quantity=quantity, unit_price=price, discount_cents=0)
    return {
        "title": draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)),
        "quantity": quantity,
        "unit": draw(st.sampled_from([code for code, _label in UNITS])),
        "unit_price": price,
        "discount_cents": draw(st.integers(0, whole)),
        "service": draw(st.sampled_from(["", "rights", "general"])),
    }


def text_of(tree, path: str) -> Decimal:
    return Decimal(tree.findtext(f".//{RAM}{path}"))


def check_arithmetic(invoice: Invoice) -> None:
    """What stands in the XML adds up by itself, and is what the row and the ledger hold."""
    tree = etree.fromstring(cii_of(paper_of(invoice, list(invoice.lines.order_by("position")))))
    net = Decimal(0)
    for line in tree.iter(f"{RAM}IncludedSupplyChainTradeLineItem"):
        price, quantity = text_of(line, "ChargeAmount"), text_of(line, "BilledQuantity")
        discount = Decimal(line.findtext(f".//{RAM}ActualAmount") or 0)
        total = text_of(line, "LineTotalAmount")
        assert total == (price * quantity).quantize(CENT, ROUND_HALF_UP) - discount
        net += total
    head = tree.find(f".//{RAM}ApplicableHeaderTradeSettlement")
    bases = taxes = Decimal(0)
    for group in head.findall(f"{RAM}ApplicableTradeTax"):
        base, rate = text_of(group, "BasisAmount"), text_of(group, "RateApplicablePercent")
        assert text_of(group, "CalculatedAmount") == (base * rate / 100).quantize(CENT, ROUND_HALF_UP)
        bases += base
        taxes += text_of(group, "CalculatedAmount")
    assert net == bases == text_of(head, "TaxBasisTotalAmount") == Decimal(decimal_string(invoice.net_cents))
    assert text_of(head, "GrandTotalAmount") == net + taxes == Decimal(decimal_string(invoice.gross_cents))
    booked = dict(
        Posting.objects.filter(entry__source=f"invoice:{invoice.pk}:issue").values_list("account__code", "amount_cents")
    )
    cents = [int(amount * 100) for amount in (net + taxes, -net, -taxes)]
    assert [booked.get(code, 0) for code in (A.RECEIVABLE, A.REVENUE, A.VAT)] == cents
    paper = paper_of(invoice, list(invoice.lines.order_by("position")))
    page = letter_context(invoice, paper)
    assert sum(row["net_cents"] for row in page["rows"]) == invoice.net_cents


@pytest.mark.django_db
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(entered=st.lists(lines(), min_size=1, max_size=12))
def test_xml_page_and_ledger_say_the_same(coop, entered):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    try:
        job = make_confirmed_job(member, staff, net_cents=None, lines=entered)
    except InvalidInput:
        assert sum(line["quantity"] * line["unit_price"] for line in entered) * 100 - sum(
            line["discount_cents"] for line in entered
        ) < len(entered)  # rounds to nothing at all
        return
    invoice = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    check_arithmetic(invoice)
    assert broken_rules(cii_of(paper_of(invoice, list(invoice.lines.order_by("position"))))) == []


def _treatment(rate: str, category: str = "S", wording: str = "") -> Treatment:
    return Treatment(
        case=VatCase.DOMESTIC_STANDARD,
        rate=Decimal(rate),
        paragraph="",
        category=category,
        wording_de=wording,
        wording_en="",
    )


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["0.19", "0.07"])), min_size=1, max_size=50))
def test_groups_lose_no_cent(amounts):
    groups = tax_groups((cents, _treatment(rate)) for cents, rate in amounts)
    assert sum(group.net_cents for group in groups) == sum(cents for cents, _rate in amounts)
    assert len(groups) == len({rate for _cents, rate in amounts})


def test_what_cannot_stand_together_is_refused():
    with translation.override("en"), pytest.raises(InvalidInput, match="of its own"):
        tax_groups([(1, _treatment("0.19")), (1, _treatment("0", "O"))])
    with translation.override("en"), pytest.raises(InvalidInput, match="exemptions"):
        tax_groups([(1, _treatment("0", "E", "a")), (1, _treatment("0", "E", "b"))])


def test_five_thousand_lines_are_issued_and_one_more_is_refused(coop):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    line = {
        "title": "Call",
        "quantity": Decimal("0.3333"),
        "unit": "HUR",
        "unit_price": Decimal("99.99"),
        "discount_cents": 1,
    }
    with translation.override("en"), pytest.raises(InvalidInput, match="at most 5000"):
        make_job(member, net_cents=None, lines=[line] * (MAX_LINES + 1))
    assert not Job.objects.exists()
    invoice = issue_invoice(
        job_id=make_confirmed_job(member, staff, net_cents=None, lines=[line] * MAX_LINES).pk, on=ISSUED, by=staff
    )
    assert (invoice.net_cents, invoice.lines.count()) == (MAX_LINES * 3_332, MAX_LINES)
    check_arithmetic(invoice)
    assert list(problems()) == []


@pytest.mark.parametrize(
    "name",
    ["א" * 200, "شركة الأمل للتجارة", "🦊 Fuchsbau 🏡 GmbH", "W" * 200, 'Zażółć & <Söhne> "KG"', "a\u202eb\u2066c"],
)
def test_names_of_all_kinds_stand_in_xml_and_page(coop, name):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    client = make_client(member, name=name, contact="", phone="", address_extra="", region="")
    invoice = issue_invoice(job_id=make_confirmed_job(member, staff, client=client, title=name).pk, on=ISSUED, by=staff)
    xml = cii_of(paper_of(invoice, list(invoice.lines.all())))
    assert broken_rules(xml) == []
    assert etree.fromstring(xml).findtext(f".//{RAM}BuyerTradeParty/{RAM}Name") == name


def test_the_page_shows_the_sums_of_the_xml(coop):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    entered = [
        {**LINE, "quantity": Decimal("7.5"), "unit": "HUR", "unit_price": Decimal("85.333"), "discount_cents": 777},
        {**LINE, "title": "Workshop", "unit_price": Decimal("1234.56"), "service": "general"},
    ]
    job = make_confirmed_job(member, staff, net_cents=None, service="rights", lines=entered)
    invoice = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    check_arithmetic(invoice)
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(invoice_pdf(f"invoice:{invoice.pk}"))).pages)
    for cents in (invoice.net_cents, invoice.gross_cents, *(tax["vat_cents"] for tax in invoice.taxes)):
        shown = decimal_string(cents).replace(".", ",")
        assert shown in text.replace(".", "")
