"""The salary run, from start to posted books."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from coop.banking.actions import approve_payment_order, reject_payment_order
from coop.banking.actions.orders import AlreadyOrdered
from coop.banking.models import PaymentOrder
from coop.errors import InvalidInput
from coop.law import LawUnknown
from coop.ledger.chart import AccountCode as A
from coop.ledger.models import Entry, Posting
from coop.ledger.queries import account_balance, figures_of, party_balances
from coop.states import InvalidTransition
from members.models import Person
from payroll.actions import (
    NobodyToPay,
    RunExists,
    SecondPersonNeeded,
    approve_run,
    compute_again,
    compute_chunk,
    order_payment,
    people_to_pay,
    post_run,
    start_run,
    take_up_again,
)
from payroll.calculation import compute
from payroll.corrections import correct_payslip
from payroll.master_data import enter_health_fund, enter_insurance, enter_tax_data
from payroll.models import PayrollRun, Payslip
from payroll.pay_days import pay_day
from payroll.states import PayslipState, RunState
from tests.factories.payroll import JANUARY, NOW, employ, give_money, health_fund, insurance_number, make_member, tax_id

MARCH = date(2026, 3, 1)
AT = datetime(2026, 3, 20, 9, tzinfo=UTC)


def run_month(cast, month=MARCH, at=AT):
    """A whole run without workers: started, computed, approved by another person, posted."""
    run = start_run(month=month, by=cast.payroll, at=at)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(month), started_at=run.started_at, at=at)
    approve_run(run_id=run.pk, by=cast.board, at=at)
    return post_run(run_id=run.pk, at=at)


def postings(source):
    rows = Posting.objects.filter(entry__source=source).values_list("account__code", "amount_cents")
    return sorted(rows)


def test_walk_e_a_salary_of_1150_to_the_cent(cast):
    ada = make_member()
    give_money(ada, 500_000)
    employ(ada)
    run_month(cast)
    slip = Payslip.objects.get()
    assert (slip.net_cents, slip.cost_cents, slip.wage_tax_cents) == (97_903, 144_461, 0)
    assert postings(f"payslip:{slip.pk}") == sorted(
        [
            (A.WAGES, 115_000),
            (A.EMPLOYER_COST, 29_461),
            (A.NET_PAY, -97_903),
            (A.FUNDS, -43_798),
            (A.LEVIES, -2_760),
            (A.FREE, 144_461),
            (A.RELEASE, -144_461),
        ]
    )
    assert figures_of(ada.budget_id, MARCH).free_cents == 500_000 - 144_461


def test_walk_h_a_salary_before_the_clients_money(cast):
    from coop.ledger.actions import set_cover

    ada, bo = make_member("Ada"), make_member("Bo")
    employ(ada)
    employ(bo)
    set_cover(budget_id=ada.budget_id, source="job:1", cents=500_000, since=MARCH)
    set_cover(budget_id=bo.budget_id, source="job:2", cents=100_000, since=MARCH)
    run_month(cast)
    assert figures_of(ada.budget_id, MARCH).free_cents == -144_461
    assert figures_of(bo.budget_id, MARCH).free_cents == -100_000
    assert account_balance(A.SHORTFALL) == 44_461
    assert Payslip.objects.get(person=bo).net_cents == 97_903
    assert account_balance(A.FREE) == 144_461 + 100_000


def test_walk_j_november_corrected_in_december_books_the_difference_for_november(cast):
    """4,000.00 a month, childless, fund 2.69 %: class I was taken in November where III was true.

    Reckoned by hand from the flow chart of § 39b (6) EStG for 2026, in EUR a year of 48,000.00:

    * provision: pension 9.3 % = 4,464.00; health and care (7 % + 2.69 % / 2 + 1.8 % + 0.6 %) = 10.745 % = 5,157.60;
      together 9,621.60, up to 9,622 (more than pension and the 1,900 of the other way)
    * taxable: 48,000 - 1,230 - 36 - 9,622 = 37,112
    * class I: z = (37,112 - 17,799) / 10,000 = 1.9313; (173.10 z + 2,397) z + 1,034.87 = 6,309.84, down to 6,309;
      a month 525.75
    * class III, half of it: z = (18,556 - 17,799) / 10,000 = 0.0757; (173.10 z + 2,397) z + 1,034.87 = 1,217.31,
      down to 1,217, twice 2,434; a month 202.83
    * the difference: 525.75 - 202.83 = 322.92. No soli: both lie below 20,350 a year (§ 3 (3) SolzG).
    """
    november = date(2026, 11, 1)
    ada = make_member()
    give_money(ada, 1_000_000)
    employ(ada, 400_000)
    run_month(cast, november, datetime(2026, 11, 18, 9, tzinfo=UTC))
    before = Payslip.objects.get()
    enter_tax_data(
        person_id=ada.pk, since=november, tax_id=tax_id(1), tax_class=3, federal_state="BE", at=NOW, by=cast.payroll
    )
    free = figures_of(ada.budget_id, november).free_cents
    december = datetime(2026, 12, 10, tzinfo=UTC)
    after = correct_payslip(payslip_id=before.pk, by=cast.payroll, at=december)
    assert (before.wage_tax_cents, after.wage_tax_cents) == (52_575, 20_283)
    assert after.net_cents - before.net_cents == 32_292
    assert postings(f"payslip:{after.pk}") == [(A.NET_PAY, -32_292), (A.WAGE_TAX, 32_292)]
    rows = Posting.objects.filter(entry__source=f"payslip:{after.pk}")
    assert set(rows.values_list("service_month", flat=True)) == {november}
    assert Entry.objects.get(source=f"payslip:{after.pk}").booked_on == december.date()
    assert figures_of(ada.budget_id, november).free_cents == free
    before.refresh_from_db()
    assert before.state == PayslipState.POSTED


def test_a_run_orders_its_transfers_once_and_a_second_person_pays(cast):
    people = [make_member(name) for name in ("Ada", "Bo")]
    for person in people:
        give_money(person, 500_000)
        employ(person)
    run = run_month(cast)
    order = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    assert order.total_cents == 2 * 97_903
    assert order.execute_on == date(2026, 3, 31)
    with pytest.raises(AlreadyOrdered):
        order_payment(run_id=run.pk, by=cast.accountant, at=AT)
    approve_payment_order(order_id=order.pk, by=cast.accountant, at=AT)
    assert account_balance(A.NET_PAY) == 0
    assert account_balance(A.IN_TRANSIT) == -2 * 97_903


def test_a_rejected_order_is_made_anew_and_pay_owed_from_before_goes_along_once(cast):
    ada = make_member()
    give_money(ada, 3_000_000)
    employ(ada, 400_000)
    run = run_month(cast)
    first = PaymentOrder.objects.get()
    reject_payment_order(order_id=first.pk, by=cast.accountant, at=AT)
    again = order_payment(run_id=run.pk, by=cast.board, at=AT)
    assert again.total_cents == first.total_cents
    before = Payslip.objects.get()
    enter_tax_data(person_id=ada.pk, since=MARCH, tax_id=tax_id(1), tax_class=3, federal_state="BE", at=NOW, by=None)
    april = datetime(2026, 4, 20, tzinfo=UTC)
    corrected = correct_payslip(payslip_id=before.pk, by=cast.payroll, at=april)
    second = run_month(cast, date(2026, 4, 1), april)
    order = PaymentOrder.objects.get(source=f"payroll run:{second.pk}")
    owed = corrected.net_cents - before.net_cents
    assert order.total_cents == Payslip.objects.get(run=second).net_cents + owed


def test_what_is_missing_for_one_stops_nobody_else(cast):
    fine, lost = make_member("Ada"), [make_member(name) for name in ("Bo", "Cleo", "Dana")]
    employ(fine)
    for person, what in zip(lost, ("tax", "insurance", "account"), strict=True):
        employ(person, leave_out=what)
    run_month(cast)
    problems = dict(Payslip.objects.filter(state=PayslipState.FAILED).values_list("person_id", "problem"))
    assert problems.keys() == {person.pk for person in lost}
    assert "Enter" in problems[lost[0].pk] or "ein" in problems[lost[0].pk]
    assert Payslip.objects.get(person=fine).state == PayslipState.POSTED


def test_who_was_left_out_is_paid_by_a_second_run_and_nobody_twice(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    employ(ada)
    employ(bo, leave_out="tax")
    run_month(cast)
    enter_tax_data(person_id=bo.pk, since=MARCH, tax_id=tax_id(2), tax_class=1, federal_state="BE", at=NOW, by=None)
    second = run_month(cast)
    assert second.number == 2
    posted = Payslip.objects.filter(state=PayslipState.POSTED).values_list("person_id", flat=True)
    assert sorted(posted) == sorted([ada.pk, bo.pk])
    with pytest.raises(NobodyToPay):
        start_run(month=MARCH, by=cast.payroll, at=AT)


def test_everything_twice_gives_the_same_once(cast):
    employ(make_member())
    run = start_run(month=MARCH, by=cast.payroll, at=AT)
    with pytest.raises(RunExists):
        start_run(month=MARCH, by=cast.payroll, at=AT)
    people = people_to_pay(MARCH)
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT)
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT)
    assert Payslip.objects.count() == 1
    compute_again(run_id=run.pk, by=cast.payroll, at=AT)
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT)
    approve_run(run_id=run.pk, by=cast.board, at=AT)
    for _ in range(2):
        post_run(run_id=run.pk, at=AT)
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT)
    assert Entry.objects.count() == 1
    assert PayrollRun.objects.get().state == RunState.POSTED


def test_whoever_computed_does_not_approve(cast):
    employ(make_member())
    run = start_run(month=MARCH, by=cast.payroll, at=AT)
    with pytest.raises(InvalidTransition):
        approve_run(run_id=run.pk, by=cast.board, at=AT)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(MARCH), started_at=run.started_at, at=AT)
    with pytest.raises(SecondPersonNeeded):
        approve_run(run_id=run.pk, by=cast.payroll, at=AT)


def test_a_month_without_confirmed_law_is_refused_by_name(cast):
    employ(make_member())
    with pytest.raises(LawUnknown, match=r"\w+\.\w+.*2027"):
        start_run(month=date(2027, 1, 1), by=cast.payroll, at=AT)


def test_a_chunk_costs_the_same_statements_for_1_and_40_people(cast, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size, month in ((1, date(2026, 2, 1)), (40, MARCH)):
        for _ in range(size):
            employ(make_member(), starts_on=month)
        run = start_run(month=month, by=cast.payroll, at=AT)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            compute_chunk(run_id=run.pk, person_ids=people_to_pay(month), started_at=run.started_at, at=AT)
            approve_run(run_id=run.pk, by=cast.board, at=AT)
            post_run(run_id=run.pk, at=AT)
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 2


def test_a_payslip_can_be_recomputed_from_what_it_stores(cast):
    from payroll.calculation import facts_from
    from payroll.germany.salary import salary_law

    employ(make_member(), 321_000, tax_class=4, factor=Decimal("0.935"), child_allowances=Decimal("0.5"))
    run_month(cast)
    slip = Payslip.objects.get()
    again = compute(salary_law(slip.month), facts_from(slip.inputs))
    assert (again.salary.net_cents, again.cost_cents) == (slip.net_cents, slip.cost_cents)
    assert (again.inputs, again.lines) == (slip.inputs, slip.lines)
    employee = sum(line["amount_cents"] for line in slip.lines if line["code"].endswith(".employee"))
    assert employee == slip.employee_cents


def test_a_late_copy_of_a_chunk_changes_nothing_that_was_approved(cast):
    ada = make_member()
    employ(ada, 400_000)
    run = start_run(month=MARCH, by=cast.payroll, at=AT)
    people = people_to_pay(MARCH)
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT)
    approve_run(run_id=run.pk, by=cast.board, at=AT)
    net = Payslip.objects.get().net_cents
    enter_tax_data(person_id=ada.pk, since=MARCH, tax_id=tax_id(1), tax_class=5, federal_state="BE", at=NOW, by=None)
    assert compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT) == 0
    assert Payslip.objects.get().net_cents == net


def test_a_chunk_from_before_a_new_start_is_left_alone(cast):
    employ(make_member())
    run = start_run(month=MARCH, by=cast.payroll, at=AT)
    people = people_to_pay(MARCH)
    compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT)
    compute_again(run_id=run.pk, by=cast.payroll, at=datetime(2026, 3, 21, tzinfo=UTC))
    assert compute_chunk(run_id=run.pk, person_ids=people, started_at=run.started_at, at=AT) == 0


def test_a_newcomer_does_not_fill_the_place_of_somebody_missing(cast):
    first, second = make_member("Ada"), make_member("Bo")
    employ(first)
    employ(second)
    run = start_run(month=MARCH, by=cast.payroll, at=AT)
    employ(make_member("Cleo"))
    compute_chunk(run_id=run.pk, person_ids=[first.pk], started_at=run.started_at, at=AT)
    take_up_again(at=AT)
    run.refresh_from_db()
    assert (run.state, run.people) == (RunState.COMPUTING, [first.pk, second.pk])


def test_data_that_breaks_the_calculation_is_that_persons_problem_alone(cast, caplog, monkeypatch):
    ada, bo = make_member("Ada"), make_member("Bo")
    employ(ada, 222_222)
    employ(bo)

    def broken(law, facts):
        if facts.base_cents == 222_222:
            raise ZeroDivisionError("gross 222222")
        return compute(law, facts)

    monkeypatch.setattr("payroll.drafts.compute", broken)
    run_month(cast)
    assert Payslip.objects.get(person=bo).state == PayslipState.POSTED
    assert Payslip.objects.get(person=ada).state == PayslipState.FAILED
    assert "222222" not in caplog.text


def test_only_members_are_employed_and_states_are_real(cast):
    ada = make_member()
    with pytest.raises(InvalidInput):
        enter_tax_data(
            person_id=ada.pk, since=MARCH, tax_id=tax_id(1), tax_class=1, federal_state="XX", at=NOW, by=None
        )
    Person.objects.filter(pk=ada.pk).update(state="left")
    with pytest.raises(InvalidInput):
        employ(ada, leave_out="tax")


def test_a_correction_to_another_fund_moves_the_whole_contribution(cast):
    ada = make_member()
    give_money(ada, 2_000_000)
    employ(ada, 400_000)
    run_month(cast)
    before = Payslip.objects.get()
    # The same rate at another fund: nothing but the receiver differs.
    other = enter_health_fund(
        name="Andere Kasse", number="91111111", since=JANUARY, additional_rate=Decimal("0.0269"), source="fictitious"
    )
    enter_insurance(
        person_id=ada.pk,
        since=MARCH,
        insurance_number=insurance_number(1),
        fund_id=other.pk,
        childless=True,
        children_under25=0,
        at=NOW,
        by=None,
    )
    after = correct_payslip(payslip_id=before.pk, by=cast.payroll, at=datetime(2026, 4, 10, tzinfo=UTC))
    owed = party_balances(A.FUNDS)
    assert owed == {f"fund:{other.pk}": -(after.employee_cents + after.employer_cents)}


def test_a_correction_that_costs_more_than_budget_and_cover_bear_is_shortfall(cast):
    ada = make_member()
    give_money(ada, 144_461)
    employ(ada)
    run_month(cast)
    before = Payslip.objects.get()
    health_fund("0.0439")
    enter_insurance(
        person_id=ada.pk,
        since=MARCH,
        insurance_number=insurance_number(1),
        fund_id=health_fund("0.0439").pk,
        childless=True,
        children_under25=0,
        at=NOW,
        by=None,
    )
    after = correct_payslip(payslip_id=before.pk, by=cast.payroll, at=datetime(2026, 4, 10, tzinfo=UTC))
    assert after.cost_cents > before.cost_cents
    assert figures_of(ada.budget_id, MARCH).free_cents == 0
    assert account_balance(A.SHORTFALL) == after.cost_cents - before.cost_cents


def test_days_follow_the_cooperatives_clock(cast):
    employ(make_member())
    run_month(cast, at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    assert Payslip.objects.get().posted_on == date(2026, 4, 1)
    assert PayrollRun.objects.get().pay_on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(31, date(2026, 5, 29)), (15, date(2026, 5, 15)), (1, date(2026, 4, 30))],
)
def test_pay_day_is_a_bank_day(day, expected):
    assert pay_day(date(2026, 5, 1), day) == expected
