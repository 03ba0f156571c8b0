"""The wage-tax return against the ledger, and its payment."""

from datetime import UTC, date, datetime

import pytest

from coop.banking.actions import approve_payment_order
from coop.ledger.chart import AccountCode
from coop.ledger.queries import account_balance, party_balances
from payroll.corrections import correct_payslip
from payroll.master_data import enter_tax_data
from payroll.models import Payslip
from payroll.papers.contributions import NothingToPay
from payroll.papers.creditors import CreditorMissing
from payroll.papers.figures.wage_tax_return import Rhythm
from payroll.papers.wage_tax import due_on, order_wage_tax, owed, period, return_of, rhythm_in
from tests.factories.banking import bring_in, paid
from tests.factories.papers import tax_office_account
from tests.factories.payroll import MARCH, NOW, employ, give_money, make_member, run_month, tax_id

APRIL = date(2026, 4, 1)
AT = datetime(2026, 4, 7, 9, tzinfo=UTC)


@pytest.fixture
def taxed(cast):
    """A Protestant, a Catholic, somebody of another community, and a Minijob."""
    people = []
    for name, gross, church in (
        ("Ada", 950_000, "ev"), ("Bo", 400_000, "rk"), ("Cleo", 300_000, "yes"), ("Dora", 50_000, "none"),
    ):  # fmt: skip
        person = make_member(name)
        give_money(person, 9_000_000)
        employ(person, gross, church=church)
        people.append(person)
    return people


def test_the_return_is_what_the_books_owe(taxed, cast):
    run_month(cast.payroll, cast.board)
    found = return_of(MARCH, APRIL)
    slips = {slip.person_id: slip for slip in Payslip.objects.all()}
    ada, bo, cleo, dora = (slips[person.pk] for person in taxed)
    assert found.total_cents == -account_balance(AccountCode.WAGE_TAX) > 0
    assert found.total_cents == sum(owed(MARCH, APRIL).values())
    assert found.wage_tax_cents == sum(slip.wage_tax_cents for slip in slips.values())
    assert found.soli_cents == ada.soli_cents > 0
    assert found.church_cents == {
        "ev": ada.church_tax_cents, "rk": bo.church_tax_cents, "yes": cleo.church_tax_cents,
    }  # fmt: skip
    assert found.employees == 3, "the Minijob's flat tax goes to its fund"
    assert dora.flat_tax_cents > 0
    assert found.wage_tax_by_year == {2026: found.wage_tax_cents}


def test_a_correction_counts_in_the_month_that_books_it(taxed, cast):
    run_month(cast.payroll, cast.board)
    march = return_of(MARCH, APRIL)
    bo = taxed[1]
    enter_tax_data(
        person_id=bo.pk, since=MARCH, tax_id=tax_id(7), tax_class=3, federal_state="BE", church="rk", at=NOW, by=None
    )
    slip = Payslip.objects.get(person=bo)
    new = correct_payslip(payslip_id=slip.pk, by=cast.payroll, at=AT)
    assert return_of(MARCH, APRIL) == march
    april = return_of(APRIL, date(2026, 5, 1))
    assert april.wage_tax_cents == new.wage_tax_cents - slip.wage_tax_cents < 0
    assert april.total_cents == sum(owed(APRIL, date(2026, 5, 1)).values())


def test_tax_is_paid_once_and_the_statement_clears_it(taxed, cast):
    run_month(cast.payroll, cast.board)
    with pytest.raises(CreditorMissing):
        order_wage_tax(month=MARCH, by=cast.accountant, at=AT)
    tax_office_account()
    order = order_wage_tax(month=MARCH, by=cast.accountant, at=AT)
    # The tenth of April 2026 is a Friday; the money leaves the bank day before.
    assert order.execute_on == date(2026, 4, 9)
    assert [line.text for line in order.lines.all()] == ["27/000/00000 LSt 03/2026"]
    with pytest.raises(NothingToPay):
        order_wage_tax(month=MARCH, by=cast.accountant, at=AT)
    approve_payment_order(order_id=order.pk, by=cast.board, at=AT)
    assert party_balances(AccountCode.WAGE_TAX) == {}
    bring_in(cast.accountant, paid(-order.total_cents, f"Lohnsteuer {order.reference}", on=order.execute_on))
    assert account_balance(AccountCode.IN_TRANSIT, party=f"order:{order.pk}") == 0
    with pytest.raises(NothingToPay):
        order_wage_tax(month=MARCH, by=cast.accountant, at=AT)


def test_the_first_month_decides_how_often_a_new_employer_files(taxed, cast):
    assert rhythm_in(2026) is Rhythm.MONTH, "nobody was paid yet"
    run_month(cast.payroll, cast.board)
    assert rhythm_in(2026) is Rhythm.MONTH
    assert period(MARCH) == (MARCH, APRIL)


@pytest.mark.parametrize(
    ("until", "due"),
    [
        (date(2026, 4, 1), date(2026, 4, 10)),
        (date(2026, 5, 1), date(2026, 5, 11)),  # the tenth is a Sunday
        (date(2026, 1, 1), date(2026, 1, 12)),  # a Saturday
    ],
)
def test_the_return_is_due_on_the_tenth_or_the_next_working_day(coop, until, due):
    assert due_on(until) == due
