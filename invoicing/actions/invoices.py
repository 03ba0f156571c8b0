"""Issue invoices: number, frozen copy, postings, claim, paper and mail in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from coop.banking.actions import NewClaim, open_claims
from coop.documents.actions import request_documents
from coop.documents.models import Document
from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of, post_all
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, Line, credit, debit, draft
from coop.messaging.actions import NewMail, queue_mails
from coop.money import share_of
from coop.tenancy.bulk import uncollected
from coop.tenancy.models import Cooperative, Policy, User
from coop.tenancy.numbers import draw_numbers
from coop.tenancy.queries import policy_on, this_cooperative
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import VatScheme
from invoicing.actions.bills import Bill, planned_bills, rest_bills, taxes_kept
from invoicing.actions.covers import renew_covers
from invoicing.einvoice.paper import InvoiceFormat
from invoicing.einvoice.rules import missing_for_xrechnung
from invoicing.law.amounts import TaxGroup
from invoicing.law.due import tax_month_of
from invoicing.law.retention import invoice_kept_until
from invoicing.law.vat import Treatment, VatCase
from invoicing.models import Client, Invoice, InvoiceLine, Job, JobStep, PlannedInvoice
from invoicing.snapshots import Snapshot, buyer_of, seller_of
from invoicing.states import JOB_STATES, InvoiceKind, JobState

DOCUMENT_KIND = "invoice"
XML_KIND = "xrechnung"
CLAIM_KIND = "invoice"
REVENUE = {
    VatCase.DOMESTIC_STANDARD: AccountCode.REVENUE,
    VatCase.DOMESTIC_REDUCED: AccountCode.REVENUE,
    VatCase.DOMESTIC_CULTURE: AccountCode.REVENUE,
    VatCase.DOMESTIC_EDUCATION: AccountCode.REVENUE,
    VatCase.DOMESTIC_REVERSE_CHARGE: AccountCode.REVENUE,
    VatCase.EU_REVERSE_CHARGE: AccountCode.REVENUE_EU,
    VatCase.ABROAD_PRIVATE_STANDARD: AccountCode.REVENUE,
    VatCase.ABROAD_PRIVATE_REDUCED: AccountCode.REVENUE,
    VatCase.THIRD_COUNTRY_BUSINESS: AccountCode.REVENUE_THIRD_COUNTRY,
    VatCase.THIRD_COUNTRY_PRIVATE: AccountCode.REVENUE_THIRD_COUNTRY,
}


class NotYetSupplied(StetigError):
    """The service is not finished: an invoice before that is an advance invoice. Issue it on or after the last day."""

    code = "not_yet_supplied"


class SellerIncomplete(StetigError):
    """The cooperative's own data lack what an invoice must show: complete them in the settings first."""

    code = "seller_incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What all invoices of one day have in common."""

    on: date
    by: User | None
    policy: Policy
    cooperative: Cooperative
    seller: Snapshot
    keep_until: date


@transaction.atomic
def issue_invoice(*, job_id: int, on: date, by: User | None) -> Invoice:
    """Issue the invoice of a confirmed job, dated `on`. See `issue_invoices`."""
    return issue_invoices(job_ids=[job_id], on=on, by=by)[0]


@uncollected()
@transaction.atomic
def issue_invoices(*, job_ids: Sequence[int], on: date, by: User | None, at_once: bool = True) -> list[Invoice]:
    """Issue the invoices of confirmed jobs, all or none, in the order of `job_ids`.

    Each gets the next number of its year, a frozen copy of all it says, its postings, its claim, its
    PDF (with `at_once=False` drawn by the regular job, later) and its e-mail. The number of database
    statements does not grow with the number of invoices.

    Raises: NotFound, InvalidTransition, NotYetSupplied, SellerIncomplete, VatOpen, VatQuestion, LawUnknown,
        NoPolicy, PeriodClosed.
    """
    if not job_ids:
        return []
    jobs = _locked_jobs(job_ids)
    for job in jobs:
        JOB_STATES.check(job.state, JobState.INVOICED)
    return _issue(rest_bills(jobs), on=on, by=by, at_once=at_once)


