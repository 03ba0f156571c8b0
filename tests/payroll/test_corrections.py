"""Late changes: found in one place, corrected by the law of their month, and without a trace when taken back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coop.banking.actions import approve_payment_order
from coop.banking.models import PaymentOrder
from coop.banking.states import OrderState
from coop.ledger.models import Posting
from coop.states import InvalidTransition
from payroll.actions import (
    MonthStillOpen,
    SecondPersonNeeded,
    approve_run,
    begin_review,
    close_run,
    compute_again,
    compute_chunk,
    follow_payments,
    people_to_pay,
    post_run,
    start_run,
)
from payroll.corrections import correct_payslip, late_changes
from payroll.master_data import AlreadyPaid, end_contract, enter_tax_data
from payroll.models import PayrollRun, Payslip
from payroll.states import ElementKind, PayslipState, RunState
from payroll.wage_elements import end_wage_element, enter_wage_element
from tests.factories.payroll import MARCH, NOW, employ, give_money, make_member, run_month, tax_id

AT = datetime(2026, 3, 20, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 10, 9, tzinfo=UTC)


def element(person, kind=ElementKind.SUPPLEMENT, cents=10_000, at=APRIL, **more):
    return enter_wage_element(
        person_id=person.pk, kind=kind, since=MARCH, amount_cents=cents, text="Late", at=at, by=None, **more
    )


def balances():
    """Account, budget and party -> cents, without what is zero."""
    found = {}
    for code, budget, party, cents in Posting.objects.values_list(
        "account__code", "budget_id", "party", "amount_cents"
    ):
        key = (code, budget, "" if party.startswith("wage tax:") else party)
        found[key] = found.get(key, 0) + cents
    return {key: cents for key, cents in found.items() if cents}


def computed(cast, month=MARCH):
    run = start_run(month=month, by=cast.payroll, at=AT)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(month), started_at=run.started_at, at=AT)
    return run


def test_late_changes_are_found_and_corrected_once(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    for person in (ada, bo):
        give_money(person, 2_000_000)
        employ(person, 400_000)
    run_month(cast.payroll, cast.board)
    assert late_changes(MARCH) == []
    element(ada)
    change = next(iter(late_changes(MARCH)))
    assert (change.person_id, change.month) == (ada.pk, MARCH)
    assert 0 < change.net_change_cents < 10_000 < change.cost_change_cents
    new = correct_payslip(payslip_id=change.payslip_id, by=cast.payroll, at=APRIL)
    assert new.payout_cents - Payslip.objects.get(pk=change.payslip_id).payout_cents == change.net_change_cents
    assert late_changes(MARCH) == []


def test_an_employment_that_ended_before_is_corrected_to_nothing(cast):
    ada = make_member()
    give_money(ada, 2_000_000)
    contract = employ(ada, 400_000)
    empty = balances()
    run_month(cast.payroll, cast.board)
    with pytest.raises(AlreadyPaid):
        end_contract(contract_id=contract.pk, ends_on=MARCH, by=None)
    end_contract(contract_id=contract.pk, ends_on=MARCH, by=None, backdated=True)
    change = next(iter(late_changes(MARCH)))
    new = correct_payslip(payslip_id=change.payslip_id, by=cast.payroll, at=APRIL)
    assert (new.gross_cents, new.cost_cents) == (0, 0)
    assert balances() == empty


def test_what_cannot_be_computed_says_why(cast):
    ada = make_member()
    give_money(ada, 2_000_000)
    employ(ada, 400_000)
    run_month(cast.payroll, cast.board)
    element(ada, ElementKind.GARNISHMENT, 900_000)
    change = next(iter(late_changes(MARCH)))
    assert change.problem


def test_wage_tax_of_an_earlier_year_stays_and_arrears_are_one_off_pay_of_this_one(cast):
    ada = make_member()
    give_money(ada, 9_000_000)
    employ(ada, 400_000, starts_on=date(2025, 11, 1))
    run_month(cast.payroll, cast.board, date(2025, 11, 1), datetime(2025, 11, 20, 9, tzinfo=UTC))
    before = Payslip.objects.get()
    row = enter_wage_element(
        person_id=ada.pk,
        kind=ElementKind.SUPPLEMENT,
        since=date(2025, 11, 1),
        until=date(2025, 12, 1),
        amount_cents=50_000,
        text="Arrears",
        at=APRIL,
        by=None,
    )
    assert len(late_changes(date(2025, 1, 1), today=APRIL.date())) == 1
    new = correct_payslip(payslip_id=before.pk, by=cast.payroll, at=APRIL)
    assert new.gross_cents == before.gross_cents + 50_000
    one_off = [line for line in new.lines if line["code"] == "wage_tax" and line.get("one_off")]
    assert one_off[0]["basis_cents"] == 50_000
    assert new.wage_tax_cents == before.wage_tax_cents + one_off[0]["amount_cents"]
    assert new.employee_cents > before.employee_cents
    # Less pay of an earlier year changes contributions and no tax.
    end_wage_element(element_id=row.pk, until=date(2025, 11, 1), at=APRIL, by=None)
    third = correct_payslip(payslip_id=new.pk, by=cast.payroll, at=APRIL)
    assert third.wage_tax_cents == new.wage_tax_cents
    assert third.employee_cents == before.employee_cents


@settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(
        st.sampled_from([ElementKind.SUPPLEMENT, ElementKind.ONE_OFF, ElementKind.EXPENSES, ElementKind.IN_KIND]),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 300_000),
    st.sampled_from([55_000, 150_000, 400_000]),
)
def test_a_correction_back_and_forth_leaves_nothing(cast, kinds, cents, gross):
    ada = make_member()
    give_money(ada, 20_000_000)
    employ(ada, gross)
    compute = start_run(month=MARCH, by=cast.payroll, at=AT)
    compute_chunk(run_id=compute.pk, person_ids=people_to_pay(MARCH), started_at=compute.started_at, at=AT)
    approve_run(run_id=compute.pk, by=cast.board, at=AT)
    post_run(run_id=compute.pk, at=AT)
    slip = Payslip.objects.get(run=compute, person=ada)
    straight = balances()
    for kind in kinds:
        row = element(ada, kind, min(cents, gross // 4))  # contributions on benefits in kind are kept from pay
        slip = correct_payslip(payslip_id=slip.pk, by=cast.payroll, at=APRIL)
        assert (balances() != straight) or kind == ElementKind.IN_KIND
        end_wage_element(element_id=row.pk, until=MARCH, at=APRIL, by=None)
        slip = correct_payslip(payslip_id=slip.pk, by=cast.payroll, at=APRIL)
        assert balances() == straight
    assert late_changes(MARCH) == []


def test_a_run_computed_again_computes_only_what_changed(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    employ(ada, 400_000)
    employ(bo, 400_000)
    run = computed(cast)
    kept = Payslip.objects.get(person=bo).pk
    enter_tax_data(person_id=ada.pk, since=MARCH, tax_id=tax_id(1), tax_class=3, federal_state="BE", at=NOW, by=None)
    again = compute_again(run_id=run.pk, by=cast.payroll, at=APRIL)
    assert again.state == RunState.COMPUTING
    assert list(Payslip.objects.values_list("pk", flat=True)) == [kept]
    compute_chunk(run_id=run.pk, person_ids=[ada.pk], started_at=again.started_at, at=APRIL)
    run.refresh_from_db()
    assert (run.state, Payslip.objects.count()) == (RunState.COMPUTED, 2)
    # Nothing changed: it is ready at once.
    assert compute_again(run_id=run.pk, by=cast.payroll, at=AT).state == RunState.COMPUTED


def test_a_run_is_reviewed_approved_posted_paid_and_closed(cast):
    ada = make_member()
    give_money(ada, 2_000_000)
    employ(ada, 400_000)
    run = computed(cast)
    with pytest.raises(SecondPersonNeeded):
        begin_review(run_id=run.pk, by=cast.payroll, at=AT)
    assert begin_review(run_id=run.pk, by=cast.board, at=AT).state == RunState.IN_REVIEW
    with pytest.raises(InvalidTransition):
        begin_review(run_id=run.pk, by=cast.board, at=AT)
    with pytest.raises(SecondPersonNeeded):
        approve_run(run_id=run.pk, by=cast.payroll, at=AT)
    approve_run(run_id=run.pk, by=cast.board, at=AT)
    post_run(run_id=run.pk, at=AT)
    with pytest.raises(InvalidTransition):
        close_run(run_id=run.pk, by=cast.payroll, at=AT)
    assert follow_payments(at=APRIL) == 0
    order = PaymentOrder.objects.get()
    approve_payment_order(order_id=order.pk, by=cast.accountant, at=AT)
    PaymentOrder.objects.filter(pk=order.pk).update(state=OrderState.CLEARED, cleared_cents=order.total_cents)
    assert follow_payments(at=APRIL) == 1
    run = PayrollRun.objects.get()
    assert (run.state, run.paid_at) == (RunState.PAID, APRIL)
    # The match was a mistake and is taken back.
    PaymentOrder.objects.filter(pk=order.pk).update(state=OrderState.APPROVED, cleared_cents=0)
    assert follow_payments(at=APRIL) == 1
    assert PayrollRun.objects.get().state == RunState.POSTED
    PaymentOrder.objects.filter(pk=order.pk).update(state=OrderState.CLEARED, cleared_cents=order.total_cents)
    follow_payments(at=APRIL)
    row = element(ada)
    with pytest.raises(MonthStillOpen):
        close_run(run_id=run.pk, by=cast.payroll, at=APRIL)
    end_wage_element(element_id=row.pk, until=MARCH, at=APRIL, by=None)
    assert close_run(run_id=run.pk, by=cast.payroll, at=APRIL).state == RunState.CLOSED
    assert Payslip.objects.get().state == PayslipState.POSTED


def test_pay_below_the_minimum_wage_is_a_warning(cast):
    ada = make_member()
    contract = employ(ada, 80_000)
    assert contract.weekly_hours == Decimal(15)
    computed(cast)
    assert [warning["code"] for warning in Payslip.objects.get().warnings] == ["minimum_wage_contract"]
