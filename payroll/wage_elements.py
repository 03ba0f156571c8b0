"""What is paid or kept back besides the salary: entered by the office for months, ended, never rewritten."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound
from coop.ledger.actions import end_commitment, next_month
from coop.tenancy.models import User
from members.models import Person
from payroll.master_data import AlreadyEntered, saved
from payroll.models import WageElement
from payroll.states import ElementKind

ONCE = frozenset(
    {
        ElementKind.HOURS,
        ElementKind.LEAVE_PAY,
        ElementKind.SICK_PAY,
        ElementKind.ONE_OFF,
        ElementKind.VACATION_PAY,
        ElementKind.EXPENSES,
        ElementKind.MATERNITY,
    }
)
"""Kinds that belong to one month unless another end is given."""


@transaction.atomic
def enter_wage_element(
    *,
    person_id: int,
    kind: ElementKind,
    since: date,
    amount_cents: int,
    text: str,
    at: datetime,
    by: User | None,
    until: date | None = None,
    hours: Decimal | None = None,
    instalment_cents: int = 0,
    dependants: int = 0,
) -> WageElement:
    """Enter what is paid or kept back in the months from `since` until (and without) `until`.

    Hours, one-off pay and expenses belong to one month where no end is given; other kinds go on.

    Raises: InvalidInput, NotFound.
    """
    if not Person.objects.filter(id=person_id, member_number__isnull=False).exists():
        raise NotFound
    if since.day != 1 or (until is not None and (until.day != 1 or until <= since)):
        raise InvalidInput(_("Months are written as their first day, and the end comes after the start."))
    if (kind == ElementKind.HOURS) != (hours is not None):
        raise InvalidInput(_("Hours are given for hours worked, and for nothing else."))
    if (kind == ElementKind.ADVANCE) != (instalment_cents > 0):
        raise InvalidInput(_("An advance has instalments, and nothing else has."))
    if instalment_cents > amount_cents:
        raise InvalidInput(_("An instalment cannot be higher than the advance."))
    if until is None and kind in ONCE:
        until = next_month(since)
    if until is None and kind == ElementKind.ADVANCE:
        until = since
        for _instalment in range(1 + -(-amount_cents // instalment_cents)):
            until = next_month(until)
    row = WageElement(
        person_id=person_id,
        kind=kind,
        since=since,
        until=until,
        amount_cents=amount_cents,
        hours=hours,
        instalment_cents=instalment_cents,
        dependants=dependants,
        text=text.strip(),
        entered_at=at,
        entered_by=by,
    )
    return saved(row, AlreadyEntered)


def promise_of(element: WageElement) -> str:
    """The source under which the cost of one-off pay is promised in the ledger until it is paid."""
    return f"one-off:{element.pk}"


@transaction.atomic
def end_wage_element(*, element_id: int, until: date, at: datetime, by: User | None) -> WageElement:
    """Let an element end with the month before `until`; `until` as its first month takes it back as a whole.

    Months that were paid with it are corrected like any late change.

    Raises: NotFound, InvalidInput.
    """
    row: WageElement | None = WageElement.objects.select_for_update().filter(id=element_id).first()
    if row is None:
        raise NotFound
    if until.day != 1 or until < row.since:
        raise InvalidInput(_("Give the first month without it, not before it began."))
    if row.kind == ElementKind.ADVANCE and until != row.since:
        raise InvalidInput(
            _("An advance that was paid is paid back as a whole; only one that was not can be taken back.")
        )
    row.until, row.ended_at, row.ended_by = until, at, by
    row.save(update_fields=["until", "ended_at", "ended_by"])
    if until == row.since:
        end_commitment(source=promise_of(row), until=until)
    return row


def wage_elements_of(person_id: int) -> list[WageElement]:
    """What was entered for a person, the latest first."""
    return list(WageElement.objects.filter(person_id=person_id).order_by("-since", "-id"))


def wage_elements_in(month: date) -> list[WageElement]:
    """What counts in a month, by person."""
    rows = WageElement.objects.filter(Q(until__isnull=True) | Q(until__gt=month), since__lte=month)
    return list(rows.order_by("person_id", "id"))
