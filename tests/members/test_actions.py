"""From the application to the exit, with walk f to the cent."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from coop.banking.actions import AlreadyOrdered, approve_payment_order
from coop.banking.camt_writer import payment
from coop.banking.models import Claim
from coop.banking.states import ClaimState
from coop.errors import InvalidInput, NotFound
from coop.ledger.chart import AccountCode as A
from coop.ledger.models import Budget, Entry
from coop.ledger.queries import account_balance, account_balances
from coop.ledger.verify import problems
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from coop.tenancy.actions import accept_invitation
from coop.tenancy.models import Invitation, RoleAssignment
from coop.tenancy.queries import roles_of
from coop.tenancy.states import Role
from members.actions import (
    AlreadySettled,
    NoConsent,
    NotAMember,
    NoticeTooShort,
    admit,
    admit_all,
    apply,
    change_contact,
    end_membership,
    leave,
    link_login,
    pay_departed_share,
    reject,
    send_invitation,
    settle_departed_share,
    subscribe_shares,
    withdraw,
)
from members.models import Person, RegisterEntry, ShareSubscription
from members.queries import members_on, person_of, register, register_csv, subscriptions_of
from members.states import PersonState
from tests.factories.banking import AT, bring_in, make_account, paid
from tests.factories.members import ADMITTED_ON, APPLIED_AT, contact, make_applicant, make_member
from tests.factories.tenancy import make_role, make_user


@pytest.fixture
def board(coop):
    return make_user("Board")


def accounts():
    return {code: cents for code, cents in account_balances().items() if cents}


def test_an_application_is_kept_and_the_office_is_told(coop):
    person = apply(at=APPLIED_AT, consent=True, shares=2, **contact(email="Ada@Example.org "))
    assert (person.state, person.email, person.shares_wanted) == (PersonState.APPLIED, "ada@example.org", 2)
    assert OutboxMessage.objects.get().to == coop.email
    again = apply(at=APPLIED_AT, consent=True, **contact(email="ada@example.org"))
    assert (again.pk, Person.objects.count(), OutboxMessage.objects.count()) == (person.pk, 1, 1)
    assert Claim.objects.count() == Budget.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"consent": False}, NoConsent),
        ({"shares": 0}, InvalidInput),
        ({"email": "no address"}, InvalidInput),
        ({"name": " "}, InvalidInput),
        ({"city": ""}, InvalidInput),
        ({"member_number": "7"}, InvalidInput),
    ],
)
def test_a_wrong_application_is_refused(coop, changes, error):
    with pytest.raises(error):
        apply(at=APPLIED_AT, **{"consent": True, **contact(), **changes})
    assert Person.objects.count() == OutboxMessage.objects.count() == 0


def test_admission_makes_the_member_at_once(board):
    person = make_applicant(shares=3)
    admit(person_id=person.pk, on=ADMITTED_ON, at=APPLIED_AT, by=board)
    person.refresh_from_db()
    assert (person.state, person.member_number, person.budget.name) == (PersonState.ADMITTED, 1, person.name)
    entry = RegisterEntry.objects.get()
    assert (entry.shares, entry.address, entry.on) == (3, "Beispielweg 2, 10115 Berlin", ADMITTED_ON)
    claim = Claim.objects.get()
    assert (claim.reference, claim.amount_cents, claim.kind, claim.due_on) == (
        "AN-000001",
        15_000,
        "share",
        date(2026, 1, 24),
    )
    assert Entry.objects.count() == 0
    message = OutboxMessage.objects.get()
    assert message.to == person.email
    assert "AN-000001" in message.text
    with pytest.raises(InvalidTransition):
        admit(person_id=person.pk, on=ADMITTED_ON, at=APPLIED_AT, by=board)
    assert [row.pk for row in members_on(ADMITTED_ON)] == [person.pk]


def test_the_invited_member_takes_up_the_login(board):
    person = make_member(by=board)
    secret_of = {}
    invitation = send_invitation(person_id=person.pk, at=AT, by=board)
    text = OutboxMessage.objects.get(key=f"invitation:{invitation.pk}").text
    secret_of["secret"] = text.split("/invitation/")[1].split("/")[0]
    user = accept_invitation(at=AT, password="a long enough sentence", **secret_of)
    person.refresh_from_db()
    assert (person.user, person_of(user), roles_of(user)) == (user, person, {Role.MEMBER})
    with pytest.raises(InvalidInput):
        send_invitation(person_id=person.pk, at=AT, by=board)
    with pytest.raises(InvalidInput):
        link_login(person_id=person.pk, user=make_user())
    assert Invitation.objects.count() == 1


def test_a_refused_application_is_told_and_deleted(board):
    person = make_applicant()
    with pytest.raises(InvalidInput):
        reject(person_id=person.pk, reason=" ", on=ADMITTED_ON, by=board)
    reject(person_id=person.pk, reason="The profession needs a licence.", on=ADMITTED_ON, by=board)
    message = OutboxMessage.objects.get()
    assert (message.to, "licence" in message.text) == (person.email, True)
    person.refresh_from_db()
    assert (person.state, person.name, person.email, person.street) == (PersonState.REJECTED, "", "", "")
    with pytest.raises(InvalidTransition):
        admit(person_id=person.pk, on=ADMITTED_ON, at=APPLIED_AT, by=board)
    other = make_applicant()
    assert withdraw(person_id=other.pk, on=ADMITTED_ON, by=board).name == ""
    with pytest.raises(NotFound):
        admit(person_id=0, on=ADMITTED_ON, at=APPLIED_AT, by=board)


def test_numbers_stay_gapless_when_an_admission_fails(board):
    first, second = make_applicant(), make_applicant()
    withdraw(person_id=second.pk, on=ADMITTED_ON, by=board)
    with pytest.raises(InvalidTransition):
        admit_all(person_ids=[first.pk, second.pk], on=ADMITTED_ON, at=APPLIED_AT, by=board)
    admit(person_id=first.pk, on=ADMITTED_ON, at=APPLIED_AT, by=board)
    assert Person.objects.get(id=first.pk).member_number == 1
    assert ShareSubscription.objects.get().reference == "AN-000001"


def test_many_are_admitted_in_a_constant_number_of_statements(board):
    counts = []
    admit_all(person_ids=[make_applicant().pk], on=ADMITTED_ON, at=APPLIED_AT, by=board, invited=False)  # reads once
    for size in (2, 25):
        people = [make_applicant().pk for _number in range(size)]
        with CaptureQueriesContext(connection) as queries:
            admit_all(person_ids=people, on=ADMITTED_ON, at=APPLIED_AT, by=board, invited=False)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert sorted(Person.objects.values_list("member_number", flat=True)) == list(range(1, 29))


def test_changed_addresses_stand_in_the_register(board):
    person = make_member(by=board)
    change_contact(person_id=person.pk, on=date(2026, 2, 1), by=board, phone="030 1")
    assert RegisterEntry.objects.count() == 1
    change_contact(person_id=person.pk, on=date(2026, 2, 1), by=board, city="Potsdam")
    assert RegisterEntry.objects.order_by("-id").first().address.endswith("Potsdam")
    with pytest.raises(InvalidInput):
        change_contact(person_id=person.pk, on=date(2026, 2, 1), by=board, email="nothing")


@pytest.mark.parametrize("sql", ["UPDATE members_registerentry SET shares = 9", "DELETE FROM members_registerentry"])
def test_the_register_is_kept_by_the_database(board, sql):
    make_member(by=board)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_register_finds_and_exports(board):
    ada = make_member(by=board, name="=Ada")
    bo = make_member(by=board, name="Bo", shares=2)
    subscribe_shares(person_id=bo.pk, count=3, on=ADMITTED_ON, by=board)
    make_applicant(name="Not yet")
    assert [(row.name, row.shares) for row in register()] == [("=Ada", 1), ("Bo", 5)]
    assert [row.pk for row in register(text=str(ada.member_number))] == [ada.pk]
    assert [row.pk for row in register(text="bo")] == [bo.pk]
    lines = register_csv().splitlines()
    assert lines[1] == "1;'=Ada;Beispielweg 2, 10115 Berlin;2026-01-10;1;"
    assert "Not yet" not in register_csv()


def test_walk_f_a_share_from_subscription_to_payout(board):
    """Subscription is register only; paid; departed; 80 % of it owed, 20 % bears the loss; paid out."""
    make_account()
    person = make_member(by=board)
    assert accounts() == {}
    bring_in(board, paid(5_000, "AN-000001", on=date(2026, 1, 20)))
    assert accounts() == {A.BANK: 5_000, A.MEMBERS_CAPITAL: -5_000}
    assert subscriptions_of(person)[0].paid_cents == 5_000

    with pytest.raises(InvalidInput):
        end_membership(person_id=person.pk, on=date(2026, 12, 31), by=board)
    leave(person_id=person.pk, notice_on=date(2026, 2, 1), leaves_on=date(2026, 12, 31), by=board)
    with pytest.raises(InvalidInput):
        end_membership(person_id=person.pk, on=date(2026, 12, 30), by=board)
    end_membership(person_id=person.pk, on=date(2026, 12, 31), by=board)
    assert accounts() == {A.BANK: 5_000, A.CAPITAL_OF_DEPARTED: -5_000}

    meeting = date(2027, 5, 20)
    with pytest.raises(InvalidInput):
        settle_departed_share(person_id=person.pk, value_share=Decimal("1.1"), on=meeting, by=board)
    settle_departed_share(person_id=person.pk, value_share=Decimal("0.8"), on=meeting, by=board)
    assert accounts() == {A.BANK: 5_000, A.PAYABLE_MEMBER: -4_000, A.LOSS_CARRIED: -1_000}
    with pytest.raises(AlreadySettled):
        settle_departed_share(person_id=person.pk, value_share=Decimal("0.8"), on=meeting, by=board)

    pay_on = date(2027, 5, 25)
    order = pay_departed_share(person_id=person.pk, iban="DE89370400440532013000", execute_on=pay_on, by=board, at=AT)
    with pytest.raises(AlreadyOrdered):
        pay_departed_share(person_id=person.pk, iban="DE89370400440532013000", execute_on=pay_on, by=board, at=AT)
    approve_payment_order(order_id=order.pk, by=make_user("Second"), at=AT)
    assert accounts() == {A.BANK: 5_000, A.IN_TRANSIT: -4_000, A.LOSS_CARRIED: -1_000}
    bring_in(
        board, payment(amount_cents=-4_000, on=pay_on, text=order.reference), sequence_number=2, opening_cents=5_000
    )
    assert accounts() == {A.BANK: 1_000, A.LOSS_CARRIED: -1_000}
    assert [entry.event for entry in RegisterEntry.objects.order_by("id")] == ["admitted", "notice", "left"]
    assert list(problems()) == []


def test_only_what_was_paid_becomes_capital_of_departed(board):
    make_account()
    person = make_member(by=board, shares=2)
    bring_in(board, paid(6_000, "AN-000001", on=date(2026, 1, 20)))
    leave(person_id=person.pk, notice_on=date(2026, 2, 1), leaves_on=date(2026, 12, 31), by=board)
    departed = end_membership(person_id=person.pk, on=date(2027, 1, 2), by=board)
    assert (departed.capital_cents, account_balance(A.CAPITAL_OF_DEPARTED)) == (6_000, -6_000)
    assert Claim.objects.get().state == ClaimState.CANCELLED
    with pytest.raises(NotAMember):
        subscribe_shares(person_id=person.pk, count=1, on=date(2027, 1, 2), by=board)


@pytest.mark.parametrize(
    ("notice_on", "leaves_on"),
    [
        (date(2026, 10, 1), date(2026, 12, 31)),
        (date(2026, 2, 1), date(2026, 12, 30)),
        (date(2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_notice_runs_to_a_year_end_three_months_away(board, notice_on, leaves_on):
    person = make_member(by=board)
    with pytest.raises(NoticeTooShort):
        leave(person_id=person.pk, notice_on=notice_on, leaves_on=leaves_on, by=board)
    leave(person_id=person.pk, notice_on=date(2026, 9, 30), leaves_on=date(2026, 12, 31), by=board)
    assert datetime(2026, 1, 1, tzinfo=UTC).year == Person.objects.get(id=person.pk).leaves_on.year


def test_a_leaving_member_loses_the_role_with_the_last_day_and_reads_payslips_on(board):
    user = make_role(Role.MEMBER, "Goes")
    person = make_member(user=user)
    leave(person_id=person.pk, notice_on=date(2026, 2, 1), leaves_on=date(2026, 12, 31), by=board)
    # Nobody has to remember anything on the day.
    assert roles_of(user, date(2026, 12, 31)) == {Role.MEMBER}
    assert roles_of(user, date(2027, 1, 1)) == {Role.FORMER}
    end_membership(person_id=person.pk, on=date(2027, 1, 5), by=board)
    assert RoleAssignment.objects.filter(user=user).count() == 2


def test_a_login_that_comes_after_the_notice_ends_too(board):
    person = make_member()
    leave(person_id=person.pk, notice_on=date(2026, 2, 1), leaves_on=date(2026, 12, 31), by=board)
    user = make_role(Role.MEMBER, "Late")
    link_login(person_id=person.pk, user=user)
    assert roles_of(user, date(2027, 1, 1)) == {Role.FORMER}
