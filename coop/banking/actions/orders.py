"""Payment orders: made, approved by a second person, taken to the bank as a file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coop.banking.models import BankAccount, PayeeConfirmation, PaymentLine, PaymentOrder
from coop.banking.queries import changed_payees
from coop.banking.references import make_reference
from coop.banking.sepa import CreditTransfer, CreditTransferOrder, credit_transfer
from coop.banking.states import ORDER_STATES, Channel, OrderState, Purpose
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import lock_accounts, post
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.tenancy.actions import note_access
from coop.tenancy.bulk import insert_rows
from coop.tenancy.models import User
from coop.tenancy.numbers import draw_number

PAYABLE = (AccountCode.NET_PAY, AccountCode.PAYABLE_MEMBER, AccountCode.CLIENT_CREDIT, AccountCode.FUNDS,
           AccountCode.LEVIES, AccountCode.WAGE_TAX)  # fmt: skip
"""Liabilities that a payment order may pay."""


class AlreadyOrdered(StetigError):
    """This has a payment order already; nothing is paid twice."""

    code = "already_ordered"


class SecondPersonNeeded(StetigError):
    """Who made a payment order cannot approve it: ask a second person."""

    code = "second_person_needed"


class IbanNotConfirmed(StetigError):
    """A payee's IBAN has changed: ask them by a second channel, such as the phone, and confirm it at the order."""

    code = "iban_not_confirmed"


class NoDefaultAccount(StetigError):
    """There is no bank account to pay from: add one under Bank."""

    code = "no_default_account"


