"""Where a login can go: the main navigation by role, with what waits there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from coop.front.work import Work, work_counts
from coop.tenancy.states import STAFF, Role

MEMBER = frozenset({Role.MEMBER})
OFFICE = STAFF | {Role.ADMINISTRATOR}
BOOKS = frozenset({Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD})

HOMES = (
    (frozenset({Role.INVOICING, Role.PAYROLL}), "front:office"),
    (frozenset({Role.ACCOUNTANT}), "front:books"),
    (frozenset({Role.AUDITOR}), "front:books"),
    (frozenset({Role.ADMINISTRATOR}), "front:office"),
)
"""The first that fits is one's home: work before one's own affairs, which stay one click away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation: an address by name, for whom, and whose count it shows."""

    name: str
    label: Any
    roles: frozenset[Role]
    waiting: tuple[Work, ...] = ()


PLACES = (
    Place(name="front:office", label=_("Today"), roles=OFFICE),
    Place(name="front:books", label=_("Books"), roles=BOOKS),
    Place(name="front:outbox", label=_("Mail and papers"), roles=OFFICE, waiting=(Work.MAIL, Work.DOCUMENTS)),
)


def home_of(roles: Iterable[Role]) -> str:
    """The name of the page that a login with these roles begins on."""
    held = frozenset(roles)
    return next((name for wanted, name in HOMES if wanted & held), "front:welcome")


def navigation_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The navigation of the request's login: items with `url`, `label`, `count`, `current`; one statement for all counts."""
    roles: frozenset[Role] = getattr(request, "roles", frozenset())
    places = [place for place in PLACES if place.roles & roles]
    if len(places) < 2:  # noqa: PLR2004 (one place is no choice)
        return []
    wanted = {work for place in places for work in place.waiting}
    counts = work_counts(wanted)
    urls = [reverse(place.name) for place in places]
    # The longest address that the present one begins with: a page below a list lights up its list.
    current = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [
        {
            "url": url,
            "label": place.label,
            "count": sum(counts[work] for work in place.waiting) or None,
            "current": url == current,
        }
        for place, url in zip(places, urls, strict=True)
    ]
