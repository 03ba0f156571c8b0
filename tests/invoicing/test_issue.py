"""Issuing: gapless numbers, frozen rows, refusals that leave everything as it was."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from coop.banking.models import Claim
from coop.documents.models import Document
from coop.errors import NotFound
from coop.ledger.actions import close_period
from coop.ledger.models import Entry
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from coop.tenancy.models import Cooperative, NumberRange
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from invoicing.actions import NotYetSupplied, SellerIncomplete, change_client, issue_invoice, issue_invoices
from invoicing.law.vat import VatQuestion
from invoicing.models import Invoice, InvoiceLine, Job
from invoicing.states import JobState
from tests.factories.invoicing import ISSUED, french, make_client, make_confirmed_job, make_invoice, make_job
from tests.factories.tenancy import make_cooperative, make_role


@pytest.fixture
def member(coop: Cooperative):
    return make_role(Role.MEMBER)


@pytest.fixture
def staff(coop: Cooperative):
    return make_role(Role.INVOICING)


def nothing_issued() -> bool:
    return not (
        Invoice.objects.exists()
        or InvoiceLine.objects.exists()
        or Entry.objects.exists()
        or Claim.objects.exists()
        or Document.objects.exists()
        or OutboxMessage.objects.exists()
    )


def test_an_issue_writes_everything_at_once(member, staff):
    job = make_confirmed_job(member, staff, order_reference="PO 77")
    invoice = issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    job.refresh_from_db()
    assert invoice.number == "RE-2026-000001"
    assert (invoice.due_on, invoice.order_reference) == (date(2026, 6, 15), "PO 77")
    assert (invoice.net_cents, invoice.vat_cents, invoice.gross_cents) == (100_000, 19_000, 119_000)
    assert job.state == JobState.INVOICED
    claim = Claim.objects.get()
    assert (claim.reference, claim.amount_cents, claim.source) == (invoice.number, 119_000, f"invoice:{invoice.pk}")
    document = Document.objects.get()
    assert (document.kind, document.keep_until) == ("invoice", date(2034, 12, 31))
    mail = OutboxMessage.objects.get()
    assert (mail.to, mail.attachments.get().document) == ("invoices@example.org", document)
    assert "RE-2026-000001" in mail.text


def test_numbers_go_on_and_begin_anew_each_year(member, staff):
    numbers = [make_invoice(member, staff).number for _ in range(2)]
    worked = {"service_from": date(2025, 11, 1), "service_until": date(2025, 11, 30)}
    numbers.append(make_invoice(member, staff, on=date(2025, 12, 31), **worked).number)
    numbers.append(make_invoice(member, staff, on=date(2026, 12, 31)).number)
    assert numbers == ["RE-2026-000001", "RE-2026-000002", "RE-2025-000001", "RE-2026-000003"]


def test_many_are_issued_in_the_order_asked_for(member, staff):
    client = make_client(member)
    jobs = [make_confirmed_job(member, staff, client=client, net_cents=1000 + n) for n in range(3)]
    invoices = issue_invoices(job_ids=[job.pk for job in reversed(jobs)], on=ISSUED, by=staff)
    assert [(i.number[-1], i.net_cents) for i in invoices] == [("1", 1002), ("2", 1001), ("3", 1000)]


def test_statements_do_not_grow_with_the_invoices_but_for_the_mails(member, staff):
    client = make_client(member)
    jobs = [make_confirmed_job(member, staff, client=client).pk for _ in range(13)]
    make_invoice(member, staff)  # accounts and period are there
    with CaptureQueriesContext(connection) as one:
        issue_invoices(job_ids=jobs[:1], on=ISSUED, by=staff)
    with CaptureQueriesContext(connection) as many:
        issue_invoices(job_ids=jobs[1:], on=ISSUED, by=staff)

    def without_mail(queries: CaptureQueriesContext) -> int:
        mail = ("messaging_", "tenancy_cooperative", "SAVEPOINT")
        return sum(not any(word in query["sql"] for word in mail) for query in queries)

    assert without_mail(many) == without_mail(one)


def test_a_snapshot_does_not_follow_the_client(member, staff):
    invoice = make_invoice(member, staff)
    change_client(client_id=invoice.client_id, on=ISSUED, by=member, name="Anders GmbH")
    invoice.refresh_from_db()
    assert (invoice.buyer_name, invoice.buyer["name"]) == ("Museum am Hafen gGmbH", "Museum am Hafen gGmbH")


@pytest.mark.parametrize(
    "change",
    ["number = 'X'", "net_cents = 1", "buyer = '{}'", "issued_on = '2020-01-01'", "fee_cents = 0", "email = 'a@b.cd'"],
)
def test_an_issued_invoice_is_frozen(member, staff, change: str):
    make_invoice(member, staff)
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE invoicing_invoice SET {change}")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM invoicing_invoice",
        "DELETE FROM invoicing_invoiceline",
        "UPDATE invoicing_invoiceline SET title = 'x'",
        "UPDATE invoicing_job SET net_cents = 1",
        "UPDATE invoicing_job SET state = 'draft'",
        "DELETE FROM invoicing_job",
        "UPDATE invoicing_invoice SET paid_cents = 119001",
        "UPDATE invoicing_invoice SET state = 'paid'",
    ],
)
def test_what_was_issued_is_kept(member, staff, statement: str):
    make_invoice(member, staff)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("state", ["draft", "submitted", "accepted", "cancelled"])
def test_only_confirmed_jobs_are_issued(member, staff, state: str):
    from invoicing.actions import accept_job, cancel_job, submit_job

    job = make_job(member)
    if state == "cancelled":
        cancel_job(job_id=job.pk, reason="", on=ISSUED, by=member)
    elif state != "draft":
        submit_job(job_id=job.pk, on=ISSUED, by=member)
        if state == "accepted":
            accept_job(job_id=job.pk, on=ISSUED, by=staff)
    with pytest.raises(InvalidTransition):
        issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert nothing_issued()


def test_twice_is_refused(member, staff):
    invoice = make_invoice(member, staff)
    with pytest.raises(InvalidTransition):
        issue_invoice(job_id=invoice.job_id, on=ISSUED, by=staff)
    with pytest.raises(NotFound):
        issue_invoices(job_ids=[invoice.job_id, invoice.job_id], on=ISSUED, by=staff)


def test_work_that_is_not_finished_is_refused(member, staff):
    job = make_confirmed_job(member, staff, service_until=date(2026, 6, 2))
    with pytest.raises(NotYetSupplied):
        issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert nothing_issued()


def test_a_client_that_lost_its_vat_number_is_a_question(member, staff):
    client = make_client(member, **french())
    job = make_confirmed_job(member, staff, client=client)
    change_client(client_id=client.pk, on=ISSUED, by=staff, vat_id="")
    with pytest.raises(VatQuestion):
        issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert nothing_issued()


@pytest.mark.parametrize(
    ("changes", "client", "case"),
    [
        ({"vat_id": "", "tax_number": ""}, {}, "de_standard"),
        ({"vat_id": ""}, french(), "eu_reverse_charge"),
    ],
)
def test_a_cooperative_without_tax_numbers_cannot_issue(db, changes, client, case):
    with coop_scope(make_cooperative(legal_changes=changes).pk):
        member = make_role(Role.MEMBER)
        job = make_confirmed_job(member, client=make_client(member, **client))
        with pytest.raises(SellerIncomplete):
            issue_invoice(job_id=job.pk, on=ISSUED, by=None)
        assert nothing_issued()


def test_one_bad_job_leaves_all_unissued_and_no_gap(member, staff):
    client = make_client(member)
    good, bad = make_confirmed_job(member, staff, client=client), make_job(member, client=client)
    with pytest.raises(InvalidTransition), transaction.atomic():
        issue_invoices(job_ids=[good.pk, bad.pk], on=ISSUED, by=staff)
    assert nothing_issued()
    assert issue_invoice(job_id=good.pk, on=ISSUED, by=staff).number == "RE-2026-000001"


def test_a_failure_after_the_number_leaves_no_gap(member, staff):
    """The claim's reference is taken, so that the issue fails behind the number."""
    from coop.banking.actions import ReferenceTaken, open_claim

    job = make_confirmed_job(member, staff)
    open_claim(
        kind="invoice",
        source="invoice:0",
        reference="RE-2026-000001",
        debtor="x",
        amount_cents=1,
        due_on=ISSUED,
        on=ISSUED,
    )
    with pytest.raises(ReferenceTaken), transaction.atomic():
        issue_invoice(job_id=job.pk, on=ISSUED, by=staff)
    assert not Invoice.objects.exists()
    assert NumberRange.objects.filter(series="invoice-2026").count() == 0


