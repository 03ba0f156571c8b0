"""Unpaid leave, one-off pay and the end: what they mean is said first, and approved they come true once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from coop.errors import InvalidInput
from coop.ledger.actions import BeyondCover
from coop.ledger.models import Commitment
from coop.ledger.queries import figures_of
from coop.messaging.models import OutboxMessage
from coop.planning.actions import (
    DeadlineMissed,
    ReasonMissing,
    RunHasBegun,
    approve_request,
    decline_request,
    request_end,
    request_one_off,
    request_pause,
)
from coop.planning.effects import end_effect, one_off_effect, pause_effect
from coop.planning.known import known_of
from coop.planning.models import SalaryRequest
from coop.planning.states import RequestKind, RequestState
from coop.tenancy.actions import decide_policy
from payroll.models import EmploymentContract, WageElement
from payroll.one_off import NotEmployedThen
from payroll.timekeeping.models import Absence
from payroll.timekeeping.states import AbsenceCause, AbsenceState
from payroll.wage_elements import end_wage_element
from tests.coop.planning.test_requests import ask, known
from tests.factories.payroll import employ, give_money, make_member, run_month

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
MARCH, APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (3, 4, 5, 6, 7))
COST = 144_461
"""A month of 1,150.00 gross (walk e)."""


def employed(name="Ada", money=3_000_000, **terms):
    person = make_member(name)
    employ(person, **terms)
    if money:
        give_money(person, money)
    return person


def test_more_less_the_same_and_new_are_told_apart(cast):
    ada, bo = known(), make_member("Bo")
    kinds = []
    for gross in (115_000, 150_000, 90_000):
        request = ask(ada, gross, hours=10)
        kinds.append(request.kind)
        decline_request(request_id=request.pk, reason="No", at=AT, by=cast.payroll)
    assert kinds == [RequestKind.KEEP, RequestKind.RAISE, RequestKind.LOWER]
    assert ask(bo, 115_000, hours=10).kind == RequestKind.NEW


def test_unpaid_leave_comes_true_as_an_absence_that_the_run_counts(cast):
    ada = employed()
    one, two = (pause_effect(ada, starts_on=MAY, ends_on=end, on=AT.date()) for end in (JUNE, JULY))
    assert (one.months, one.insurance_ends, one.insured_until) == (1, False, JUNE)
    assert (two.months, two.insurance_ends, two.insured_until) == (2, True, JUNE)
    request = request_pause(person_id=ada.pk, starts_on=MAY, ends_on=JUNE, at=AT, by=cast.member)
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    request.refresh_from_db()
    absence = Absence.objects.get()
    assert request.absence == absence
    assert (absence.cause, absence.state, absence.starts_on, absence.ends_on) == (
        AbsenceCause.UNPAID,
        AbsenceState.CONFIRMED,
        MAY,
        JUNE,
    )
    run_month(cast.payroll, cast.board, MAY, datetime(2026, 5, 20, 9, tzinfo=UTC))
    assert ada.payslips.get().gross_cents == 0


def test_leave_that_ends_the_insurance_is_approved_with_a_reason_only(cast):
    ada = employed()
    request = request_pause(person_id=ada.pk, starts_on=MAY, ends_on=JULY, at=AT, by=cast.member)
    with pytest.raises(ReasonMissing):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    assert not Absence.objects.exists()
    approve_request(request_id=request.pk, reason="Insured with the family", at=AT, by=cast.payroll)
    request.refresh_from_db()
    assert (request.state, request.reason) == (RequestState.APPROVED, "Insured with the family")


def test_leave_is_asked_for_before_its_month_within_the_employment(cast):
    ada = employed(ends_on=JUNE)
    late = {"person_id": ada.pk, "at": AT, "by": None}
    with pytest.raises(DeadlineMissed):
        request_pause(starts_on=MARCH, ends_on=APRIL, **late)
    with pytest.raises(NotEmployedThen):
        request_pause(starts_on=MAY, ends_on=JULY, **late)
    with pytest.raises(InvalidInput):
        request_pause(starts_on=JUNE, ends_on=MAY, **late)


def test_one_off_pay_is_promised_paid_once_and_settled(cast):
    ada = employed(money=1_000_000)
    effect = one_off_effect(ada, amount_cents=100_000, month=APRIL, on=AT.date())
    assert effect.quote.cost_cents > 100_000 > effect.quote.net_cents > 0
    request = request_one_off(
        person_id=ada.pk, amount_cents=100_000, month=APRIL, note="Bonus of the fair", at=AT, by=cast.member
    )
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    element = WageElement.objects.get()
    promise = Commitment.objects.get(source=f"one-off:{element.pk}")
    assert promise.outstanding_cents() == effect.quote.cost_cents
    assert known_of(ada, AT.date()).promised == {APRIL: effect.quote.cost_cents}
    run_month(cast.payroll, cast.board, APRIL, datetime(2026, 4, 20, 9, tzinfo=UTC))
    slip = ada.payslips.get()
    assert (slip.one_off_cents, slip.gross_cents) == (100_000, 215_000)
    assert slip.cost_cents == COST + effect.quote.cost_cents
    promise.refresh_from_db()
    assert promise.outstanding_cents() == 0
    assert figures_of(ada.budget_id, APRIL).free_cents == 1_000_000 - slip.cost_cents


def test_one_off_pay_beyond_the_budget_is_refused_and_taken_back_frees_it(cast):
    ada = employed(money=50_000)
    request = request_one_off(
        person_id=ada.pk, amount_cents=100_000, month=APRIL, note="Too much", at=AT, by=cast.member
    )
    with pytest.raises(BeyondCover):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    assert not WageElement.objects.exists()
    give_money(ada, 200_000)
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    end_wage_element(element_id=WageElement.objects.get().pk, until=APRIL, at=AT, by=cast.payroll)
    assert figures_of(ada.budget_id, AT.date()).committed_cents == 0


def test_one_off_pay_is_asked_for_until_the_run_of_its_month_begins(cast):
    ada = employed()
    decide_policy(since=date(2026, 2, 1), decided_on=date(2026, 2, 1), by=cast.board, run_day=10)
    wanted = {"person_id": ada.pk, "amount_cents": 10_000, "note": "Bonus", "by": None}
    with pytest.raises(RunHasBegun):
        request_one_off(month=MARCH, at=AT, **wanted)
    request = request_one_off(month=MARCH, at=datetime(2026, 3, 9, 9, tzinfo=UTC), **wanted)
    with pytest.raises(RunHasBegun):
        approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    with pytest.raises(InvalidInput):
        request_one_off(month=APRIL, at=AT, **{**wanted, "note": " "})


def test_the_end_says_deadline_claim_and_what_is_left_and_ends_the_promise(cast):
    ada = known()
    give_money(ada, 10 * COST)
    contract = approve_request(request_id=ask(ada, ends_on=date(2026, 10, 1)).pk, at=AT, by=cast.payroll).contract
    effect = end_effect(ada, ends_on=JULY, on=AT.date())
    assert effect.contract == contract
    assert (effect.register_by, effect.late) == (APRIL, False)
    assert (effect.insured_months, effect.claim) == (6, False)  # January to June
    assert effect.left_cents == 7 * COST
    OutboxMessage.objects.all().delete()
    request = request_end(person_id=ada.pk, ends_on=JULY, at=AT, by=cast.member)
    approve_request(request_id=request.pk, at=AT, by=cast.payroll)
    contract.refresh_from_db()
    assert contract.ends_on == JULY
    assert figures_of(ada.budget_id, AT.date()).committed_cents == 3 * COST
    assert "30.06.2026" in OutboxMessage.objects.get().text
    with pytest.raises(NotEmployedThen):
        request_end(person_id=ada.pk, ends_on=date(2026, 9, 1), at=AT, by=None)


def test_less_than_three_months_are_said_to_be_late(cast):
    effect = end_effect(employed(), ends_on=MAY, on=AT.date())
    assert (effect.late, effect.register_by) == (True, date(2026, 3, 13))


def test_bulk_approves_what_does_not_stand_out_and_leaves_the_rest(cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    short, long, gone, paid = (employed(name) for name in ("Ada", "Bo", "Cem", "Dora"))
    request_pause(person_id=short.pk, starts_on=MAY, ends_on=JUNE, at=AT, by=None)
    request_pause(person_id=long.pk, starts_on=MAY, ends_on=JULY, at=AT, by=None)
    request_end(person_id=gone.pk, ends_on=JULY, at=AT, by=None)
    request_one_off(person_id=paid.pk, amount_cents=5_000, month=APRIL, note="Bonus", at=AT, by=None)
    office = client_of(cast.payroll, cast.coop)
    assert {row["state"]["tone"] for row in office.get(reverse("planning:requests")).context["waiting"]} == {
        "good",
        "warn",
    }
    office.post(reverse("planning:approve_clear"))
    states = {row.person_id: row.state for row in SalaryRequest.objects.all()}
    assert {pk for pk, state in states.items() if state == RequestState.APPROVED} == {short.pk, paid.pk}


def test_members_see_what_it_means_send_it_and_the_office_decides(cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    ada = employed()
    ada.user = cast.member
    ada.save(update_fields=["user"])
    browser, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)
    forms = {
        "ask_pause": {"starts_on": "2026-05", "last_month": "2026-06", "note": ""},
        "ask_one_off": {"amount": "250,00", "month": "2026-04", "note": "Bonus"},
        "ask_end": {"last_month": "2026-06", "note": ""},
    }
    for name, wanted in forms.items():
        address = reverse(f"planning:{name}")
        assert browser.get(address).status_code == 200
        page = browser.post(address, wanted)
        assert page.context["cards"], page.context["form"].errors
        assert not SalaryRequest.objects.filter(state=RequestState.REQUESTED).exists()
        fields = dict(page.context["send"][0]["fields"])
        assert browser.post(address, {**fields, "send": "1"})["location"] == reverse("planning:salary")
        request = SalaryRequest.objects.get(state=RequestState.REQUESTED)
        shown = office.get(reverse("planning:request", args=[request.pk]))
        assert shown.context["blocked"] == ""
        office.post(reverse("planning:approve", args=[request.pk]), {"approve-reason": "All well"})
        request.refresh_from_db()
        assert (request.state, request.reason) == (RequestState.APPROVED, "All well")
        assert office.get(reverse("planning:request", args=[request.pk])).status_code == 200
        assert browser.get(reverse("planning:salary")).status_code == 200
    assert EmploymentContract.objects.get().ends_on == JULY


def test_who_has_no_salary_has_nothing_to_pause(cast, client_of):
    ada = make_member()
    ada.user = cast.member
    ada.save(update_fields=["user"])
    browser = client_of(cast.member, cast.coop)
    for name in ("ask_pause", "ask_one_off", "ask_end"):
        assert browser.get(reverse(f"planning:{name}"))["location"] == reverse("planning:salary")


def test_programs_ask_and_see_by_the_same_rules(cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    ada = employed()
    ada.user = cast.member
    ada.save(update_fields=["user"])
    member, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)

    def post(browser, name, data, **arguments):
        return browser.post(reverse(f"planning_api:{name}", kwargs=arguments), data, "application/json")

    asked = {
        "pause": {"starts_on": "2026-05-01", "ends_on": "2026-07-01"},
        "one_off": {"amount": "100.00", "month": "2026-04-01", "note": "Bonus"},
        "end": {"ends_on": "2026-07-01"},
    }
    for kind, data in asked.items():
        assert post(member, f"{kind}_effect", data).status_code == 200, kind
        made = post(member, kind, data)
        assert made.status_code == 201
        assert post(member, kind, data).json()["code"] == "request_waiting"
        assert post(office, "approve", {"reason": "Fine"}, pk=made.json()["id"]).json()["state"] == "approved"
    assert post(member, "one_off_effect", asked["one_off"]).json()["covered"] is True
    assert post(member, "end", asked["end"]).json()["code"] == "not_employed_then"


def test_hours_are_never_asked_of_other_kinds(cast):
    request = request_end(person_id=employed().pk, ends_on=JULY, at=AT, by=None)
    assert (request.gross_cents, request.weekly_hours) == (0, Decimal(0))
