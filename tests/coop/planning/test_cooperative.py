"""All budgets together, and what the office and the board see of plans."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from coop.planning.actions import approve_request
from coop.planning.cooperative import MONTHS_AHEAD, Scenario, sums_of
from coop.planning.models import SalaryRequest
from coop.planning.months import later
from coop.planning.states import RequestState
from tests.coop.planning.test_requests import APRIL, AT, AUGUST, COST, ask, known
from tests.factories.invoicing import make_client, make_confirmed_job, swiss
from tests.factories.payroll import give_money, make_member

TODAY = date(2026, 3, 10)


@pytest.fixture
def ada(cast, monkeypatch):
    """A member with eight months' money and a salary promised for four."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 10, 9, tzinfo=UTC))
    person = known()
    person.user = cast.member
    person.save(update_fields=["user"])
    for count in range(8):
        give_money(person, COST, on=later(date(2025, 7, 1), count))
    approve_request(request_id=ask(person, starts_on=APRIL, ends_on=AUGUST).pk, at=AT, by=cast.payroll)
    return person


@pytest.mark.usefixtures("ada")
def test_promises_are_summed_by_month_and_nobody_is_likely_to_run_dry():
    sums = sums_of(Scenario(), TODAY)
    assert sums.months[0] == date(2026, 3, 1)
    assert sums.promised_cents == (0, COST, COST, COST, COST, *([0] * (MONTHS_AHEAD - 5)))
    assert (sums.members, sums.likely_dry) == (1, 0)
    assert list(sums.dry) == sorted(sums.dry)


def test_a_profession_that_falls_brings_less(ada):
    before = sums_of(Scenario(), TODAY)
    after = sums_of(Scenario(profession=ada.profession), TODAY)
    assert sum(after.expected_cents) < sum(before.expected_cents)
    other = sums_of(Scenario(profession="Somebody else's"), TODAY)
    assert other == before


def test_the_largest_client_costs_the_guarantee_or_the_member(ada, cast):
    at_home = make_client(cast.member, name="Large gGmbH")
    make_confirmed_job(cast.member, cast.invoicing, client=at_home, budget=ada.budget, net_cents=900_000)
    sums = sums_of(Scenario(largest_client_defaults=True), TODAY)
    assert (sums.largest_client, sums.largest_client_cents, sums.loss_cents) == ("Large gGmbH", 819_000, 819_000)
    assert sums.expected_cents == sums_of(Scenario(), TODAY).expected_cents
    abroad = make_client(cast.member, **swiss(name="Larger AG"))
    make_confirmed_job(
        cast.member,
        cast.invoicing,
        client=abroad,
        budget=ada.budget,
        net_cents=2_000_000,
    )
    borne = sums_of(Scenario(largest_client_defaults=True), TODAY)
    assert (borne.largest_client, borne.loss_cents) == ("Larger AG", 0)
    assert sum(borne.expected_cents) < sum(sums_of(Scenario(), TODAY).expected_cents)


def test_sums_take_as_many_statements_for_many_members(ada, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as one:
        sums_of(Scenario(), TODAY)
    for _count in range(5):
        give_money(make_member(), 100_000)
    with django_assert_num_queries(len(one)):
        sums_of(Scenario(), TODAY)


@pytest.mark.usefixtures("ada")
def test_the_board_sees_sums_and_simulates_reserves(cast, client_of):
    browser = client_of(cast.board, cast.coop)
    page = browser.get(reverse("planning:cooperative"))
    assert page.context["sums"].members == 1
    supposed = {
        "profession": "",
        "largest_client_defaults": "on",
        "fee": "9",
        "default": "1",
        "growth": "5",
        "reserves": "10000",
        "cost": "5000",
    }
    answer = browser.post(reverse("planning:cooperative"), supposed)
    assert [row["year"] for row in answer.context["years"]] == ["2027", "2028", "2029"]
    assert answer.context["years"][0]["reserves"] == 1_000_000 - 500_000
    assert browser.post(reverse("planning:cooperative"), {**supposed, "fee": "x"}).context["form"].errors


def test_the_office_approves_in_bulk_what_does_not_stand_out(cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 10, 9, tzinfo=UTC))
    covered, short = known("Ada"), known("Bea")
    give_money(covered, 4 * COST)
    clear, waiting = ask(covered), ask(short)
    office = client_of(cast.payroll, cast.coop)
    page = office.get(reverse("planning:request", args=[clear.pk]))
    assert page.context["fan"]["series"][1]["values"][1] == COST
    office.post(reverse("planning:approve_clear"))
    assert SalaryRequest.objects.get(pk=clear.pk).state == RequestState.APPROVED
    assert SalaryRequest.objects.get(pk=waiting.pk).state == RequestState.REQUESTED


def test_the_plan_becomes_a_request_and_answers_through_the_api(ada, cast, client_of):
    browser = client_of(cast.member, cast.coop)
    page = browser.get(reverse("planning:plan"))
    button = page.context["ask"][0]
    seen = browser.post(button["url"], dict(button["fields"])).context["picture"]
    assert seen.salary.gross_cents == page.context["advised"].gross_cents
    wish = {"starts_on": "2026-04-01"}
    answer = browser.post(reverse("planning_api:plan"), wish, "application/json").json()
    assert answer["gross"] == answer["advised_gross"]
    assert Decimal(answer["advised_gross"]) * 100 == page.context["advised"].gross_cents
    left = Decimal(answer["months"][0]["end"])
    second = answer["months"][1]
    assert left + Decimal(second["income"]) - Decimal(second["cost"]) == Decimal(second["end"])
    assert (
        browser.post(reverse("planning_api:plan"), {"starts_on": "2026-03-01"}, "application/json").status_code == 400
    )
