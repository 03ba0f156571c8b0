"""Bring payments and claims together, take it back, make it anew.

Set-based: a statement of thousands of lines takes the same number of SQL statements as one of ten, and
one call of the ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from coop.banking.actions.claims import state_of
from coop.banking.actions.learning import learn, unlearn
from coop.banking.matching import (
    Decision,
    Movement,
    SentOrder,
    SentPayment,
    decide_claims,
    decide_orders,
    decide_returned,
    numbers_named,
)
from coop.banking.models import BankTransaction, Claim, Match, PaymentLine, PaymentOrder, WorkItem
from coop.banking.queries import anew_source, has_order, known_payers, movement_of, open_claims, threshold_on
from coop.banking.registry import Settlement, claim_kind
from coop.banking.states import TRANSACTION_STATES, ClaimState, OrderState, TransactionState
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import lock_accounts, post_all, reverse
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, credit, debit, draft
from coop.ledger.models import Posting
from coop.ledger.queries import budget_figures
from coop.tenancy.bulk import uncollected
from coop.tenancy.models import User
from coop.tenancy.scope import current_coop_id

DIRECT_ACCOUNTS = (
    AccountCode.BANK_CHARGES,
    AccountCode.WAGE_TAX,
    AccountCode.FUNDS,
    AccountCode.LEVIES,
    AccountCode.VAT,
    AccountCode.CLIENT_CREDIT,
    AccountCode.INTEREST_INCOME,
)
"""Accounts that a person may book a movement to without a claim."""


class NotMatchable(StetigError):
    """This does not fit: check which payment belongs to which claim, and how much is left of both."""

    code = "not_matchable"


class PaidAgain(StetigError):
    """What came back has been ordered anew: reject that payment order first."""

    code = "paid_again"


class NotReturned(StetigError):
    """This payment was not returned, or its return has been undone already."""

    code = "not_returned"


class AlreadyUndone(StetigError):
    """This match has been undone already."""

    code = "already_undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So many cents of a payment for that claim."""

    claim_id: int
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """A match to be made; exactly one of claim, order, line, account."""

    transaction: BankTransaction
    cents: int
    on: date
    claim: Claim | None = None
    order: PaymentOrder | None = None
    line: PaymentLine | None = None
    account: AccountCode | None = None
    reason: str = ""
    score: int = 0
    revives: Match | None = None


# --- without a person ----------------------------------------------------------------------------------------------


@uncollected()
@transaction.atomic
def match_transactions(*, transaction_ids: Sequence[int] | None = None, by: User | None) -> int:
    """Match what is sure among the movements that wait (or the given ones). How many were matched.

    What is not sure stays as it is, for a person.
    """
    waiting = BankTransaction.objects.select_for_update().filter(state=TransactionState.UNMATCHED)
    if transaction_ids is not None:
        waiting = waiting.filter(id__in=transaction_ids)
    rows = {row.pk: row for row in waiting.order_by("id")}
    news = _lines_for(rows)
    came_back = {new.transaction.pk for new in news}
    # Any other payment that came back belongs to an earlier one, which a person names.
    movements = [movement_of(row) for row in rows.values() if not row.returned and row.pk not in came_back]
    movements.sort(key=lambda movement: (movement.on, movement.id))
    incoming = [movement for movement in movements if movement.cents > 0]
    outgoing = [movement for movement in movements if movement.cents < 0]
    news += _claims_for(rows, incoming) if incoming else []
    if outgoing:
        news += _orders_for(rows, outgoing)
    _record(news, by=by, automatic=True)
    returned = 0
    if by is not None:
        backs = [row for row in rows.values() if row.returned and row.amount_cents < 0]
        returned = sum(_book_sure_return(row, by) for row in sorted(backs, key=lambda row: (row.booked_on, row.pk)))
    return len({new.transaction.pk for new in news}) + returned


