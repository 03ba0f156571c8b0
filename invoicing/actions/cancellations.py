"""Take an issued invoice back: by a document with a number of its own, never by changing what was issued."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from coop.banking.actions import cancel_claim
from coop.documents.actions import request_documents
from coop.documents.models import Document
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import month_of, post, set_cover
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, credit, debit, draft
from coop.ledger.queries import account_balance
from coop.messaging.actions import queue_mail
from coop.tenancy.models import User
from coop.tenancy.numbers import draw_number
from coop.tenancy.queries import this_cooperative
from invoicing.actions.covers import cover_source, renew_covers
from invoicing.actions.invoices import XML_KIND, claim_source, revenue_of
from invoicing.einvoice.paper import InvoiceFormat
from invoicing.law.allocation import part_due
from invoicing.law.due import cancelled_tax_month_of
from invoicing.law.retention import invoice_kept_until
from invoicing.models import Invoice, InvoiceCancellation, InvoicePayment, Job, JobStep, PlannedInvoice
from invoicing.states import AFTER_CANCELLATION, INVOICE_STATES, JOB_STATES, InvoiceKind, InvoiceState, JobState

CANCELLATION_KIND = "cancellation"


class CreditNotRefunded(StetigError):
    """The client's credit has not gone back yet: pay it out first."""

    code = "credit_not_refunded"


def cancel_source(invoice_id: int) -> str:
    """What the entry and the papers of a cancellation are called."""
    return f"invoice:{invoice_id}:cancel"


def refund_source(invoice_id: int) -> str:
    """What the entry is called by which the tax on the paid part falls."""
    return f"invoice:{invoice_id}:refund"


def credit_party(invoice_id: int) -> str:
    """Whose credit it is in the ledger: the name that banking uses for what a client paid too much."""
    return f"client credit of {claim_source(invoice_id)}"


@transaction.atomic
def cancel_invoice(*, invoice_id: int, reason: str, then: JobState, on: date, by: User | None) -> InvoiceCancellation:
    """Take an invoice back, dated `on`, with a cancellation invoice to the client.

    What is open falls; what was paid becomes the client's credit; the budget loses its part, free or not. The job goes
    back to its member (`RETURNED`), is invoiced anew as it stands (`CONFIRMED`) or is given up (`CANCELLED`).

    Raises: NotFound, InvalidInput, InvalidTransition, PeriodClosed, LawUnknown.
    Source: § 14c (1), § 17 (1) UStG; § 31 (5) UStDV.
    """
    invoice: Invoice | None = Invoice.objects.select_for_update().filter(id=invoice_id).first()
    if invoice is None:
        raise NotFound(_("There is no such invoice."))
    INVOICE_STATES.check(invoice.state, InvoiceState.CANCELLED)
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why the invoice is cancelled: the client reads it."))
    if then not in AFTER_CANCELLATION:
        raise InvalidInput(_("Say what becomes of the job."))
    if on < invoice.issued_on:
        raise InvalidInput(_("An invoice cannot be cancelled before its own date."))
    keep_until = invoice_kept_until(on)
    job = Job.objects.select_for_update().get(id=invoice.job_id)
    _check_cancellable(invoice, job, then)
    cancel_claim(source=claim_source(invoice.pk))
    moved = InvoicePayment.objects.filter(invoice=invoice, undone=False).aggregate(
        Sum("free_cents"), Sum("vat_due_cents")
    )
    cooperative = this_cooperative()
    number = draw_number(f"cancellation-{on.year}")
    cancellation: InvoiceCancellation = InvoiceCancellation.objects.create(
        invoice=invoice,
        number=f"{cooperative.invoice_prefix}-S-{on.year}-{number:06d}",
        cancelled_on=on,
        cancelled_by=by,
        reason=reason,
        credit_cents=invoice.paid_cents,
        vat_kept_cents=_vat_kept(invoice, int(moved["vat_due_cents__sum"] or 0)),
        free_cents=int(moved["free_cents__sum"] or 0),
    )
    with translation.override(settings.LANGUAGE_CODE):
        post(cancel_entry(cancellation), by=by)
    invoice.state = InvoiceState.CANCELLED
    invoice.save(update_fields=["state"])
    _release_job(job, cancellation, then, by)
    _send(cancellation, keep_until, cooperative.name)
    return cancellation


@transaction.atomic
def note_refund(*, invoice_id: int, on: date, by: User | None) -> None:
    """Let the tax on a cancelled invoice's paid part fall, once the client's credit has gone back.

    Raises: NotFound, CreditNotRefunded, AlreadyPosted.
    Source: § 17 (1), (2) no. 3 UStG.
    """
    cancellation = InvoiceCancellation.objects.select_related("invoice").filter(invoice_id=invoice_id).first()
    if cancellation is None:
        raise NotFound(_("There is no such cancellation."))
    if account_balance(AccountCode.CLIENT_CREDIT, party=credit_party(invoice_id)):
        raise CreditNotRefunded
    if not cancellation.vat_kept_cents:
        return
    tax_month = cancelled_tax_month_of(paid=True, cancelled_on=cancellation.cancelled_on, refunded_on=on)
    party, service = claim_source(invoice_id), month_of(cancellation.invoice.service_until)
    with translation.override(settings.LANGUAGE_CODE):
        text = _("VAT of %(number)s falls: the money went back") % {"number": cancellation.number}
    lines = [
        debit(AccountCode.VAT, cancellation.vat_kept_cents, party=party, service_month=service, tax_month=tax_month),
        credit(AccountCode.VAT_AWAITING_REFUND, cancellation.vat_kept_cents, party=party, service_month=service),
    ]
    post(draft(refund_source(invoice_id), on, text, lines, document=cancellation.number), by=by)


