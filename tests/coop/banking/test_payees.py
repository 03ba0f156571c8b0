"""Money goes to a changed IBAN only after a second person has confirmed it by a second channel."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from coop.banking.actions import (
    IbanNotConfirmed,
    NewPayment,
    SecondPersonNeeded,
    approve_payment_order,
    confirm_payee,
    create_payment_order,
    reject_payment_order,
)
from coop.banking.models import PayeeConfirmation, PaymentLine, PaymentOrder
from coop.banking.queries import changed_payees
from coop.banking.states import OrderState
from coop.errors import InvalidInput, NotFound
from tests.factories.banking import AT, IBAN, JAN, make_account
from tests.factories.tenancy import make_user

OLD, NEW = IBAN, "DE89370400440532013000"


def order_to(iban, number, by, party="p:1"):
    """An order of one payment."""
    line = NewPayment(party=party, name="Ada", iban=iban, cents=100, text="", end_to_end_id=f"E-{number}")
    return create_payment_order(source=f"run:{number}", execute_on=JAN, lines=[line], by=by, at=AT)


def approve(order):
    return approve_payment_order(order_id=order.pk, by=make_user(), at=AT)


@pytest.fixture
def ada(coop):
    make_account()
    return make_user()


def test_the_first_iban_and_the_same_one_need_no_confirmation(ada):
    approve(order_to(OLD, 1, ada))
    approve(order_to(OLD, 2, ada))
    approve(order_to(NEW, 3, ada, party="p:2"))


def test_a_changed_iban_waits_for_a_second_person_and_channel_then_stays_trusted(ada):
    approve(order_to(OLD, 1, ada))
    order = order_to(NEW, 2, ada)
    with pytest.raises(IbanNotConfirmed):
        approve(order)
    (line,) = changed_payees(order.pk)
    wrong = [
        ({"by": ada}, SecondPersonNeeded), ({"note": " "}, InvalidInput), ({"channel": "mail"}, InvalidInput),
        ({"line_id": 0}, NotFound),
    ]  # fmt: skip
    right = {"line_id": line.pk, "channel": "phone", "note": "Ada, at her old number", "by": make_user(), "at": AT}
    for changes, error in wrong:
        with pytest.raises(error):
            confirm_payee(**{**right, **changes})
    confirm_payee(**right)
    assert approve(order).state == OrderState.APPROVED
    with pytest.raises(NotFound):
        confirm_payee(**right)
    approve(order_to(NEW, 3, ada))
    approve(order_to(OLD, 4, ada))
    with pytest.raises(DatabaseError), transaction.atomic():
        PayeeConfirmation.objects.all().delete()


def test_a_rejected_order_makes_no_iban_known(ada):
    reject_payment_order(order_id=order_to(NEW, 1, ada).pk, by=make_user(), at=AT)
    approve(order_to(OLD, 2, ada))
    with pytest.raises(IbanNotConfirmed):
        approve(order_to(NEW, 3, ada))


def test_the_orders_page_asks_and_confirms(cast, client_of):
    make_account()
    approve(order_to(OLD, 1, cast.payroll))
    order = order_to(NEW, 2, cast.payroll)
    line = PaymentLine.objects.get(order=order)
    browser = client_of(cast.accountant, cast.coop)
    address = reverse("banking:confirm_payee", args=[line.pk])
    assert address in browser.get(reverse("banking:order", args=[order.pk])).text
    assert browser.post(address, {f"{line.pk}-channel": "phone", f"{line.pk}-note": ""}).status_code == 302
    assert PayeeConfirmation.objects.count() == 0
    browser.post(reverse("banking:approve_order", args=[order.pk]))
    assert PaymentOrder.objects.get(id=order.pk).state == OrderState.WAITING
    assert browser.post(address, {f"{line.pk}-channel": "phone", f"{line.pk}-note": "Ada, 9:00"}).status_code == 302
    browser.post(reverse("banking:approve_order", args=[order.pk]))
    assert PaymentOrder.objects.get(id=order.pk).state == OrderState.APPROVED
    assert browser.post(reverse("banking:confirm_payee", args=[0])).status_code == 404
