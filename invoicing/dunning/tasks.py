"""Jobs of dunning: thin doors to the actions."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.tasks import coop_task, enqueue_for_all


@shared_task
def make_due_rounds() -> None:
    """Let each cooperative look whether its round of the day is still to be made."""
    enqueue_for_all(make_due_round)


@coop_task()
def make_due_round() -> None:
    """Make a cooperative's round of the day, from the morning on by its own clock."""
    from invoicing.dunning import schedule  # noqa: PLC0415 (models come after the tasks)

    schedule.make_due_round(at=timezone.now())
