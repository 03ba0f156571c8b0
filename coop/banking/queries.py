"""Reads over accounts, statements, movements, claims and payment orders."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Concat

from coop.banking.matching import USUAL_THRESHOLD, Book, Movement, OpenClaim, propose
from coop.banking.models import (
    BankAccount,
    BankTransaction,
    Claim,
    KnownPayer,
    Match,
    MatchingPolicy,
    PayeeConfirmation,
    PaymentLine,
    PaymentOrder,
    Statement,
    TableFormat,
    WorkItem,
)
from coop.banking.movements import MessageKind
from coop.banking.registry import Settlement
from coop.banking.states import ClaimState, OrderState, TransactionState
from coop.errors import NotFound
from coop.ledger.chart import AccountCode
from coop.tenancy.states import Role

WAITING = (TransactionState.UNMATCHED, TransactionState.PART)
ANEW = "returned:"
OWED = (ClaimState.OPEN, ClaimState.PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where balances do not continue: `cents` are missing in the statement, or between it and the one before."""

    statement_id: int
    number: str
    on: date | None
    cents: int
    within: bool
    """Within the statement itself; else between the one before and this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCounts:
    """How much waits for a person."""

    transactions: int
    incoming_cents: int
    outgoing_cents: int
    orders: int
    items: int

    @property
    def total(self) -> int:
        """Everything that waits."""
        return self.transactions + self.orders + self.items


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A claim that a payment may be for, and why: the text's likeness, or the amount."""

    claim: Claim
    reason: str


def bank_accounts() -> list[BankAccount]:
    """The cooperative's accounts, the default first."""
    return list(BankAccount.objects.order_by("-is_default", "name"))


def default_account() -> BankAccount | None:
    """The account that payments leave from."""
    account: BankAccount | None = BankAccount.objects.filter(is_default=True).first()
    return account


def statements() -> QuerySet[Statement]:
    """All statements, the latest first, with their account."""
    return Statement.objects.select_related("account").order_by(F("to_on").desc(nulls_last=True), "-id")


def gaps_of(account_id: int) -> list[Gap]:
    """Where the balances of an account's statements do not continue, oldest first.

    Each statement is compared with the latest one that ends before it begins; overlapping ones are not.
    """
    rows = list(
        Statement.objects.filter(account_id=account_id, from_on__isnull=False, to_on__isnull=False)
        .exclude(kind__in=[kind.value for kind in MessageKind if kind.is_interim or kind is MessageKind.NOTIFICATION])
        .order_by("from_on", "to_on", "id")
    )
    gaps: list[Gap] = []
    ended: list[Statement] = []
    for row in rows:
        if row.gap_cents:
            gaps.append(_gap(row, row.gap_cents, within=True))
        before = max(
            (one for one in ended if one.to_on < row.from_on), key=lambda one: (one.to_on, one.pk), default=None
        )
        if before and row.opening_cents is not None and before.closing_cents != row.opening_cents:
            gaps.append(_gap(row, row.opening_cents - before.closing_cents, within=False))
        if row.closing_cents is not None:
            ended.append(row)
    return gaps


def _gap(row: Statement, cents: int, *, within: bool) -> Gap:
    return Gap(statement_id=row.pk, number=row.number or row.filename, on=row.to_on, cents=cents, within=within)


OF_CLIENTS = Q(amount_cents__gt=0, returned=False) & ~Q(matches__line__isnull=False) | Q(
    amount_cents__lt=0, returned=True
)
"""Money from outside, and what took it back; the rest may show what somebody is paid."""
_SEES_ALL = frozenset({Role.ACCOUNTANT, Role.AUDITOR})


def sees_clients_only(roles: Collection[Role]) -> bool:
    """Whether somebody with these roles sees of the bank only what is `OF_CLIENTS`."""
    return not _SEES_ALL & frozenset(roles)


def transactions(
    *,
    state: str = "",
    account_id: int | None = None,
    text: str = "",
    statement_id: int | None = None,
    of_clients: bool = False,
) -> QuerySet[BankTransaction]:
    """Movements, the latest first; `state` is one of TransactionState or "waiting" for all that need a person.

    With `of_clients` only money from outside and its returns: no payment of the cooperative.
    """
    rows = BankTransaction.objects.select_related("account")
    if of_clients:
        rows = rows.filter(OF_CLIENTS)
    if state == "waiting":
        rows = rows.filter(state__in=WAITING)
    elif state:
        rows = rows.filter(state=state)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if statement_id is not None:
        rows = rows.filter(statement_id=statement_id)
    if text:
        rows = rows.filter(Q(counterparty_name__icontains=text) | Q(text__icontains=text))
    return rows.order_by("-booked_on", "-id")