@transaction.atomic
def issue_planned(*, planned_ids: Sequence[int], on: date, by: User | None, at_once: bool = True) -> list[Invoice]:
    """Issue planned invoices, all or none, in the order of `planned_ids`; each once, whoever else tries.

    Raises: as `issue_invoices`, and BeyondJob.
    """
    if not planned_ids:
        return []
    job_ids = PlannedInvoice.objects.filter(id__in=planned_ids).values_list("job_id", flat=True)
    jobs = {job.pk: job for job in _locked_jobs(sorted(set(job_ids)))}
    # Read after the jobs are locked: what somebody else has just issued is no longer there.
    found = {row.pk: row for row in PlannedInvoice.objects.filter(id__in=planned_ids, invoice=None)}
    if len(found) != len(planned_ids):
        raise NotFound(_("One of these is not planned, or has been issued already."))
    planned = [found[planned_id] for planned_id in planned_ids]
    for part in planned:
        part.job = jobs[part.job_id]
        JOB_STATES.check(part.job.state, JobState.INVOICED)
    return _issue(planned_bills(planned), on=on, by=by, at_once=at_once)


def _issue(bills: Sequence[Bill], *, on: date, by: User | None, at_once: bool) -> list[Invoice]:
    cooperative = this_cooperative()
    terms = _Terms(
        on=on,
        by=by,
        policy=policy_on(on),
        cooperative=cooperative,
        seller=seller_of(cooperative),
        keep_until=invoice_kept_until(on),
    )
    for bill in bills:
        if bill.service_until > on and bill.kind != InvoiceKind.ADVANCE:
            raise NotYetSupplied
        for group in bill.groups:
            _check_seller(terms.cooperative, group.treatment)
        _check_format(terms.seller, bill.job.client)
    # From here on the series is locked: nothing slow may follow before the commit.
    series = f"invoice-{on.year}"
    numbers = draw_numbers(series, len(bills))
    invoices = Invoice.objects.bulk_create(
        [_invoice(bill, terms, number) for bill, number in zip(bills, numbers, strict=True)], batch_size=1000
    )
    InvoiceLine.objects.bulk_create(
        [line for invoice, bill in zip(invoices, bills, strict=True) for line in _invoice_lines(invoice, bill)],
        batch_size=1000,
    )
    with translation.override(settings.LANGUAGE_CODE):
        post_all([issue_entry(invoice) for invoice in invoices], by=by)
    open_claims(
        [
            NewClaim(
                kind=CLAIM_KIND,
                source=claim_source(invoice.pk),
                reference=invoice.number,
                debtor=invoice.buyer_name,
                amount_cents=invoice.gross_cents,
                due_on=invoice.due_on,
                on=invoice.issued_on,
            )
            for invoice in invoices
        ],
    )
    _mark_invoiced(bills, invoices, terms)
    _send(invoices, terms, at_once=at_once)
    return invoices


def claim_source(invoice_id: int) -> str:
    """What the claim of an invoice, its open item in the ledger and its paper are called."""
    return f"invoice:{invoice_id}"


def issue_source(invoice_id: int) -> str:
    """What the entry of an issue is called."""
    return f"invoice:{invoice_id}:issue"


def issue_entry(invoice: Invoice) -> Draft:
    """The postings of an issue.

    The tax falls due in the month of the supply under agreed consideration, else it waits for the money.
    Source: §§ 13 (1) no. 1, 16, 20 UStG.
    """
    party, service = claim_source(invoice.pk), month_of(invoice.service_until)
    tax = AccountCode.VAT_NOT_DUE if invoice.tax_waits else AccountCode.VAT
    lines: list[Line] = [
        debit(AccountCode.RECEIVABLE, invoice.gross_cents, party=party, service_month=service),
        *(
            credit(
                account,
                cents,
                party=party,
                service_month=service,
                tax_month=None if account == AccountCode.PREPAYMENTS else invoice.tax_month,
            )
            for account, cents in revenue_of(invoice)
        ),
        credit(
            tax,
            invoice.vat_cents,
            party=party,
            service_month=service,
            tax_month=tax_month_of(
                received=invoice.vat_scheme == VatScheme.RECEIVED,
                advance=invoice.kind == InvoiceKind.ADVANCE,
                supplied_on=invoice.service_until,
                paid_on=None,
            ),
        ),
        debit(AccountCode.ALLOC, invoice.net_cents, service_month=service),
        credit(
            AccountCode.PENDING, invoice.share_cents, budget_id=invoice.budget_id, party=party, service_month=service
        ),
        credit(AccountCode.FEE, invoice.fee_cents, party=party, service_month=service),
    ]
    text = _("Invoice %(number)s to %(client)s") % {"number": invoice.number, "client": invoice.buyer_name}
    return draft(issue_source(invoice.pk), invoice.issued_on, text, lines, document=invoice.number)


