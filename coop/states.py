"""State machines as data: an enum and a table of transitions.

One table feeds the check in the action, the trigger in the database (`pgtrigger.FSM`), the buttons on
the page and the diagram in the docs.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from coop.errors import StetigError

S = TypeVar("S", bound=StrEnum)


class InvalidTransition(StetigError):
    """This step is not possible from the present state."""

    code = "invalid_transition"


class Transitions(Generic[S]):
    """Which state may follow which.

    `first` are the states a row may be born in; `table` maps each state to its followers (a state
    that is missing is final).
    """

    def __init__(self, *, first: Iterable[S], table: Mapping[S, Iterable[S]]) -> None:
        self.first = tuple(first)
        self.table = {state: tuple(followers) for state, followers in table.items()}

    def may(self, now: S | str, then: S | str) -> bool:
        """Whether `then` may follow `now`."""
        return then in self.followers(now)

    def followers(self, now: S | str) -> tuple[S, ...]:
        """The states that may follow `now`."""
        return next((followers for state, followers in self.table.items() if state == now), ())

    def check(self, now: S | str, then: S | str) -> None:
        """Raises: InvalidTransition, naming both states and what is possible instead."""
        if not self.may(now, then):
            possible = ", ".join(self.followers(now)) or "nothing, it is final"
            raise InvalidTransition(f"From “{now}” to “{then}” is not possible; possible: {possible}.")

    def pairs(self) -> Iterator[tuple[S, S]]:
        """Every allowed step, in the table's order."""
        for state, followers in self.table.items():
            for follower in followers:
                yield state, follower

    def mermaid(self) -> str:
        """The diagram of the docs, as Mermaid text."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.first)]
        lines += [f"    {now} --> {then}" for now, then in self.pairs()]
        return "\n".join(lines) + "\n"
