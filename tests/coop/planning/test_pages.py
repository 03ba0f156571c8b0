"""The pages and the API of salary requests."""

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from coop.ledger.actions import set_cover
from coop.messaging.models import OutboxMessage
from coop.planning.models import SalaryRequest
from coop.planning.states import RequestState
from coop.tenancy.actions import decide_policy
from tests.coop.planning.test_requests import COST, ask, known
from tests.factories.payroll import give_money

WANTED = {"gross": "1150,00", "weekly_hours": "15", "starts_on": "2026-04", "last_month": "2026-07"}

FURTHER = re.compile("until further notice|auf Weiteres|further notice")


@pytest.fixture
def ada(cast, monkeypatch):
    """A member who signs in on 10 March 2026."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 10, 9, tzinfo=UTC))
    person = known()
    person.user = cast.member
    person.save(update_fields=["user"])
    return person


def test_the_picture_comes_before_the_request(ada, cast, client_of):
    give_money(ada, 3 * COST)
    browser = client_of(cast.member, cast.coop)
    assert browser.get(reverse("planning:salary")).status_code == 200
    shown = browser.post(reverse("planning:ask"), WANTED)
    seen = shown.context["picture"]
    assert (seen.salary.cost_cents, seen.lasts_months, seen.covered) == (COST, 3, False)
    assert not SalaryRequest.objects.exists()
    fields = dict(shown.context["send"][0]["fields"])
    assert browser.post(reverse("planning:ask"), {**fields, "send": "1"}).status_code == 302
    request = SalaryRequest.objects.get()
    assert (request.gross_cents, request.ends_on) == (115_000, date(2026, 8, 1))
    page = browser.get(reverse("planning:salary"))
    assert page.context["actions"][0]["disabled"]
    browser.post(reverse("planning:withdraw", args=[request.pk]))
    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN


def test_until_further_notice_is_asked_for_instead_of_a_last_month(ada, cast, client_of, monkeypatch):
    browser = client_of(cast.member, cast.coop)
    neither = browser.post(reverse("planning:ask"), {**WANTED, "last_month": ""})
    assert list(neither.context["form"].errors) == ["last_month"]
    shown = browser.post(reverse("planning:ask"), {**WANTED, "last_month": "", "open_ended": "on"})
    assert shown.context["picture"].open_ended
    fields = dict(shown.context["send"][0]["fields"])
    assert browser.post(reverse("planning:ask"), {**fields, "send": "1"}).status_code == 302
    request = SalaryRequest.objects.get()
    assert request.ends_on is None
    assert browser.get(reverse("planning:salary")).status_code == 200
    give_money(ada, 4 * COST)
    office = client_of(cast.payroll, cast.coop)
    assert FURTHER.search(office.get(reverse("planning:request", args=[request.pk])).content.decode())
    office.post(reverse("planning:approve", args=[request.pk]))
    request.refresh_from_db()
    assert request.contract.ends_on is None
    assert FURTHER.search(OutboxMessage.objects.get().text)
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 4, 2, 9, tzinfo=UTC))
    later = client_of(cast.member, cast.coop)  # a session lasts half a day
    assert FURTHER.search(later.get(reverse("planning:salary")).content.decode())


def test_a_dated_salary_is_sent_as_it_was_seen(ada, cast, client_of):
    browser = client_of(cast.member, cast.coop)
    fields = dict(browser.post(reverse("planning:ask"), WANTED).context["send"][0]["fields"])
    assert "open_ended" not in fields


def test_the_office_sees_what_budget_and_cover_say_and_decides(ada, cast, client_of):
    office = client_of(cast.payroll, cast.coop)
    request = ask(ada)
    row = office.get(reverse("planning:requests")).context["waiting"][0]
    assert row["state"]["tone"] == "bad"
    page = reverse("planning:request", args=[request.pk])
    assert office.get(page).context["approve"][0]["disabled"]
    refused = office.post(reverse("planning:approve", args=[request.pk]))
    assert refused["location"] == page
    give_money(ada, 4 * COST)
    assert "disabled" not in office.get(page).context["approve"][0]
    empty = office.post(page, {"reason": ""})
    assert empty.context["form"].errors
    done = office.post(reverse("planning:approve", args=[request.pk]))
    assert done["location"] == reverse("payroll:person", args=[ada.pk])
    request.refresh_from_db()
    assert request.state == RequestState.APPROVED
    assert office.get(page).status_code == 200


@pytest.mark.parametrize("limit", ["advance_limit_member_cents", "advance_limit_cents"])
def test_the_office_sees_that_the_limit_of_advances_would_be_passed(ada, cast, client_of, limit):
    set_cover(budget_id=ada.budget_id, source="job:1", cents=9 * COST, since=date(2026, 3, 1))
    decided = date(2026, 2, 1)
    decide_policy(since=decided, decided_on=decided, by=cast.board, **{limit: 4 * COST - 1})
    request = ask(ada)
    office = client_of(cast.payroll, cast.coop)
    page = reverse("planning:request", args=[request.pk])
    shown = office.get(page).context
    assert shown["picture"].covered
    passed = shown["picture"].passed_limit
    assert (passed.ahead_cents, passed.limit_cents) == (4 * COST, 4 * COST - 1)
    assert shown["approve"][0]["disabled"]
    assert "bad" in [tone for tone, _text in shown["notes"]]
    assert office.get(reverse("planning:requests")).context["waiting"][0]["state"]["tone"] == "bad"
    # Sent all the same, it is refused for the same reason.
    office.post(reverse("planning:approve", args=[request.pk]))
    office.post(reverse("planning:approve_clear"))
    request.refresh_from_db()
    assert request.state == RequestState.REQUESTED
    give_money(ada, 1)
    assert "disabled" not in office.get(page).context["approve"][0]
    office.post(reverse("planning:approve", args=[request.pk]))
    request.refresh_from_db()
    assert request.state == RequestState.APPROVED


def test_a_decline_through_the_page(ada, cast, client_of):
    office = client_of(cast.payroll, cast.coop)
    request = ask(ada)
    office.post(reverse("planning:request", args=[request.pk]), {"reason": "Wait for May."})
    request.refresh_from_db()
    assert (request.state, request.reason) == (RequestState.DECLINED, "Wait for May.")
    assert "Wait for May." in client_of(cast.member, cast.coop).get(reverse("planning:salary")).content.decode()


def test_the_api_asks_and_decides_by_the_same_rules(ada, cast, client_of):
    give_money(ada, 4 * COST)
    member, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)
    wanted = {"gross": "1150.00", "weekly_hours": "15", "starts_on": "2026-04-01", "ends_on": "2026-08-01"}

    def post(browser, name, data=None, **arguments):
        return browser.post(reverse(f"planning_api:{name}", kwargs=arguments), data or {}, "application/json")

    quote = post(member, "quote", wanted)
    assert quote.json()["cost"] == "1444.61"
    assert quote.json()["covered"] is True
    assert post(member, "quote", {**wanted, "gross": 1150.0}).status_code == 400
    assert post(member, "requests", {**wanted, "starts_on": "2026-03-01"}).json()["code"] == "deadline_missed"
    made = post(member, "requests", wanted)
    assert made.status_code == 201
    assert post(member, "requests", wanted).status_code == 409
    listed = office.get(reverse("planning_api:requests")).json()
    assert [row["id"] for row in listed] == [made.json()["id"]]
    assert post(office, "decline", pk=made.json()["id"]).status_code == 400
    approved = post(office, "approve", pk=made.json()["id"])
    assert approved.json()["state"] == "approved"
    assert post(office, "approve", pk=made.json()["id"]).status_code == 409