def revenue_of(invoice: Invoice) -> list[tuple[AccountCode, int]]:
    """What the net amount of an invoice is in the accounts, in cents.

    An advance is no revenue yet; a final invoice makes it one, with what is left.
    """
    if invoice.kind == InvoiceKind.ADVANCE:
        return [(AccountCode.PREPAYMENTS, invoice.net_cents)]
    sums: dict[AccountCode, int] = {}
    for tax in (*taxes_kept(invoice), *invoice.deducted):
        account = REVENUE[VatCase(tax["case"])]
        sums[account] = sums.get(account, 0) + tax["net_cents"]
    prepaid = sum(tax["net_cents"] for tax in invoice.deducted)
    return [*sums.items(), (AccountCode.PREPAYMENTS, -prepaid)]


def _locked_jobs(job_ids: Sequence[int]) -> list[Job]:
    if len(set(job_ids)) != len(job_ids):
        raise NotFound(_("A job is named twice."))
    # In the order of their ids, so that two people who issue the same jobs wait and do not block each other.
    jobs = Job.objects.filter(id__in=job_ids).select_related("client").order_by("id").select_for_update(of=("self",))
    found = {job.pk: job for job in jobs}
    if len(found) != len(job_ids):
        raise NotFound(_("There is no such job."))
    return [found[job_id] for job_id in job_ids]


def _check_seller(cooperative: Cooperative, treatment: Treatment) -> None:
    """§ 14 (4) no. 2, § 14a (1) UStG."""
    if treatment.category == "O" and not cooperative.tax_number:
        raise SellerIncomplete(
            _("An invoice that is not taxable in Germany needs the cooperative's tax number: enter it in the settings.")
        )
    if treatment.category == "AE" and not cooperative.vat_id:
        raise SellerIncomplete(_("Reverse charge needs the cooperative's own VAT number: enter it in the settings."))
    if not (cooperative.vat_id or cooperative.tax_number):
        raise SellerIncomplete(
            _("An invoice needs the cooperative's tax number or VAT number: enter it in the settings.")
        )


def _check_format(seller: Snapshot, client: Client) -> None:
    """An XRechnung lacks nothing that its rules want (§ 5 ERechV)."""
    if client.invoice_format != InvoiceFormat.XRECHNUNG:
        return
    missing = [_(field) for _rule, field in missing_for_xrechnung(seller, buyer_of(client))]
    if missing:
        raise SellerIncomplete(
            _("An XRechnung to %(client)s needs: %(missing)s. Enter it, then issue the invoice.")
            % {"client": client.name, "missing": ", ".join(missing)}
        )


def _tax(group: TaxGroup) -> dict[str, str | int]:
    """A group as a mixed invoice keeps it."""
    treatment = group.treatment
    return {
        "case": treatment.case.value,
        "category": treatment.category,
        "rate": str(treatment.rate),
        "net_cents": group.net_cents,
        "vat_cents": group.vat_cents,
        "wording_de": treatment.wording_de,
        "wording_en": treatment.wording_en,
    }


def _invoice_lines(invoice: Invoice, bill: Bill) -> list[InvoiceLine]:
    mixed = len(bill.groups) > 1
    return [
        InvoiceLine(
            invoice=invoice,
            position=position,
            title=line.title,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            discount_cents=line.discount_cents,
            vat_category=line.treatment.category if mixed else "",
            vat_rate=line.treatment.rate if mixed else None,
            net_cents=line.net_cents,
        )
        for position, line in enumerate(bill.lines, start=1)
    ]


def _invoice(bill: Bill, terms: _Terms, number: int) -> Invoice:
    job, treatment = bill.job, bill.groups[0].treatment
    net, vat = (sum(getattr(group, name) for group in bill.groups) for name in ("net_cents", "vat_cents"))
    return Invoice(
        job=job,
        client=job.client,
        owner_id=job.owner_id,
        budget_id=job.budget_id,
        number=f"{terms.cooperative.invoice_prefix}-{terms.on.year}-{number:06d}",
        issued_on=terms.on,
        issued_by=terms.by,
        due_on=terms.on + timedelta(days=terms.policy.payment_terms_days),
        kind=bill.kind,
        deducted=bill.deducted,
        service_from=bill.service_from,
        service_until=bill.service_until,
        net_cents=net,
        vat_cents=vat,
        gross_cents=net + vat,
        vat_case=treatment.case,
        vat_rate=treatment.rate,
        vat_category=treatment.category,
        vat_paragraph=treatment.paragraph,
        vat_wording_de=treatment.wording_de,
        vat_wording_en=treatment.wording_en,
        taxes=[_tax(group) for group in bill.groups] if len(bill.groups) > 1 else [],
        vat_scheme=terms.policy.vat_scheme,
        tax_month=month_of(bill.service_until),
        fee_rate=terms.policy.fee_rate,
        fee_cents=share_of(net, terms.policy.fee_rate),
        language=job.client.language,
        order_reference=job.order_reference,
        buyer_name=job.client.name,
        seller=terms.seller,
        buyer=buyer_of(job.client),
        email=job.client.email,
    )


