"""Saved plans: kept as they were, and compared with what documents say happened."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from coop.errors import NotFound
from coop.ledger.queries import figures_of
from coop.planning.actions import request_salary, withdraw_request
from coop.planning.happened import Why, compare
from coop.planning.known import known_of
from coop.planning.models import SalaryRequest, SavedPlan
from coop.planning.plan import Planner, Wish
from coop.planning.saved import PlanInUse, PlanNameTaken, forget_plan, save_plan, saved_plan, wish_of_saved
from coop.planning.web.saved import sentence
from invoicing.actions import cancel_invoice
from invoicing.states import JobState
from payroll.timekeeping.states import AbsenceCause
from tests.coop.planning.test_requests import known
from tests.factories.banking import bring_in, paid
from tests.factories.invoicing import make_client, make_confirmed_job, make_invoice
from tests.factories.payroll import employ, give_money, make_member, run_month
from tests.factories.timekeeping import make_absence

AT = datetime(2026, 7, 10, 9, tzinfo=UTC)
JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (7, 8, 9, 10))


@pytest.fixture
def ada(cast):
    """A member with an open-ended salary, money and a client."""
    person = make_member()
    person.user = cast.member
    person.save(update_fields=["user"])
    employ(person)
    give_money(person, 2_000_000)
    return person


def keep(person, name="Steady", **wish):
    planner = Planner.of(known_of(person, AT.date()))
    plan = planner.plan(Wish(starts_on=AUGUST, gross_cents=115_000, **wish))
    return save_plan(person_id=person.pk, name=name, plan=plan, at=AT)


def pay(cast, invoice, on):
    bring_in(cast.accountant, paid(invoice.gross_cents, f"Rechnung {invoice.number}", on=on))


def test_a_plan_is_kept_to_the_cent_and_never_rewritten(ada):
    kept = keep(ada, off=frozenset({OCTOBER}), risk=Decimal("0.10"))
    assert (kept.saved_on, kept.budget_cents, kept.gross_cents) == (AT.date(), 2_000_000, 115_000)
    left = kept.budget_cents
    for row in kept.months:
        left += row["income"] - row["cost"]
        assert row["end"] == left
    assert [row["gross"] for row in kept.months if row["month"] in {"2026-09-01", "2026-10-01"}] == [115_000, 0]
    again = Planner.of(known_of(ada, AT.date())).plan(wish_of_saved(kept))
    assert [row["end"] for row in kept.months] == list(again.chosen.outlook.ends_cents)
    with pytest.raises(PlanNameTaken):
        keep(ada)
    kept.name = "Other"
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        kept.save()


def test_late_money_new_work_and_what_was_cancelled_are_found_in_documents(ada, cast):
    client = make_client(cast.member)
    made = {"client": client, "budget": ada.budget, "on": date(2026, 7, 1)}
    late, gone, prompt = (
        make_invoice(cast.member, cast.invoicing, net_cents=cents, **made) for cents in (100_000, 50_000, 70_000)
    )
    plan = keep(ada)
    assert {item["key"] for item in plan.items} == {f"invoice:{one.pk}" for one in (late, gone, prompt)}
    expected = {item["key"]: date.fromisoformat(item["expected_on"]) for item in plan.items}
    due = expected[f"invoice:{late.pk}"]
    pay(cast, prompt, due)
    cancel_invoice(invoice_id=gone.pk, reason="Twice", then=JobState.CANCELLED, on=due, by=cast.invoicing)
    pay(cast, late, due + timedelta(days=40))
    new = make_invoice(cast.member, cast.invoicing, net_cents=30_000, client=client, budget=ada.budget, on=due)
    pay(cast, new, due + timedelta(days=41))
    months = {one.month: one for one in compare(plan, due + timedelta(days=80))}
    first, second = months[due.replace(day=1)], months[(due + timedelta(days=40)).replace(day=1)]
    assert [(reason.why, reason.cents) for reason in first.reasons if reason.source.startswith("invoice")] == [
        (Why.PAID_LATE, -91_000),
        (Why.CANCELLED, -45_500),
    ]
    came = next(reason for reason in second.reasons if reason.why is Why.CAME_LATE)
    assert (came.cents, came.days_late) == (91_000, 40)
    fresh = next(reason for reason in second.reasons if reason.why is Why.NEW_WORK)
    assert new.number in fresh.title
    for one in months.values():
        if one.over:
            assert sum(reason.cents for reason in one.reasons) == one.change_cents
    with translation.override("en"):
        assert "40 days later" in sentence(came)


def test_differences_run_on_from_month_to_month_and_end_at_the_real_budget(ada, cast):
    plan = keep(ada)
    run_month(cast.payroll, cast.board, JULY, datetime(2026, 7, 20, 9, tzinfo=UTC))
    run_month(cast.payroll, cast.board, AUGUST, datetime(2026, 8, 20, 9, tzinfo=UTC))
    months = compare(plan, date(2026, 9, 30))
    before = 0
    for one in months:
        assert one.difference_cents == before + one.change_cents
        before = one.difference_cents
    assert months[-1].end_cents == figures_of(ada.budget_id, date(2026, 9, 30)).free_cents
    assert [reason.why for reason in months[2].reasons] == []  # September is not over


def test_sickness_less_pay_and_another_salary_are_told_apart(ada, cast):
    plan = keep(ada)
    sick = {"starts_on": date(2026, 8, 3), "ends_on": date(2026, 8, 8), "confirmed_by": cast.payroll}
    make_absence(ada, cause=AbsenceCause.SICK, **sick)
    unpaid = {"starts_on": date(2026, 8, 17), "ends_on": date(2026, 8, 22), "confirmed_by": cast.payroll}
    make_absence(ada, cause=AbsenceCause.UNPAID, **unpaid)
    run_month(cast.payroll, cast.board, AUGUST, datetime(2026, 8, 20, 9, tzinfo=UTC))
    august = compare(plan, date(2026, 9, 2))[1]
    found = {reason.why: reason for reason in august.reasons}
    assert found[Why.SICK].cents == 0
    assert found[Why.AWAY].cents > 0
    assert found[Why.AWAY].cause == AbsenceCause.UNPAID
    assert sum(reason.cents for reason in august.reasons) == august.change_cents


def test_a_month_without_salary_says_so(ada, cast):
    months = compare(keep(ada), date(2026, 10, 1))
    assert months[1].reasons[-1].why is Why.NO_SALARY
    assert months[1].reasons[-1].cents == months[1].planned_cost_cents


def test_comparing_costs_the_same_statements_for_one_and_for_many_invoices(ada, cast):
    client = make_client(cast.member)
    counts = []
    for size in (1, 4):
        for _ in range(size):
            invoice = make_invoice(cast.member, cast.invoicing, client=client, budget=ada.budget, on=JULY)
        plan = keep(ada, name=f"Plan {size}")
        pay(cast, invoice, date(2026, 8, 3))
        with CaptureQueriesContext(connection) as queries:
            compare(plan, date(2026, 10, 2))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_request_keeps_its_plan_and_another_person_finds_nothing(ada, cast):
    plan = keep(ada)
    other = known("Bo")
    asked = {
        "gross_cents": 115_000,
        "weekly_hours": Decimal(15),
        "starts_on": AUGUST,
        "ends_on": date(2026, 12, 1),
        "at": AT,
        "by": None,
    }
    with pytest.raises(NotFound):
        request_salary(person_id=other.pk, plan_id=plan.pk, **asked)
    request = request_salary(person_id=ada.pk, plan_id=plan.pk, **asked)
    withdraw_request(request_id=request.pk, person_id=ada.pk, at=AT, by=cast.member)
    with pytest.raises(PlanInUse):
        forget_plan(plan_id=plan.pk, person_id=ada.pk)
    with pytest.raises(NotFound):
        saved_plan(plan.pk, person_id=other.pk)


def test_a_plan_is_saved_seen_asked_for_and_deleted_through_the_pages(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    browser = client_of(cast.member, cast.coop)
    assert browser.get(reverse("planning:plans")).status_code == 200
    page = browser.get(reverse("planning:plan"))
    fields = dict(page.context["save_fields"])
    assert "gross" not in fields  # nobody has moved anything: the advice is kept as it is
    done = browser.post(reverse("planning:plans"), {**fields, "name": "Summer off"})
    plan = SavedPlan.objects.get()
    assert done["location"] == reverse("planning:saved", args=[plan.pk])
    assert plan.gross_cents == page.context["advised"].gross_cents
    twice = browser.post(reverse("planning:plans"), {**fields, "name": "Summer off"})
    assert twice["location"] == reverse("planning:plan")
    assert SavedPlan.objects.count() == 1
    shown = browser.get(reverse("planning:saved", args=[plan.pk]), headers={"accept-language": "en"})
    assert "The month is not over yet." in shown.content.decode()
    asked = dict(shown.context["actions"][0]["fields"])
    seen = browser.post(reverse("planning:ask"), {**asked, "weekly_hours": "15"})
    sent = dict(seen.context["send"][0]["fields"])
    browser.post(reverse("planning:ask"), {**sent, "send": "1"})
    assert SalaryRequest.objects.get().plan == plan
    browser.post(reverse("planning:forget", args=[plan.pk]))
    assert SavedPlan.objects.count() == 1
    other = keep(ada, name="Another")
    browser.post(reverse("planning:forget", args=[other.pk]))
    assert SavedPlan.objects.count() == 1


def test_an_invoice_of_a_planned_job_is_the_job(ada, cast):
    job = make_confirmed_job(cast.member, cast.invoicing, budget=ada.budget, net_cents=100_000)
    plan = keep(ada)
    assert [item["key"] for item in plan.items] == [f"job:{job.pk}"]
    months = compare(plan, date(2026, 12, 1))
    found = [reason for one in months for reason in one.reasons if reason.source == f"job:{job.pk}"]
    assert [reason.why for reason in found] == [Why.NOT_INVOICED]


def test_programs_save_compare_and_delete(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    browser = client_of(cast.member, cast.coop)
    address = reverse("planning_api:plans")
    wanted = {"name": "By program", "starts_on": "2026-08-01", "gross": "1150.00", "risk": "0.1"}
    made = browser.post(address, wanted, "application/json")
    assert made.status_code == 201
    assert browser.post(address, wanted, "application/json").json()["code"] == "plan_name_taken"
    one = reverse("planning_api:saved", args=[made.json()["id"]])
    assert browser.get(one).json()["months"][0]["planned_end"]
    assert [row["name"] for row in browser.get(address).json()] == ["By program"]
    assert browser.delete(one).status_code == 204
    assert browser.get(one).status_code == 404
