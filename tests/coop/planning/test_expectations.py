"""What members expect counts in their plans, and in nothing else."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from coop.errors import InvalidInput, NotFound
from coop.ledger.queries import figures_of
from coop.planning.expectations import expect, expect_no_more, expectations_of, judge_job, likely_jobs
from coop.planning.known import ItemKind, known_of
from coop.planning.models import Expectation
from coop.planning.plan import Planner, Wish
from coop.planning.saved import save_plan
from coop.planning.states import ExpectationKind
from payroll.timekeeping.states import AbsenceCause
from tests.factories.invoicing import make_confirmed_job, make_job
from tests.factories.members import make_member as other_member
from tests.factories.payroll import employ, give_money, make_member
from tests.factories.timekeeping import make_absence

AT = datetime(2026, 7, 10, 9, tzinfo=UTC)
ON = AT.date()
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)


@pytest.fixture
def ada(cast):
    """A member with a salary and money, signed in."""
    person = make_member()
    person.user = cast.member
    person.save(update_fields=["user"])
    employ(person)
    give_money(person, 2_000_000)
    return person


def add(person, kind=ExpectationKind.WORK, cents=100_000, first=SEPTEMBER, last=OCTOBER, **more):
    return expect(
        person_id=person.pk,
        kind=kind,
        title="Retainer",
        cents=cents,
        first_month=first,
        last_month=last,
        at=AT,
        by=None,
        **more,
    )


def test_ones_own_chance_of_a_job_takes_the_place_of_the_cooperatives(ada, cast):
    job = make_job(cast.member, budget=ada.budget, net_cents=100_000)
    before = known_of(ada, ON).items[0].probability
    judge_job(person_id=ada.pk, job_id=job.pk, probability=Decimal("0.90"), at=AT, by=None)
    sure = known_of(ada, ON).items[0].probability
    judge_job(person_id=ada.pk, job_id=job.pk, probability=Decimal("0.10"), at=AT, by=None)
    unlikely = known_of(ada, ON).items[0].probability
    assert unlikely < before < sure
    assert Expectation.objects.count() == 1
    judge_job(person_id=ada.pk, job_id=job.pk, probability=None, at=AT, by=None)
    assert known_of(ada, ON).items[0].probability == before
    assert [one.probability for one in likely_jobs(ada)] == [None]


def test_only_ones_own_unconfirmed_jobs_can_be_judged(ada, cast):
    confirmed = make_confirmed_job(cast.member, cast.invoicing, budget=ada.budget)
    foreign = make_job(cast.member, budget=other_member().budget)
    for job in (confirmed, foreign):
        with pytest.raises(NotFound):
            judge_job(person_id=ada.pk, job_id=job.pk, probability=Decimal("0.5"), at=AT, by=None)
    with pytest.raises(InvalidInput):
        job = make_job(cast.member, budget=ada.budget)
        judge_job(person_id=ada.pk, job_id=job.pk, probability=Decimal("1.01"), at=AT, by=None)


def test_regular_work_is_on_its_way_after_the_fee_month_by_month(ada):
    row = add(ada, probability=Decimal("0.80"))
    items = known_of(ada, ON).items
    assert [(item.kind, item.cents, item.probability) for item in items] == 2 * [
        (ItemKind.EXPECTED, 91_000, Decimal("0.80"))
    ]
    assert [item.expected_on.month for item in items] == [10, 11]
    planner = Planner.of(known_of(ada, ON))
    wish = Wish(starts_on=AUGUST, gross_cents=115_000)
    with_it = planner.plan(wish).chosen.outlook.expected_cents
    dropped = planner.plan(Wish(starts_on=AUGUST, gross_cents=115_000, dropped=f"expected:{row.pk}"))
    assert sum(dropped.chosen.outlook.expected_cents) < sum(with_it)
    assert figures_of(ada.budget_id, ON).free_cents == 2_000_000


def test_an_expense_lowers_the_income_of_its_month_to_the_cent(ada):
    wish = Wish(starts_on=AUGUST, gross_cents=115_000)
    before = Planner.of(known_of(ada, ON)).plan(wish).chosen.outlook
    add(ada, ExpectationKind.EXPENSE, cents=33_333, first=SEPTEMBER, last=SEPTEMBER)
    after = Planner.of(known_of(ada, ON)).plan(wish).chosen.outlook
    changes = [b - a for a, b in zip(after.expected_cents, before.expected_cents, strict=True)]
    assert changes == [0, 0, 33_333, *[0] * 15]
    assert before.ends_cents[-1] - after.ends_cents[-1] == 33_333


def test_months_of_confirmed_leave_have_no_salary(ada, cast):
    employed = known_of(ada, ON)
    assert not employed.away
    unpaid = {"starts_on": date(2026, 8, 17), "ends_on": date(2026, 11, 5), "confirmed_by": cast.payroll}
    make_absence(ada, cause=AbsenceCause.UNPAID, **unpaid)
    known = known_of(ada, ON)
    assert known.away == {SEPTEMBER, OCTOBER}
    costs = Planner.of(known).plan(Wish(starts_on=AUGUST, gross_cents=115_000)).chosen.outlook.costs_cents
    assert [cents == 0 for cents in costs[1:5]] == [False, True, True, False]


def test_what_is_expected_is_checked_and_limited(ada):
    for wrong in ({"cents": 0}, {"first": date(2026, 9, 2)}, {"last": AUGUST}, {"last": date(2029, 1, 1)}):
        with pytest.raises(InvalidInput):
            add(ada, **wrong)
    with pytest.raises(InvalidInput):
        add(ada, ExpectationKind.JOB)
    mine = add(ada)
    with pytest.raises(NotFound):
        expect_no_more(expectation_id=mine.pk, person_id=other_member().pk)
    assert expectations_of(ada.pk) == [mine]


def test_a_saved_plan_keeps_what_documents_say_alone(ada):
    add(ada)
    plan = Planner.of(known_of(ada, ON)).plan(Wish(starts_on=AUGUST, gross_cents=115_000))
    assert save_plan(person_id=ada.pk, name="Plan", plan=plan, at=AT).items == []


def test_members_enter_judge_and_delete_on_their_page(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    browser = client_of(cast.member, cast.coop)
    page = reverse("planning:expected")
    assert browser.get(page).status_code == 200
    wanted = {
        "kind": "expense",
        "title": "Computer",
        "amount": "1.200,00",
        "first_month": "2026-09",
        "last_month": "2026-09",
        "chance": "80",
    }
    assert browser.post(page, {**wanted, "amount": "0"}).context["form"].errors
    assert browser.post(page, wanted).status_code == 302
    row = Expectation.objects.get()
    assert (row.cents, row.probability) == (120_000, Decimal("0.80"))
    job = make_job(cast.member, budget=ada.budget)
    browser.post(reverse("planning:judge", args=[job.pk]), {f"job-{job.pk}-chance": "75"})
    assert likely_jobs(ada)[0].probability == Decimal("0.75")
    shown = browser.get(page)
    assert shown.context["jobs"][0]["form"]["chance"].value() == 75
    assert browser.get(reverse("planning:plan")).status_code == 200
    browser.post(reverse("planning:expect_no_more", args=[row.pk]))
    browser.post(reverse("planning:judge", args=[job.pk]), {f"job-{job.pk}-chance": ""})
    assert not Expectation.objects.exists()


def test_programs_expect_by_the_same_rules(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    browser = client_of(cast.member, cast.coop)
    address = reverse("planning_api:expectations")
    wanted = {"kind": "work", "title": "Retainer", "amount": "500.00", "first_month": "2026-09-01"}
    assert browser.post(address, wanted, "application/json").status_code == 400
    made = browser.post(address, {**wanted, "last_month": "2026-12-01"}, "application/json")
    assert (made.status_code, made.json()["amount"]) == (201, "500.00")
    assert len(browser.get(address).json()) == 1
    job = make_job(cast.member, budget=ada.budget)
    judged = reverse("planning_api:judge", args=[job.pk])
    assert browser.put(judged, {"probability": "0.25"}, "application/json").status_code == 204
    assert likely_jobs(ada)[0].probability == Decimal("0.25")
    assert browser.delete(reverse("planning_api:expectation", args=[made.json()["id"]])).status_code == 204
    assert browser.delete(reverse("planning_api:expectation", args=[made.json()["id"]])).status_code == 404
