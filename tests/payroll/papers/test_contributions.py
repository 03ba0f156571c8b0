"""Contribution statements against the ledger, to the cent, and their payment."""

from datetime import UTC, date, datetime

import pytest

from coop.banking.actions import approve_payment_order
from coop.banking.actions.orders import reject_payment_order
from coop.banking.models import PaymentLine, PaymentOrder
from coop.ledger.chart import AccountCode
from coop.ledger.queries import account_balance, account_balances, party_balances
from payroll.corrections import correct_payslip
from payroll.master_data import enter_insurance
from payroll.models import Payslip
from payroll.papers.contributions import (
    AlreadyStated,
    NothingToPay,
    NothingToState,
    made_statements,
    make_statements,
    open_to_pay,
    order_contributions,
    preview,
)
from payroll.papers.creditors import CreditorEntered, CreditorMissing, enter_creditor
from payroll.papers.models import ContributionStatement
from tests.factories.banking import bring_in, paid
from tests.factories.papers import fund_account
from tests.factories.payroll import (
    MARCH,
    NOW,
    employ,
    give_money,
    health_fund,
    insurance_number,
    make_member,
    run_month,
)

APRIL = date(2026, 4, 1)
MARCH_23 = datetime(2026, 3, 23, 9, tzinfo=UTC)
APRIL_20 = datetime(2026, 4, 20, 9, tzinfo=UTC)


def owed_to(fund) -> int:
    """What the books owe a fund, contributions and levies."""
    party = f"fund:{fund.pk}"
    return -sum(party_balances(code, [party]).get(party, 0) for code in (AccountCode.FUNDS, AccountCode.LEVIES))


def stated_to(fund) -> int:
    return sum(ContributionStatement.objects.filter(fund=fund).values_list("total_cents", flat=True))


@pytest.fixture
def two_funds(cast):
    """Three people in two funds: regular, transition range, and one with church tax."""
    people = [make_member(name) for name in ("Ada", "Bo", "Cleo")]
    for person, gross, rate in zip(people, (400_000, 115_000, 250_000), ("0.0269", "0.0269", "0.0245"), strict=True):
        give_money(person, 3_000_000)
        employ(person, gross, rate=rate)
    return people


def test_a_statement_of_a_posted_month_is_what_the_books_owe_each_fund(two_funds, cast):
    run_month(cast.payroll, cast.board)
    make_statements(month=MARCH, by=cast.payroll, at=MARCH_23)
    rows = made_statements(MARCH)
    assert len(rows) == 2
    for row in rows:
        fund = ContributionStatement.objects.get(id=row.id).fund
        assert row.total_cents == owed_to(fund) == sum(row.groups.values()) > 0
        assert not row.expected
        assert not row.carried
        assert {"1000", "ZBP", "0100", "0010", "0001"} < set(row.groups)


def test_what_each_side_paid_is_in_the_groups(two_funds, cast):
    run_month(cast.payroll, cast.board)
    slips = Payslip.objects.all()
    make_statements(month=MARCH, by=cast.payroll, at=MARCH_23)
    stated = {}
    for row in made_statements(MARCH):
        for group, cents in row.groups.items():
            stated[group] = stated.get(group, 0) + cents
    lines = {}
    for slip in slips:
        for line in slip.lines:
            branch = line["code"].split(".")[0]
            lines[branch] = lines.get(branch, 0) + line["amount_cents"]
    assert stated["1000"] == lines["health"]
    assert stated["0100"] == lines["pension"]
    assert stated["0010"] == lines["unemployment"]
    assert stated["0001"] == lines["care"]
    assert stated["ZBP"] == lines["additional"]
    assert sum(stated.values()) == sum(
        slip.employee_cents + slip.employer_cents + slip.levies_cents + slip.flat_tax_cents for slip in slips
    )


def test_levies_and_contributions_become_one_liability_of_the_fund(two_funds, cast):
    run_month(cast.payroll, cast.board)
    before = account_balance(AccountCode.FUNDS) + account_balance(AccountCode.LEVIES)
    make_statements(month=MARCH, by=cast.payroll, at=MARCH_23)
    assert account_balance(AccountCode.LEVIES) == 0
    assert account_balance(AccountCode.FUNDS) == before


def test_an_estimate_is_settled_with_the_next_statement(two_funds, cast):
    """Stated before the run; then a salary rises, one fund changes, and April brings the difference (§ 23 (1) SGB IV)."""
    shown = preview(MARCH)
    make_statements(month=MARCH, by=cast.payroll, at=datetime(2026, 3, 18, 9, tzinfo=UTC))
    estimates = {row.fund_id: row for row in made_statements(MARCH)}
    assert [row.total_cents for row in shown.rows] == [estimates[row.fund_id].total_cents for row in shown.rows]
    assert all(row.expected and not row.posted for row in estimates.values())
    ada = two_funds[0]
    other = health_fund("0.0299")
    enter_insurance(
        person_id=ada.pk, since=MARCH, insurance_number=insurance_number(9), fund_id=other.pk, childless=True,
        children_under25=0, at=NOW, by=None,
    )  # fmt: skip
    run_month(cast.payroll, cast.board)
    run_month(cast.payroll, cast.board, APRIL, APRIL_20)
    make_statements(month=APRIL, by=cast.payroll, at=APRIL_20)
    april = {row.fund_id: row for row in made_statements(APRIL)}
    old = health_fund("0.0269")
    assert april[old.pk].carried, "what was expected of Ada comes back"
    assert sum(april[old.pk].carried.values()) < 0
    for fund in (old, other, health_fund("0.0245")):
        booked = owed_to(fund)
        assert booked == stated_to(fund), "all statements together are what the books owe"


