"""The base of jobs: sent with their cooperative, run in its scope."""

import base64
import json
import logging

import pytest
import redis
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from coop.celery import app
from coop.documents.tasks import render
from coop.messaging.tasks import send
from coop.tenancy.models import Policy
from coop.tenancy.scope import NoCoopInScope, coop_in_scope, coop_scope, current_coop_id
from coop.tenancy.tasks import coop_task, enqueue, enqueue_many
from payroll.tasks import compute_chunk
from tests.factories.tenancy import make_cooperative


@coop_task(name="tests.coop.tenancy.seen_scope")
def seen_scope(word: str) -> str:
    return f"{word} {current_coop_id()}"


@coop_task(name="tests.coop.tenancy.step_by_step", own_transactions=True)
def step_by_step(coop_id: int) -> int | None:
    assert coop_in_scope() is None
    with coop_scope(coop_id):
        return coop_in_scope()


def test_a_job_runs_in_the_scope_that_it_was_sent_with(coop):
    assert seen_scope.apply(kwargs={"word": "in", "coop_id": coop.pk}).get() == f"in {coop.pk}"


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_rounds_of_the_schedule_do_not_pile_up_while_no_worker_is_there(name):
    entry = settings.CELERY_BEAT_SCHEDULE[name]
    assert 0 < entry["options"]["expires"] <= entry["schedule"].total_seconds()
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks


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


def test_a_job_may_open_its_scopes_itself_and_leaves_none_behind(db):
    cooperative = make_cooperative()
    assert step_by_step.apply(kwargs={"coop_id": cooperative.pk}).get() == cooperative.pk
    assert coop_in_scope() is None


def waiting(prefix):
    """How many messages wait."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        return broker.llen(f"{prefix}celery")


def test_a_job_is_sent_at_the_commit_and_not_after_a_rollback(committing, own_queue):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        enqueue(seen_scope, coop_id=cooperative.pk, word="in")
        assert waiting(own_queue) == 0
    assert waiting(own_queue) == 1
    with pytest.raises(ZeroDivisionError), coop_scope(cooperative.pk):
        enqueue(seen_scope, coop_id=cooperative.pk, word="in")
        raise ZeroDivisionError
    assert waiting(own_queue) == 1


def test_many_things_share_jobs_and_none_is_left_out(committing, own_queue):
    with coop_scope(make_cooperative().pk) as coop_id:
        enqueue_many(send, range(45), at_a_time=20, coop_id=coop_id)
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        messages = [json.loads(one) for one in broker.lrange(f"{own_queue}papers", 0, -1)]
    told = [json.loads(base64.b64decode(one["body"]))[1] for one in messages]
    assert {one["coop_id"] for one in told} == {coop_id}
    assert sorted((one["ids"] for one in told), key=min) == [[*range(20)], [*range(20, 40)], [*range(40, 45)]]


def test_without_a_broker_what_was_committed_stands_and_the_log_says_so(committing, no_broker, caplog):
    with pytest.raises(OperationalError):
        seen_scope.apply_async(kwargs={"coop_id": 1, "word": "in"})
    with caplog.at_level(logging.ERROR), transaction.atomic():
        cooperative = make_cooperative()
        enqueue(seen_scope, coop_id=cooperative.pk, word="secret")
    with coop_scope(cooperative.pk):
        assert Policy.objects.count() == 1
    assert "on_commit" in caplog.text
    assert "secret" not in caplog.text


def test_papers_and_mails_wait_in_a_queue_of_their_own():
    """A salary run is not behind them, and a worker that is told nothing takes both."""
    assert {"celery", "papers"} <= set(app.amqp.queues.consume_from)
    queue_of = {name: app.amqp.router.route({}, name)["queue"].name for name in (render.name, send.name)}
    assert set(queue_of.values()) == {"papers"}
    assert app.amqp.router.route({}, compute_chunk.name)["queue"].name == "celery"