def _book_sure_return(back: BankTransaction, by: User) -> bool:
    """Take back the payment that a returned debit names by its end-to-end id, where amounts agree to the cent.

    What the banks charge for it beyond the payment is the cooperative's cost. Whether it was sure.
    """
    if not back.end_to_end_id:
        return False
    paid = Match.objects.filter(
        transaction__account_id=back.account_id,
        transaction__end_to_end_id=back.end_to_end_id,
        transaction__amount_cents__gt=0,
        claim__isnull=False,
        undone_on__isnull=True,
        on__lte=back.booked_on,
    )
    found = list(paid.select_related("transaction").order_by("id"))
    if len({match.transaction_id for match in found}) != 1:
        return False
    total, wanted = sum(match.cents for match in found), -back.amount_cents
    if total != found[0].transaction.amount_cents or wanted - total not in {0, back.charges_cents}:
        return False
    try:
        with transaction.atomic():
            for match in reversed(found):
                book_return(transaction_id=back.pk, match_id=match.pk, by=by)
            if wanted > total:
                book_directly(transaction_id=back.pk, account=AccountCode.BANK_CHARGES, by=by)
    except NotMatchable:
        return False
    return True


def _lines_for(rows: dict[int, BankTransaction]) -> list[_New]:
    """Payments of ours that came back, by the id that the bank repeats."""
    came = [row for row in rows.values() if row.amount_cents > 0 and row.end_to_end_id]
    sent = _returnable_lines(end_to_end_id__in={row.end_to_end_id for row in came}) if came else []
    lines = {line.pk: line for line in sent}
    payments = [SentPayment(id=pk, end_to_end_id=one.end_to_end_id, cents=one.cents) for pk, one in lines.items()]
    return [
        _New(
            transaction=rows[decision.movement_id],
            cents=decision.cents,
            on=rows[decision.movement_id].booked_on,
            line=lines[decision.target_id],
            reason=decision.reason,
        )
        for decision in decide_returned(map(movement_of, came), payments)
    ]


def _returnable_lines(**which: Any) -> list[PaymentLine]:
    """Payments that the bank has been told to make and that have not come back; their orders are held."""
    told = PaymentLine.objects.filter(order__state__in=[OrderState.APPROVED, OrderState.CLEARED], **which)
    orders = PaymentOrder.objects.select_for_update().filter(id__in=set(told.values_list("order_id", flat=True)))
    list(orders.order_by("id").values_list("id"))
    # Read after the lock was had, so that what another one has just booked is seen.
    came_back = Match.objects.filter(line=OuterRef("pk"), undone_on__isnull=True)
    return list(told.filter(~Exists(came_back)).select_related("order").defer("order__file").order_by("id"))


def _claims_for(rows: dict[int, BankTransaction], movements: list[Movement]) -> list[_New]:
    owed = Claim.objects.filter(state__in=[ClaimState.OPEN, ClaimState.PART])
    decisions = decide_claims(
        movements,
        open_claims(),
        payers=known_payers(),
        threshold=threshold_on(max(movement.on for movement in movements)),
    )
    decisions = _without_real_numbers(decisions, movements)
    wanted = {decision.target_id for decision in decisions}
    if not wanted:
        return []
    claims = {claim.pk: claim for claim in owed.select_for_update().filter(id__in=wanted).order_by("id")}
    # What somebody else has settled between reading and locking is left for the next run.
    return [_with_claim(rows, claims, one) for one in decisions if one.target_id in claims]


def _without_real_numbers(decisions: list[Decision], movements: list[Movement]) -> list[Decision]:
    """Drop what counts as a slip where the number written is a document's of ours, paid or cancelled before."""
    slips = {decision.movement_id for decision in decisions if decision.reason == "typo_and_payer"}
    named = {movement.id: numbers_named(movement.texts) for movement in movements if movement.id in slips}
    wanted = set().union(*named.values())
    real = (
        set(Claim.objects.filter(reference_key__in=wanted).values_list("reference_key", flat=True)) if wanted else set()
    )
    return [one for one in decisions if not named.get(one.movement_id, set()) & real]


def _with_claim(rows: dict[int, BankTransaction], claims: dict[int, Claim], decision: Decision) -> _New:
    row = rows[decision.movement_id]
    return _New(
        transaction=row,
        cents=decision.cents,
        on=row.booked_on,
        claim=claims[decision.target_id],
        reason=decision.reason,
        score=decision.score,
    )


