"""What the demo's history knows while it is being played: its people, its bank, and what happens on which day."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from random import Random
from typing import Any

from coop.front.demo.bank import Bank
from coop.front.demo.clients import Company
from coop.front.demo.cooperatives import Office
from coop.front.demo.people import Profile
from coop.tenancy.models import User
from coop.tenancy.states import Role


@dataclass(slots=True, kw_only=True)
class Client:
    """A client of a member, once entered."""

    id: int
    company: Company


@dataclass(slots=True, kw_only=True)
class Member:
    """A person of the demo after admission."""

    profile: Profile
    person_id: int
    budget_id: int
    user: User
    joined_on: date
    clients: list[Client] = field(default_factory=list)
    known_to_payroll: bool = False
    employed_until: date | None = None
    """The first day that no contract reaches."""
    request_waits: bool = False
    """Whether a salary is asked for that stays undecided: nobody can ask for another beside it."""


@dataclass(slots=True, kw_only=True)
class World:
    """One cooperative while its history is made: events wait by day and are played in order, none after `today`."""

    office: Office
    rng: Random
    months: list[date]
    """The first days of the months that are played, oldest first."""
    today: date
    bank: Bank
    profiles: list[Profile]
    companies: list[Company]
    make_login: Callable[..., User]
    members: list[Member] = field(default_factory=list)
    desk: dict[date, list[Any]] = field(default_factory=dict)
    """The jobs that the office checks on a day."""
    returned_once: bool = False
    _events: list[tuple[date, int, Callable[[date], object]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def on(self, day: date, what: Callable[[date], object]) -> None:
        """Let something happen on a day: `what` is called with it. Of one day, what was told first comes first."""
        heapq.heappush(self._events, (day, next(self._order), what))

    def play(self, day_begins: Callable[[date], None]) -> None:
        """Let everything happen that lies up to `today`; `day_begins` hears each day on which something does."""
        shown = date.min
        while self._events and self._events[0][0] <= self.today:
            day, _order, what = heapq.heappop(self._events)
            if day > shown:
                shown = day
                day_begins(day)
            what(day)

    def who(self, role: Role) -> User:
        """The login that holds a role of the office."""
        return self.office.who(role)

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in this share of all cases."""
        return self.rng.random() < share
