"""Salary requests: asked in time, decided within cover, one contract and one promise together."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from coop.errors import InvalidInput, NotFound
from coop.law import LawUnknown
from coop.ledger.actions import BeyondAdvanceLimit, BeyondCover, set_cover
from coop.ledger.models import Commitment
from coop.ledger.queries import figures_of
from coop.messaging.models import OutboxMessage
from coop.planning.actions import (
    DeadlineMissed,
    OwnRequest,
    RequestWaiting,
    approve_request,
    decline_request,
    request_salary,
    withdraw_request,
)
from coop.planning.models import SalaryRequest
from coop.planning.queries import picture_of, shortfall_warnings, warning_of
from coop.planning.shortfalls import announce_shortfalls
from coop.planning.states import RequestState
from coop.states import InvalidTransition
from coop.tenancy.actions import decide_policy
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from payroll.calculation import DataMissing
from payroll.employment import (
    BelowMinimumWage,
    NoOpenEndedSalaries,
    end_employment,
    most_weekly_hours,
    roll_promises_forward,
)
from payroll.employment import employ as agree_salary
from payroll.models import EmploymentContract
from tests.factories.payroll import employ, give_money, make_member, run_month
from tests.factories.tenancy import make_cooperative, make_role

APRIL, MAY, AUGUST = date(2026, 4, 1), date(2026, 5, 1), date(2026, 8, 1)
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
COST = 144_461
"""A month of 1,150.00 gross (walk e)."""


def ask(person, gross_cents=115_000, *, starts_on=APRIL, ends_on=AUGUST, hours=15, at=AT):
    return request_salary(
        person_id=person.pk,
        gross_cents=gross_cents,
        weekly_hours=Decimal(hours),
        starts_on=starts_on,
        ends_on=ends_on,
        at=at,
        by=None,
    )


def known(name="Ada"):
    """A member whose tax and insurance are entered, employed until the end of March."""
    person = make_member(name)
    employ(person, ends_on=APRIL)
    return person


def test_an_approved_request_is_a_contract_and_a_promise(cast):
    ada = known()
    give_money(ada, 4 * COST)
    request = approve_request(request_id=ask(ada).pk, at=AT, by=cast.payroll)
    contract = request.contract
    assert (contract.gross_cents, contract.starts_on, contract.ends_on) == (115_000, APRIL, AUGUST)
    assert Commitment.objects.get(source=f"contract:{contract.pk}").outstanding_cents() == 4 * COST
    assert figures_of(ada.budget_id, AT.date()).available_cents == 0
    assert OutboxMessage.objects.get().to == ada.email
    with pytest.raises(InvalidTransition):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)


def test_no_commitment_beyond_cover_and_nothing_is_left_behind(cast):
    ada = known()
    give_money(ada, 4 * COST - 1)
    request = ask(ada)
    before = EmploymentContract.objects.count()
    with pytest.raises(BeyondCover):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    request.refresh_from_db()
    assert request.state == RequestState.REQUESTED
    assert EmploymentContract.objects.count() == before
    assert not Commitment.objects.exists()
    give_money(ada, 1)
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)


def test_a_salary_covered_only_by_a_confirmed_unpaid_job_is_approved_and_paid(cast):
    ada = known()
    set_cover(budget_id=ada.budget_id, source="job:1", cents=4 * COST, since=date(2026, 3, 1))
    request = ask(ada)
    assert picture_of(request, AT.date()).covered
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    run_month(cast.payroll, cast.board, month=APRIL, at=datetime(2026, 4, 20, tzinfo=UTC))
    figures = figures_of(ada.budget_id, APRIL)
    assert figures.free_cents == -COST
    assert figures.committed_cents == 3 * COST
    assert figures.available_cents == 0
    assert ada.payslips.get().shortfall_cents == 0


def test_a_raise_frees_what_the_running_salary_still_bound(cast):
    ada = known()
    give_money(ada, 10 * COST)
    first = approve_request(request_id=ask(ada).pk, at=AT, by=cast.payroll)
    raised = ask(ada, 150_000, starts_on=date(2026, 6, 1), ends_on=date(2026, 10, 1))
    seen = picture_of(raised, AT.date())
    assert seen.available_cents == 10 * COST - 2 * COST
    done = approve_request(request_id=raised.pk, at=AT, by=cast.payroll)
    first.contract.refresh_from_db()
    assert first.contract.ends_on == date(2026, 6, 1)
    left = {row.source: row.outstanding_cents() for row in Commitment.objects.all()}
    assert left[f"contract:{first.contract_id}"] == 2 * COST
    assert left[f"contract:{done.contract_id}"] == 4 * seen.salary.cost_cents


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), True),
        # Midnight in Berlin has passed.
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), False),
        (datetime(2026, 4, 2, tzinfo=UTC), False),
    ],
)
def test_the_deadline_is_the_last_day_of_the_month_before(cast, at, allowed):
    ada = known()
    if allowed:
        assert ask(ada, at=at).state == RequestState.REQUESTED
    else:
        with pytest.raises(DeadlineMissed):
            ask(ada, at=at)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"hours": 40}, BelowMinimumWage),
        ({"starts_on": date(2026, 4, 15)}, InvalidInput),
        ({"ends_on": APRIL}, InvalidInput),
        ({"ends_on": date(2028, 5, 1)}, InvalidInput),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 5, 1)}, LawUnknown),
    ],
)
def test_what_cannot_be_is_refused_at_once(cast, changes, error):
    with pytest.raises(error):
        ask(known(), **changes)
    assert not SalaryRequest.objects.exists()


def test_the_minimum_wage_decides_to_the_hundredth_of_an_hour(cast):
    # 603.00 is the limit of a Minijob: ten hours a week at the minimum wage of 2026 (§ 8 (1a) SGB IV).
    assert most_weekly_hours(60_300, APRIL) == Decimal("10.01")
    most = most_weekly_hours(115_000, APRIL)
    ada = known()
    ask(ada, hours=most)
    with pytest.raises(BelowMinimumWage):
        ask(make_member(), hours=most + Decimal("0.01"))


def test_one_request_waits_at_a_time_and_is_the_members_own(cast):
    ada, bo = known("Ada"), known("Bo")
    request = ask(ada)
    with pytest.raises(RequestWaiting):
        ask(ada)
    with pytest.raises(NotFound):
        withdraw_request(request_id=request.pk, person_id=bo.pk, at=AT, by=None)
    withdraw_request(request_id=request.pk, person_id=ada.pk, at=AT, by=None)
    assert ask(ada).pk != request.pk


def test_nobody_decides_on_the_own_salary(cast):
    ada = known()
    ada.user = cast.payroll
    ada.save(update_fields=["user"])
    give_money(ada, 10 * COST)
    request = ask(ada)
    for decide in (
        lambda: approve_request(request_id=request.pk, at=AT, by=cast.payroll),
        lambda: decline_request(request_id=request.pk, reason="no", at=AT, by=cast.payroll),
    ):
        with pytest.raises(OwnRequest):
            decide()


def test_a_decline_needs_a_reason_and_tells_it(cast):
    request = ask(known())
    with pytest.raises(InvalidInput):
        decline_request(request_id=request.pk, reason="  ", at=AT, by=cast.payroll)
    decline_request(request_id=request.pk, reason="Wait for the confirmation.", at=AT, by=cast.payroll)
    assert "Wait for the confirmation." in OutboxMessage.objects.get().text


def test_without_data_there_is_an_estimate_and_no_approval(cast):
    ada = make_member()
    give_money(ada, 10 * COST)
    request = ask(ada)
    assert picture_of(request, AT.date()).estimated
    with pytest.raises(DataMissing):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)


def test_the_advised_income_is_a_note(cast):
    ada = known()
    assert not picture_of(ask(ada), AT.date()).low_net
    bo = known("Bo")
    assert picture_of(ask(bo, 75_000, hours=10), AT.date()).low_net


def test_the_advised_income_is_the_cooperatives_decision(cast):
    ada = known()
    request = ask(ada)
    decide_policy(since=date(2026, 2, 1), decided_on=date(2026, 2, 1), by=cast.board, recommended_net_cents=100_000)
    assert picture_of(request, AT.date()).low_net
    decide_policy(since=date(2026, 3, 1), decided_on=date(2026, 3, 1), by=cast.board, recommended_net_cents=None)
    assert not picture_of(request, AT.date()).low_net


def test_a_promise_beyond_the_limit_of_advances_is_refused_and_leaves_nothing(cast):
    ada = known()
    set_cover(budget_id=ada.budget_id, source="job:1", cents=9 * COST, since=date(2026, 3, 1))
    decide_policy(
        since=date(2026, 2, 1), decided_on=date(2026, 2, 1), by=cast.board, advance_limit_member_cents=4 * COST - 1
    )
    request = ask(ada)
    with pytest.raises(BeyondAdvanceLimit):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    request.refresh_from_db()
    assert request.state == RequestState.REQUESTED
    assert not Commitment.objects.exists()
    give_money(ada, 1)
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)


def open_ended(cast, person, **changes):
    return approve_request(request_id=ask(person, ends_on=None, **changes).pk, at=AT, by=cast.payroll)


def test_a_salary_until_further_notice_is_promised_as_far_as_the_policy_looks(cast):
    ada = known()
    give_money(ada, 4 * COST - 1)
    request = ask(ada, ends_on=None)
    seen = picture_of(request, AT.date())
    assert (seen.open_ended, seen.months, seen.total_cents, seen.covered) == (True, 4, 4 * COST, False)
    with pytest.raises(BeyondCover):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    give_money(ada, 1)
    contract = approve_request(request_id=request.pk, at=AT, by=cast.payroll).contract
    assert contract.ends_on is None
    assert figures_of(ada.budget_id, AT.date()).committed_cents == 4 * COST


def test_a_run_and_the_calendar_keep_it_promised_and_pay_it_for_years(cast):
    ada = known()
    give_money(ada, 6 * COST)
    contract = open_ended(cast, ada).contract
    promised = Commitment.objects.filter(source=f"contract:{contract.pk}")
    run_month(cast.payroll, cast.board, month=APRIL, at=datetime(2026, 4, 20, tzinfo=UTC))
    # April is paid; May until August are promised.
    assert promised.get().until == date(2026, 9, 1)
    assert promised.get().outstanding_cents() == 4 * COST
    run_month(cast.payroll, cast.board, month=MAY, at=datetime(2026, 5, 20, tzinfo=UTC))
    # What is owed binds even where the budget no longer bears it: new promises are refused, this one is announced.
    assert figures_of(ada.budget_id, MAY).available_cents == 0
    roll_promises_forward(on=date(2026, 7, 1))
    assert promised.get().until == date(2026, 11, 1)
    assert figures_of(ada.budget_id, MAY).available_cents == -COST
    assert roll_promises_forward(on=date(2026, 7, 31)) == 0
    assert warning_of(ada, date(2026, 9, 15)).month == date(2026, 10, 1)


def test_it_ends_where_a_notice_or_a_new_salary_ends_it_and_binds_until_then(cast):
    ada, bo = known(), known("Bo")
    for person in (ada, bo):
        give_money(person, 20 * COST)
    first, second = open_ended(cast, ada).contract, open_ended(cast, bo).contract
    end_employment(contract_id=first.pk, ends_on=date(2026, 12, 1), by=cast.payroll)
    assert figures_of(ada.budget_id, AT.date()).committed_cents == 8 * COST
    end_employment(contract_id=first.pk, ends_on=date(2026, 6, 1), by=cast.payroll)
    assert figures_of(ada.budget_id, AT.date()).committed_cents == 2 * COST
    assert roll_promises_forward(on=date(2026, 9, 1)) == 1  # the other one's
    # A raise that lies beyond what was promised ahead: the months between are owed too.
    raised = ask(bo, 150_000, starts_on=date(2026, 11, 1), ends_on=date(2027, 1, 1))
    seen = picture_of(raised, AT.date())
    Commitment.objects.filter(source=f"contract:{second.pk}").update(until=AUGUST)
    assert picture_of(raised, AT.date()).available_cents == seen.available_cents == 13 * COST
    approve_request(request_id=raised.pk, at=AT, by=cast.payroll)
    assert Commitment.objects.get(source=f"contract:{second.pk}").until == date(2026, 11, 1)
    assert figures_of(bo.budget_id, AT.date()).committed_cents == 7 * COST + 2 * seen.salary.cost_cents


def test_without_a_decision_there_is_no_salary_until_further_notice(cast):
    ada = known()
    decide_policy(since=date(2026, 2, 1), decided_on=date(2026, 2, 1), by=cast.board, open_ended_months=None)
    with pytest.raises(NoOpenEndedSalaries):
        ask(ada, ends_on=None)
    assert roll_promises_forward(on=AT.date()) == 0


def test_money_that_goes_missing_is_announced_60_and_30_days_ahead_once_each(cast):
    ada = known()
    set_cover(budget_id=ada.budget_id, source="job:1", cents=4 * COST, since=date(2026, 3, 1))
    approve_request(request_id=ask(ada).pk, at=AT, by=cast.payroll)
    OutboxMessage.objects.all().delete()
    assert shortfall_warnings(AT.date()) == []
    # The client falls out of the guarantee: one month is left.
    set_cover(budget_id=ada.budget_id, source="job:1", cents=COST + 1_000, since=date(2026, 3, 1))
    may_pay_day = date(2026, 5, 29)
    assert warning_of(ada, date(2026, 3, 29)) is None
    far = warning_of(ada, date(2026, 3, 30))
    assert (far.month, far.pay_on, far.level, far.missing_cents) == (MAY, may_pay_day, 60, COST - 1_000)
    assert warning_of(ada, date(2026, 4, 29)).level == 30
    for day in (date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 29), date(2026, 4, 30)):
        assert announce_shortfalls(on=day) == 1
    own = OutboxMessage.objects.filter(to=ada.email)
    assert own.count() == 2
    assert "1.4" not in own.first().text
    # Payroll and board hear of it on the same two days, without name or amount.
    told = OutboxMessage.objects.exclude(to=ada.email)
    assert sorted(told.values_list("to", "key")) == sorted(
        (user.email, f"shortfalls:{user.pk}:{day}")
        for user in (cast.payroll, cast.board)
        for day in ("2026-03-30", "2026-04-29")
    )
    assert all(ada.name not in mail.text and "1.4" not in mail.text for mail in told)
    assert announce_shortfalls(on=date(2026, 4, 29)) == 1
    assert OutboxMessage.objects.count() == 6


def test_warnings_cost_the_same_statements_for_1_and_15_people(cast):
    from django.test.utils import CaptureQueriesContext

    counts = []
    for size in (1, 14):
        for _ in range(size):
            ada = known()
            set_cover(budget_id=ada.budget_id, source=f"job:{ada.pk}", cents=4 * COST, since=date(2026, 3, 1))
            approve_request(request_id=ask(ada).pk, at=AT, by=cast.payroll)
            set_cover(budget_id=ada.budget_id, source=f"job:{ada.pk}", cents=0, since=date(2026, 3, 1))
        with CaptureQueriesContext(connection) as queries:
            assert shortfall_warnings(date(2026, 4, 10))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_two_racing_approvals_on_the_same_money_make_one_promise(committing):
    cooperative = make_cooperative()
    with coop_scope(cooperative.pk):
        staff = make_role(Role.PAYROLL)
        ada = known()
        give_money(ada, 4 * COST)
        request = ask(ada)
    start = threading.Barrier(2)
    results = []

    def run(decide):
        try:
            with coop_scope(cooperative.pk):
                start.wait(timeout=30)
                decide()
            results.append("done")
        except BeyondCover:
            results.append("beyond cover")
        finally:
            connection.close()

    def approve():
        approve_request(request_id=request.pk, at=AT, by=staff)

    def agree():
        agree_salary(
            person_id=ada.pk,
            gross_cents=115_000,
            weekly_hours=Decimal(15),
            position="Design",
            starts_on=date(2026, 9, 1),
            ends_on=date(2027, 1, 1),
            at=AT,
            by=staff,
        )

    threads = [threading.Thread(target=run, args=(decide,)) for decide in (approve, agree)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(results) == ["beyond cover", "done"]
    with coop_scope(cooperative.pk):
        assert [row.outstanding_cents() for row in Commitment.objects.all()] == [4 * COST]
        assert EmploymentContract.objects.filter(starts_on__gte=APRIL).count() == 1
