"""The base of jobs: sent with their cooperative, run in its scope."""

import pytest

from coop.celery import app
from coop.tenancy.scope import NoCoopInScope, current_coop_id
from coop.tenancy.tasks import coop_task
from payroll.tasks import compute_chunk


@coop_task(name="tests.coop.tenancy.seen_scope")
def seen_scope(word: str) -> str:
    return f"{word} {current_coop_id()}"


def test_a_job_runs_in_the_scope_that_it_was_sent_with(coop):
    assert seen_scope.apply(kwargs={"word": "in", "coop_id": coop.pk}).get() == f"in {coop.pk}"


def test_a_job_without_a_cooperative_refuses_to_run(db):
    with pytest.raises(NoCoopInScope):
        seen_scope.apply(kwargs={"word": "in"}, throw=True)


def test_a_job_can_be_sent_whose_function_does_not_name_the_cooperative(coop):
    with app.connection_for_write() as broker:
        queue = f"test-{coop.pk}"
        sent = compute_chunk.apply_async(
            kwargs={"run_id": 0, "person_ids": [], "coop_id": coop.pk}, queue=queue, connection=broker
        )
        waiting = broker.SimpleQueue(queue)
        message = waiting.get(timeout=5)
        message.ack()
        waiting.close()
    assert message.headers["id"] == sent.id
    assert message.payload[1] == {"run_id": 0, "person_ids": [], "coop_id": coop.pk}