def _orders_for(rows: dict[int, BankTransaction], movements: list[Movement]) -> list[_New]:
    approved = PaymentOrder.objects.select_for_update().defer("file").filter(state=OrderState.APPROVED).order_by("id")
    orders = {order.pk: order for order in approved}
    if not orders:
        return []
    lines: dict[int, dict[str, int]] = defaultdict(dict)
    paid = PaymentLine.objects.filter(order_id__in=orders).values_list("order_id", "end_to_end_id", "cents")
    for order_id, end_to_end_id, cents in paid:
        lines[order_id][end_to_end_id] = cents
    sent = [
        SentOrder(
            id=order.pk,
            reference=order.reference,
            open_cents=order.total_cents - order.cleared_cents,
            total_cents=order.total_cents,
            execute_on=order.execute_on,
            lines=lines[order.pk],
        )
        for order in orders.values()
    ]
    return [
        _New(
            transaction=rows[decision.movement_id],
            cents=decision.cents,
            on=rows[decision.movement_id].booked_on,
            order=orders[decision.target_id],
            reason=decision.reason,
        )
        for decision in decide_orders(movements, sent)
    ]


# --- by a person ---------------------------------------------------------------------------------------------------


@transaction.atomic
def match_by_hand(*, transaction_id: int, parts: Sequence[Part], by: User) -> list[Match]:
    """Give a payment, or parts of it, to claims. What exceeds a claim's open amount is the payer's credit.

    Raises: NotFound, NotMatchable.
    """
    row = _lock_transaction(transaction_id)
    if row.amount_cents < 0 or row.state == TransactionState.IGNORED or row.returned:
        raise NotMatchable(_("Only money received for us settles a claim."))
    total = sum(part.cents for part in parts)
    if not parts or min(part.cents for part in parts) <= 0 or total > row.open_cents:
        raise NotMatchable(_("The parts must be more than nothing, and together at most what is left of the payment."))
    ids = [part.claim_id for part in parts]
    if len(set(ids)) < len(ids):
        raise NotMatchable(_("Name each claim once."))
    claims = {claim.pk: claim for claim in Claim.objects.select_for_update().filter(id__in=ids).order_by("id")}
    if len(claims) < len(ids):
        raise NotFound(_("One of these claims does not exist."))
    if any(claim.state == ClaimState.CANCELLED for claim in claims.values()):
        raise NotMatchable(_("A cancelled claim takes no money."))
    return _record(
        [_New(transaction=row, cents=part.cents, on=row.booked_on, claim=claims[part.claim_id]) for part in parts],
        by=by,
        automatic=False,
    )


@transaction.atomic
def match_order(*, transaction_id: int, order_id: int, by: User) -> Match:
    """Say that a debit is a payment order carried out, in whole or in part.

    Raises: NotFound, NotMatchable.
    """
    row = _lock_transaction(transaction_id)
    order = PaymentOrder.objects.select_for_update().defer("file").filter(id=order_id).first()
    if order is None:
        raise NotFound(_("This payment order does not exist."))
    cents = -row.open_cents
    if (
        order.state != OrderState.APPROVED
        or row.state == TransactionState.IGNORED
        or not 0 < cents <= order.total_cents - order.cleared_cents
    ):
        raise NotMatchable(_("This debit is not what the order has left to pay."))
    return _record([_New(transaction=row, cents=cents, on=row.booked_on, order=order)], by=by, automatic=False)[0]


@transaction.atomic
def book_returned_payment(*, transaction_id: int, line_id: int, by: User) -> Match:
    """Say that a credit is a payment of ours that came back: what it had paid is owed again.

    All of the payment comes back, less what a bank says it kept: that is a charge, and not the payee's.

    Raises: NotFound, NotMatchable.
    """
    row = _lock_transaction(transaction_id)
    line = next(iter(_returnable_lines(id=line_id)), None)
    if line is None:
        raise NotFound(_("This payment is not under way, or came back already."))
    cents = line.cents - row.charges_cents
    if (
        row.amount_cents < 0
        or row.state == TransactionState.IGNORED
        or row.account_id != line.order.account_id
        or not 0 < cents <= row.open_cents
    ):
        raise NotMatchable(_("This credit is not the payment that went out from the same account."))
    return _record([_New(transaction=row, cents=cents, on=row.booked_on, line=line)], by=by, automatic=False)[0]


