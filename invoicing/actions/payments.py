"""What a client's payment means: the budget's part becomes free, tax that waited falls due."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from coop.banking.models import Claim
from coop.banking.registry import Settlement
from coop.errors import NotFound
from coop.ledger.actions import month_of
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, credit, debit, draft
from coop.ledger.models import Entry
from coop.tenancy.scope import current_coop_id
from invoicing.actions.covers import renew_covers
from invoicing.actions.invoices import claim_source
from invoicing.law.allocation import part_due
from invoicing.models import Invoice, InvoicePayment, Job, JobStep
from invoicing.states import InvoiceState, JobState


def payment_source(match_id: int) -> str:
    """What the entry of a matched payment is called."""
    return f"match:{match_id}"


@transaction.atomic
def record_payments(settlements: Sequence[Settlement]) -> list[Draft]:
    """Note what each matched payment moves and return its whole entry, in their order.

    Called by banking through its registry, in the transaction of the match; banking posts the entries.

    Raises: NotFound.
    """
    invoices = _locked_invoices(_invoice_id(settlement.claim_source) for settlement in settlements)
    moved = _moved(invoices)
    payments, drafts = [], []
    for settlement in settlements:
        invoice = invoices.get(_invoice_id(settlement.claim_source))
        if invoice is None:
            raise NotFound(_("There is no such invoice."))
        paid, free, vat = moved[invoice.pk]
        paid += settlement.cents
        waiting_vat = invoice.vat_cents if invoice.tax_waits else 0
        payment = InvoicePayment(
            invoice=invoice,
            match_id=settlement.match_id,
            on=settlement.on,
            cents=settlement.cents,
            free_cents=part_due(
                total_cents=invoice.share_cents, moved_cents=free, paid_cents=paid, amount_cents=invoice.gross_cents
            ),
            vat_due_cents=part_due(
                total_cents=waiting_vat, moved_cents=vat, paid_cents=paid, amount_cents=invoice.gross_cents
            ),
        )
        moved[invoice.pk] = (paid, free + payment.free_cents, vat + payment.vat_due_cents)
        payments.append(payment)
        drafts.append(_payment_entry(invoice, payment, settlement.text))
    InvoicePayment.objects.bulk_create(payments, batch_size=2000)
    return drafts


@transaction.atomic
def refresh_paid(claim_ids: Sequence[int]) -> None:
    """Bring invoices, jobs and cover to what has arrived, after matches were made or undone.

    Called by banking through its registry; the number of statements does not grow with the claims.
    """
    sources = Claim.objects.filter(id__in=claim_ids).values_list("source", flat=True)
    invoices = _locked_invoices(_invoice_id(source) for source in sources)
    undone = _mark_undone(invoices)
    moved = _moved(invoices)
    jobs = {job.pk: job for job in Job.objects.filter(id__in={invoice.job_id for invoice in invoices.values()})}
    last_on = dict(
        InvoicePayment.objects.filter(invoice_id__in=invoices, undone=False)
        .values_list("invoice_id")
        .annotate(Max("on"))
    )
    changed: dict[int, Invoice] = {}
    for invoice in invoices.values():
        invoice.paid_cents, _free, _vat = moved[invoice.pk]
        whole = invoice.paid_cents == invoice.gross_cents
        invoice.paid_on = last_on[invoice.pk] if whole else None
        state = InvoiceState.PAID if whole else InvoiceState.ISSUED
        if state != invoice.state:
            invoice.state = state
            changed[invoice.job_id] = invoice
    _store(invoices.values())
    open_jobs = set(
        Invoice.objects.filter(job_id__in=changed, state=InvoiceState.ISSUED).values_list("job_id", flat=True)
    )
    _step_jobs(
        [
            JobStep(job=jobs[job_id], state=now, on=last.paid_on or undone[last.pk], note=last.number)
            for job_id, last in changed.items()
            if (now := _job_state(jobs[job_id], open_jobs)) != jobs[job_id].state
        ]
    )
    renew_covers(jobs.values())


def _job_state(job: Job, open_jobs: Collection[int]) -> JobState:
    """A job is paid once all of it is invoiced and every invoice is paid; before that it goes on as it was."""
    if job.left_cents:
        return JobState(job.state)
    return JobState.INVOICED if job.pk in open_jobs else JobState.PAID


def _payment_entry(invoice: Invoice, payment: InvoicePayment, text: str) -> Draft:
    party, service = claim_source(invoice.pk), month_of(invoice.service_until)
    lines = [
        debit(AccountCode.BANK, payment.cents),
        credit(AccountCode.RECEIVABLE, payment.cents, party=party, service_month=service),
        debit(AccountCode.VAT_NOT_DUE, payment.vat_due_cents, party=party, service_month=service),
        credit(
            AccountCode.VAT, payment.vat_due_cents, party=party, service_month=service, tax_month=month_of(payment.on)
        ),
        debit(AccountCode.PENDING, payment.free_cents, budget_id=invoice.budget_id, party=party, service_month=service),
        credit(AccountCode.FREE, payment.free_cents, budget_id=invoice.budget_id, party=party, service_month=service),
    ]
    return draft(payment_source(payment.match_id), payment.on, text, lines, document=invoice.number)


def _invoice_id(source: str) -> int:
    return int(source.removeprefix("invoice:"))


def _locked_invoices(invoice_ids: Iterable[int]) -> dict[int, Invoice]:
    rows = Invoice.objects.filter(id__in=set(invoice_ids)).order_by("id").select_for_update()
    return {invoice.pk: invoice for invoice in rows}


def _moved(invoices: dict[int, Invoice]) -> dict[int, tuple[int, int, int]]:
    """Per invoice: what arrived, became free and fell due as tax, in cents, without what was undone."""
    rows = (
        InvoicePayment.objects.filter(invoice_id__in=invoices, undone=False)
        .values_list("invoice_id")
        .annotate(Sum("cents"), Sum("free_cents"), Sum("vat_due_cents"))
    )
    moved = {invoice_id: (int(paid), int(free), int(vat)) for invoice_id, paid, free, vat in rows}
    return {invoice_id: moved.get(invoice_id, (0, 0, 0)) for invoice_id in invoices}


def _mark_undone(invoices: dict[int, Invoice]) -> dict[int, date]:
    """Mark the payments whose entries have been reversed; per invoice the last day on which that happened."""
    live = {
        payment_source(payment.match_id): payment
        for payment in InvoicePayment.objects.filter(invoice_id__in=invoices, undone=False)
    }
    reversed_on = dict(Entry.objects.filter(reverses__source__in=live).values_list("reverses__source", "event_on"))
    InvoicePayment.objects.filter(id__in=[live[source].pk for source in reversed_on]).update(undone=True)
    days: dict[int, date] = {}
    for source, day in reversed_on.items():
        invoice_id = live[source].invoice_id
        days[invoice_id] = max(day, days.get(invoice_id, day))
    return days


def _store(invoices: Collection[Invoice]) -> None:
    """Write what is paid into many invoices by one statement."""
    if not invoices:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoicing_invoice t SET paid_cents = v.cents, state = v.state, paid_on = v.day "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[]) AS v(id, cents, state, day) "
            "WHERE t.coop_id = %s AND t.id = v.id",
            [
                [invoice.pk for invoice in invoices],
                [invoice.paid_cents for invoice in invoices],
                [str(invoice.state) for invoice in invoices],
                [invoice.paid_on for invoice in invoices],
                current_coop_id(),
            ],
        )


def _step_jobs(steps: Sequence[JobStep]) -> None:
    if not steps:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoicing_job t SET state = v.state, state_on = v.day "
            "FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS v(id, state, day) WHERE t.coop_id = %s AND t.id = v.id",
            [
                [step.job_id for step in steps],
                [str(step.state) for step in steps],
                [step.on for step in steps],
                current_coop_id(),
            ],
        )
    JobStep.objects.bulk_create(steps, batch_size=1000)
