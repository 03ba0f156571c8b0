"""The triggers that keep the history of master data; read by coop/tenancy/history.py."""

import pgtrigger


def keeps_history(name: str, *fields: str, coop: str = "coop_id", where: str = "") -> pgtrigger.Trigger:
    """A trigger that keeps each change of these columns of a row, in the row's own cooperative.

    `coop` is the column that names the cooperative; `where` is SQL on NEW, for rows that have no history (yet).
    """
    columns = ", ".join(f"'{field}'" for field in fields)
    changed = " OR ".join(f"OLD.{field} IS DISTINCT FROM NEW.{field}" for field in fields)
    return pgtrigger.Trigger(
        name=f"{name}_history",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"(({changed}) AND ({where}))" if where else f"({changed})"),
        func=f"""
            INSERT INTO tenancy_masterdatachange (coop_id, at, by_id, through, why, about, row_id, before, after)
            SELECT NEW.{coop}, clock_timestamp(), nullif(current_setting('app.user_id', true), '')::bigint,
                   coalesce(current_setting('app.through', true), ''),
                   coalesce(current_setting('app.why', true), ''), TG_TABLE_NAME, NEW.id,
                   jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value)
            FROM jsonb_each(to_jsonb(OLD)) o JOIN jsonb_each(to_jsonb(NEW)) n USING (key)
            WHERE o.key IN ({columns}) AND o.value IS DISTINCT FROM n.value;
            RETURN NULL;
        """,  # noqa: S608 (names of columns)
    )


def keeps_birth(name: str, *fields: str) -> pgtrigger.Trigger:
    """A trigger that keeps with which columns a row began, where its beginning is a decision, such as a bank account's."""
    columns = ", ".join(f"'{field}'" for field in fields)
    return pgtrigger.Trigger(
        name=f"{name}_birth",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func=f"""
            INSERT INTO tenancy_masterdatachange (coop_id, at, by_id, through, why, about, row_id, before, after)
            SELECT NEW.coop_id, clock_timestamp(), nullif(current_setting('app.user_id', true), '')::bigint,
                   coalesce(current_setting('app.through', true), ''),
                   coalesce(current_setting('app.why', true), ''), TG_TABLE_NAME, NEW.id,
                   '{{}}'::jsonb, jsonb_object_agg(n.key, n.value)
            FROM jsonb_each(to_jsonb(NEW)) n WHERE n.key IN ({columns});
            RETURN NULL;
        """,  # noqa: S608 (names of columns)
    )
