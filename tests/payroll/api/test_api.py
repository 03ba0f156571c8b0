"""The API of payroll."""

import pytest
from django.urls import reverse

from coop.banking.actions import approve_payment_order
from coop.banking.models import PaymentOrder
from payroll.actions import approve_run, compute_chunk, follow_payments, people_to_pay, post_run, start_run
from payroll.models import PayrollRun, Payslip
from tests.factories.banking import bring_in, paid
from tests.factories.payroll import MARCH, RUN_AT, employ, give_money, make_member, run_month


@pytest.fixture
def people(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    ada.user = cast.member
    ada.save(update_fields=["user"])
    for person in (ada, bo):
        give_money(person, 500_000)
        employ(person)
    return ada, bo


def test_members_get_their_own_payslips_and_nobody_elses(people, cast, client_of):
    ada, bo = people
    run_month(cast.payroll, cast.board)
    own, other = Payslip.objects.get(person=ada), Payslip.objects.get(person=bo)
    member, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)
    listed = member.get(reverse("payroll_api:payslips")).json()
    assert [(row["id"], row["net"], row["currency"]) for row in listed] == [(own.pk, "979.03", "EUR")]
    detail = member.get(reverse("payroll_api:payslip", args=[own.pk])).json()
    employee = sum(round(float(line["amount"]) * 100) for line in detail["lines"] if line["side"] == "employee")
    assert employee == own.employee_cents
    assert all(line["source"] for line in detail["lines"])
    assert member.get(reverse("payroll_api:payslip", args=[other.pk])).status_code == 404
    assert member.get(reverse("payroll_api:payslips"), {"person": bo.pk}).status_code == 404
    assert [row["id"] for row in office.get(reverse("payroll_api:payslips"), {"person": bo.pk}).json()] == [other.pk]
    assert office.get(reverse("payroll_api:payslips"), {"person": "x"}).status_code == 404
    assert office.get(reverse("payroll_api:payslip", args=[other.pk])).status_code == 200


def test_a_run_is_started_watched_and_approved(people, cast, client_of):
    office, board = client_of(cast.payroll, cast.coop), client_of(cast.board, cast.coop)
    assert office.post(reverse("payroll_api:runs"), {"month": "2026-03"}, "application/json").status_code == 400
    started = office.post(reverse("payroll_api:runs"), {"month": "2026-03-01"}, "application/json")
    assert (started.status_code, started.json()["state"]) == (201, "computing")
    run = PayrollRun.objects.get()
    again = office.post(reverse("payroll_api:runs"), {"month": "2026-03-01"}, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "run_exists")
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(MARCH), started_at=run.started_at, at=RUN_AT)
    seen = board.get(reverse("payroll_api:run", args=[run.pk])).json()
    assert (seen["state"], seen["computed"], seen["net"]) == ("computed", 2, "1958.06")
    assert len(board.get(reverse("payroll_api:run_payslips", args=[run.pk])).json()) == 2
    own = office.post(reverse("payroll_api:approve", args=[run.pk]))
    assert (own.status_code, own.json()["code"]) == (409, "second_person_needed")
    assert board.post(reverse("payroll_api:approve", args=[run.pk])).json()["state"] == "approved"
    assert board.post(reverse("payroll_api:compute_again", args=[run.pk])).status_code == 404
    assert client_of(cast.accountant, cast.coop).get(reverse("payroll_api:runs")).json()[0]["id"] == run.pk


def test_a_run_is_taken_into_review_by_a_second_person_and_closed_when_paid(people, cast, client_of):
    office, board = client_of(cast.payroll, cast.coop), client_of(cast.board, cast.coop)
    run = start_run(month=MARCH, by=cast.payroll, at=RUN_AT)
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(MARCH), started_at=run.started_at, at=RUN_AT)
    own = office.post(reverse("payroll_api:review", args=[run.pk]))
    assert (own.status_code, own.json()["code"]) == (409, "second_person_needed")
    assert board.post(reverse("payroll_api:review", args=[run.pk])).json()["state"] == "in_review"
    early = board.post(reverse("payroll_api:close", args=[run.pk]))
    assert (early.status_code, early.json()["code"]) == (409, "invalid_transition")
    approve_run(run_id=run.pk, by=cast.board, at=RUN_AT)
    post_run(run_id=run.pk, at=RUN_AT)
    order = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    approve_payment_order(order_id=order.pk, by=cast.accountant, at=RUN_AT)
    bring_in(cast.accountant, paid(-order.total_cents, order.reference, on=order.execute_on))
    follow_payments(at=RUN_AT)
    assert board.post(reverse("payroll_api:close", args=[run.pk])).json()["state"] == "closed"
    assert client_of(cast.member, cast.coop).post(reverse("payroll_api:close", args=[run.pk])).status_code == 404


def test_wage_elements_are_entered_ended_and_corrected_after_the_fact(people, cast, client_of):
    ada, _bo = people
    office = client_of(cast.payroll, cast.coop)
    url = reverse("payroll_api:wage_elements")
    asked = {"person_id": ada.pk, "kind": "supplement", "text": "Lead", "amount": "100.00", "since": "2026-03-01"}
    assert office.post(url, {**asked, "amount": 100}, "application/json").status_code == 400
    assert office.post(url, {**asked, "since": "2026-03-02"}, "application/json").json()["code"] == "invalid_input"
    assert office.post(url, {**asked, "since": "0026-03-01"}, "application/json").status_code == 400
    run_month(cast.payroll, cast.board)
    assert office.get(reverse("payroll_api:late_changes")).json() == []
    entered = office.post(url, asked, "application/json")
    assert (entered.status_code, entered.json()["amount"], entered.json()["until"]) == (201, "100.00", None)
    assert [row["id"] for row in office.get(url, {"person": ada.pk}).json()] == [entered.json()["id"]]
    assert [row["person_id"] for row in office.get(url).json()] == [ada.pk]  # it goes on
    assert office.get(url, {"person": "x"}).status_code == 404
    [late] = office.get(reverse("payroll_api:late_changes")).json()
    assert (late["person_id"], late["month"], late["problem"]) == (ada.pk, "2026-03-01", "")
    corrected = office.post(reverse("payroll_api:correct", args=[late["payslip_id"]]))
    assert (corrected.status_code, corrected.json()["gross"]) == (201, "1250.00")
    assert corrected.json()["corrects"] == late["payslip_id"]
    again = office.post(reverse("payroll_api:correct", args=[late["payslip_id"]]))
    assert (again.status_code, again.json()["code"]) == (400, "invalid_input")
    end = reverse("payroll_api:end_wage_element", args=[entered.json()["id"]])
    assert office.post(end, {"until": "2026-05-01"}, "application/json").json()["until"] == "2026-05-01"
    assert client_of(cast.member, cast.coop).get(url, {"person": ada.pk}).status_code == 404
