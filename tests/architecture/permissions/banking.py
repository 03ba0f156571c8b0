"""The bank: statements and money for those who assign it, orders for those who pay and approve."""

from dataclasses import replace

from coop.banking.actions import NewPayment, approve_payment_order, create_payment_order, keep_table_format
from coop.banking.csv_tables import Column
from coop.banking.models import BankTransaction, KnownPayer, Match, PaymentLine, WorkItem
from coop.banking.queries import bank_accounts
from coop.ledger.actions import open_budget
from coop.tenancy.states import Role
from tests.factories.banking import AT, IBAN, JAN, bring_in, make_account, make_debt, paid
from tests.factories.tenancy import make_user, unique

_MONEY = {Role.ACCOUNTANT, Role.INVOICING}
_READERS = _MONEY | {Role.AUDITOR}
_PAYERS = {Role.PAYROLL, Role.ACCOUNTANT}
_APPROVERS = _PAYERS | {Role.BOARD}

PERMISSIONS = {
    "banking:work": _MONEY,
    "banking:upload": _MONEY,
    "banking:rematch": _MONEY,
    "banking:finish_item": _MONEY,
    "banking:statements": _READERS,
    "banking:day": _MONEY,
    "banking:day_accept": _MONEY,
    "banking:learned": _READERS,
    "banking:decide_matching": {Role.ACCOUNTANT},
    "banking:forget_payer": _MONEY,
    "banking:tables": _MONEY,
    "banking:table_new": _MONEY,
    "banking:table_drop": _MONEY,
    "banking:accounts": {Role.ACCOUNTANT, Role.ADMINISTRATOR},
    "banking:transactions": _READERS,
    "banking:transaction": _READERS,
    "banking:match": _MONEY,
    "banking:ignore": _MONEY,
    "banking:take_up": _MONEY,
    "banking:book": {Role.ACCOUNTANT},
    "banking:book_return": _MONEY,
    "banking:match_order": {Role.ACCOUNTANT},
    "banking:undo": _MONEY,
    "banking:undo_return": _MONEY,
    "banking:came_back": {Role.ACCOUNTANT},
    "banking:orders": _APPROVERS,
    "banking:order": _APPROVERS,
    "banking:approve_order": _APPROVERS,
    "banking:reject_order": _APPROVERS,
    "banking:order_file": _PAYERS,
    "banking:confirm_payee": _PAYERS,
    "banking-api:statement-upload": _MONEY,
    "banking-api:transaction-list": _READERS,
    "banking-api:transaction-detail": _READERS,
    "banking-api:transaction-match": _MONEY,
    "banking-api:transaction-proposals": _READERS,
    "banking-api:transaction-came-back": {Role.ACCOUNTANT},
    "banking-api:transaction-undo-return": _MONEY,
}


def _ready():
    if not bank_accounts():
        make_account()


def _transaction(_cast):
    _ready()
    text = unique()
    bring_in(make_user(), paid(1_234, text), statement_id=text[:30])
    return {"transaction_id": BankTransaction.objects.get(text=text).pk}


def _api_transaction(cast):
    return {"pk": _transaction(cast)["transaction_id"]}


def _match(_cast):
    _ready()
    number = Match.objects.count() + 500
    make_debt(f"RE-2026-{number:06d}", 4_321)
    bring_in(make_user(), paid(4_321, f"RE-2026-{number:06d}"), statement_id=f"M{number}")
    return {"match_id": Match.objects.latest("id").pk}


def _item(_cast):
    source = unique()
    budget = open_budget(name="Ada", on=JAN)
    return {"item_id": WorkItem.objects.create(source=source, budget=budget, raised_on=JAN).pk}


def _order(_cast):
    _ready()
    line = NewPayment(party="p:1", name="Ada", iban=IBAN, cents=100, text="", end_to_end_id="E-1")
    order = create_payment_order(source=unique(), execute_on=JAN, lines=[line], by=make_user(), at=AT)
    return {"order_id": order.pk}


def _approved(cast):
    arguments = _order(cast)
    approve_payment_order(**arguments, by=make_user(), at=AT)
    return arguments


def _table(_cast):
    columns = {Column.BOOKED_ON: "Tag", Column.AMOUNT: "Betrag", Column.TEXT: "Text"}
    row = keep_table_format(
        name=unique(), columns=columns, delimiter=";", date_format="%d.%m.%Y", decimal_comma=True, by=make_user(), at=AT
    )
    return {"format_id": row.pk}


def _payer(_cast):
    row = KnownPayer.objects.create(iban=IBAN, debtor=unique(), times=1, last_on=JAN)
    return {"payer_id": row.pk}


def _changed(_cast):
    _ready()
    party = unique()
    line = NewPayment(party=party, name="Ada", iban=IBAN, cents=100, text="", end_to_end_id="E-1")
    order = create_payment_order(source=unique(), execute_on=JAN, lines=[line], by=make_user(), at=AT)
    approve_payment_order(order_id=order.pk, by=make_user(), at=AT)
    moved = replace(line, iban="DE89370400440532013000")
    order = create_payment_order(source=unique(), execute_on=JAN, lines=[moved], by=make_user(), at=AT)
    return {"line_id": PaymentLine.objects.get(order=order).pk}


SAMPLES = {
    "banking:confirm_payee": _changed,
    "banking:forget_payer": _payer,
    "banking:table_drop": _table,
    "banking:finish_item": _item,
    "banking:undo": _match,
    "banking:undo_return": _match,
    "banking:order": _order,
    "banking:approve_order": _order,
    "banking:reject_order": _order,
    "banking:order_file": _approved,
    "banking-api:transaction-detail": _api_transaction,
    "banking-api:transaction-match": _api_transaction,
    "banking-api:transaction-proposals": _api_transaction,
    "banking-api:transaction-came-back": _api_transaction,
    "banking-api:transaction-undo-return": _api_transaction,
    **{
        f"banking:{name}": _transaction
        for name in (
            "transaction",
            "day_accept",
            "match",
            "ignore",
            "take_up",
            "book",
            "book_return",
            "match_order",
            "came_back",
        )
    },
}