@transaction.atomic
def book_directly(*, transaction_id: int, account: AccountCode, by: User) -> Match:
    """Book what is left of a movement to an account of the ledger, such as the bank's charges.

    Raises: NotFound, NotMatchable.
    """
    row = _lock_transaction(transaction_id)
    if account not in DIRECT_ACCOUNTS:
        raise NotMatchable(_("Choose one of the accounts that the page offers."))
    if row.state == TransactionState.IGNORED or row.open_cents == 0:
        raise NotMatchable(_("Nothing is left of this movement."))
    new = _New(transaction=row, cents=abs(row.open_cents), on=row.booked_on, account=account)
    return _record([new], by=by, automatic=False)[0]


@transaction.atomic
def ignore_transaction(*, transaction_id: int, reason: str, by: User) -> BankTransaction:  # noqa: ARG001 (who did it, as everywhere)
    """Leave a movement aside, unbooked, with a reason.

    Raises: NotFound, InvalidInput, InvalidTransition.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why this movement is left aside."))
    row = _lock_transaction(transaction_id)
    TRANSACTION_STATES.check(row.state, TransactionState.IGNORED)
    row.state, row.ignored_reason = TransactionState.IGNORED, reason.strip()[:200]
    row.save(update_fields=["state", "ignored_reason"])
    return row


@transaction.atomic
def take_up_transaction(*, transaction_id: int, by: User) -> BankTransaction:  # noqa: ARG001 (who did it, as everywhere)
    """Put a movement that was left aside back on the work list. Raises: NotFound, InvalidTransition."""
    row = _lock_transaction(transaction_id)
    if row.state != TransactionState.IGNORED:
        raise NotMatchable(_("This movement is on the list already."))
    row.state, row.ignored_reason = TransactionState.UNMATCHED, ""
    row.save(update_fields=["state", "ignored_reason"])
    return row


# --- taking back ---------------------------------------------------------------------------------------------------


@transaction.atomic
def undo_match(*, match_id: int, on: date, by: User) -> None:
    """Take a match back by a reversal booked on `on`; the payment waits again.

    An over-payment that came after it for the same claim is booked anew: what was the payer's credit
    settles the claim as far as it is open again.

    Raises: NotFound, AlreadyUndone, NotMatchable, InvalidInput.
    """
    match = _lock_match(match_id)
    if on < match.on:
        raise InvalidInput(_("A match cannot be undone before the day it was made for."))
    _take_back(match, on=on, by=by)
    row = _lock_transaction(match.transaction_id)
    _lower(row, match.cents)


@transaction.atomic
def book_return(*, transaction_id: int, match_id: int, by: User) -> list[WorkItem]:
    """Book a debit by which an earlier payment was returned: its match is reversed on the day of the return.

    Budgets that fall below zero by it become work items, which are returned.

    Raises: NotFound, AlreadyUndone, NotMatchable.
    """
    back = _lock_transaction(transaction_id)
    match = _lock_match(match_id)
    if back.amount_cents > 0 or back.state == TransactionState.IGNORED:
        raise NotMatchable(_("Only a debit returns a payment."))
    if match.transaction.amount_cents < 0 or match.line_id or match.transaction.account_id != back.account_id:
        raise NotMatchable(_("Choose a payment that was received on the same account."))
    if match.cents > -back.open_cents:
        raise NotMatchable(_("More was matched than this debit returns."))
    on = max(back.booked_on, match.on)
    _take_back(match, on=on, by=by, returned_by=back)
    _raise_by(back, match.cents)
    return _items_of(match, on)


@transaction.atomic
def undo_return(*, match_id: int, on: date, by: User) -> Match:
    """Take back that a debit returned a payment: the payment counts again by a new match booked on `on`.

    The debit waits again. The new match settles what the claim has open now, by a whole new entry, as others may
    have paid it meanwhile: the rest is the payer's credit, and all of it where the claim was cancelled. Work items
    that the return raised are done where their budget is not below zero any more.

    Raises: NotFound, NotReturned, InvalidInput.
    """
    found = Match.objects.filter(id=match_id).values_list("transaction_id", "returned_by_id").first()
    if found is None:
        raise NotFound(_("This match does not exist."))
    if found[1] is None:
        raise NotReturned
    rows = BankTransaction.objects.select_for_update().filter(id__in=found).order_by("id").in_bulk()
    row, back = (rows[one] for one in found)
    old = Match.objects.select_for_update(of=("self",)).get(id=match_id)
    if Match.objects.filter(revives=old).exists():
        raise NotReturned
    if old.undone_on is None or on < old.undone_on:
        raise InvalidInput(_("A return cannot be undone before the day it was booked for."))
    claim = Claim.objects.select_for_update().get(id=old.claim_id) if old.claim_id else None
    cancelled = claim is not None and claim.state == ClaimState.CANCELLED
    account = AccountCode.CLIENT_CREDIT if cancelled else AccountCode(old.account) if old.account else None
    _lower(back, old.cents)
    row.matched_cents -= old.cents
    new = _New(
        transaction=row,
        cents=old.cents,
        on=on,
        claim=None if cancelled else claim,
        account=account,
        reason=old.reason,
        revives=old,
    )
    match = _record([new], by=by, automatic=False)[0]
    _finish_items_of(old, on=on, by=by)
    return match


@transaction.atomic
def finish_item(*, item_id: int, on: date, by: User) -> WorkItem:
    """Mark a work item as dealt with. Raises: NotFound."""
    item: WorkItem | None = WorkItem.objects.select_for_update().filter(id=item_id, done_on__isnull=True).first()
    if item is None:
        raise NotFound(_("This item is not open any more."))
    item.done_on, item.done_by = on, by
    item.save(update_fields=["done_on", "done_by"])
    return item


def _take_back(match: Match, *, on: date, by: User, returned_by: BankTransaction | None = None) -> None:
    """Reverse a match; over-payments that came after it for the same claim are made anew, as they settle more now."""
    if match.line:
        lock_accounts([match.line.account])
        if has_order(anew_source(match.pk)):
            raise PaidAgain
    claim = Claim.objects.select_for_update().get(id=match.claim_id) if match.claim_id else None
    if claim is not None and claim.state == ClaimState.CANCELLED:
        raise NotMatchable(_("The claim was cancelled after the payment: refund the payer's credit instead."))
    later: list[Match] = []
    if claim is not None:
        after = Match.objects.select_for_update(of=("self",)).filter(
            claim=claim, undone_on__isnull=True, id__gt=match.pk, settled_cents__lt=F("cents")
        )
        later = list(after.order_by("id").select_related("transaction"))
    for one in [*reversed(later), match]:
        day = max(on, one.on)
        reverse(source=one.source, event_on=day, by=by, text=_("Match of %(what)s undone") % {"what": _name_of(one)})
        one.undone_on, one.undone_by = day, by
        one.returned_by = returned_by if one is match else None
        one.save(update_fields=["undone_on", "undone_by", "returned_by"])
        if returned_by is None:
            unlearn(one)
    if claim is not None:
        claim.open_cents += sum(one.settled_cents for one in [match, *later])
        _store_claims([claim])
        paid_by = {one.transaction_id for one in later}
        rows = {
            row.pk: row for row in BankTransaction.objects.select_for_update().filter(id__in=paid_by).order_by("id")
        }
        for one in later:
            rows[one.transaction_id].matched_cents -= one.cents
        again = [
            _New(
                transaction=rows[one.transaction_id],
                cents=one.cents,
                on=max(on, one.on),
                claim=claim,
                reason=one.reason,
            )
            for one in later
        ]
        # The owner hears of what was undone before it is asked for new entries.
        claim_kind(claim.kind).after([claim.pk])
        _record(again, by=by, automatic=False)
    if match.order_id:
        order = PaymentOrder.objects.select_for_update().defer("file").get(id=match.order_id)
        order.cleared_cents -= match.cents
        order.state = OrderState.APPROVED
        order.save(update_fields=["cleared_cents", "state"])


def _finish_items_of(match: Match, *, on: date, by: User) -> None:
    items = list(WorkItem.objects.select_for_update().filter(source=f"{match.source}:returned", done_on__isnull=True))
    figures = budget_figures(on, [item.budget_id for item in items])
    for item in items:
        if figures[item.budget_id].free_cents >= 0:
            item.done_on, item.done_by = on, by
            item.save(update_fields=["done_on", "done_by"])


def _items_of(match: Match, on: date) -> list[WorkItem]:
    budgets = Posting.objects.filter(entry__source=match.source, budget__isnull=False).values_list("budget_id")
    ids = sorted({budget_id for (budget_id,) in budgets})
    below = [budget_id for budget_id, figures in budget_figures(on, ids).items() if figures.free_cents < 0]
    return WorkItem.objects.bulk_create(
        [WorkItem(source=f"{match.source}:returned", budget_id=budget_id, raised_on=on) for budget_id in below]
    )


# --- the one way a match comes about -------------------------------------------------------------------------------


def _record(news: Sequence[_New], *, by: User | None, automatic: bool) -> list[Match]:
    """Store matches, post them in one call, move the states. All rows in `news` are locked."""
    if not news:
        return []
    lock_accounts(new.line.account for new in news if new.line)
    matches = []
    for new in news:
        claim = new.claim
        settled = min(new.cents, claim.open_cents) if claim else 0
        matches.append(
            Match(
                transaction=new.transaction,
                claim=claim,
                order=new.order,
                line=new.line,
                account=new.account or "",
                cents=new.cents,
                settled_cents=settled,
                paid_before_cents=claim.paid_cents if claim else 0,
                claim_amount_cents=claim.amount_cents if claim else 0,
                on=new.on,
                automatic=automatic,
                reason=new.reason,
                score=new.score,
                made_by=by,
                revives=new.revives,
            )
        )
        if claim:
            claim.open_cents -= settled
        if new.order:
            new.order.cleared_cents += new.cents
        new.transaction.matched_cents += new.cents
    Match.objects.bulk_create(matches, batch_size=2000)
    post_all(_drafts(matches), by=by)
    learn(matches)
    claims = {new.claim.pk: new.claim for new in news if new.claim}
    _store_claims(claims.values())
    _store_transactions({new.transaction.pk: new.transaction for new in news}.values())
    for order in {new.order.pk: new.order for new in news if new.order}.values():
        order.state = OrderState.CLEARED if order.cleared_cents == order.total_cents else OrderState.APPROVED
        order.save(update_fields=["cleared_cents", "state"])
    by_kind: dict[str, list[int]] = defaultdict(list)
    for claim in claims.values():
        by_kind[claim.kind].append(claim.pk)
    for kind, ids in sorted(by_kind.items()):
        claim_kind(kind).after(sorted(ids))
    return matches


def _drafts(matches: Sequence[Match]) -> list[Draft]:
    """The entries of matches, in their order: the owners' for claims, with the payer's credit added."""
    settlements: dict[str, list[Settlement]] = defaultdict(list)
    for match in matches:
        if match.claim and match.settled_cents:
            settlements[match.claim.kind].append(settlement_of(match))
    told: dict[str, Draft] = {}
    for kind, group in settlements.items():
        for entry in claim_kind(kind).drafts(group):
            told[entry.source] = entry
    return [_draft_of(match, told.get(match.source)) for match in matches]


def _draft_of(match: Match, told: Draft | None) -> Draft:
    if match.line is not None:
        owed = credit(AccountCode(match.line.account), match.line.cents, party=match.line.party)
        kept = debit(AccountCode.BANK_CHARGES, match.line.cents - match.cents)
        return draft(match.source, match.on, text_of(match), (debit(AccountCode.BANK, match.cents), kept, owed))
    if match.claim is None:
        account = AccountCode.IN_TRANSIT if match.order else AccountCode(match.account)
        party = f"order:{match.order_id}" if match.order else ""
        bank, other = (credit, debit) if match.transaction.amount_cents < 0 else (debit, credit)
        lines = (other(account, match.cents, party=party), bank(AccountCode.BANK, match.cents))
        return draft(match.source, match.on, text_of(match), lines)
    over = match.cents - match.settled_cents
    extra = (
        debit(AccountCode.BANK, over),
        credit(AccountCode.CLIENT_CREDIT, over, party=f"client credit of {match.claim.source}"),
    )
    if told is None and match.settled_cents:
        raise LookupError(f"claims of kind {match.claim.kind}: no entry for {match.source}")
    if told is None:
        return draft(match.source, match.on, text_of(match), extra, document=match.claim.reference)
    return replace(told, lines=(*told.lines, *extra)) if over else told


def settlement_of(match: Match) -> Settlement:
    """What the owner of the claim is told about a match (with its claim and transaction)."""
    claim = match.claim
    if claim is None:
        raise ValueError("only a match with a claim settles one")
    return Settlement(
        match_id=match.pk,
        claim_source=claim.source,
        cents=match.settled_cents,
        on=match.on,
        paid_before_cents=match.paid_before_cents,
        amount_cents=match.claim_amount_cents,
        text=text_of(match),
    )


def text_of(match: Match) -> str:
    """The text of a match's entry."""
    name = match.transaction.counterparty_name
    if match.claim is not None:
        text = _("Payment %(reference)s, %(name)s") % {"reference": match.claim.reference, "name": name}
    elif match.line is not None:
        text = _("Payment %(reference)s came back, %(name)s") % {
            "reference": match.line.end_to_end_id,
            "name": match.line.name,
        }
    elif match.order is not None:
        text = _("Payment order %(reference)s carried out") % {"reference": match.order.reference}
    else:
        text = _("Bank movement, %(name)s") % {"name": name}
    return text.removesuffix(", ")[:300]


