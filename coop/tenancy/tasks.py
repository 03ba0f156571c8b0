"""The base of every job: it opens its cooperative's scope, or refuses to run."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from celery import Task, shared_task
from django.db import transaction

from coop.tenancy.queries import all_coop_ids
from coop.tenancy.scope import NoCoopInScope, coop_scope


class CoopTask(Task):  # type: ignore[type-arg]
    """A job of one cooperative: called with `coop_id`, it runs in that scope and one transaction.

    With `own_transactions = True` the task gets `coop_id` and opens a scope per step itself.

    Raises: NoCoopInScope, where no `coop_id` is given.
    """

    own_transactions = False
    # Celery compares the arguments with the function's, and `coop_id` is the base's.
    typing = False

    def __call__(self, *args: Any, coop_id: int | None = None, **kwargs: Any) -> Any:
        """Run in the scope of `coop_id`."""
        if coop_id is None:
            raise NoCoopInScope(f"{self.name}: give coop_id.")
        if self.own_transactions:
            return self.run(*args, coop_id=coop_id, **kwargs)
        with coop_scope(coop_id):
            return self.run(*args, **kwargs)


def coop_task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`@coop_task()`: a shared task with `CoopTask` as its base."""
    return cast("Callable[[Callable[..., Any]], Any]", shared_task(base=CoopTask, **options))


def enqueue(task: Any, **kwargs: Any) -> None:
    """Send a job when the present transaction has committed, and not otherwise.

    Where the broker is gone, what was committed stands and the log says so; the schedule takes the work up later.
    """
    transaction.on_commit(lambda: task.apply_async(kwargs=kwargs), robust=True)


def enqueue_many(task: Any, ids: Sequence[int], *, at_a_time: int, **kwargs: Any) -> None:
    """Send jobs for many things when the present transaction has committed: `task` gets `at_a_time` of their `ids`.

    A message to the broker costs as much as a row written: one for each thing would be most of a large call's time.
    """
    for begin in range(0, len(ids), at_a_time):
        enqueue(task, ids=list(ids[begin : begin + at_a_time]), **kwargs)


def enqueue_for_all(task: Any, **kwargs: Any) -> None:
    """Send a job once for every cooperative."""
    for coop_id in all_coop_ids():
        enqueue(task, coop_id=coop_id, **kwargs)
