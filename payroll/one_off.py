"""One-off pay before it is agreed: what it costs and leaves, exactly as the run of its month will compute it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import commit, next_month
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from members.models import Person
from payroll.calculation import compute
from payroll.facts import facts_of
from payroll.germany.salary import salary_law
from payroll.models import WageElement
from payroll.states import ElementKind
from payroll.wage_elements import enter_wage_element, promise_of


class NotEmployedThen(StetigError):
    """Nobody is employed in this month: one-off pay needs a salary beside it. Choose a month of the employment."""

    code = "not_employed_then"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffQuote:
    """What one-off pay adds to the pay of its month. Cents."""

    gross_cents: int
    net_cents: int
    """What is paid out of it."""
    cost_cents: int
    """What it takes from the budget."""


def quote_one_off(*, person_id: int, amount_cents: int, month: date) -> OneOffQuote:
    """The difference that one-off pay makes to a month, by all that is entered for it.

    Raises: NotEmployedThen, DataMissing, LawUnknown, NoPolicy, InvalidInput.
    """
    if amount_cents <= 0:
        raise InvalidInput("amount_cents: give an amount above zero")
    law = salary_law(month)
    element = WageElement(person_id=person_id, kind=ElementKind.ONE_OFF, since=month, amount_cents=amount_cents)
    results = []
    for supposed in ([], [element]):
        found = facts_of(law, month, [person_id], supposed=supposed)
        if not found:
            raise NotEmployedThen
        person = found[0]
        if person.facts is None:
            raise person.problem or NotEmployedThen
        results.append(compute(law, person.facts))
    without, with_it = results
    return OneOffQuote(
        gross_cents=amount_cents,
        net_cents=with_it.payout_cents - without.payout_cents,
        cost_cents=with_it.cost_cents - without.cost_cents,
    )


@transaction.atomic
def agree_one_off(
    *, person_id: int, amount_cents: int, month: date, text: str, at: datetime, by: User | None
) -> WageElement:
    """Enter one-off pay for a month and promise its cost out of the budget, both or none.

    Raises: BeyondCover, BeyondAdvanceLimit, NotEmployedThen, DataMissing, LawUnknown, InvalidInput, NotFound.
    """
    person = Person.objects.filter(id=person_id).first()
    if person is None or person.budget_id is None:
        raise NotFound
    cost = quote_one_off(person_id=person_id, amount_cents=amount_cents, month=month).cost_cents
    element = enter_wage_element(
        person_id=person_id,
        kind=ElementKind.ONE_OFF,
        since=month,
        amount_cents=amount_cents,
        text=text,
        at=at,
        by=by,
    )
    commit(
        budget_id=person.budget_id,
        source=promise_of(element),
        monthly_cents=cost,
        since=month,
        until=next_month(month),
        on=local_day(at),
    )
    return element


def promises_of_one_offs(person_ids: Collection[int], month: date) -> list[str]:
    """The sources of promises that a month's pay of these people keeps."""
    elements = WageElement.objects.filter(person_id__in=person_ids, kind=ElementKind.ONE_OFF, since=month)
    return [promise_of(element) for element in elements.only("id")]
