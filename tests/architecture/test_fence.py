"""The fence stands in the database. These tests fail for a model that forgets it."""

import re

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField
from coop.tenancy.models import Cooperative, CoopOwned
from coop.tenancy.scope import NoCoopInScope, coop_scope

OUTSIDE = {
    "tenancy.Address": "the directory from host to cooperative, read before any scope",
    "tenancy.User": "logins: who someone is comes before where they are",
    "account.EmailAddress": "addresses of logins",
    "account.EmailConfirmation": "confirmations of addresses of logins",
    "mfa.Authenticator": "second factors of logins",
    "authtoken.Token": "tokens of logins; roles are checked per cooperative",
    "authtoken.TokenProxy": "a proxy of the above",
    "auth.Permission": "Django's own, unused and empty of data",
    "auth.Group": "Django's own, unused and empty",
    "auth.Group_permissions": "Django's own, unused and empty",
    "contenttypes.ContentType": "names of models",
    "sessions.Session": "sessions come before the cooperative is known",
}
ALL = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
FENCED = [model for model in ALL if model._meta.label not in OUTSIDE]
OWNED = [model for model in FENCED if issubclass(model, CoopOwned)]


def label(model: type[models.Model]) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", FENCED, ids=label)
def test_every_table_is_fenced_by_row_level_security(model, db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT permissive, roles::text, cmd, qual, with_check FROM pg_policies WHERE tablename = %s",
            [model._meta.db_table],
        )
        ((permissive, roles, command, *rules),) = cursor.fetchall()
    column = "id" if model is Cooperative else "coop_id"
    rule = f"({column} = ( SELECT (NULLIF(current_setting('app.coop_id'::text, true), ''::text))::bigint))"
    assert (permissive, roles, command) == ("PERMISSIVE", "{public}", "ALL")
    assert [re.sub(r' AS "?\w+"?\)', ")", text) for text in rules] == [rule, rule]


def test_the_application_owns_nothing_and_bypasses_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "stetig_app"
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_a_query_without_a_scope_raises(model, db):
    for ask in ("all", "count", "exists", "first"):
        with pytest.raises(NoCoopInScope):
            list(model.objects.all()) if ask == "all" else getattr(model.objects, ask)()
    with pytest.raises(NoCoopInScope):
        model._base_manager.get(pk=1)


@pytest.mark.parametrize("model", FENCED, ids=label)
def test_raw_sql_without_a_scope_sees_no_row(model, db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.coop_id', '', true)")
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_foreign_keys_carry_the_cooperative(model):
    plain = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and not isinstance(field, CoopForeignKey | CoopOneToOneField)
        and issubclass(field.related_model, CoopOwned)
    ]
    assert plain == []
    assert [f.name for f in model._meta.many_to_many] == []


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_every_index_begins_with_the_cooperative(model, db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a "
            "ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
            "WHERE i.indrelid = %s::regclass AND NOT i.indisprimary AND a.attname <> 'coop_id'",
            [model._meta.db_table],
        )
        relations = {f"{f.column}" for f in model._meta.concrete_fields if isinstance(f, models.OneToOneField)}
        leftover = [name for (name,) in cursor.fetchall() if not any(column in name for column in relations)]
    assert leftover == []


def test_a_row_of_one_cooperative_is_invisible_and_untouchable_next_door(coop, other_coop):
    with coop_scope(other_coop.pk), connection.cursor() as cursor:
        for sql in (
            "UPDATE tenancy_cooperative SET name = 'x' WHERE id = %s",
            "DELETE FROM tenancy_roleassignment WHERE coop_id = %s",
        ):
            cursor.execute(sql, [coop.pk])
            assert cursor.rowcount == 0
        cursor.execute("SELECT count(*) FROM tenancy_policy WHERE coop_id = %s", [coop.pk])
        assert cursor.fetchone() == (0,)
    assert Cooperative.objects.get(pk=coop.pk).name == coop.name


def test_a_row_cannot_be_written_into_another_cooperative(coop, other_coop):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_budget (coop_id, name, kind, opened_on) VALUES (%s, 'x', 'personal', now())",
            [other_coop.pk],
        )


def test_a_foreign_key_cannot_point_next_door(coop, other_coop):
    with coop_scope(other_coop.pk), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_budget (coop_id, name, kind, opened_on) VALUES (%s, 'x', 'personal', now()) RETURNING id",
            [other_coop.pk],
        )
        foreign = cursor.fetchone()[0]
    with pytest.raises(DatabaseError, match="same_coop"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_cover (coop_id, budget_id, source, cents, since) VALUES (%s, %s, 's', 1, now())",
            [coop.pk, foreign],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_nested_scope_restores_the_outer_one(coop, other_coop):
    with coop_scope(other_coop.pk):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.coop_id')")
        assert cursor.fetchone() == (str(coop.pk),)


def test_a_failed_nested_scope_restores_the_outer_one(coop, other_coop):
    with pytest.raises(DatabaseError), coop_scope(other_coop.pk), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.coop_id')")
        assert cursor.fetchone() == (str(coop.pk),)


def test_truncate_is_not_for_the_application(coop):
    for model in FENCED:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')


def test_a_nested_scope_lets_the_outer_ones_entries_be_checked(coop, other_coop):
    from coop.ledger.actions import open_budget, post
    from coop.ledger.chart import AccountCode
    from coop.ledger.lines import credit, debit, draft
    from tests.factories.tenancy import FOUNDED

    budget = open_budget(name="Ada", on=FOUNDED)
    lines = [debit(AccountCode.ALLOC, 100), credit(AccountCode.FREE, 100, budget_id=budget.pk)]
    post(draft("outer", FOUNDED, "Outer", lines))
    with coop_scope(other_coop.pk):
        budget = open_budget(name="Cem", on=FOUNDED)
        lines = [debit(AccountCode.ALLOC, 100), credit(AccountCode.FREE, 100, budget_id=budget.pk)]
        post(draft("inner", FOUNDED, "Inner", lines))
