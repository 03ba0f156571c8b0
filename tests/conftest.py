"""The database as production has it: made by the owner, used by the application's role."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from coop.tenancy.models import Cooperative
from coop.tenancy.scope import coop_scope
from tests.cast import Cast, cast_of
from tests.factories.tenancy import make_cooperative
from tests.queues import no_broker_there, own_queues

# A busy machine is no reason to fail: nothing here is a timed test.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")
# `pytest --hypothesis-profile=explore tests/test_whole_loop.py` draws new seeds until it is stopped or something breaks.
hypothesis_settings.register_profile("explore", max_examples=100_000, deadline=None, print_blob=True)


@dataclass(frozen=True)
class Standing:
    """What is in the database before the first test."""

    bare: tuple[Cooperative, Cooperative]
    """With nobody in them but their first administrators."""
    cast: Cast


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The owner makes the test database and migrates it."""
    connection.close()
    connection.settings_dict["OPTIONS"].pop("assume_role", None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: object) -> Iterator[None]:
    """Everything after that runs as the application, held by row-level security."""
    made = None
    if not connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX):
        # pytest-django makes none where all selected tests commit; they would write into the developer's.
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            made = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb, serialized_aliases=())
    connection.close()
    connection.settings_dict["OPTIONS"]["assume_role"] = settings.DATABASE_APP_ROLE
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        connection.settings_dict["OPTIONS"].pop("assume_role", None)
        if made and not django_db_keepdb:
            teardown_databases(made, verbosity=0)


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Real commits, for races, workers and browsers. Nothing is cleaned up: each test opens its own cooperative."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        connection.close()


@pytest.fixture
def own_queue() -> Iterator[str]:
    """A queue that nobody else writes to or reads from; its prefix."""
    with own_queues() as prefix:
        yield prefix


@pytest.fixture
def no_broker() -> Iterator[None]:
    """The broker is gone."""
    with no_broker_there():
        yield


@pytest.fixture(scope="session")
def standing(django_db_setup: None, django_db_blocker: object) -> Standing:
    """Cooperatives and people that stand for the whole session; what a test does to them is rolled back with it.

    To make them anew was a third of what a test of a page cost.
    """
    with django_db_blocker.unblock(), own_queues():  # type: ignore[attr-defined]
        peopled, next_door = make_cooperative(), make_cooperative()
        with coop_scope(peopled.pk):
            cast = cast_of(peopled, next_door)
        found = Standing(bare=(make_cooperative(), make_cooperative()), cast=cast)
        connection.close()
    return found


@pytest.fixture
def _cooperatives(standing: Standing, request: pytest.FixtureRequest) -> tuple[Cooperative, Cooperative]:
    """Ours and the one next door: with people in them where the test has the cast."""
    cast = standing.cast
    return deepcopy((cast.coop, cast.next_door) if "cast" in request.fixturenames else standing.bare)


@pytest.fixture
def coop(db: None, _cooperatives: tuple[Cooperative, Cooperative]) -> Iterator[Cooperative]:
    """A cooperative in scope."""
    with coop_scope(_cooperatives[0].pk):
        yield _cooperatives[0]


@pytest.fixture
def other_coop(db: None, _cooperatives: tuple[Cooperative, Cooperative]) -> Cooperative:
    """The cooperative next door, not in scope."""
    return _cooperatives[1]


@pytest.fixture
def cast(standing: Standing, coop: Cooperative, other_coop: Cooperative) -> Cast:
    """Named people: one per role here, and Cem next door."""
    return replace(deepcopy(standing.cast), coop=coop, next_door=other_coop)


@pytest.fixture
def client_of(db: None) -> Callable[..., Client]:
    """`client_of(user, cooperative)`: a signed-in browser at that cooperative's host."""

    def make(user: object, cooperative: Cooperative) -> Client:
        browser = Client(headers={"host": f"{cooperative.slug}.localhost"})
        if user is not None:
            browser.force_login(user)  # type: ignore[arg-type]
        return browser

    return make
