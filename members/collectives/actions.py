"""Every write of shared budgets and transfers: both sides agree, or nothing moves."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import lock_budgets, open_budget, post
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.ledger.models import Budget
from coop.ledger.queries import figures_of
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from members.collectives.models import BudgetTransfer, Collective, CollectivePlace
from members.collectives.queries import may_decide_for, may_see, transfer_source
from members.collectives.states import PLACE_STATES, TRANSFER_STATES, PlaceState, TransferState
from members.models import Person
from members.states import PersonState

LEAST = 2
"""Members who share a budget, its manager among them."""


class NotTheManager(StetigError):
    """Only who manages this shared budget can do that."""

    code = "not_the_manager"


class TooFewShare(StetigError):
    """Fewer than two members share this budget yet: it can receive money as soon as somebody has joined."""

    code = "too_few_share"


class NotEnoughMoney(StetigError):
    """The budget does not hold so much that is paid and not planned for a salary."""

    code = "not_enough_money"


@transaction.atomic
def found_collective(*, name: str, person_id: int, invited_ids: list[int], at: datetime, by: User | None) -> Collective:
    """Open a shared budget that `person_id` manages, and ask others to share it.

    Raises: InvalidInput, NotFound.
    """
    manager = _member(person_id)
    others = {one for one in invited_ids if one != person_id}
    if not name.strip() or not others:
        raise InvalidInput(_("Give it a name and invite at least one other member."))
    budget = open_budget(name=name.strip(), on=local_day(at), kind=Budget.Kind.COLLECTIVE)
    collective: Collective = Collective.objects.create(
        name=name.strip(), budget=budget, manager=manager, founded_at=at, founded_by=by
    )
    CollectivePlace.objects.create(collective=collective, person=manager, state=PlaceState.JOINED, state_at=at)
    for other in sorted(others):
        CollectivePlace.objects.create(collective=collective, person=_member(other), state_at=at)
    return collective


@transaction.atomic
def invite_to_collective(*, collective_id: int, person_id: int, invited_id: int, at: datetime) -> CollectivePlace:
    """Ask another member to share a budget; `person_id` manages it. Raises: NotTheManager, InvalidTransition, NotFound."""
    collective = _managed(collective_id, person_id)
    other = _member(invited_id)
    place = CollectivePlace.objects.select_for_update().filter(collective=collective, person=other).first()
    if place is None:
        made: CollectivePlace = CollectivePlace.objects.create(collective=collective, person=other, state_at=at)
        return made
    return _moved(place, PlaceState.INVITED, at)


@transaction.atomic
def answer_invitation(*, collective_id: int, person_id: int, joins: bool, at: datetime) -> CollectivePlace:
    """Say whether one shares a budget. Raises: NotFound, InvalidTransition."""
    return _moved(_place(collective_id, person_id), PlaceState.JOINED if joins else PlaceState.DECLINED, at)


@transaction.atomic
def leave_collective(*, collective_id: int, person_id: int, at: datetime) -> CollectivePlace:
    """Share a budget no more. Who manages it hands that over first. Raises: NotFound, InvalidInput, InvalidTransition."""
    place = _place(collective_id, person_id)
    if place.collective.manager_id == person_id:
        raise InvalidInput(_("Hand the management over to somebody first."))
    return _moved(place, PlaceState.LEFT, at)


@transaction.atomic
def hand_over(*, collective_id: int, person_id: int, to_id: int) -> Collective:
    """Let another member who shares the budget manage it. Raises: NotTheManager, NotFound."""
    collective = _managed(collective_id, person_id)
    if not CollectivePlace.objects.filter(collective=collective, person_id=to_id, state=PlaceState.JOINED).exists():
        raise NotFound
    collective.manager_id = to_id
    collective.save(update_fields=["manager"])
    return collective


@transaction.atomic
def offer_transfer(
    *, giver_id: int, receiver_id: int | None, cents: int, text: str, person_id: int, at: datetime, by: User | None
) -> BudgetTransfer:
    """Offer money out of one's own budget, or of one that one manages, to another one (ids of budgets).

    Only what is paid and not planned for a salary can go.

    Raises: NotFound, NotEnoughMoney, TooFewShare, InvalidInput.
    """
    if giver_id == receiver_id or cents <= 0 or not text.strip():
        raise InvalidInput(_("Choose another budget, an amount, and say what it is for."))
    if not may_decide_for(giver_id, person_id):
        raise NotFound
    receiver = Budget.objects.filter(id=receiver_id).first()
    if receiver is None:
        raise NotFound
    _check_open(receiver)
    _check_money(giver_id, cents, at)
    transfer: BudgetTransfer = BudgetTransfer.objects.create(
        giver_id=giver_id, receiver=receiver, cents=cents, text=text.strip(), offered_at=at, offered_by=by
    )
    return transfer


@transaction.atomic
def accept_transfer(*, transfer_id: int, person_id: int, at: datetime, by: User | None) -> BudgetTransfer:
    """Agree for the receiving budget: now the money moves, without a fee, in one entry.

    Raises: NotFound, NotEnoughMoney, TooFewShare, InvalidTransition, PeriodClosed.
    """
    transfer = _locked(transfer_id)
    if not may_decide_for(transfer.receiver_id, person_id):
        raise NotFound
    TRANSFER_STATES.check(transfer.state, TransferState.ACCEPTED)
    # Two transfers must not both count on the same money, nor one and a salary.
    lock_budgets([transfer.giver_id, transfer.receiver_id])
    _check_open(transfer.receiver)
    _check_money(transfer.giver_id, transfer.cents, at)
    _decide(transfer, TransferState.ACCEPTED, at=at, by=by)
    post(
        draft(
            transfer_source(transfer),
            local_day(at),
            transfer.text,
            [
                debit(AccountCode.FREE, transfer.cents, budget_id=transfer.giver_id),
                credit(AccountCode.FREE, transfer.cents, budget_id=transfer.receiver_id),
            ],
            document=f"T-{transfer.pk}",
        ),
        by=by,
    )
    return transfer


@transaction.atomic
def decline_transfer(*, transfer_id: int, person_id: int, at: datetime, by: User | None) -> BudgetTransfer:
    """Say no for the receiving budget. Raises: NotFound, InvalidTransition."""
    transfer = _locked(transfer_id)
    if not may_decide_for(transfer.receiver_id, person_id):
        raise NotFound
    return _decide(transfer, TransferState.DECLINED, at=at, by=by)


@transaction.atomic
def withdraw_transfer(*, transfer_id: int, person_id: int, at: datetime, by: User | None) -> BudgetTransfer:
    """Take an offer back for the giving budget. Raises: NotFound, InvalidTransition."""
    transfer = _locked(transfer_id)
    if not may_decide_for(transfer.giver_id, person_id):
        raise NotFound
    return _decide(transfer, TransferState.WITHDRAWN, at=at, by=by)


def _member(person_id: int) -> Person:
    person: Person | None = Person.objects.filter(
        id=person_id, state=PersonState.ADMITTED, budget__isnull=False
    ).first()
    if person is None:
        raise NotFound
    return person


def _managed(collective_id: int, person_id: int) -> Collective:
    collective = Collective.objects.select_for_update().filter(id=collective_id).first()
    if collective is None or not may_see(collective_id, person_id):
        raise NotFound
    if collective.manager_id != person_id:
        raise NotTheManager
    found: Collective = collective
    return found


def _place(collective_id: int, person_id: int) -> CollectivePlace:
    place: CollectivePlace | None = (
        CollectivePlace.objects.select_for_update(of=("self",))
        .select_related("collective")
        .filter(collective_id=collective_id, person_id=person_id)
        .first()
    )
    if place is None:
        raise NotFound
    return place


def _moved(place: CollectivePlace, state: PlaceState, at: datetime) -> CollectivePlace:
    PLACE_STATES.check(place.state, state)
    place.state, place.state_at = state, at
    place.save(update_fields=["state", "state_at"])
    return place


def _locked(transfer_id: int) -> BudgetTransfer:
    transfer: BudgetTransfer | None = (
        BudgetTransfer.objects.select_for_update(of=("self",)).select_related("receiver").filter(id=transfer_id).first()
    )
    if transfer is None:
        raise NotFound
    return transfer


def _decide(transfer: BudgetTransfer, state: TransferState, *, at: datetime, by: User | None) -> BudgetTransfer:
    TRANSFER_STATES.check(transfer.state, state)
    transfer.state, transfer.decided_at, transfer.decided_by = state, at, by
    transfer.save(update_fields=["state", "decided_at", "decided_by"])
    return transfer


def _check_open(receiver: Budget) -> None:
    """Raises: TooFewShare, for a shared budget that nobody shares yet."""
    if receiver.kind != Budget.Kind.COLLECTIVE:
        return
    joined = CollectivePlace.objects.filter(collective__budget=receiver, state=PlaceState.JOINED).count()
    if joined < LEAST:
        raise TooFewShare


def _check_money(budget_id: int, cents: int, at: datetime) -> None:
    if figures_of(budget_id, local_day(at)).available_for_expenses_cents < cents:
        raise NotEnoughMoney
