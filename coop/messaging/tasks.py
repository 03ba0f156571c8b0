"""Jobs that send mail."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import all_coop_ids
from coop.tenancy.scope import coop_scope
from coop.tenancy.tasks import coop_task

AT_ONCE = 100
"""How many messages one cooperative may send in one round, so that none keeps the others waiting."""


@coop_task()
def send(message_id: int, coop_id: int) -> None:
    """Send one message."""
    from coop.messaging.actions import send_message  # noqa: PLC0415 (actions send this task)

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
        for message_id in waiting:
            send.delay(coop_id=coop_id, message_id=message_id)