def test_a_closed_month_books_into_the_next_and_keeps_the_true_day(member, staff):
    from datetime import UTC, datetime

    make_invoice(member, staff)
    close_period(month=date(2026, 6, 1), by=staff, at=datetime(2026, 7, 1, tzinfo=UTC))
    late = make_invoice(member, staff, on=date(2026, 6, 30))
    entry = Entry.objects.get(source=f"invoice:{late.pk}:issue")
    assert (late.issued_on, entry.event_on, entry.booked_on) == (
        date(2026, 6, 30),
        date(2026, 6, 30),
        date(2026, 7, 1),
    )


def test_another_cooperatives_job_is_not_there(coop, other_coop, member, staff):
    with coop_scope(other_coop.pk):
        theirs = make_confirmed_job(make_role(Role.MEMBER))
    with pytest.raises(NotFound):
        issue_invoice(job_id=theirs.pk, on=ISSUED, by=staff)


class Racer(threading.Thread):
    """Issues in a connection of its own, all racers at once."""

    def __init__(self, coop_id: int, barrier: threading.Barrier, job_ids: list[int]) -> None:
        super().__init__()
        self.coop_id, self.barrier, self.job_ids = coop_id, barrier, job_ids
        self.numbers: list[str] = []
        self.refused = 0

    def run(self) -> None:
        try:
            self.barrier.wait()
            for job_id in self.job_ids:
                try:
                    with coop_scope(self.coop_id):
                        self.numbers.append(issue_invoice(job_id=job_id, on=ISSUED, by=None).number)
                except InvalidTransition:
                    self.refused += 1
        finally:
            connection.close()


