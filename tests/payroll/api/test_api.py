"""The API of payroll."""

import pytest
from django.urls import reverse

from payroll.actions import compute_chunk, people_to_pay
from payroll.models import PayrollRun, Payslip
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
