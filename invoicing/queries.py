"""Reads over clients, jobs and invoices. Lists are frozen rows, in a constant number of statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from coop.documents.models import Document
from coop.errors import NotFound, StetigError
from coop.ledger.models import Entry, Posting
from coop.tenancy.models import User
from coop.tenancy.states import Role
from invoicing.actions import cancel_source, claim_source, issue_source, payment_source, refund_source
from invoicing.actions.lines import groups_of, priced
from invoicing.law.amounts import TaxGroup
from invoicing.models import (
    Client,
    ClientLink,
    Invoice,
    InvoiceCancellation,
    InvoicePayment,
    Job,
    JobLine,
    JobMessage,
    JobStep,
    PlannedInvoice,
)
from invoicing.states import InvoiceState, JobState
from members.queries import person_of

SEES_ALL_JOBS = frozenset({Role.INVOICING})
"""Who sees the jobs and clients of all members."""
SEES_ALL_INVOICES = frozenset({Role.INVOICING, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD})
"""Who sees the invoices of all members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """A client in a list."""

    id: int
    name: str
    city: str
    country: str
    owner_name: str
    job_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job in a list. `unread` counts what the other side said and the reader has not seen."""

    id: int
    title: str
    client_name: str
    owner_name: str
    net_cents: int
    vat_case: str
    service_from: date
    service_until: date
    state: str
    state_on: date
    guaranteed: bool
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """An invoice in a list; amounts in cents."""

    id: int
    number: str
    buyer_name: str
    owner_name: str
    issued_on: date
    due_on: date
    net_cents: int
    gross_cents: int
    open_cents: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    """One posting of an entry about an invoice, debit positive."""

    entry_number: int
    booked_on: date
    text: str
    account: str
    cents: int


class NoBudget(StetigError):
    """Only members have a budget for the money of their jobs: the admission comes first."""

    code = "no_budget"


def budget_of(user: User) -> int:
    """The budget of the member behind a login. Raises: NoBudget."""
    person = person_of(user)
    if person is None or person.budget_id is None:
        raise NoBudget
    return int(person.budget_id)


def clients_for(user: User, roles: Iterable[Role]) -> QuerySet[Client]:
    """The clients that `user` may see: own ones, and everybody's for invoicing staff."""
    everyone: QuerySet[Client] = Client.objects.all()
    return everyone if SEES_ALL_JOBS & set(roles) else everyone.filter(owner=user)


def client_rows(clients: QuerySet[Client]) -> QuerySet[Client, Any]:
    """The rows of a list of clients, by name, as mappings for `ClientRow`; sliced by the caller."""
    return clients.order_by("name", "id").values(
        "id", "name", "city", "country", owner_name=F("owner__name"), job_count=_count(Job, "client")
    )


def client_for(user: User, roles: Iterable[Role], client_id: int) -> Client:
    """Raises: NotFound, also where it is somebody else's."""
    client = clients_for(user, roles).filter(id=client_id).first()
    if client is None:
        raise NotFound
    return client


def jobs_for(user: User, roles: Iterable[Role]) -> QuerySet[Job]:
    """The jobs that `user` may see: own ones, and everybody's for invoicing staff."""
    everyone: QuerySet[Job] = Job.objects.all()
    return everyone if SEES_ALL_JOBS & set(roles) else everyone.filter(owner=user)


def job_for(user: User, roles: Iterable[Role], job_id: int) -> Job:
    """A job with its client. Raises: NotFound, also where it is somebody else's."""
    job = jobs_for(user, roles).filter(id=job_id).select_related("client", "owner").first()
    if job is None:
        raise NotFound
    return job


def job_rows(jobs: QuerySet[Job], reader: User) -> QuerySet[Job, Any]:
    """The rows of a list of jobs, newest first, as mappings for `JobRow`; sliced by the caller."""
    unread = (
        JobMessage.objects.filter(job=OuterRef("pk"), read_at__isnull=True)
        .exclude(Q(by_owner=True, job__owner=reader) | (Q(by_owner=False) & ~Q(job__owner=reader)))
        .order_by()
        .values("job")
        .annotate(number=Count("id"))
        .values("number")
    )
    return jobs.order_by("-id").values(
        "id",
        "title",
        "net_cents",
        "vat_case",
        "service_from",
        "service_until",
        "state",
        "state_on",
        "guaranteed",
        client_name=F("client__name"),
        owner_name=F("owner__name"),
        unread=Coalesce(Subquery(unread), 0),
    )


def jobs_in_state(state: JobState, reader: User) -> list[JobRow]:
    """All jobs in one state, the longest waiting first: a work list of the office."""
    rows = job_rows(Job.objects.filter(state=state), reader).order_by("state_on", "id")
    return [JobRow(**row) for row in rows]


def job_counts(jobs: QuerySet[Job]) -> dict[JobState, int]:
    """How many jobs are in which state, in one statement."""
    counted = jobs.order_by().values_list("state").annotate(Count("id"))
    return {JobState(state): number for state, number in counted}