def _name_of(match: Match) -> str:
    if match.line:
        return str(match.line.end_to_end_id)
    target = match.claim or match.order
    return target.reference if target else match.account


def _lock_transaction(transaction_id: int) -> BankTransaction:
    row: BankTransaction | None = BankTransaction.objects.select_for_update().filter(id=transaction_id).first()
    if row is None:
        raise NotFound(_("This movement does not exist."))
    return row


def _lock_match(match_id: int) -> Match:
    """The match, after its payment has been locked: everybody locks payments before claims."""
    found = Match.objects.filter(id=match_id).values_list("transaction_id", flat=True).first()
    if found is None:
        raise NotFound(_("This match does not exist."))
    _lock_transaction(found)
    match: Match = (
        Match.objects.select_for_update(of=("self",))
        .select_related("transaction", "claim", "order", "line")
        .defer("order__file")
        .get(id=match_id)
    )
    if match.undone_on is not None:
        raise AlreadyUndone
    return match


def _lower(row: BankTransaction, cents: int) -> None:
    row.matched_cents -= cents
    _store_transactions([row])


def _raise_by(row: BankTransaction, cents: int) -> None:
    row.matched_cents += cents
    _store_transactions([row])


def _transaction_state(row: BankTransaction) -> TransactionState:
    if row.matched_cents == 0:
        return TransactionState.UNMATCHED
    return TransactionState.MATCHED if row.matched_cents == abs(row.amount_cents) else TransactionState.PART


def _store_transactions(rows: Iterable[BankTransaction]) -> None:
    values = [(row.pk, row.matched_cents, str(_transaction_state(row))) for row in rows]
    _update("banking_banktransaction", "matched_cents", values)


def _store_claims(claims: Iterable[Claim]) -> None:
    _update("banking_claim", "open_cents", [(claim.pk, claim.open_cents, str(state_of(claim))) for claim in claims])


def _update(table: str, column: str, values: Sequence[tuple[int, int, str]]) -> None:
    """Write an amount and a state into many rows by one statement."""
    if not values:
        return
    ids, cents, states = (list(column) for column in zip(*values, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {column} = v.cents, state = v.state "  # noqa: S608 (names from this module)
            "FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS v(id, cents, state) "
            "WHERE t.coop_id = %s AND t.id = v.id",
            [ids, cents, states, current_coop_id()],
        )
