"""What the guarantee adds to budgets for confirmed jobs: it falls as they are invoiced and paid."""

from collections.abc import Collection

from django.db.models import Sum

from coop.ledger.actions import set_covers
from coop.ledger.models import Cover
from coop.money import share_of
from coop.tenancy.queries import policy_on
from invoicing.models import Invoice, InvoicePayment, Job
from invoicing.states import InvoiceState, JobState


def cover_source(job_id: int) -> str:
    """What the cover of a job is called in the ledger."""
    return f"job:{job_id}"


def renew_covers(jobs: Collection[Job]) -> None:
    """Bring the covers of guaranteed jobs to what is not yet in their budgets, in four statements.

    That is the budgets' part of what is not yet invoiced, by the fee of the day of the confirmation, and of what is
    invoiced and not yet paid.

    Raises: NoPolicy.
    """
    guaranteed = [job for job in jobs if job.guaranteed]
    if not guaranteed:
        return
    waiting = _waiting(guaranteed)
    covers = []
    for job in guaranteed:
        since = job.confirmed_on or job.state_on
        left = 0 if job.state == JobState.CANCELLED else job.left_cents
        part = left - share_of(left, policy_on(since).fee_rate) if left else 0
        covers.append(
            Cover(budget_id=job.budget_id, source=cover_source(job.pk), cents=part + waiting[job.pk], since=since)
        )
    set_covers(covers=covers)


def _waiting(jobs: Collection[Job]) -> dict[int, int]:
    """The budgets' part of what is invoiced and not paid, in cents by job."""
    waiting = dict.fromkeys((job.pk for job in jobs), 0)
    live = Invoice.objects.filter(job_id__in=waiting).exclude(state=InvoiceState.CANCELLED)
    for job_id, net, fee in live.values_list("job_id").annotate(Sum("net_cents"), Sum("fee_cents")):
        waiting[job_id] += int(net) - int(fee)
    freed = InvoicePayment.objects.filter(invoice__in=live, undone=False)
    for job_id, free in freed.values_list("invoice__job_id").annotate(Sum("free_cents")):
        waiting[job_id] -= int(free)
    return waiting