def _mark_invoiced(bills: Sequence[Bill], invoices: Sequence[Invoice], terms: _Terms) -> None:
    """Note what is left of the jobs; where nothing is, the job is invoiced."""
    jobs = {bill.job.pk: bill.job for bill in bills}
    last: dict[int, Invoice] = {}
    for bill, invoice in zip(bills, invoices, strict=True):
        bill.job.invoiced_cents += invoice.net_cents
        last[bill.job.pk] = invoice
        if bill.planned is not None:
            bill.planned.invoice = invoice
    done = [job for job in jobs.values() if not job.left_cents]
    for job in done:
        job.state, job.state_on = JobState.INVOICED, terms.on
    _store_jobs(jobs.values())
    PlannedInvoice.objects.filter(job_id__in=[job.pk for job in done], invoice=None).exclude(
        id__in=[bill.planned.pk for bill in bills if bill.planned]
    ).delete()
    PlannedInvoice.objects.bulk_update([bill.planned for bill in bills if bill.planned], ["invoice"], batch_size=500)
    JobStep.objects.bulk_create(
        [JobStep(job=job, state=JobState.INVOICED, on=terms.on, by=terms.by, note=last[job.pk].number) for job in done],
        batch_size=1000,
    )
    renew_covers(jobs.values())


def _store_jobs(jobs: Collection[Job]) -> None:
    """Write state and invoiced amount of many jobs by one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoicing_job t SET invoiced_cents = v.cents, state = v.state, state_on = v.day "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[]) AS v(id, cents, state, day) "
            "WHERE t.coop_id = %s AND t.id = v.id",
            [
                [job.pk for job in jobs],
                [job.invoiced_cents for job in jobs],
                [str(job.state) for job in jobs],
                [job.state_on for job in jobs],
                current_coop_id(),
            ],
        )


def _send(invoices: Sequence[Invoice], terms: _Terms, *, at_once: bool) -> None:
    documents = request_documents(
        [
            Document(
                kind=DOCUMENT_KIND,
                source=claim_source(invoice.pk),
                title=invoice.number,
                filename=f"{invoice.number}.pdf",
                keep_until=terms.keep_until,
            )
            for invoice in invoices
        ],
        at_once=at_once,
    )
    structured = _request_xrechnungen(invoices, terms, at_once=at_once)
    mails = []
    for invoice, document in zip(invoices, documents, strict=True):
        with translation.override(invoice.language):
            subject = _("Invoice %(number)s from %(cooperative)s") % {
                "number": invoice.number,
                "cooperative": terms.cooperative.name,
            }
        mails.append(
            NewMail(
                key=issue_source(invoice.pk),
                to=invoice.email,
                subject=subject,
                template="invoice",
                context={"invoice": invoice},
                language=invoice.language,
                document_ids=[document.pk, *structured.get(invoice.pk, ())],
            )
        )
    queue_mails(mails)


def _request_xrechnungen(invoices: Sequence[Invoice], terms: _Terms, *, at_once: bool) -> dict[int, list[int]]:
    """The XML of its own for clients who want one: ids of documents by invoice."""
    wanted = [i for i in invoices if i.buyer.get("invoice_format") == InvoiceFormat.XRECHNUNG]
    if not wanted:
        return {}
    documents = request_documents(
        [
            Document(
                kind=XML_KIND,
                source=claim_source(invoice.pk),
                title=f"{invoice.number} (XRechnung)",
                filename=f"{invoice.number}.xml",
                media_type="application/xml",
                keep_until=terms.keep_until,
            )
            for invoice in wanted
        ],
        at_once=at_once,
    )
    return {invoice.pk: [document.pk] for invoice, document in zip(wanted, documents, strict=True)}
