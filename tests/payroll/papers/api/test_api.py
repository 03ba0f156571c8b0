"""The papers through the API: the same figures, own ones for members, steps with their conflicts."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from payroll.models import Payslip
from payroll.papers.models import ContributionStatement, Filing, LevyRefund
from tests.factories.papers import fund_account, tax_office_account
from tests.factories.payroll import MARCH, employ, give_money, health_fund, make_member, run_month

JSON = "application/json"


@pytest.fixture
def office(client_of, cast, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 23, 9, tzinfo=UTC))
    return client_of(cast.payroll, cast.coop)


@pytest.fixture
def ada(cast):
    person = make_member()
    person.user = cast.member
    person.save(update_fields=["user"])
    give_money(person, 3_000_000)
    employ(person, 400_000, starts_on=MARCH)
    run_month(cast.payroll, cast.board)
    return person


def test_papers_are_data(office, ada):
    slip = Payslip.objects.get()
    for name in ("journal", "wage_tax", "contributions", "notices", "certificates", "accident"):
        assert office.get(reverse(f"papers_api:{name}")).status_code == 200, name
    journal = office.get(reverse("papers_api:journal"), {"month": "2026-03"}).json()
    row = journal["sheets"][0]["rows"][0]
    assert (row["gross"], row["month"]) == ("4000.00", "2026-03")
    assert journal["sheets"][0]["totals"]["net"] == f"{slip.net_cents // 100}.{slip.net_cents % 100:02d}"
    assert office.get(reverse("papers_api:journal"), {"month": "2026-3"}).status_code == 404


def test_a_member_has_the_own_wage_account_alone(office, ada, cast, client_of):
    bo = make_member("Bo")
    employ(bo)
    member = client_of(cast.member, cast.coop)
    own = member.get(reverse("papers_api:wage_account"))
    assert own.json()["sheets"][0]["rows"][0]["gross"] == "4000.00"
    assert member.get(reverse("papers_api:wage_account"), {"person": bo.pk}).status_code == 404
    assert office.get(reverse("papers_api:wage_account"), {"person": ada.pk}).json() == own.json()
    for wrong in ("x", "9" * 30):
        assert office.get(reverse("papers_api:wage_account"), {"person": wrong}).status_code == 404


def test_the_month_through_the_api(office, ada):
    due = {duty["key"]: duty["standing"] for duty in office.get(reverse("papers_api:duties")).json()}
    assert due["statements"] == "soon"
    month = {"month": "2026-03-01"}
    made = office.post(reverse("papers_api:contributions"), month, content_type=JSON)
    assert made.status_code == 201
    statement = ContributionStatement.objects.get()
    assert office.post(reverse("papers_api:contributions"), month, content_type=JSON).status_code == 409
    filed = office.post(
        reverse("papers_api:file"),
        {"kind": "contributions", "subject": f"fund:{statement.fund_id}:2026-03", "filed_on": "2026-03-23"},
        content_type=JSON,
    )
    assert filed.status_code == 201
    assert filed.json()["figures"] == Filing.objects.get().figures
    assert office.post(reverse("papers_api:order_contributions"), month, content_type=JSON).status_code == 409
    fund_account(health_fund())
    ordered = office.post(reverse("papers_api:order_contributions"), month, content_type=JSON)
    assert ordered.json()["total"] == made.json()[0]["total"]
    tax_office_account()
    assert office.post(reverse("papers_api:order_wage_tax"), month, content_type=JSON).status_code == 201


def test_a_refund_through_the_api(office, ada):
    asked = {
        "person": ada.pk, "kind": "U1", "since": "2026-03-02", "until": "2026-03-12", "rate": "0.700",
    }  # fmt: skip
    made = office.post(reverse("papers_api:refund"), asked, content_type=JSON)
    assert made.status_code == 201
    assert made.json()["amount"] == f"{LevyRefund.objects.get().amount_cents / 100:.2f}"
    assert office.post(reverse("papers_api:refund"), asked, content_type=JSON).status_code == 409
    missing = office.post(
        reverse("papers_api:file"), {"kind": "refund", "subject": "refund:0", "filed_on": "2026-03-23"},
        content_type=JSON,
    )  # fmt: skip
    assert missing.status_code == 404