def transaction_of(transaction_id: int, *, of_clients: bool = False) -> BankTransaction:
    """One movement with its account; `of_clients` as in `transactions`. Raises: NotFound."""
    row = transactions(of_clients=of_clients).filter(id=transaction_id).first()
    if row is None:
        raise NotFound
    return row


def matches_of(row: BankTransaction) -> list[Match]:
    """What a movement was matched to, undone matches included, and for a return what it returned."""
    both = Match.objects.filter(Q(transaction=row) | Q(returned_by=row))
    return list(
        both.select_related("claim", "order", "line", "made_by", "undone_by", "returned_by", "revived_by")
        .defer("order__file")
        .order_by("id")
    )


def returned_match_of(row: BankTransaction) -> Match | None:
    """The latest match of a payment whose return counts, if there is one."""
    rows = Match.objects.filter(transaction=row, returned_by__isnull=False, revived_by__isnull=True)
    return rows.order_by("-id").first()


def open_claims_like(text: str = "", limit: int = 20) -> list[Claim]:
    """Claims that wait for money and whose reference or debtor holds `text`, the oldest first."""
    rows = Claim.objects.filter(state__in=OWED)
    if text:
        rows = rows.filter(Q(reference__icontains=text) | Q(debtor__icontains=text))
    return list(rows.order_by("due_on", "id")[:limit])


def proposals_for(row: BankTransaction, limit: int = 8) -> list[Proposal]:
    """Claims that a payment may be for, the surest first, each once, with the reason (see `matching.SCORES`)."""
    if row.open_cents <= 0:
        return []
    reasons: dict[int, str] = {}
    for one in propose(rest_of(row), book_of_open_claims(), limit=limit):
        for claim_id, _cents in one.parts:
            reasons.setdefault(claim_id, one.reason)
    claims = {claim.pk: claim for claim in Claim.objects.filter(id__in=reasons)}
    return [Proposal(claim=claims[claim_id], reason=reason) for claim_id, reason in reasons.items()][:limit]


def movement_of(row: BankTransaction) -> Movement:
    """A payment as matching looks at it."""
    return Movement(
        id=row.pk,
        cents=row.amount_cents,
        texts=tuple(row.text.split("\n")),
        on=row.booked_on,
        end_to_end_id=row.end_to_end_id,
        batch_id=row.batch_id,
        name=row.counterparty_name,
        iban=row.counterparty_iban,
        charges_cents=row.charges_cents,
    )


def book_of_open_claims() -> Book:
    """All that is owed, to be proposed from, with what was learned of payers."""
    return Book.of(open_claims(), known_payers())


def open_claims() -> list[OpenClaim]:
    """All that is owed, as matching looks at it, the oldest first."""
    owed = Claim.objects.filter(state__in=[ClaimState.OPEN, ClaimState.PART]).order_by("due_on", "id")
    rows = list(owed.values_list("id", "reference_key", "open_cents", "debtor", "source", "beside"))
    besides = {row[5] for row in rows if row[5]}
    keys = dict(Claim.objects.filter(source__in=besides).values_list("source", "reference_key")) if besides else {}
    return [
        OpenClaim(id=claim_id, key=keys.get(beside, key), open_cents=cents, debtor=debtor, source=source, beside=beside)
        for claim_id, key, cents, debtor, source, beside in rows
    ]


def rest_of(row: BankTransaction) -> Movement:
    """What is left of a payment, as matching looks at it."""
    return replace(movement_of(row), cents=row.open_cents)


def threshold_on(day: date) -> int:
    """From which score on a payment of `day` is matched without a person."""
    found = MatchingPolicy.objects.filter(since__lte=day).order_by("-since").values_list("post_from", flat=True).first()
    return USUAL_THRESHOLD if found is None else int(found)


def known_payers() -> dict[str, str]:
    """Debtors by the account they pay from; an account that several debtors paid from says nothing."""
    found: dict[str, str] = {}
    several: set[str] = set()
    for iban, debtor in KnownPayer.objects.values_list("iban", "debtor"):
        if iban in found:
            several.add(iban)
        found[iban] = debtor
    return {iban: debtor for iban, debtor in found.items() if iban not in several}


