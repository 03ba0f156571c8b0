"""Where a login can go: the main navigation by role, with what waits there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from coop.front.addresses import address_of
from coop.front.work import Work, work_counts, work_for
from coop.tenancy.states import STAFF, Role
from invoicing.queries import SEES_ALL_INVOICES

MEMBER = frozenset({Role.MEMBER})
OFFICE = STAFF | {Role.ADMINISTRATOR}
BOOKS = frozenset({Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD})

HOMES = (
    (frozenset({Role.BOARD}), "front:board"),
    (frozenset({Role.INVOICING, Role.PAYROLL}), "front:office"),
    (frozenset({Role.ACCOUNTANT}), "front:books"),
    (frozenset({Role.AUDITOR}), "front:books"),
    (frozenset({Role.ADMINISTRATOR}), "front:office"),
    (MEMBER, "front:mine"),
    (frozenset({Role.FORMER}), "payroll:my_payslips"),
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
    Place(name="front:mine", label=_("My home"), roles=MEMBER),
    Place(name="front:budget", label=_("My budget"), roles=MEMBER),
    Place(name="invoicing:job_list", label=_("Jobs"), roles=MEMBER),
    Place(name="invoicing:client_list", label=_("Clients"), roles=MEMBER),
    Place(name="payroll:my_payslips", label=_("My payslips"), roles=MEMBER | {Role.FORMER}),
    Place(name="planning:salary", label=_("My salary"), roles=MEMBER),
    Place(name="planning:plan", label=_("My plan"), roles=MEMBER),
    Place(name="collectives:mine", label=_("Shared budgets"), roles=MEMBER),
    Place(name="timekeeping:mine", label=_("Leave and hours"), roles=MEMBER),
    Place(name="members:me", label=_("My data"), roles=MEMBER),
    Place(name="front:board", label=_("Board"), roles=frozenset({Role.BOARD, Role.AUDITOR})),
    Place(name="planning:cooperative", label=_("The months ahead"), roles=frozenset({Role.BOARD, Role.AUDITOR})),
    Place(name="front:office", label=_("Today"), roles=OFFICE),
    Place(
        name="invoicing:office_jobs",
        label=_("Check and invoice"),
        roles=frozenset({Role.INVOICING}),
        waiting=(Work.JOBS_TO_CHECK, Work.JOBS_TO_INVOICE),
    ),
    Place(name="invoicing:invoice_list", label=_("Invoices"), roles=SEES_ALL_INVOICES | MEMBER),
    Place(name="invoicing:client_list", label=_("Clients"), roles=frozenset({Role.INVOICING})),
    Place(
        name="dunning:office",
        label=_("Reminders"),
        roles=frozenset({Role.INVOICING, Role.ACCOUNTANT, Role.BOARD, Role.AUDITOR}),
        waiting=(Work.OVERDUE,),
    ),
    Place(
        name="banking:work",
        label=_("Bank"),
        roles=frozenset({Role.ACCOUNTANT, Role.INVOICING}),
        waiting=(Work.MONEY, Work.RETURNED),
    ),
    Place(
        name="banking:orders",
        label=_("Payment orders"),
        roles=frozenset({Role.PAYROLL, Role.ACCOUNTANT, Role.BOARD}),
        waiting=(Work.ORDERS,),
    ),
    Place(
        name="banking:accounts",
        label=_("Bank accounts"),
        roles=frozenset({Role.ACCOUNTANT, Role.ADMINISTRATOR}),
    ),
    Place(
        name="members:members",
        label=_("Members"),
        roles=STAFF | {Role.BOARD, Role.AUDITOR},
        waiting=(Work.APPLICATIONS,),
    ),
    Place(
        name="planning:requests",
        label=_("Salary requests"),
        roles=frozenset({Role.PAYROLL}),
        waiting=(Work.REQUESTS,),
    ),
    Place(name="planning:shortfalls", label=_("Pay not covered"), roles=frozenset({Role.PAYROLL, Role.BOARD})),
    Place(name="payroll:people", label=_("Employed people"), roles=frozenset({Role.PAYROLL}), waiting=(Work.INTAKES,)),
    Place(
        name="timekeeping:office",
        label=_("Absences and hours"),
        roles=frozenset({Role.PAYROLL}),
        waiting=(Work.ABSENCES, Work.HOURS),
    ),
    Place(
        name="payroll:runs",
        label=_("Salary runs"),
        roles=frozenset({Role.PAYROLL, Role.BOARD}),
        waiting=(Work.RUNS, Work.RETURNED_PAY),
    ),
    Place(
        name="papers:cockpit",
        label=_("The office's month"),
        roles=frozenset({Role.PAYROLL, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD}),
    ),
    Place(name="front:books", label=_("Books"), roles=BOOKS),
    Place(name="front:outbox", label=_("Mail and papers"), roles=OFFICE, waiting=(Work.MAIL, Work.DOCUMENTS)),
    Place(name="tenancy:roles", label=_("People and roles"), roles=frozenset({Role.ADMINISTRATOR})),
    Place(name="tenancy:history", label=_("History"), roles=frozenset({Role.BOARD, Role.AUDITOR})),
    Place(name="tenancy:policies", label=_("Policy"), roles=frozenset({Role.ADMINISTRATOR, Role.BOARD})),
)


def home_of(roles: Iterable[Role]) -> str:
    """The name of the page that a login with these roles begins on."""
    held = frozenset(roles)
    return next((name for wanted, name in HOMES if wanted & held), "front:welcome")


def navigation_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The navigation of the request's login: items with `url`, `label`, `count`, `current`; one statement for all counts."""
    roles: frozenset[Role] = getattr(request, "roles", frozenset())
    # Who holds two roles finds a place that both lead to once, where the first of them has it.
    by_name: dict[str, Place] = {}
    for place in PLACES:
        if place.roles & roles and address_of(place.name):
            by_name.setdefault(place.name, place)
    places = list(by_name.values())
    if len(places) < 2:  # noqa: PLR2004 (one place is no choice)
        return []
    counts = work_counts({work for place in places for work in place.waiting} & set(work_for(roles)), roles)
    urls = [address_of(place.name) for place in places]
    # The longest address that the present one begins with: a page below a list lights up its list.
    current = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [
        {
            "url": url,
            "label": place.label,
            "count": sum(counts.get(work, 0) for work in place.waiting) or None,
            "current": url == current,
        }
        for place, url in zip(places, urls, strict=True)
    ]
