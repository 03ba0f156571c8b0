"""A real Celery worker that a test can kill at a chosen moment. The product knows nothing of it.

Moments are counted from 1 in each worker's life: one before every SQL statement of a job, and one after each job's
end, when its transaction is committed but its message is not yet acknowledged.
"""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.db import connection
from django.utils import timezone

from coop.celery import app
from tests.queues import use_queues

CLOCK = datetime(2026, 3, 20, 9, tzinfo=UTC)
"""What every worker's clock says, so that two runs differ in nothing but what happened to them."""


def work(*, prefix: str, moments: Path, log: Path, kill_at: int = 0) -> None:
    """Be a worker until the process ends; SIGKILL at the moment `kill_at`. Each moment is a line in `moments`."""
    with log.open("a") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    timezone.now = lambda: CLOCK
    use_queues(prefix)
    seen = moments.open("a", buffering=1)
    count = 0
    job = ""

    def moment(what: str) -> None:
        nonlocal count
        count += 1
        if count == kill_at:
            seen.write(f"{job} killed {what}\n")
            os.kill(os.getpid(), signal.SIGKILL)
        seen.write(f"{job} {what}\n")

    def before_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if job:
            moment(sql[:40].replace("\n", " "))
        return execute(sql, params, many, context)

    def begins(task: Any, **_kwargs: Any) -> None:
        nonlocal job
        job = task.name

    def ends(**_kwargs: Any) -> None:
        nonlocal job
        moment("end")
        job = ""

    connection.execute_wrappers.append(before_statement)
    task_prerun.connect(begins, weak=False)
    task_postrun.connect(ends, weak=False)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    app.worker_main(["worker", "--pool=solo", *quiet])
