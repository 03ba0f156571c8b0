"""A salary that the bank sent back: owed again, ordered anew to the account that is confirmed by then, never twice."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from coop.banking.actions import (
    AlreadyOrdered,
    IbanNotConfirmed,
    PaidAgain,
    approve_payment_order,
    book_returned_payment,
    confirm_payee,
    reject_payment_order,
    undo_match,
)
from coop.banking.models import BankTransaction, Match, PaymentLine, PaymentOrder
from coop.banking.states import Channel, OrderState
from coop.errors import NotFound
from coop.front.work import Work, work_counts
from coop.ledger.chart import AccountCode as A
from coop.ledger.queries import account_balance, party_balances
from coop.ledger.verify import problems
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from payroll.actions import SameAccount, follow_payments, order_payment, order_returned_pay
from payroll.master_data import enter_payout_account
from payroll.models import PayrollRun
from payroll.queries import returned_pay
from payroll.states import RunState
from tests.factories.banking import bring_in, paid
from tests.factories.payroll import NOW, employ, give_money, iban, make_member, run_month
from tests.factories.tenancy import make_cooperative, make_role

BACK_ON = date(2026, 4, 2)
AT = datetime(2026, 4, 7, 9, tzinfo=UTC)
NET = 97_903


@pytest.fixture
def ada(cast):
    """Her March salary was paid and came back; its transfer is given along."""
    person = make_member()
    give_money(person, 900_000)
    employ(person)
    run = run_month(cast.payroll, cast.board)
    order = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    approve_payment_order(order_id=order.pk, by=cast.accountant, at=AT)
    line = order.lines.get()
    bring_in(cast.accountant, paid(-NET, order.reference, on=order.execute_on))
    bring_in(cast.accountant, paid(NET, "Retoure", on=BACK_ON, return_reason="AC04", end_to_end_id=line.end_to_end_id))
    person.match = Match.objects.get(line=line)
    return person


def new_account(person, cast):
    enter_payout_account(person_id=person.pk, since=BACK_ON, iban=iban(77), holder="Ada Neu", at=NOW, by=cast.payroll)


def test_its_run_stays_paid_and_what_came_back_stays_on_the_list(ada):
    assert follow_payments(at=AT) == 1
    run = PayrollRun.objects.get()
    assert (run.state, run.paid_at) == (RunState.PAID, AT)
    assert follow_payments(at=AT) == 0
    assert [pay.order_id for pay in returned_pay(BACK_ON)] == [None]


def test_it_is_owed_again_ordered_once_to_the_new_account_and_paid_to_the_cent(ada, cast):
    party = f"person:{ada.pk}"
    assert party_balances(A.NET_PAY) == {party: -NET}
    assert work_counts([Work.RETURNED_PAY], frozenset({Role.PAYROLL})) == {Work.RETURNED_PAY: 1}
    with pytest.raises(SameAccount):
        order_returned_pay(match_id=ada.match.pk, by=cast.payroll, at=AT)
    new_account(ada, cast)
    order = order_returned_pay(match_id=ada.match.pk, by=cast.payroll, at=AT)
    (line,) = order.lines.all()
    assert (line.cents, line.iban, line.name, line.party) == (NET, iban(77), "Ada Neu", party)
    assert iban(77).encode() in bytes(PaymentOrder.objects.get(id=order.pk).file)
    for _again in range(2):
        with pytest.raises(AlreadyOrdered):
            order_returned_pay(match_id=ada.match.pk, by=cast.payroll, at=AT)
    with pytest.raises(PaidAgain):
        undo_match(match_id=ada.match.pk, on=BACK_ON, by=cast.accountant)
    with pytest.raises(IbanNotConfirmed):
        approve_payment_order(order_id=order.pk, by=cast.board, at=AT)
    confirm_payee(line_id=line.pk, channel=Channel.PHONE, note="Ada, 7 April", by=cast.accountant, at=AT)
    approve_payment_order(order_id=order.pk, by=cast.board, at=AT)
    bring_in(cast.accountant, paid(-NET, order.reference, on=order.execute_on))
    order.refresh_from_db()
    assert order.state == OrderState.CLEARED
    assert party_balances(A.NET_PAY) == {}
    assert account_balance(A.IN_TRANSIT) == 0
    assert work_counts([Work.RETURNED_PAY], frozenset({Role.PAYROLL})) == {Work.RETURNED_PAY: 0}
    assert [line for line in problems() if "test money" not in line] == []


def test_the_next_run_pays_the_next_month_and_leaves_what_came_back_to_its_own_order(ada, cast):
    employ_next = datetime(2026, 4, 20, 9, tzinfo=UTC)
    run = run_month(cast.payroll, cast.board, month=date(2026, 4, 1), at=employ_next)
    assert PaymentOrder.objects.get(source=f"payroll run:{run.pk}").total_cents == NET
    new_account(ada, cast)
    order = order_returned_pay(match_id=ada.match.pk, by=cast.payroll, at=employ_next)
    assert order.total_cents == NET
    # A rejected order of the run, made anew beside the one that waits, pays the month once too.
    first = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    reject_payment_order(order_id=first.pk, by=cast.accountant, at=AT)
    assert order_payment(run_id=run.pk, by=cast.payroll, at=employ_next).total_cents == NET
    waiting = PaymentLine.objects.filter(order__state=OrderState.WAITING)
    assert sum(line.cents for line in waiting) == -account_balance(A.NET_PAY) == 2 * NET


def test_the_same_account_is_paid_where_somebody_says_so_and_may_come_back_once_more(ada, cast):
    order = order_returned_pay(match_id=ada.match.pk, by=cast.payroll, at=AT, same_account=True)
    approve_payment_order(order_id=order.pk, by=cast.board, at=AT)
    line = order.lines.get()
    assert line.iban == ada.match.line.iban
    bring_in(cast.accountant, paid(NET, "Retoure", on=date(2026, 4, 9), return_reason="MS03"))
    row = BankTransaction.objects.get(return_reason="MS03")
    second = book_returned_payment(transaction_id=row.pk, line_id=line.pk, by=cast.accountant)
    assert [pay.order_id for pay in returned_pay(BACK_ON)] == [None, order.pk]
    new_account(ada, cast)
    order_returned_pay(match_id=second.pk, by=cast.payroll, at=AT)
    assert [pay.order_id is None for pay in returned_pay(BACK_ON)] == [False, False]


def test_a_return_that_was_undone_is_ordered_no_more(ada, cast):
    undo_match(match_id=ada.match.pk, on=BACK_ON, by=cast.accountant)
    assert party_balances(A.NET_PAY) == {}
    for match_id in (ada.match.pk, ada.match.pk + 1_000):
        with pytest.raises(NotFound):
            order_returned_pay(match_id=match_id, by=cast.payroll, at=AT)


def test_payroll_orders_it_from_the_page_and_through_the_api_once(ada, cast, client_of):
    client = client_of(cast.payroll, cast.coop)
    page = client.get(reverse("payroll:runs")).content.decode()
    address = reverse("payroll:order_returned", args=[ada.match.pk])
    assert address in page
    assert "AC04" in page
    assert client.post(address).headers["Location"].startswith(reverse("payroll:runs"))
    assert PayrollRun.objects.count() == PaymentOrder.objects.count() == 1
    new_account(ada, cast)
    client.post(address)
    order = PaymentOrder.objects.latest("id")
    assert order.source == f"returned:{ada.match.pk}"
    (told,) = client.get(reverse("payroll_api:returned_pay")).json()
    assert (told["id"], told["amount"], told["currency"], told["order"]) == (ada.match.pk, "979.03", "EUR", order.pk)
    again = client.post(reverse("payroll_api:order_returned", args=[ada.match.pk]), {}, "application/json")
    assert again.status_code == 409
    assert client_of(cast.member, cast.coop).get(reverse("payroll_api:returned_pay")).status_code == 404


def test_an_order_and_the_undoing_of_a_return_wait_for_each_other(committing):
    """Between the reads of an order, somebody undoes the return in another connection: nothing is paid twice."""
    with coop_scope(make_cooperative().pk) as coop_id:
        payroll, accountant, board = (make_role(role) for role in (Role.PAYROLL, Role.ACCOUNTANT, Role.BOARD))
        person = make_member()
        give_money(person, 900_000)
        employ(person)
        run = run_month(payroll, board)
        first = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
        approve_payment_order(order_id=first.pk, by=accountant, at=AT)
        line = first.lines.get()
        bring_in(accountant, paid(-NET, first.reference, on=first.execute_on))
        came = paid(NET, "Retoure", on=BACK_ON, return_reason="AC04", end_to_end_id=line.end_to_end_id)
        bring_in(accountant, came)
        match = Match.objects.get(line=line)
        run = run_month(payroll, board, month=date(2026, 4, 1), at=datetime(2026, 4, 20, 9, tzinfo=UTC))
        waiting = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
        reject_payment_order(order_id=waiting.pk, by=accountant, at=AT)
    done = []

    def undo():
        try:
            with coop_scope(coop_id):
                undo_match(match_id=match.pk, on=BACK_ON, by=accountant)
            done.append("undone")
        finally:
            connection.close()

    other = threading.Thread(target=undo)

    def between(execute, sql, params, many, context):
        if other.ident is None and "banking_match" in sql:
            other.start()
            other.join(timeout=3)
            done.append("ordered")
        return execute(sql, params, many, context)

    with coop_scope(coop_id), connection.execute_wrapper(between):
        order = order_payment(run_id=run.pk, by=payroll, at=AT)
    other.join(timeout=60)
    assert done == ["ordered", "undone"]
    assert order.total_cents == NET
    with coop_scope(coop_id):
        assert party_balances(A.NET_PAY) == {f"person:{person.pk}": -NET}
