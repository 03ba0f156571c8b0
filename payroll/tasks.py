"""Jobs of the salary run: thin doors to the actions."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from coop.tenancy.queries import local_day
from coop.tenancy.tasks import coop_task, enqueue_for_all


@coop_task()
def compute_chunk(run_id: int, person_ids: list[int], started_at: str) -> None:
    """Compute some of a run's drafts."""
    from payroll import actions  # noqa: PLC0415 (actions send this task)

    actions.compute_chunk(
        run_id=run_id, person_ids=person_ids, started_at=datetime.fromisoformat(started_at), at=timezone.now()
    )


@coop_task()
def post_run(run_id: int) -> None:
    """Post an approved run."""
    from payroll import actions  # noqa: PLC0415

    actions.post_run(run_id=run_id, at=timezone.now())


@shared_task
def start_due_runs() -> None:
    """Start the runs whose day has come, each cooperative's in a job of its own."""
    enqueue_for_all(start_due_run)


@shared_task
def roll_promises_forward() -> None:
    """Keep salaries until further notice promised as far ahead as each cooperative looks."""
    enqueue_for_all(roll_promises)


@coop_task()
def roll_promises() -> None:
    """Keep a cooperative's salaries until further notice promised."""
    from payroll import employment  # noqa: PLC0415

    employment.roll_promises_forward(on=local_day(timezone.now()))


@coop_task()
def start_due_run() -> None:
    """Start a cooperative's run where it is due, and take up what a broken worker or broker left behind."""
    from payroll import schedule  # noqa: PLC0415

    schedule.start_due_run(at=timezone.now())
