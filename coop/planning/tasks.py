"""Jobs of planning: thin doors to the actions."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import local_day
from coop.tenancy.tasks import coop_task, enqueue_for_all


@shared_task
def announce_shortfalls() -> None:
    """Announce the pay that will not be borne, each cooperative's in a job of its own."""
    enqueue_for_all(announce_shortfalls_here)


@coop_task()
def announce_shortfalls_here() -> None:
    """Announce a cooperative's pay that will not be borne."""
    from coop.planning import shortfalls  # noqa: PLC0415 (models come after the tasks)

    shortfalls.announce_shortfalls(on=local_day(timezone.now()))
