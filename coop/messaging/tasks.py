"""Jobs that send mail."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import all_coop_ids
from coop.tenancy.scope import coop_scope
from coop.tenancy.tasks import coop_task, enqueue_many

AT_A_TIME = 20
"""How many messages one job sends."""
AT_ONCE = 100
"""How many messages one cooperative may send in one round, so that none keeps the others waiting."""


@coop_task()
def send(ids: list[int], coop_id: int) -> None:
    """Send messages, each in transactions of its own."""
    from coop.messaging.actions import send_message  # noqa: PLC0415 (actions send this task)

    for message_id in ids:
        send_message(coop_id=coop_id, message_id=message_id, at=timezone.now())


send.own_transactions = True


@shared_task
def send_waiting() -> None:
    """Take up what was left over: jobs lost with their broker, later attempts, documents that became ready."""
    from coop.messaging.actions import waiting_message_ids  # noqa: PLC0415

    now = timezone.now()
    for coop_id in all_coop_ids():
        with coop_scope(coop_id):
            waiting = waiting_message_ids(now, AT_ONCE)
        enqueue_many(send, waiting, at_a_time=AT_A_TIME, coop_id=coop_id)