def returnable_for(row: BankTransaction, limit: int = 20) -> list[Match]:
    """Earlier payments that a debit may have returned: same amount, or the same other side."""
    if row.open_cents >= 0:
        return []
    received = Match.objects.filter(
        transaction__account_id=row.account_id,
        transaction__amount_cents__gt=0,
        undone_on__isnull=True,
        on__lte=row.booked_on,
        cents__lte=-row.open_cents,
        claim__isnull=False,
    )
    same = Q(cents=-row.open_cents)
    if row.counterparty_iban:
        same |= Q(transaction__counterparty_iban=row.counterparty_iban)
    if row.end_to_end_id:
        same |= Q(transaction__end_to_end_id=row.end_to_end_id)
    return list(received.filter(same).select_related("transaction", "claim").order_by("-on", "-id")[:limit])


def orders_for(row: BankTransaction) -> list[PaymentOrder]:
    """Payment orders that a debit may be."""
    if row.open_cents >= 0:
        return []
    rows = PaymentOrder.objects.defer("file").filter(
        state=OrderState.APPROVED, total_cents__gte=F("cleared_cents") - row.open_cents
    )
    return list(rows.order_by("execute_on", "id")[:20])


def payment_orders() -> QuerySet[PaymentOrder]:
    """All payment orders without their bytes, the latest first."""
    rows: QuerySet[PaymentOrder] = (
        PaymentOrder.objects.defer("file")
        .select_related("account", "created_by", "decided_by")
        .annotate(line_count=Count("lines"))
        .order_by("-id")
    )
    return rows


def waiting_cents(account: AccountCode, parties: Collection[str]) -> dict[str, int]:
    """What orders that wait for their second person will pay, by party: owed in the books and yet under way."""
    lines = PaymentLine.objects.filter(account=account, party__among=parties, order__state=OrderState.WAITING)
    return dict(lines.values_list("party").annotate(total=Sum("cents")))


def anew_source(match_id: int) -> str:
    """What the order is known by that pays anew what came back; one for each return."""
    return f"{ANEW}{match_id}"


def returned_payments(account: AccountCode) -> Any:
    """Payments of a liability that came back and count so, the latest first; `anew_id` is the order that pays anew.

    Each with its payment and its movement.
    """
    anew = PaymentOrder.objects.filter(source=Concat(Value(ANEW), Cast(OuterRef("pk"), CharField())))
    return (
        Match.objects.filter(line__account=account, undone_on__isnull=True)
        .annotate(anew_id=Subquery(anew.exclude(state=OrderState.REJECTED).values("id")[:1]))
        .select_related("line", "transaction")
        .order_by("-on", "-id")
    )


def came_back_cents(account: AccountCode, parties: Collection[str]) -> dict[str, int]:
    """What came back and no order pays anew yet, by party: owed in the books, until somebody says where it goes."""
    rows = returned_payments(account).filter(line__party__among=parties, anew_id__isnull=True).order_by()
    return dict(rows.values_list("line__party").annotate(total=Sum("line__cents")))


def sent_payments_like(row: BankTransaction, text: str = "", limit: int = 20) -> list[PaymentLine]:
    """Payments that a credit may have brought back: of the same amount, or found by name; the latest first."""
    if row.open_cents <= 0:
        return []
    came_back = Match.objects.filter(line=OuterRef("pk"), undone_on__isnull=True)
    sent = PaymentLine.objects.filter(
        ~Exists(came_back),
        order__account_id=row.account_id,
        order__state__in=[OrderState.APPROVED, OrderState.CLEARED],
        order__execute_on__lte=row.booked_on,
        cents=row.open_cents + row.charges_cents,
    )
    if text:
        sent = sent.filter(Q(name__icontains=text) | Q(end_to_end_id__icontains=text))
    return list(sent.select_related("order").defer("order__file").order_by("-order__execute_on", "name")[:limit])


def has_order(source: str) -> bool:
    """Whether a payment order of this source waits, is approved or was carried out; a rejected one does not count."""
    return PaymentOrder.objects.filter(source=source).exclude(state=OrderState.REJECTED).exists()