def unread_for_staff() -> int:
    """How many messages of members nobody in the office has seen."""
    return JobMessage.objects.filter(read_at__isnull=True, by_owner=True).count()


def unread_for_member(user: User) -> int:
    """How many messages of the office a member has not seen."""
    return JobMessage.objects.filter(read_at__isnull=True, by_owner=False, job__owner=user).count()


def steps_of(job: Job) -> list[JobStep]:
    """The life of a job, oldest first."""
    return list(JobStep.objects.filter(job=job).select_related("by").order_by("id"))


def talk_of(job: Job) -> list[JobMessage]:
    """What was said on a job, oldest first."""
    return list(JobMessage.objects.filter(job=job).select_related("author").order_by("id"))


def invoices_for(user: User, roles: Iterable[Role]) -> QuerySet[Invoice]:
    """The invoices that `user` may see: those of own jobs, and all for the office, the board and the auditor."""
    everyone: QuerySet[Invoice] = Invoice.objects.all()
    return everyone if SEES_ALL_INVOICES & set(roles) else everyone.filter(owner=user)


def invoice_for(user: User, roles: Iterable[Role], invoice_id: int) -> Invoice:
    """Raises: NotFound, also where it is somebody else's."""
    invoice = invoices_for(user, roles).filter(id=invoice_id).select_related("owner").first()
    if invoice is None:
        raise NotFound
    return invoice


def found_invoices(
    invoices: QuerySet[Invoice], *, text: str = "", state: str = "", year: int | None = None, on: date | None = None
) -> QuerySet[Invoice]:
    """Narrow a list: `text` in number, client or member; `state` also "overdue", as of `on`."""
    if text:
        invoices = invoices.filter(
            Q(number__icontains=text) | Q(buyer_name__icontains=text) | Q(owner__name__icontains=text)
        )
    if state == "overdue":
        invoices = invoices.filter(state=InvoiceState.ISSUED, due_on__lt=on)
    elif state:
        invoices = invoices.filter(state=state)
    if year:
        invoices = invoices.filter(issued_on__year=year)
    return invoices


def invoice_rows(invoices: QuerySet[Invoice]) -> QuerySet[Invoice, Any]:
    """The rows of a list of invoices, newest first, as mappings for `InvoiceRow`; sliced by the caller."""
    return invoices.order_by("-issued_on", "-id").values(
        "id",
        "number",
        "buyer_name",
        "issued_on",
        "due_on",
        "net_cents",
        "gross_cents",
        "state",
        owner_name=F("owner__name"),
        open_cents=Case(When(state=InvoiceState.CANCELLED, then=Value(0)), default=F("gross_cents") - F("paid_cents")),
    )


def lines_of_job(job: Job) -> list[JobLine]:
    """The lines of a job in their order."""
    return list(JobLine.objects.filter(job=job).order_by("position"))


def planned_of_job(job: Job) -> list[PlannedInvoice]:
    """What is planned and not yet issued, the soonest first."""
    return list(PlannedInvoice.objects.filter(job=job, invoice=None).order_by("planned_on", "id"))


def planned_due(on: date) -> QuerySet[PlannedInvoice]:
    """Planned invoices of confirmed jobs whose day has come, the longest waiting first."""
    due: QuerySet[PlannedInvoice] = PlannedInvoice.objects.filter(
        invoice=None, planned_on__lte=on, job__state=JobState.CONFIRMED
    )
    return due.select_related("job__client", "job__owner").order_by("planned_on", "id")


def planned_for(user: User, roles: Iterable[Role], planned_id: int) -> PlannedInvoice:
    """A planned invoice with its job. Raises: NotFound, also where it is somebody else's or has been issued."""
    planned: PlannedInvoice | None = (
        PlannedInvoice.objects.filter(id=planned_id, invoice=None, job__in=jobs_for(user, roles))
        .select_related("job")
        .first()
    )
    if planned is None:
        raise NotFound
    return planned


def tax_of(job: Job) -> list[TaxGroup]:
    """How the whole of a job is taxed as its client is now. Raises: VatQuestion, InvalidInput, LawUnknown."""
    return groups_of(priced(job, lines_of_job(job)))


def link_sent(job: Job) -> ClientLink | None:
    """The last link to the client of a job, with its answer."""
    found: ClientLink | None = ClientLink.objects.filter(job=job).order_by("-id").first()
    return found


def invoices_of_client(client: Client) -> list[Invoice]:
    """The invoices of a client, newest first."""
    return list(Invoice.objects.filter(client=client).order_by("-issued_on", "-id")[:500])


def document_of_client(client: Client, invoice_id: int) -> Document | None:
    """The PDF of one of a client's invoices."""
    invoice = Invoice.objects.filter(client=client, id=invoice_id).first()
    return document_of(invoice) if invoice else None


def invoices_of_job(job: Job) -> list[Invoice]:
    """What was invoiced for a job."""
    return list(Invoice.objects.filter(job=job).order_by("id"))


