"""Jobs that draw documents."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import all_coop_ids
from coop.tenancy.scope import coop_scope
from coop.tenancy.tasks import coop_task, enqueue_many

AT_A_TIME = 10
"""How many documents one job draws: about a second's work."""
AT_ONCE = 40
"""How many waiting documents one cooperative may ask for in one round, so that none keeps the others waiting."""


@coop_task()
def render(ids: list[int], coop_id: int) -> None:
    """Draw documents, each in a transaction of its own."""
    from coop.documents.actions import render_document  # noqa: PLC0415 (actions send this task)

    for document_id in ids:
        render_document(coop_id=coop_id, document_id=document_id, at=timezone.now())


render.own_transactions = True


@shared_task
def render_waiting() -> None:
    """Take up what was left over: jobs lost with their broker, later attempts, documents in no hurry."""
    from coop.documents.actions import waiting_ids  # noqa: PLC0415

    now = timezone.now()
    for coop_id in all_coop_ids():
        with coop_scope(coop_id):
            waiting = waiting_ids(now, AT_ONCE)
        enqueue_many(render, waiting, at_a_time=AT_A_TIME, coop_id=coop_id)
