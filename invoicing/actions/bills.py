"""What is to be invoiced: all of a job, what is left of it, or a part that was planned. Nothing is written here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from coop.errors import InvalidInput, StetigError
from coop.money import decimal_string, split_in_proportion
from invoicing.actions.lines import PricedLine, groups_of, lines_of, priced
from invoicing.law.amounts import TaxGroup
from invoicing.models import Invoice, Job, PlannedInvoice
from invoicing.states import InvoiceKind, InvoiceState


class AdvanceOpen(StetigError):
    """An advance invoice of this job is not paid: wait for the money, or cancel it; then issue the final invoice."""

    code = "advance_open"


class VatOpen(StetigError):
    """The VAT of this job is not settled: answer the question on its page first."""

    code = "vat_open"


class BeyondJob(StetigError):
    """More than is left of the job: lower the amount. An advance leaves something for the final invoice."""

    code = "beyond_job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What an invoice will say. `deducted` are the advances that it takes off, as `Invoice.deducted` keeps them."""

    job: Job
    kind: InvoiceKind
    lines: Sequence[PricedLine]
    groups: Sequence[TaxGroup]
    service_from: date
    service_until: date
    deducted: list[dict[str, Any]] = field(default_factory=list)
    planned: PlannedInvoice | None = None


def rest_bills(jobs: Sequence[Job]) -> list[Bill]:
    """The bills of all that is not yet invoiced, in the order of `jobs`; two statements.

    Raises: VatOpen, VatQuestion, AdvanceOpen, InvalidInput, LawUnknown.
    Source: § 14 (5) sentence 2 UStG.
    """
    entered = lines_of(jobs)
    before: dict[int, list[Invoice]] = {}
    begun = [job.pk for job in jobs if job.invoiced_cents]
    for invoice in Invoice.objects.filter(job_id__in=begun).exclude(state=InvoiceState.CANCELLED).order_by("id"):
        before.setdefault(invoice.job_id, []).append(invoice)
    return [_rest(job, _priced(job, entered[job.pk]), before.get(job.pk, [])) for job in jobs]


def planned_bills(planned: Iterable[PlannedInvoice]) -> list[Bill]:
    """The bills of planned parts; of several of one job each sees what those before it take.

    Raises: VatOpen, VatQuestion, BeyondJob, InvalidInput, LawUnknown.
    """
    parts = list(planned)
    jobs = {part.job_id: part.job for part in parts}
    entered = lines_of(jobs.values())
    left = {job_id: job.left_cents for job_id, job in jobs.items()}
    bills = []
    for part in parts:
        job = jobs[part.job_id]
        left[job.pk] -= part.net_cents
        if left[job.pk] < 0 or (part.kind == InvoiceKind.ADVANCE and left[job.pk] == 0):
            raise BeyondJob
        groups = groups_of(_priced(job, entered[job.pk]))
        shares = split_in_proportion(part.net_cents, [group.net_cents for group in groups])
        lines = [
            _line(part.title, share, group)
            for share, group in zip(shares, groups, strict=True)
            if share or len(groups) == 1
        ]
        bills.append(
            Bill(
                job=job,
                kind=InvoiceKind(part.kind),
                lines=lines,
                groups=groups_of(lines),
                service_from=part.service_from,
                service_until=part.service_until,
                planned=part,
            )
        )
    return bills


def _priced(job: Job, lines: Sequence[Any]) -> list[PricedLine]:
    if not job.vat_case:
        raise VatOpen
    return priced(job, lines)


def _rest(job: Job, lines: list[PricedLine], before: Sequence[Invoice]) -> Bill:
    parts = [invoice for invoice in before if invoice.kind != InvoiceKind.ADVANCE]
    advances = [invoice for invoice in before if invoice.kind == InvoiceKind.ADVANCE]
    if any(advance.state != InvoiceState.PAID for advance in advances):
        raise AdvanceOpen
    if parts:
        lines = _less(job, groups_of(lines), parts)
    whole = groups_of(lines)
    deducted = []
    for advance in advances:
        for tax in taxes_kept(advance):
            lines = [*lines, _deduction(advance, tax, whole)]
            deducted.append(
                {
                    "number": advance.number,
                    "issued_on": advance.issued_on.isoformat(),
                    "case": tax["case"],
                    "net_cents": tax["net_cents"],
                    "vat_cents": tax["vat_cents"],
                }
            )
    return Bill(
        job=job,
        kind=InvoiceKind.FINAL if advances else InvoiceKind.INVOICE,
        lines=lines,
        groups=groups_of(lines),
        service_from=job.service_from,
        service_until=job.service_until,
        deducted=deducted,
    )


def taxes_kept(invoice: Invoice) -> list[dict[str, Any]]:
    """The groups of an issued invoice, also where there is one: case, category, rate, net and VAT in cents."""
    return invoice.taxes or [
        {
            "case": invoice.vat_case,
            "category": invoice.vat_category,
            "rate": str(invoice.vat_rate),
            "net_cents": invoice.net_cents,
            "vat_cents": invoice.vat_cents,
        }
    ]


def _less(job: Job, groups: Sequence[TaxGroup], parts: Sequence[Invoice]) -> list[PricedLine]:
    """What is left of each group after parts were invoiced, as a line of its own."""
    left = {_key(group): group.net_cents for group in groups}
    for part in parts:
        for tax in taxes_kept(part):
            key = (tax["category"], Decimal(tax["rate"]))
            if key not in left:
                raise _taxed_otherwise(part)
            left[key] -= tax["net_cents"]
    title = _("Remainder: %(title)s") % {"title": job.title}
    return [_line(title[:200], left[_key(group)], group) for group in groups if left[_key(group)]]


def _deduction(advance: Invoice, tax: dict[str, Any], groups: Sequence[TaxGroup]) -> PricedLine:
    """An advance with its tax, as a line that goes off."""
    for group in groups:
        if _key(group) == (tax["category"], Decimal(tax["rate"])):
            title = (
                f"Abzüglich Abschlagsrechnung · less advance invoice {advance.number} ({advance.issued_on:%d.%m.%Y})"
            )
            said = "Netto · net {} EUR, Umsatzsteuer · VAT {} EUR".format(
                decimal_string(tax["net_cents"]), decimal_string(tax["vat_cents"])
            )
            return replace(_line(title, -tax["net_cents"], group), description=said)
    raise _taxed_otherwise(advance)


def _taxed_otherwise(invoice: Invoice) -> InvalidInput:
    return InvalidInput(
        _("%(number)s was taxed otherwise than the job is now: cancel it first.") % {"number": invoice.number}
    )


def _key(group: TaxGroup) -> tuple[str, Decimal]:
    return group.treatment.category, group.treatment.rate


def _line(title: str, cents: int, group: TaxGroup) -> PricedLine:
    """One piece; what goes off has the quantity −1, as EN 16931 wants prices without a sign (BR-27)."""
    return PricedLine(
        title=title,
        description="",
        quantity=Decimal(-1 if cents < 0 else 1),
        unit="C62",
        unit_price=Decimal(abs(cents)).scaleb(-2),
        discount_cents=0,
        net_cents=cents,
        treatment=group.treatment,
    )
