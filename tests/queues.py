"""Queues for tests, apart from those of every other test and process."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from django.conf import settings

from coop.celery import app

NOBODY = "redis://127.0.0.1:1/0"
"""A port on which nothing listens."""


def use_queues(prefix: str) -> None:
    """Send and fetch under this prefix alone; what a dead worker had taken comes back within seconds."""
    # Celery reads Django's settings whenever it needs one.
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
        "global_keyprefix": prefix,
        "visibility_timeout": 1,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
    forget_senders()


def forget_senders() -> None:
    """Let the next message be sent with the present settings: Celery keeps its senders."""
    app.amqp._producer_pool = None
    app._pool = None


@contextmanager
def own_queues() -> Iterator[str]:
    """Use queues of a new prefix, and remove them afterwards."""
    prefix = f"test-{uuid.uuid4().hex}:"
    before = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    use_queues(prefix)
    try:
        yield prefix
    finally:
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = before
        forget_senders()
        with redis.Redis.from_url(settings.REDIS_URL) as broker:
            for key in broker.scan_iter(f"{prefix}*"):
                broker.delete(key)


@contextmanager
def no_broker_there() -> Iterator[None]:
    """Send to a port on which nothing listens."""
    before = settings.CELERY_BROKER_URL
    settings.CELERY_BROKER_URL = NOBODY
    forget_senders()
    try:
        yield
    finally:
        settings.CELERY_BROKER_URL = before
        forget_senders()
