"""Instalments, retainers and advances: what is agreed beforehand about a job's invoices."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.models import User
from coop.tenancy.queries import roles_of
from coop.tenancy.states import Role
from invoicing.actions.bills import BeyondJob
from invoicing.law.months import months_of
from invoicing.models import Job, PlannedInvoice
from invoicing.states import InvoiceKind, JobState

PLANNABLE = (JobState.DRAFT, JobState.SUBMITTED, JobState.RETURNED, JobState.ACCEPTED, JobState.CONFIRMED)


class NotPlannable(StetigError):
    """The invoices of this job are done, or it is given up: nothing more can be planned."""

    code = "not_plannable"


@transaction.atomic
def plan_invoice(
    *,
    job_id: int,
    kind: InvoiceKind,
    title: str,
    net_cents: int,
    planned_on: date,
    service_from: date,
    service_until: date,
    on: date,
    by: User,
) -> PlannedInvoice:
    """Plan an invoice of a part of a job, or an advance. By its member or by invoicing staff.

    Raises: NotFound, NotPlannable, BeyondJob, InvalidInput.
    """
    job = _job(job_id, on, by)
    return _plan(job, by, [(kind, title, net_cents, planned_on, service_from, service_until)])[0]


@transaction.atomic
def plan_months(*, job_id: int, title: str, net_cents: int, on: date, by: User) -> list[PlannedInvoice]:
    """Plan a retainer: one invoice of `net_cents` for each calendar month of the job, due for issue on its last day.

    Raises: NotFound, NotPlannable, BeyondJob, InvalidInput.
    """
    job = _job(job_id, on, by)
    return _plan(
        job,
        by,
        [
            (InvoiceKind.INVOICE, f"{title} {first:%m/%Y}", net_cents, last, first, last)
            for first, last in months_of(job.service_from, job.service_until)
        ],
    )


@transaction.atomic
def drop_planned(*, planned_id: int, on: date, by: User) -> None:
    """Take a planned invoice off the plan. Raises: NotFound, also where it has been issued."""
    planned = PlannedInvoice.objects.filter(id=planned_id, invoice=None).first()
    if planned is None:
        raise NotFound(_("There is no such planned invoice."))
    _job(planned.job_id, on, by)
    PlannedInvoice.objects.filter(id=planned_id, invoice=None).delete()


def _job(job_id: int, on: date, by: User) -> Job:
    job: Job | None = Job.objects.select_for_update().filter(id=job_id).first()
    if job is None or not (job.owner_id == by.pk or Role.INVOICING in roles_of(by, on)):
        raise NotFound(_("There is no such job."))
    if job.state not in PLANNABLE:
        raise NotPlannable
    return job


def _plan(job: Job, by: User, parts: Sequence[tuple[InvoiceKind, str, int, date, date, date]]) -> list[PlannedInvoice]:
    waiting = PlannedInvoice.objects.filter(job=job, invoice=None).values_list("net_cents", flat=True)
    left = job.left_cents - sum(waiting) - sum(part[2] for part in parts)
    advances = any(part[0] == InvoiceKind.ADVANCE for part in parts)
    if left < 0 or (left == 0 and advances):
        raise BeyondJob
    rows = []
    for kind, title, net_cents, planned_on, service_from, service_until in parts:
        if not title.strip():
            raise InvalidInput(_("Say what the invoice is for."))
        if len(title.strip()) > 200:  # noqa: PLR2004 (as the column)
            raise InvalidInput(_("What it is for has at most 200 letters."))
        if net_cents <= 0:
            raise InvalidInput(_("net amount: it must be more than zero."))
        if service_until < service_from:
            raise InvalidInput(_("service until: it lies before the first day."))
        if kind not in {InvoiceKind.INVOICE, InvoiceKind.ADVANCE}:
            raise InvalidInput(_("Plan a part or an advance; the final invoice comes by itself."))
        rows.append(
            PlannedInvoice(
                job=job,
                kind=kind,
                title=title.strip(),
                net_cents=net_cents,
                planned_on=planned_on,
                service_from=service_from,
                service_until=service_until,
                planned_by=by,
            )
        )
    planned: list[PlannedInvoice] = PlannedInvoice.objects.bulk_create(rows)
    return planned