def states_of_orders(sources: Iterable[str]) -> dict[str, OrderState]:
    """Source -> state of its payment order, for those that have one which was not rejected. One statement."""
    orders = PaymentOrder.objects.filter(source__in=list(sources)).exclude(state=OrderState.REJECTED)
    return {source: OrderState(state) for source, state in orders.values_list("source", "state")}


def order_of(order_id: int) -> PaymentOrder:
    """One payment order. Raises: NotFound."""
    order = payment_orders().filter(id=order_id).first()
    if order is None:
        raise NotFound
    return order


def work_counts(*, of_clients: bool = False) -> WorkCounts:
    """What waits for a person, in three statements; `of_clients` as in `transactions`."""
    waiting = BankTransaction.objects.filter(OF_CLIENTS if of_clients else Q(), state__in=WAITING).aggregate(
        count=Count("id"),
        incoming=Sum(F("amount_cents") - F("matched_cents"), filter=Q(amount_cents__gt=0)),
        outgoing=Sum(F("amount_cents") + F("matched_cents"), filter=Q(amount_cents__lt=0)),
    )
    return WorkCounts(
        transactions=waiting["count"],
        incoming_cents=int(waiting["incoming"] or 0),
        outgoing_cents=int(waiting["outgoing"] or 0),
        orders=PaymentOrder.objects.filter(state=OrderState.WAITING).count(),
        items=WorkItem.objects.filter(done_on__isnull=True).count(),
    )


def open_items() -> list[WorkItem]:
    """Budgets that fell below zero by a returned payment and that nobody has dealt with."""
    return list(WorkItem.objects.filter(done_on__isnull=True).select_related("budget").order_by("raised_on", "id"))


def claims_of(sources: Sequence[str]) -> dict[str, Claim]:
    """Claims by their source, in one statement."""
    return {claim.source: claim for claim in Claim.objects.filter(source__in=sources)}


def settlements_of_kind(kind: str) -> list[Settlement]:
    """Everything that ever settled claims of a kind, undone matches included, in the order it happened.

    For evidence: a match that was undone was booked once too, its reversal is checked against it.
    """
    rows: Any = (
        Match.objects.filter(claim__kind=kind, settled_cents__gt=0)
        .order_by("id")
        .values_list("id", "claim__source", "settled_cents", "on", "paid_before_cents", "claim_amount_cents")
    )
    return [
        Settlement(
            match_id=match_id,
            claim_source=source,
            cents=cents,
            on=on,
            paid_before_cents=before,
            amount_cents=amount,
            text="",
        )
        for match_id, source, cents, on, before, amount in rows
    ]


def received_of(sources: Sequence[str]) -> dict[str, list[Match]]:
    """The matches that count for claims, by claim source, oldest first."""
    found: dict[str, list[Match]] = {source: [] for source in sources}
    rows = Match.objects.filter(claim__source__in=sources, undone_on__isnull=True, settled_cents__gt=0)
    for match in rows.select_related("claim", "transaction").order_by("id"):
        if match.claim:
            found[match.claim.source].append(match)
    return found


def table_formats() -> list[TableFormat]:
    """The mappings of banks' tables, by name."""
    return list(TableFormat.objects.select_related("account").order_by("name"))


def matching_policies() -> list[MatchingPolicy]:
    """What the cooperative has decided about matching, the latest first."""
    return list(MatchingPolicy.objects.select_related("decided_by").order_by("-since"))


def payers_learned() -> QuerySet[KnownPayer]:
    """Who paid for whom from which account, by debtor."""
    return KnownPayer.objects.order_by("debtor", "iban")


def changed_payees(order_id: int) -> list[PaymentLine]:
    """Payments of an order to an IBAN other than the payee was paid to before, that nobody has confirmed.

    A payee's first IBAN is none that has changed; one that was paid to before is trusted again.
    """
    lines = list(PaymentLine.objects.filter(order_id=order_id).order_by("id"))
    parties = {line.party for line in lines}
    paid: dict[str, set[str]] = {}
    before = PaymentLine.objects.filter(
        party__among=parties, order__state__in=[OrderState.APPROVED, OrderState.CLEARED]
    ).exclude(order_id=order_id)
    for party, iban in before.values_list("party", "iban").distinct():
        paid.setdefault(party, set()).add(iban)
    confirmed = set(PayeeConfirmation.objects.filter(party__among=parties).values_list("party", "iban"))
    return [
        line
        for line in lines
        if line.party in paid and line.iban not in paid[line.party] and (line.party, line.iban) not in confirmed
    ]
