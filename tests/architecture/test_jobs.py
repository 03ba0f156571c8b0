"""Every job belongs to one cooperative and refuses to run without it. These tests fail for a job that forgets it."""

import inspect

import pytest
import redis
from celery import Task
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coop.celery import app
from coop.tenancy.scope import NoCoopInScope
from coop.tenancy.tasks import CoopTask

OURS = ("coop.", "members.", "invoicing.", "payroll.")
FOR_ALL = {
    "coop.documents.tasks.render_waiting": "beat's round: looks into each cooperative and sends its jobs",
    "coop.messaging.tasks.send_waiting": "beat's round: looks into each cooperative and sends its jobs",
    "coop.planning.tasks.announce_shortfalls": "beat's round: sends one job for each cooperative",
    "invoicing.dunning.tasks.make_due_rounds": "beat's round: sends one job for each cooperative",
    "payroll.tasks.roll_promises_forward": "beat's round: sends one job for each cooperative",
    "payroll.tasks.start_due_runs": "beat's round: sends one job for each cooperative",
}
"""The jobs that belong to no cooperative, each with its reason."""
app.loader.import_default_modules()


def registered() -> dict[str, Task]:
    """The project's jobs by name, as a worker knows them."""
    return {name: task for name, task in app.tasks.items() if name.startswith(OURS)}


def lawless() -> list[str]:
    """Jobs that neither belong to a cooperative nor are named above."""
    return sorted(name for name, job in registered().items() if not isinstance(job, CoopTask) and name not in FOR_ALL)


JOBS = registered()


def anything_for(job: Task) -> dict[str, object]:
    """Arguments for all that the job's function asks for, but its cooperative."""
    return {
        name: [1] if name.endswith("ids") else 1 for name in inspect.signature(job.run).parameters if name != "coop_id"
    }


def test_every_job_belongs_to_a_cooperative_or_is_named():
    assert {name.split(".")[0] for name in JOBS} == {"coop", "invoicing", "payroll"}
    assert lawless() == [], "write @coop_task(), or name them above with the reason"
    assert sorted(FOR_ALL.keys() - JOBS.keys()) == [], "these jobs are gone"


def test_a_plain_job_would_be_found():
    @app.task(name="invoicing.tasks.forgotten")
    def forgotten() -> None:
        pass

    forgotten()
    try:
        assert lawless() == ["invoicing.tasks.forgotten"]
    finally:
        app.tasks.unregister(forgotten.name)


@pytest.mark.parametrize("name", sorted(JOBS.keys() - FOR_ALL.keys()))
def test_without_a_cooperative_a_job_raises_and_does_nothing(name: str, db: None, own_queue: str):
    for arguments in (anything_for(JOBS[name]), anything_for(JOBS[name]) | {"coop_id": None}):
        with CaptureQueriesContext(connection) as asked, pytest.raises(NoCoopInScope, match=name):
            JOBS[name].apply(kwargs=arguments, throw=True)
        # Not one statement, so that nothing can have been changed; and no other job was sent.
        assert list(asked) == []
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        assert list(broker.scan_iter(f"{own_queue}*")) == []


@pytest.mark.parametrize("name", sorted(FOR_ALL))
def test_a_job_for_all_takes_nothing_and_is_on_the_schedule(name: str):
    # Nobody can point it at a cooperative, and it is beat alone who sends it.
    assert list(inspect.signature(JOBS[name].run).parameters) == []
    assert name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
