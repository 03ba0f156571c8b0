"""Jobs of planning: thin doors to the actions."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import all_coop_ids
from coop.tenancy.scope import coop_scope


@shared_task
def announce_shortfalls() -> None:
    """Announce, in every cooperative, the pay that will not be borne."""
    from coop.planning import actions  # noqa: PLC0415 (models come after the tasks)

    today = timezone.localdate()
    for coop_id in all_coop_ids():
        with coop_scope(coop_id):
            actions.announce_shortfalls(on=today)
