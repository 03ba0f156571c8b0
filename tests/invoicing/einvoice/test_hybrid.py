"""The PDF and the XML inside it: one paper, said twice."""

import io
import re

import pytest
from django.utils import timezone
from lxml import etree
from pypdf import PdfReader

from coop.documents.actions import render_document
from coop.documents.models import Document, DocumentContent
from coop.errors import InvalidInput
from coop.messaging.models import OutboxMessage
from coop.tenancy.models import Cooperative
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import Role
from invoicing.actions import SellerIncomplete, issue_invoice
from invoicing.law.leitweg import checked_leitweg_id
from invoicing.letters import invoice_pdf
from invoicing.models import Invoice
from tests.factories.banking import make_account
from tests.factories.invoicing import ISSUED, french, make_client, make_confirmed_job, make_invoice
from tests.factories.tenancy import make_role
from tests.invoicing.einvoice.oracle import broken_rules

LEITWEG = "04011000-1234512345-06"
CII = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@pytest.fixture
def member(coop: Cooperative):
    Cooperative.objects.filter(pk=coop.pk).update(phone="+49 30 1234567")
    make_account()
    return make_role(Role.MEMBER)


@pytest.fixture
def staff(coop: Cooperative):
    return make_role(Role.INVOICING)


def embedded(data: bytes) -> bytes:
    files = PdfReader(io.BytesIO(data)).attachments
    assert list(files) == ["factur-x.xml"]
    return files["factur-x.xml"][0]


def text_of(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def test_the_pdf_carries_the_xml_and_says_the_same(member, staff):
    invoice = make_invoice(member, staff, client=make_client(member, **french()))
    data = invoice_pdf(f"invoice:{invoice.pk}")
    xml = embedded(data)
    assert broken_rules(xml) == []
    root = etree.fromstring(xml)
    assert root.findtext(f".//{CII}GrandTotalAmount") == "1000.00"
    said = text_of(data)
    for word in (invoice.number, "1.000,00", "Reverse charge", "Steuerschuldnerschaft", "FR40303265045", "GiroCode"):
        assert word in said.replace("1,000.00", "1.000,00"), word


def test_the_pdf_says_that_it_is_archivable_and_what_it_carries(member, staff):
    data = invoice_pdf(f"invoice:{make_invoice(member, staff).pk}")
    reader = PdfReader(io.BytesIO(data))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data()
    packet = etree.fromstring(metadata[metadata.index(b"<x:xmpmeta") : metadata.index(b"<?xpacket end")])
    assert len(packet) == 1, "a second rdf:RDF is not read"
    flat = etree.tostring(packet).decode()
    assert re.search(r'part="3"', flat)
    assert re.search(r'conformance="B"', flat)
    for said in (
        "<fx:ConformanceLevel>EN 16931<",
        "<fx:DocumentFileName>factur-x.xml<",
        "urn:factur-x:pdfa:CrossIndustryDocument",
    ):
        assert said in flat
    assert [item.get_object()["/AFRelationship"] for item in reader.trailer["/Root"]["/AF"]][:1] == ["/Alternative"]


def test_a_public_body_gets_an_xrechnung_by_mail_and_at_the_door(member, staff, client):
    ministry = make_client(member, kind="public", leitweg_id=LEITWEG.lower(), name="Amt für Beispiele")
    invoice = make_invoice(member, staff, client=ministry, order_reference="B-17")
    document = Document.objects.get(kind="xrechnung")
    assert render_document(coop_id=current_coop_id(), document_id=document.pk, at=timezone.now())
    xml = bytes(DocumentContent.objects.get(document=document).data)
    root = etree.fromstring(xml)
    assert root.findtext(f".//{CII}BuyerReference") == LEITWEG
    assert b"xrechnung_3.0" in xml
    attached = {attachment.document.kind for attachment in OutboxMessage.objects.get().attachments.all()}
    assert attached == {"invoice", "xrechnung"}
    assert (document.filename, document.media_type) == (f"{invoice.number}.xml", "application/xml")


def test_an_xrechnung_that_lacks_something_is_not_issued(member, staff, coop):
    Cooperative.objects.filter(pk=coop.pk).update(phone="")
    ministry = make_client(member, kind="public", leitweg_id=LEITWEG, postcode="")
    job = make_confirmed_job(member, staff, client=ministry)
    with pytest.raises(SellerIncomplete, match="XRechnung"):
        issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("", ""), (LEITWEG, LEITWEG), (" 04011000-1234512345-06 ", LEITWEG), ("991-03730-19", "991-03730-19")],
)
def test_leitweg_ids_that_hold(given: str, kept: str):
    # 991-03730-19 of the format's own examples; the check digits of both recomputed: remainder 1.
    assert checked_leitweg_id(given) == kept


@pytest.mark.parametrize("given", ["04011000-1234512345-07", "04011000", "4-1-1", "04011000-12345Ä-06", "x" * 100])
def test_leitweg_ids_that_do_not(given: str):
    with pytest.raises(InvalidInput):
        checked_leitweg_id(given)
