"""Reads of shared budgets and transfers; members see only what they share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from coop.errors import NotFound
from coop.ledger.evidence import Expected
from coop.ledger.models import Budget
from coop.ledger.queries import budget_figures
from members.collectives.models import BudgetTransfer, Collective, CollectivePlace
from members.collectives.states import PlaceState, TransferState
from members.models import Person
from members.states import PersonState


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectiveRow:
    """A shared budget as one who shares it, or is asked to, sees it. Cents; None before one has joined."""

    id: int
    name: str
    budget_id: int
    manager: str
    manages: bool
    state: PlaceState
    free_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """A transfer as one of its sides sees it; `cents` is negative for the giving side."""

    id: int
    text: str
    giver: str
    receiver: str
    cents: int
    state: TransferState
    offered_on: date
    may_accept: bool
    may_withdraw: bool


def transfer_source(transfer: BudgetTransfer) -> str:
    """The source of a transfer's entry in the ledger."""
    return f"transfer:{transfer.pk}"


def collectives_of(person_id: int, on: date) -> list[CollectiveRow]:
    """Budgets that a person shares or is asked to share, by name, in two statements."""
    places = (
        CollectivePlace.objects.filter(person_id=person_id, state__in=(PlaceState.INVITED, PlaceState.JOINED))
        .select_related("collective", "collective__manager")
        .order_by("collective__name", "collective_id")
    )
    found = list(places)
    figures = budget_figures(on, [place.collective.budget_id for place in found])
    return [
        CollectiveRow(
            id=place.collective_id,
            name=place.collective.name,
            budget_id=place.collective.budget_id,
            manager=place.collective.manager.name,
            manages=place.collective.manager_id == person_id,
            state=PlaceState(place.state),
            free_cents=figures[place.collective.budget_id].free_cents if place.state == PlaceState.JOINED else None,
        )
        for place in found
    ]


def shared_collective(collective_id: int, person_id: int) -> Collective:
    """A shared budget that a person shares. Raises: NotFound."""
    shared = Collective.objects.select_related("manager", "budget").filter(
        id=collective_id, places__person_id=person_id, places__state=PlaceState.JOINED
    )
    found: Collective | None = shared.first()
    if found is None:
        raise NotFound
    return found


def places_of(collective_id: int) -> list[CollectivePlace]:
    """Who shares a budget, or was asked to."""
    rows = CollectivePlace.objects.filter(collective_id=collective_id).select_related("person")
    return list(rows.order_by("person__name", "id"))


def budgets_to_decide_for(person: Person) -> dict[int, str]:
    """The budgets that a person may give out of and receive for: the own one and those that one manages, by id."""
    own = {person.budget_id: ""} if person.budget_id else {}
    managed = Collective.objects.filter(manager=person).order_by("name").values_list("budget_id", "name")
    return {**own, **dict(managed)}


def may_decide_for(budget_id: int, person_id: int) -> bool:
    """Whether a budget is a person's own, or one that the person manages."""
    return (
        Person.objects.filter(id=person_id, budget_id=budget_id).exists()
        or Collective.objects.filter(budget_id=budget_id, manager_id=person_id).exists()
    )


def may_see(collective_id: int, person_id: int) -> bool:
    """Whether a person shares a budget or is asked to."""
    states = (PlaceState.INVITED, PlaceState.JOINED)
    return CollectivePlace.objects.filter(collective_id=collective_id, person_id=person_id, state__in=states).exists()


def member_by_email(email: str) -> Person:
    """An admitted member by e-mail address. Raises: NotFound."""
    person: Person | None = Person.objects.filter(
        email__iexact=email.strip(), state=PersonState.ADMITTED, budget__isnull=False
    ).first()
    if person is None:
        raise NotFound
    return person


def transfers_of(person: Person) -> list[TransferRow]:
    """Transfers of all budgets that a person decides for, newest first, in three statements."""
    mine = budgets_to_decide_for(person)
    rows = list(
        BudgetTransfer.objects.filter(Q(giver_id__in=mine) | Q(receiver_id__in=mine))
        .select_related("giver", "receiver")
        .order_by("-offered_at", "-id")
    )
    names = _names({row.giver for row in rows} | {row.receiver for row in rows})
    return [
        TransferRow(
            id=row.pk,
            text=row.text,
            giver=names[row.giver_id],
            receiver=names[row.receiver_id],
            cents=-row.cents if row.giver_id in mine else row.cents,
            state=TransferState(row.state),
            offered_on=row.offered_at.date(),
            may_accept=row.state == TransferState.OFFERED and row.receiver_id in mine,
            may_withdraw=row.state == TransferState.OFFERED and row.giver_id in mine,
        )
        for row in rows
    ]


def transfer_parties(transfer_ids: list[int]) -> dict[int, tuple[int, str, str]]:
    """Transfer to its giving budget's id and the names of both sides, in three statements."""
    rows = list(BudgetTransfer.objects.filter(id__in=transfer_ids).select_related("giver", "receiver"))
    names = _names({row.giver for row in rows} | {row.receiver for row in rows})
    return {row.pk: (row.giver_id, names[row.giver_id], names[row.receiver_id]) for row in rows}


def transfer_evidence() -> Expected:
    """Per accepted transfer: one budget gave what the other received."""
    expected = {}
    rows = BudgetTransfer.objects.filter(state=TransferState.ACCEPTED).values_list(
        "id", "giver_id", "receiver_id", "cents"
    )
    for pk, giver_id, receiver_id, cents in rows.iterator(chunk_size=5000):
        expected[giver_id, f"transfer:{pk}"] = (-cents, 0)
        expected[receiver_id, f"transfer:{pk}"] = (cents, 0)
    return expected


def _names(budgets: set[Budget]) -> Mapping[int, str]:
    people = dict(Person.objects.filter(budget__in=budgets).values_list("budget_id", "name"))
    return {budget.pk: people.get(budget.pk, budget.name) for budget in budgets}