def test_a_correction_reaches_the_next_statement(two_funds, cast):
    run_month(cast.payroll, cast.board)
    make_statements(month=MARCH, by=cast.payroll, at=MARCH_23)
    cleo = two_funds[2]
    slip = Payslip.objects.get(person=cleo)
    enter_insurance(
        person_id=cleo.pk, since=MARCH, insurance_number=insurance_number(8), fund_id=health_fund("0.0245").pk,
        childless=False, children_under25=2, at=NOW, by=None,
    )  # fmt: skip
    correct_payslip(payslip_id=slip.pk, by=cast.payroll, at=datetime(2026, 4, 2, 9, tzinfo=UTC))
    run_month(cast.payroll, cast.board, APRIL, APRIL_20)
    make_statements(month=APRIL, by=cast.payroll, at=APRIL_20)
    row = next(row for row in made_statements(APRIL) if row.fund_id == health_fund("0.0245").pk)
    assert set(row.carried) == {"0001"}
    assert row.carried["0001"] < 0
    assert owed_to(health_fund("0.0245")) == stated_to(health_fund("0.0245"))


def test_statements_are_made_once_and_in_order(two_funds, cast):
    with pytest.raises(NothingToState):
        make_statements(month=date(2025, 12, 1), by=cast.payroll, at=MARCH_23)
    make_statements(month=MARCH, by=cast.payroll, at=MARCH_23)
    for month in (MARCH, date(2026, 2, 1)):
        with pytest.raises(AlreadyStated):
            make_statements(month=month, by=cast.payroll, at=MARCH_23)


def test_somebody_who_cannot_be_computed_is_named(two_funds, cast):
    employ(make_member("Dora"), leave_out="tax")
    shown = preview(MARCH)
    assert len(shown.problems) == 1
    assert shown.problems[0].startswith("Dora")


def test_funds_are_paid_once_and_the_statement_clears_them(two_funds, cast):
    run_month(cast.payroll, cast.board)
    make_statements(month=MARCH, by=cast.payroll, at=MARCH_23)
    with pytest.raises(CreditorMissing, match="Musterkasse"):
        order_contributions(month=MARCH, by=cast.accountant, at=MARCH_23)
    for rate in ("0.0269", "0.0245"):
        fund_account(health_fund(rate))
    order = order_contributions(month=MARCH, by=cast.accountant, at=MARCH_23)
    assert order.total_cents == sum(row.total_cents for row in made_statements(MARCH))
    assert {line.text for line in PaymentLine.objects.filter(order=order)} == {"12345678 Beitraege 03/2026"}
    with pytest.raises(NothingToPay):
        order_contributions(month=MARCH, by=cast.accountant, at=MARCH_23)
    reject_payment_order(order_id=order.pk, by=cast.board, at=MARCH_23)
    again = order_contributions(month=MARCH, by=cast.accountant, at=MARCH_23)
    # Third-last bank day of March 2026 is the 27th: the money leaves the bank day before.
    assert again.execute_on == date(2026, 3, 26)
    approve_payment_order(order_id=again.pk, by=cast.board, at=MARCH_23)
    balances = account_balances()
    assert AccountCode.FUNDS not in balances or balances[AccountCode.FUNDS] == 0
    bring_in(cast.accountant, paid(-again.total_cents, f"Sammler {again.reference}", on=again.execute_on))
    assert account_balance(AccountCode.IN_TRANSIT, party=f"order:{again.pk}") == 0
    assert open_to_pay(MARCH) == {}
    assert PaymentOrder.objects.filter(source="contributions:2026-03:1").count() == 2


def test_an_account_is_entered_once_a_day(cast):
    fund_account(health_fund())
    with pytest.raises(CreditorEntered):
        fund_account(health_fund())
    row = enter_creditor(
        fund_id=None, since=MARCH, name="Finanzamt", iban="DE02120300000000202051", reference="27/000/00000",
        federal_state="", at=NOW, by=cast.accountant,
    )  # fmt: skip
    assert row.fund_id is None
    with pytest.raises(CreditorEntered):
        enter_creditor(
            fund_id=None, since=MARCH, name="Finanzamt", iban="DE02120300000000202051", reference="27/000/00000",
            federal_state="", at=NOW, by=cast.accountant,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("month", "send_by", "pay_by"),
    [
        # Due days of 2026 as published; a statement counts from 0:00 of the day named, so it leaves a bank day before.
        (date(2026, 1, 1), date(2026, 1, 23), date(2026, 1, 28)),
        (date(2026, 3, 1), date(2026, 3, 24), date(2026, 3, 27)),
        (date(2026, 5, 1), date(2026, 5, 21), date(2026, 5, 27)),
        (date(2026, 12, 1), date(2026, 12, 21), date(2026, 12, 28)),
    ],
)
def test_due_days_are_bank_days(month, send_by, pay_by):
    from coop.banking.bank_days import contributions_due_on
    from payroll.papers import contributions

    assert contributions.send_by(month) == send_by
    assert contributions_due_on(month) == pay_by
