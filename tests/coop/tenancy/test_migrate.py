"""Our `migrate` leaves the state of the migrations as Django's does, in what it builds and what it only notes."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from coop.tenancy.management.commands.migrate import _fewer_models_built


def _told(state):
    return {
        (model._meta.label, name, part.name, part.deconstruct()[0])
        for model in state.apps.get_models()
        for name in ("constraints", "indexes")
        for part in getattr(model._meta, name)
    }


@pytest.mark.django_db
def test_models_know_the_same_constraints_and_indexes_and_the_state_the_same_triggers():
    executor = MigrationExecutor(connection)
    plan = executor.loader.graph.leaf_nodes()
    whole = executor.loader.project_state(plan)
    rendered = executor.loader.project_state([])
    assert rendered.apps is not None  # built from now on, as while a database is migrated
    with _fewer_models_built():
        for migration, _backwards in executor.migration_plan(plan, clean_start=True):
            rendered = migration.mutate_state(rendered, preserve=False)
    assert _told(rendered) == _told(whole)
    triggers = [
        {key: [one.name for one in model.options.get("triggers", [])] for key, model in state.models.items()}
        for state in (rendered, whole)
    ]
    assert triggers[0] == triggers[1]
    assert any(triggers[0].values())