def document_of(invoice: Invoice) -> Document | None:
    """The PDF of an invoice, which may still be waiting to be drawn."""
    document: Document | None = Document.objects.filter(kind="invoice", source=claim_source(invoice.pk)).first()
    return document


def cancellation_of(invoice: Invoice) -> InvoiceCancellation | None:
    """How an invoice was taken back, where it was."""
    found: InvoiceCancellation | None = InvoiceCancellation.objects.filter(invoice=invoice).first()
    return found


def awaits_refund(invoice: Invoice) -> bool:
    """Whether the tax on the paid part of a cancelled invoice has still to fall."""
    cancellation = cancellation_of(invoice)
    return (
        cancellation is not None
        and cancellation.vat_kept_cents > 0
        and not Entry.objects.filter(source=refund_source(invoice.pk)).exists()
    )


def cancellation_document_of(invoice: Invoice) -> Document | None:
    """The PDF that takes an invoice back, which may still be waiting to be drawn."""
    found: Document | None = Document.objects.filter(kind="cancellation", source=cancel_source(invoice.pk)).first()
    return found


def payments_of(invoice: Invoice) -> list[InvoicePayment]:
    """What arrived on an invoice, with what was undone, oldest first."""
    return list(InvoicePayment.objects.filter(invoice=invoice).order_by("id"))


def postings_of(invoice: Invoice, payments: Iterable[InvoicePayment]) -> list[PostingRow]:
    """Every posting about an invoice: its issue, its payments and what was reversed."""
    sources = [
        issue_source(invoice.pk),
        cancel_source(invoice.pk),
        refund_source(invoice.pk),
        *(payment_source(payment.match_id) for payment in payments),
    ]
    sources += [f"{source}:reversed" for source in sources]
    rows = (
        Posting.objects.filter(entry__source__in=sources)
        .order_by("entry__number", "id")
        .values(
            entry_number=F("entry__number"),
            booked_on=F("entry__booked_on"),
            text=F("entry__text"),
            code=F("account__code"),
            cents=F("amount_cents"),
        )
    )
    return [PostingRow(account=row.pop("code"), **row) for row in rows]


def open_cents_in_total() -> int:
    """What all clients owe."""
    total = Invoice.objects.filter(state=InvoiceState.ISSUED).aggregate(total=Sum(F("gross_cents") - F("paid_cents")))
    return int(total["total"] or 0)


def expected_movements() -> dict[tuple[int, str], tuple[int, int]]:
    """What invoices and their payments should have moved in budgets: see `coop.ledger.evidence`."""
    expected: dict[tuple[int, str], tuple[int, int]] = {}
    invoices = Invoice.objects.values_list("id", "budget_id", "net_cents", "fee_cents")
    for invoice_id, budget_id, net, fee in invoices.iterator(chunk_size=5000):
        expected[budget_id, issue_source(invoice_id)] = (0, net - fee)
    taken_back = InvoiceCancellation.objects.values_list(
        "invoice_id", "invoice__budget_id", "free_cents", F("invoice__net_cents") - F("invoice__fee_cents")
    )
    for invoice_id, budget_id, free, share in taken_back.iterator(chunk_size=5000):
        expected[budget_id, cancel_source(invoice_id)] = (-free, free - share)
    payments = InvoicePayment.objects.values_list("match_id", "invoice__budget_id", "free_cents")
    for match_id, budget_id, free in payments.iterator(chunk_size=5000):
        expected[budget_id, payment_source(match_id)] = (free, -free)
    return expected


def _count(model: Any, key: str) -> Any:
    counted = model.objects.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("id")).values("n")
    return Coalesce(Subquery(counted), 0)


def earned_by_month(since: date) -> dict[date, tuple[int, int]]:
    """Month -> (budgets' part, fee) of what clients have paid on invoices that stand, since the first day of a month, in cents.

    The fee is earned with the money, in proportion; the last payment of an invoice brings what is left of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT date_trunc('month', paid_on)::date, sum(free_cents), sum(fee_until - fee_before) FROM (
                SELECT paid_on, free_cents, round(fee_cents * paid / share) AS fee_until,
                       round(fee_cents * (paid - free_cents) / share) AS fee_before
                  FROM (SELECT p."on" AS paid_on, p.free_cents, i.fee_cents::numeric AS fee_cents,
                               nullif(i.net_cents - i.fee_cents, 0) AS share,
                               sum(p.free_cents) OVER (PARTITION BY p.invoice_id ORDER BY p."on", p.id) AS paid
                          FROM invoicing_invoicepayment p
                          JOIN invoicing_invoice i ON i.coop_id = p.coop_id AND i.id = p.invoice_id
                         WHERE NOT p.undone AND i.state <> 'cancelled') payments
                 WHERE paid_on >= %s) earned
             GROUP BY 1
            """,
            [since],
        )
        return {month: (int(free or 0), int(fee or 0)) for month, free, fee in cursor.fetchall()}