class OrderAltered(StetigError):
    """The stored file does not match its hash any more: do not send it, restore it from a backup."""

    code = "order_altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """One transfer of an order. `party` is whose liability it is in the ledger, on `account`."""

    party: str
    name: str
    iban: str
    cents: int
    text: str
    end_to_end_id: str
    account: AccountCode = AccountCode.NET_PAY


@transaction.atomic
def create_payment_order(
    *,
    source: str,
    execute_on: date,
    lines: Sequence[NewPayment],
    by: User,
    purpose: str = Purpose.SALARY,
    at: datetime | None = None,
) -> PaymentOrder:
    """Make an order and its file (pain.001.001.09) on the default account. Books nothing yet.

    `source` (such as "run:7") has one order that is not rejected. `at` stands in the file as its time
    of creation (default: now).

    Raises: AlreadyOrdered, NoDefaultAccount, InvalidPaymentOrder, InvalidInput.
    """
    account: BankAccount | None = BankAccount.objects.filter(is_default=True).first()
    if account is None:
        raise NoDefaultAccount
    if purpose not in Purpose.values:
        raise InvalidInput(_("Choose what the order is for."))
    if any(line.account not in PAYABLE for line in lines):
        raise InvalidInput(_("An order pays what the cooperative owes, and nothing else."))
    if PaymentOrder.objects.filter(source=source).exclude(state=OrderState.REJECTED).exists():
        raise AlreadyOrdered
    created_at = at or timezone.now()
    reference = make_reference("ZA", draw_number("payment order"))
    data = credit_transfer(
        CreditTransferOrder(
            message_id=reference,
            payment_id=reference,
            created_at=timezone.localtime(created_at).replace(microsecond=0),
            execute_on=execute_on,
            debtor_name=account.holder,
            debtor_iban=account.iban,
            debtor_bic=account.bic,
            transfers=tuple(
                CreditTransfer(
                    end_to_end_id=line.end_to_end_id,
                    amount_cents=line.cents,
                    creditor_name=line.name,
                    creditor_iban=line.iban,
                    text=line.text,
                    purpose="SALA" if purpose == Purpose.SALARY else "",
                )
                for line in lines
            ),
            category_purpose="SALA" if purpose == Purpose.SALARY else "",
        )
    )
    try:
        with transaction.atomic():
            order: PaymentOrder = PaymentOrder.objects.create(
                account=account,
                source=source,
                purpose=purpose,
                reference=reference,
                execute_on=execute_on,
                total_cents=sum(line.cents for line in lines),
                file=data,
                file_sha256=hashlib.sha256(data).hexdigest(),
                created_at=created_at,
                created_by=by,
            )
    except IntegrityError as error:
        raise AlreadyOrdered from error
    columns = {
        name: [getattr(line, name) for line in lines]
        for name in ("account", "party", "name", "cents", "text", "end_to_end_id")
    }
    columns["iban"] = ["".join(line.iban.split()).upper() for line in lines]
    insert_rows(PaymentLine, columns, {"order_id": order.pk})
    return order


@transaction.atomic
def approve_payment_order(*, order_id: int, by: User, at: datetime) -> PaymentOrder:
    """Approve an order as the second person: its liabilities are in transit from its day on.

    Money goes to a changed IBAN only after somebody has confirmed it (see `confirm_payee`).

    Raises: NotFound, InvalidTransition, SecondPersonNeeded, IbanNotConfirmed.
    """
    order = _lock(order_id)
    ORDER_STATES.check(order.state, OrderState.APPROVED)
    if order.created_by_id == by.pk:
        raise SecondPersonNeeded
    if changed_payees(order.pk):
        raise IbanNotConfirmed
    _decide(order, OrderState.APPROVED, by, at)
    paid = list(PaymentLine.objects.filter(order=order).order_by("id").values_list("account", "cents", "party"))
    lock_accounts(account for account, _cents, _party in paid)
    lines = [debit(AccountCode(account), cents, party=party) for account, cents, party in paid]
    post(
        draft(
            f"order:{order.pk}",
            order.execute_on,
            _("Payment order %(reference)s") % {"reference": order.reference},
            [*lines, credit(AccountCode.IN_TRANSIT, order.total_cents, party=f"order:{order.pk}")],
            document=order.reference,
        ),
        by=by,
    )
    return order


@transaction.atomic
def confirm_payee(*, line_id: int, channel: str, note: str, by: User, at: datetime) -> PayeeConfirmation:
    """Say that the payee of a line has confirmed the changed IBAN by a second channel.

    Not by the person who made the order: who slipped in a wrong IBAN could confirm it too.

    Raises: NotFound, SecondPersonNeeded, InvalidInput.
    """
    line = PaymentLine.objects.select_related("order").defer("order__file").filter(id=line_id).first()
    if line is None or line.pk not in {one.pk for one in changed_payees(line.order_id)}:
        raise NotFound(_("This payment has no changed IBAN that waits for confirmation."))
    if line.order.created_by_id == by.pk:
        raise SecondPersonNeeded
    if channel not in Channel.values or not note.strip():
        raise InvalidInput(_("Say how the IBAN was confirmed, by whom and when."))
    confirmation: PayeeConfirmation = PayeeConfirmation.objects.create(
        party=line.party, iban=line.iban, channel=channel, note=note.strip()[:200], confirmed_at=at, confirmed_by=by
    )
    note_access(user=by, action="changed IBAN confirmed", about=f"payment line {line.pk}")
    return confirmation


@transaction.atomic
def reject_payment_order(*, order_id: int, by: User, at: datetime) -> PaymentOrder:
    """Reject an order; its source is free for another one. Raises: NotFound, InvalidTransition."""
    order = _lock(order_id)
    ORDER_STATES.check(order.state, OrderState.REJECTED)
    _decide(order, OrderState.REJECTED, by, at)
    return order


@transaction.atomic
def take_payment_file(*, order_id: int, by: User) -> tuple[str, bytes]:
    """The file of an approved order for the bank, with its name; who took it is kept.

    Raises: NotFound, OrderAltered.
    """
    order = PaymentOrder.objects.filter(id=order_id, state__in=[OrderState.APPROVED, OrderState.CLEARED]).first()
    if order is None:
        raise NotFound(_("Only an approved payment order has a file for the bank."))
    data = bytes(order.file)
    if hashlib.sha256(data).hexdigest() != order.file_sha256:
        raise OrderAltered
    note_access(user=by, action="payment file taken", about=f"payment order {order.pk}")
    return f"{order.reference}.xml", data


def _lock(order_id: int) -> PaymentOrder:
    order: PaymentOrder | None = PaymentOrder.objects.select_for_update().defer("file").filter(id=order_id).first()
    if order is None:
        raise NotFound(_("This payment order does not exist."))
    return order


def _decide(order: PaymentOrder, state: OrderState, by: User, at: datetime) -> None:
    order.state, order.decided_by, order.decided_at = state, by, at
    order.save(update_fields=["state", "decided_by", "decided_at"])
