"""Jobs of the salary run: thin doors to the actions."""

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import all_coop_ids
from coop.tenancy.scope import coop_scope
from coop.tenancy.tasks import coop_task


@coop_task()
def compute_chunk(run_id: int, person_ids: list[int]) -> None:
    """Compute some of a run's drafts."""
    from payroll import actions  # noqa: PLC0415 (actions send this task)

    actions.compute_chunk(run_id=run_id, person_ids=person_ids, at=timezone.now())


@coop_task()
def post_run(run_id: int) -> None:
    """Post an approved run."""
    from payroll import actions  # noqa: PLC0415

    actions.post_run(run_id=run_id, at=timezone.now())


@shared_task
def start_due_runs() -> None:
    """Start the runs whose day has come, and take up what a broken worker or broker left behind."""
    from payroll.schedule import start_due_run  # noqa: PLC0415

    now = timezone.now()
    for coop_id in all_coop_ids():
        with coop_scope(coop_id):
            start_due_run(at=now)
