"""Which cooperative the running code works for, in Python and in the database at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection, transaction

from coop.errors import StetigError

T = TypeVar("T")

_current: ContextVar[int | None] = ContextVar("coop_id", default=None)
_known: ContextVar[dict[str, Any] | None] = ContextVar("known_in_scope", default=None)


class NoCoopInScope(StetigError):
    """No cooperative is in scope: open `coop_scope(...)` around this."""

    code = "no_coop_in_scope"


def current_coop_id() -> int:
    """The id of the cooperative in scope.

    Raises: NoCoopInScope.
    """
    coop_id = _current.get()
    if coop_id is None:
        raise NoCoopInScope
    return coop_id


def coop_in_scope() -> int | None:
    """The id of the cooperative in scope, or None."""
    return _current.get()


def read_once(name: str, read: Callable[[], T]) -> T:
    """What `read` returns, read once as long as the present scope is open; do not change it.

    For what every action asks for and hardly ever changes. Who changes it calls `read_anew`.
    """
    known = _known.get()
    if known is None:
        return read()
    if name not in known:
        known[name] = read()
    return known[name]  # type: ignore[no-any-return]


def read_anew(name: str) -> None:
    """Let the next `read_once` of that name read again."""
    (_known.get() or {}).pop(name, None)


@contextmanager
def coop_scope(coop_id: int) -> Iterator[int]:
    """Work for one cooperative: one transaction, fenced by row-level security.

    The setting is local to the transaction: at session level it would survive in the pool and leak the
    next request's rows. A nested scope restores the outer one.
    """
    outer = _current.get()
    nested = connection.in_atomic_block
    with transaction.atomic():
        if nested and outer is not None and outer != coop_id:
            # What the outer scope has written is hidden in here, and would fail its deferred checks at the way out.
            _check_deferred_constraints()
        _tell_database(coop_id)
        token, known = _current.set(coop_id), _known.set((_known.get() if outer == coop_id else None) or {})
        try:
            yield coop_id
        finally:
            _known.reset(known)
            _current.reset(token)
        # Outermost, the setting must live until the commit, where deferred constraints look at the rows.
        # After an error the rollback, to the savepoint or of all, brings the outer value back by itself.
        if nested and outer != coop_id:
            _check_deferred_constraints()
            _tell_database(outer)


def _check_deferred_constraints() -> None:
    """Check now what would be checked at the commit, when the fence would hide the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _tell_database(coop_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.coop_id', %s, true)", ["" if coop_id is None else str(coop_id)])