def cancel_entry(cancellation: InvoiceCancellation) -> Draft:
    """The postings of a cancellation: the unpaid part's tax falls at once, the paid part's with the refund."""
    invoice = cancellation.invoice
    party, service = claim_source(invoice.pk), month_of(invoice.service_until)
    tax_month = cancelled_tax_month_of(paid=False, cancelled_on=cancellation.cancelled_on, refunded_on=None)
    agreed = not invoice.tax_waits
    free, kept = cancellation.free_cents, cancellation.vat_kept_cents
    lines = [
        *(
            debit(account, cents, party=party, service_month=service, tax_month=tax_month)
            for account, cents in revenue_of(invoice)
        ),
        debit(
            AccountCode.VAT if agreed else AccountCode.VAT_NOT_DUE,
            invoice.vat_cents - kept,
            party=party,
            service_month=service,
            tax_month=tax_month if agreed else None,
        ),
        debit(AccountCode.VAT_AWAITING_REFUND, kept, party=party, service_month=service),
        credit(AccountCode.RECEIVABLE, invoice.gross_cents - invoice.paid_cents, party=party, service_month=service),
        credit(AccountCode.CLIENT_CREDIT, cancellation.credit_cents, party=credit_party(invoice.pk)),
        debit(
            AccountCode.PENDING,
            invoice.share_cents - free,
            budget_id=invoice.budget_id,
            party=party,
            service_month=service,
        ),
        debit(AccountCode.FREE, free, budget_id=invoice.budget_id, party=party, service_month=service),
        debit(AccountCode.FEE, invoice.fee_cents, party=party, service_month=service),
        credit(AccountCode.ALLOC, invoice.net_cents, service_month=service),
    ]
    text = _("Cancellation %(number)s of invoice %(invoice)s") % {
        "number": cancellation.number,
        "invoice": invoice.number,
    }
    return draft(cancel_source(invoice.pk), cancellation.cancelled_on, text, lines, document=cancellation.number)


def _vat_kept(invoice: Invoice, fallen_due: int) -> int:
    """The tax on what the client has paid: it has fallen due and stays so until the money goes back."""
    if invoice.tax_waits:
        return fallen_due
    return part_due(
        total_cents=invoice.vat_cents,
        moved_cents=0,
        paid_cents=invoice.paid_cents,
        amount_cents=invoice.gross_cents,
    )


def _check_cancellable(invoice: Invoice, job: Job, then: JobState) -> None:
    """The other invoices of the job must be able to stand. Raises: InvalidInput, InvalidTransition."""
    if job.state != then:
        JOB_STATES.check(job.state, then)
    others = Invoice.objects.filter(job=job).exclude(id=invoice.pk).exclude(state=InvoiceState.CANCELLED)
    if invoice.kind == InvoiceKind.ADVANCE and others.filter(kind=InvoiceKind.FINAL).exists():
        raise InvalidInput(_("The final invoice deducts this advance: cancel the final invoice first."))
    if then != JobState.CONFIRMED and others.exists():
        raise InvalidInput(_("The job has other invoices: invoice this part anew, or cancel the others first."))


def _release_job(job: Job, cancellation: InvoiceCancellation, then: JobState, by: User | None) -> None:
    on = cancellation.cancelled_on
    job.invoiced_cents -= cancellation.invoice.net_cents
    changed = job.state != then
    if then != JobState.CONFIRMED:
        # Nothing of it will be invoiced as it stands.
        PlannedInvoice.objects.filter(job=job, invoice=None).delete()
        set_cover(budget_id=job.budget_id, source=cover_source(job.pk), cents=0, since=on)
    if then == JobState.RETURNED:
        # What is corrected is checked and confirmed anew.
        job.return_reason = cancellation.reason
        job.confirmed_on, job.confirmation_noted_by, job.guaranteed = None, None, False
        job.confirmation_way = ""
    job.state, job.state_on = then, on
    job.save()
    renew_covers([job])
    if changed:
        JobStep.objects.create(job=job, state=then, on=on, by=by, note=cancellation.number)


def _send(cancellation: InvoiceCancellation, keep_until: date, cooperative_name: str) -> None:
    invoice, source = cancellation.invoice, cancel_source(cancellation.invoice_id)
    wanted = [
        Document(
            kind=CANCELLATION_KIND,
            source=source,
            title=cancellation.number,
            filename=f"{cancellation.number}.pdf",
            keep_until=keep_until,
        )
    ]
    if invoice.buyer.get("invoice_format") == InvoiceFormat.XRECHNUNG:
        wanted.append(
            Document(
                kind=XML_KIND,
                source=source,
                title=f"{cancellation.number} (XRechnung)",
                filename=f"{cancellation.number}.xml",
                media_type="application/xml",
                keep_until=keep_until,
            )
        )
    documents = request_documents(wanted)
    with translation.override(invoice.language):
        subject = _("Cancellation %(number)s from %(cooperative)s") % {
            "number": cancellation.number,
            "cooperative": cooperative_name,
        }
    queue_mail(
        key=source,
        to=invoice.email,
        subject=subject,
        template="cancellation",
        context={"cancellation": cancellation, "invoice": invoice},
        language=invoice.language,
        document_ids=[document.pk for document in documents],
    )
