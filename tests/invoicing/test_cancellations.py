"""Cancellations: walk c to the cent, numbers, papers, and what becomes of the job."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from coop.banking.models import Claim
from coop.documents.models import Document
from coop.errors import InvalidInput
from coop.ledger.actions import post
from coop.ledger.chart import AccountCode as A
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Cover, Posting
from coop.ledger.queries import account_balances, figures_of
from coop.ledger.verify import problems
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from coop.tenancy.models import Cooperative
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role, VatScheme
from invoicing.actions import (
    CreditNotRefunded,
    HasInvoice,
    accept_job,
    cancel_invoice,
    cancel_job,
    change_job,
    issue_invoice,
    note_refund,
    submit_job,
)
from invoicing.letters import cancellation_pdf, invoice_xrechnung
from invoicing.models import Invoice, InvoiceCancellation, Job
from invoicing.states import InvoiceState, JobState
from tests.factories.invoicing import ISSUED, make_budget, make_client, make_invoice
from tests.factories.tenancy import make_cooperative, make_role
from tests.invoicing.einvoice.oracle import broken_rules
from tests.invoicing.einvoice.test_hybrid import embedded, text_of
from tests.invoicing.settling import pay

JUNE, JULY = date(2026, 6, 20), date(2026, 7, 3)


@pytest.fixture(params=list(VatScheme))
def scheme(request: pytest.FixtureRequest) -> VatScheme:
    return request.param


@pytest.fixture
def books(db: None, scheme: VatScheme):
    cooperative = make_cooperative(vat_scheme=scheme)
    with coop_scope(cooperative.pk):
        yield cooperative


def take_back(invoice: Invoice, then: JobState = JobState.RETURNED, on: date = JUNE) -> InvoiceCancellation:
    done = cancel_invoice(invoice_id=invoice.pk, reason="Wrong hours", then=then, on=on, by=None)
    invoice.refresh_from_db()
    return done


def moved_by(source: str) -> dict[str, int]:
    rows = Posting.objects.filter(entry__source=source).values_list("account__code", "amount_cents")
    return {A(code): cents for code, cents in rows}


def test_walk_c_cancelled_after_half_was_paid(books: Cooperative, scheme: VatScheme):
    budget = make_budget()
    invoice = make_invoice(make_role(Role.MEMBER), budget=budget)
    pay(invoice, 59_500)
    done = take_back(invoice)
    assert moved_by(f"invoice:{invoice.pk}:cancel") == {
        A.REVENUE: 100_000,
        (A.VAT if scheme == VatScheme.AGREED else A.VAT_NOT_DUE): 9_500,
        A.VAT_AWAITING_REFUND: 9_500,
        A.RECEIVABLE: -59_500,
        A.CLIENT_CREDIT: -59_500,
        A.PENDING: 45_500,
        A.FREE: 45_500,
        A.FEE: 9_000,
        A.ALLOC: -100_000,
    }
    left = {code: cents for code, cents in account_balances().items() if cents}
    assert left == {A.BANK: 59_500, A.CLIENT_CREDIT: -59_500, A.VAT: -9_500, A.VAT_AWAITING_REFUND: 9_500}
    figures = figures_of(budget.pk, JUNE)
    assert (figures.free_cents, figures.pending_cents, figures.cover_cents) == (0, 0, 0)
    claim = Claim.objects.get()
    assert (claim.state, claim.open_cents) == ("cancelled", 0)
    assert (invoice.state, invoice.open_cents, done.credit_cents) == (InvoiceState.CANCELLED, 0, 59_500)
    with pytest.raises(CreditNotRefunded):
        note_refund(invoice_id=invoice.pk, on=JULY, by=None)
    party = f"client credit of invoice:{invoice.pk}"
    post(draft("refund", JULY, "Refund", [debit(A.CLIENT_CREDIT, 59_500, party=party), credit(A.BANK, 59_500)]))
    note_refund(invoice_id=invoice.pk, on=JULY, by=None)
    assert not any(account_balances().values())
    assert Posting.objects.get(entry__source=f"invoice:{invoice.pk}:refund", account__code=A.VAT).tax_month == date(
        2026, 7, 1
    )
    assert list(problems()) == []


@pytest.mark.parametrize("paid", [0, 1, 118_999, 119_000])
def test_whatever_was_paid_everything_goes_back(books: Cooperative, paid: int):
    invoice = make_invoice(make_role(Role.MEMBER))
    if paid:
        pay(invoice, paid)
    take_back(invoice, JobState.CANCELLED)
    left = {code: cents for code, cents in account_balances().items() if cents}
    assert left.get(A.CLIENT_CREDIT, 0) == -paid
    assert not {A.REVENUE, A.RECEIVABLE, A.PENDING, A.FREE, A.FEE, A.ALLOC} & left.keys()
    assert left.get(A.VAT, 0) + left.get(A.VAT_AWAITING_REFUND, 0) + left.get(A.VAT_NOT_DUE, 0) == 0
    assert invoice.job.state == JobState.CANCELLED
    assert list(problems()) == []


def test_an_invoice_that_stands_is_not_followed_but_a_cancelled_one_is(coop: Cooperative):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    first = make_invoice(member, staff)
    with pytest.raises(InvalidTransition):
        issue_invoice(job_id=first.job_id, on=JUNE, by=staff)
    with pytest.raises(IntegrityError, match="job_invoiced_within_net"), transaction.atomic():
        Job.objects.filter(id=first.job_id).update(invoiced_cents=100_001)
    take_back(first, JobState.CONFIRMED)
    assert Cover.objects.get().cents == 91_000
    second = issue_invoice(job_id=first.job_id, on=JUNE, by=staff)
    assert (second.number, second.job_id) == ("RE-2026-000002", first.job_id)
    take_back(second, JobState.CANCELLED)
    numbers = InvoiceCancellation.objects.order_by("id").values_list("number", flat=True)
    assert list(numbers) == ["RE-S-2026-000001", "RE-S-2026-000002"]
    assert not Cover.objects.exists()
    assert list(problems()) == []


def test_a_job_that_goes_back_is_corrected_checked_and_confirmed_anew(coop: Cooperative):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    invoice = make_invoice(member, staff)
    take_back(invoice)
    job = change_job(job_id=invoice.job_id, by=member, net_cents=90_000)
    assert (job.state, job.confirmed_on, job.guaranteed, job.return_reason) == ("returned", None, False, "Wrong hours")
    submit_job(job_id=job.pk, on=JUNE, by=member)
    accept_job(job_id=job.pk, on=JUNE, by=staff)
    with pytest.raises(InvalidTransition):
        issue_invoice(job_id=job.pk, on=JUNE, by=staff)


def test_what_cannot_be_cancelled(coop: Cooperative):
    member = make_role(Role.MEMBER)
    invoice = make_invoice(member)
    with pytest.raises(HasInvoice):
        cancel_job(job_id=invoice.job_id, reason="", on=JUNE, by=member)
    for wrong in ({"reason": " "}, {"then": JobState.PAID}, {"on": date(2026, 5, 31)}):
        given = {"reason": "Twice", "then": JobState.CANCELLED, "on": JUNE, **wrong}
        with pytest.raises(InvalidInput):
            cancel_invoice(invoice_id=invoice.pk, by=None, **given)
    take_back(invoice)
    with pytest.raises(InvalidTransition):
        take_back(invoice)
    assert InvoiceCancellation.objects.count() == 1


def test_its_papers_say_what_they_take_back(coop: Cooperative):
    Cooperative.objects.filter(pk=coop.pk).update(phone="+49 30 1234567")
    from tests.factories.banking import make_account

    make_account()
    member = make_role(Role.MEMBER)
    client = make_client(member, kind="public", leitweg_id="04011000-1234512345-06")
    invoice = make_invoice(member, client=client)
    take_back(invoice)
    source = f"invoice:{invoice.pk}:cancel"
    kinds = set(Document.objects.filter(source=source).values_list("kind", flat=True))
    assert kinds == {"cancellation", "xrechnung"}
    data = cancellation_pdf(source)
    xml = embedded(data)
    assert broken_rules(xml) == []
    assert b"<ram:TypeCode>381</ram:TypeCode>" in xml
    assert invoice.number.encode() in xml
    assert b"#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0" in invoice_xrechnung(source)
    said = text_of(data)
    for words in ("Stornorechnung RE-S-2026-000001", invoice.number, "Wrong hours"):
        assert words in said
    assert not re.search("GiroCode|Verwendungszweck", said)
    mail = OutboxMessage.objects.get(key=source)
    assert mail.attachments.count() == 2
    assert invoice.number in mail.text


def test_the_office_cancels_on_the_invoices_page(coop: Cooperative, client):
    member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
    invoice = make_invoice(member, staff, on=ISSUED)
    client.force_login(staff)
    host = {"host": f"{coop.slug}.localhost"}
    url = reverse("invoicing:invoice_cancel", args=[invoice.pk])
    assert client.post(url, {"reason": "", "then": "returned"}, headers=host).status_code == 200
    assert client.post(url, {"reason": "Twice", "then": "cancelled"}, headers=host).status_code == 302
    page = client.get(reverse("invoicing:invoice", args=[invoice.pk]), headers=host).content.decode()
    assert "RE-S-" in page
    assert url not in page
