"""State machines in the database: the same table that the action checks."""

import pgtrigger

from coop.states import S, Transitions


def machine(name: str, transitions: Transitions[S], field: str = "state") -> list[pgtrigger.Trigger]:
    """Triggers that refuse births outside the first states and steps that the table does not know."""
    first = ", ".join(f"'{state}'" for state in transitions.first)
    return [
        pgtrigger.FSM(
            name=f"{name}_steps", field=field, transitions=[(str(now), str(then)) for now, then in transitions.pairs()]
        ),
        pgtrigger.Protect(
            name=f"{name}_births",
            operation=pgtrigger.Insert,
            condition=pgtrigger.Condition(f"NEW.{field} NOT IN ({first})"),
        ),
    ]