def race(coop_id: int, *job_ids: list[int]) -> list[Racer]:
    barrier = threading.Barrier(len(job_ids))
    racers = [Racer(coop_id, barrier, ids) for ids in job_ids]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    return racers


def test_two_connections_draw_gapless_numbers(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
        client = make_client(member)
        jobs = [make_confirmed_job(member, staff, client=client).pk for _ in range(12)]
    racers = race(cooperative.pk, jobs[:6], jobs[6:])
    numbers = sorted(racers[0].numbers + racers[1].numbers)
    assert numbers == [f"RE-2026-{n:06d}" for n in range(1, 13)]


def test_of_two_issues_of_one_job_one_wins(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        member, staff = make_role(Role.MEMBER), make_role(Role.INVOICING)
        client = make_client(member)
        jobs = [make_confirmed_job(member, staff, client=client).pk for _ in range(6)]
    racers = race(cooperative.pk, jobs, jobs)
    assert racers[0].refused + racers[1].refused == 6
    assert sorted(racers[0].numbers + racers[1].numbers) == [f"RE-2026-{n:06d}" for n in range(1, 7)]
    with coop_scope(cooperative.pk):
        assert Invoice.objects.count() == Entry.objects.count() == Claim.objects.count() == 6
        assert not Job.objects.exclude(state=JobState.INVOICED).exists()
