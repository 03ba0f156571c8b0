"""The papers as pages, PDF and CSV; the cockpit leads through a month."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from coop.banking.actions import approve_payment_order
from coop.banking.models import PaymentOrder
from coop.tenancy.models import AccessLog
from payroll.models import Payslip
from payroll.papers.contributions import make_statements
from payroll.papers.models import ContributionStatement, Creditor, Filing, LevyRefund
from tests.factories.banking import bring_in, paid
from tests.factories.papers import PDF, accident_membership, fund_account, tax_office_account
from tests.factories.payroll import MARCH, employ, give_money, health_fund, iban, make_member, run_month

AT = datetime(2026, 3, 23, 9, tzinfo=UTC)


@pytest.fixture
def today(monkeypatch):
    """The pages think it is 23 March 2026."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


@pytest.fixture
def office(client_of, cast, today):
    return client_of(cast.payroll, cast.coop)


@pytest.fixture
def paid_month(cast):
    return pay_two(cast, MARCH)


def pay_two(cast, since):
    people = [make_member(name) for name in ("Ada", "Bo")]
    for person, gross in zip(people, (400_000, 115_000), strict=True):
        give_money(person, 3_000_000)
        employ(person, gross, church="ev", starts_on=since)
    run_month(cast.payroll, cast.board)
    return people


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


PAPERS = ("journal", "wage_tax", "contributions", "notices", "year", "accident")


@pytest.mark.parametrize("name", PAPERS)
def test_each_paper_is_a_page_a_pdf_and_a_csv(office, paid_month, cast, name):
    accident_membership()
    address = reverse(f"papers:{name}")
    page = office.get(address)
    assert page.status_code == 200
    assert page.context["paper"].sheets[0].rows
    pdf = office.get(address, {"as": "pdf"})
    assert pdf["content-type"] == "application/pdf"
    assert cast.coop.name in text_of(pdf.content)
    table = rows_of(office.get(address, {"as": "csv"}).content)
    assert any(len(row) >= len(page.context["paper"].sheets[0].columns) for row in table)
    assert office.get(address, {"as": "exe"}).status_code == 404
    assert office.get(address, {"month": "2026-13", "year": "1"}).status_code in {200, 404}


def test_the_journal_adds_up_to_the_ledger(office, paid_month):
    page = office.get(reverse("papers:journal"))
    journal, control = page.context["paper"].sheets
    slips = Payslip.objects.all()
    for name in ("gross", "net", "wage_tax", "employee", "employer", "levies", "cost"):
        assert journal.totals[name] == sum(getattr(slip, f"{name}_cents") for slip in slips)
    assert [row["difference"] for row in control.rows] == [0] * 6
    table = rows_of(office.get(reverse("papers:journal"), {"as": "csv"}).content)
    assert any(row[:1] == ["Payroll journal"] or "4000,00" in row for row in table)


def test_a_wage_account_holds_the_year_and_is_ones_own(office, paid_month, cast, client_of):
    ada, bo = paid_month
    ada.user = cast.member
    ada.save(update_fields=["user"])
    page = office.get(reverse("papers:wage_account", args=[ada.pk]))
    slip = Payslip.objects.get(person=ada)
    pay, contributions = page.context["paper"].sheets[:2]
    assert pay.totals["net"] == slip.net_cents
    assert contributions.totals["employee"] == slip.employee_cents
    assert AccessLog.objects.filter(about=f"wage account person:{ada.pk} 2026").exists()
    member = client_of(cast.member, cast.coop)
    own = member.get(reverse("papers:my_wage_account"))
    assert own.context["paper"].sheets[0].rows == pay.rows
    assert member.get(reverse("papers:wage_account", args=[bo.pk])).status_code == 404
    text = text_of(member.get(reverse("papers:my_wage_account"), {"as": "pdf"}).content)
    assert "§ 4 LStDV" in text
    assert ada.name in text
    assert office.get(reverse("papers:wage_account", args=[ada.pk]), {"year": "2025"}).status_code == 404


def test_the_cockpit_leads_from_step_to_step(office, paid_month, cast, client_of):
    """Statements made, sent with a receipt, paid; nothing is left but what is not due yet."""
    cockpit = reverse("papers:cockpit")
    page = office.get(cockpit)
    assert page.context["first"].key == "statements"
    assert office.get(page.context["first_actions"][0]["url"]).context["is_preview"]
    office.post(reverse("papers:prepare_statements"), {"month": "2026-03"})
    made = ContributionStatement.objects.get()
    page = office.get(cockpit)
    assert page.context["first"].title.endswith("Musterkasse")
    address = page.context["first_actions"][0]["url"]
    shown = office.get(address)
    figures = {item["label"]: item["value"] for item in shown.context["figures"]}
    assert figures["1000"] != "–"
    wrong = office.post(address, {"filed_on": "2026-03-24"})
    assert wrong.context["form"].non_field_errors()
    receipt = SimpleUploadedFile("receipt.pdf", PDF, content_type="application/pdf")
    done = office.post(address, {"filed_on": "2026-03-23", "reference": "T-1", "proof": receipt})
    filing = Filing.objects.get()
    assert done["location"] == reverse("papers:filing", args=[filing.pk])
    assert filing.figures == figures
    assert office.get(done["location"]).context["proofs"]
    proof = office.get(office.get(done["location"]).context["proofs"][0]["url"])
    assert proof.content == PDF
    assert proof["x-content-type-options"] == "nosniff"
    page = office.get(cockpit)
    assert page.context["first"].step == "creditors"
    fund_account(health_fund())
    assert office.get(cockpit).context["first"].step == "order_contributions"
    ordered = office.post(reverse("papers:order_contributions"), {"month": "2026-03"})
    order = PaymentOrder.objects.get(source__startswith="contributions:")
    assert ordered["location"] == reverse("banking:order", args=[order.pk])
    assert order.total_cents == made.total_cents
    approve_payment_order(order_id=order.pk, by=cast.board, at=AT)
    bring_in(cast.accountant, paid(-order.total_cents, order.reference, on=order.execute_on))
    states = {row["title"]: row["state"]["tone"] for row in office.get(cockpit).context["rows"]}
    assert sum(tone == "good" for tone in states.values()) == 4, "inputs frozen, run approved, statement made and paid"
    auditor = client_of(cast.auditor, cast.coop)
    assert auditor.get(cockpit).context["first_actions"] == []
    assert office.get(cockpit, {"month": "2026-04"}).context["first"].key == "wage tax"


def test_what_is_late_is_red(office, cast):
    pay_two(cast, date(2026, 1, 1))
    rows = office.get(reverse("papers:cockpit"), {"month": "2026-02"}).context["rows"]
    late = {row["title"]: row["state"]["tone"] for row in rows}
    assert set(late.values()) == {"bad"}
    assert len(late) == 5, "inputs, run, pay day and statements of a month without a run, and two notices of beginning"


def test_tax_is_filed_and_paid_through_the_pages(client_of, paid_month, cast, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 4, 7, 9, tzinfo=UTC))
    office = client_of(cast.accountant, cast.coop)
    tax_office_account()
    address = reverse("papers:file", args=["wage_tax", "2026-03"])
    figures = {item["label"]: item["value"] for item in office.get(address).context["figures"]}
    slips = Payslip.objects.all()
    due = sum(slip.wage_tax_cents + slip.soli_cents + slip.church_tax_cents for slip in slips)
    assert figures["83"] == f"{due // 100}.{due % 100:02d}"
    assert figures["86"] == "2"
    office.post(address, {"filed_on": "2026-04-07"})
    office.post(reverse("papers:order_wage_tax"), {"month": "2026-03"})
    assert PaymentOrder.objects.get(source__startswith="wage tax:").total_cents == due
    again = office.get(address)
    assert again.context["known"].number == 1
    page = office.get(reverse("papers:wage_tax"), {"month": "2026-03"})
    assert page.context["paper"].sheets[1].rows[0]["difference"] == 0


def test_a_fund_and_its_groups_are_shown(office, paid_month, cast):
    make_statements(month=MARCH, by=cast.payroll, at=AT)
    page = office.get(reverse("papers:statement", args=[health_fund().pk]))
    sheet = page.context["paper"].sheets[0]
    assert [row["group"] for row in sheet.rows][:2] == ["1000", "ZBP"]
    assert sheet.totals["cents"] == ContributionStatement.objects.get().total_cents
    text = text_of(office.get(reverse("papers:statement", args=[health_fund().pk]), {"as": "pdf"}).content)
    assert "03/2026: Musterkasse" in text
    assert "§ 95b SGB IV" in text


def test_accounts_are_entered_on_the_page(office, cast):
    fund = health_fund()
    page = office.get(reverse("papers:creditors"))
    assert page.context["missing"] == ["Musterkasse"]
    entered = {
        "fund_id": str(fund.pk), "since": "2026-01-01", "name": "Musterkasse", "iban": iban(5), "reference": "12345678",
        "federal_state": "BY",
    }  # fmt: skip
    wrong = office.post(reverse("papers:creditors"), {**entered, "iban": "DE00"})
    assert wrong.context["form"].non_field_errors()
    office.post(reverse("papers:creditors"), entered)
    office.post(reverse("papers:creditors"), {**entered, "fund_id": "", "name": "Finanzamt"})
    assert Creditor.objects.count() == 2
    page = office.get(reverse("papers:creditors"))
    assert not page.context["missing"]
    assert not page.context["office_missing"]


def test_a_refund_goes_from_the_page_to_the_portal(office, paid_month):
    ada = paid_month[0]
    address = reverse("papers:new_refund", args=[ada.pk])
    given = {"kind": "U1", "since": "2026-03-02", "last_day": "2026-03-11", "rate": "70"}
    done = office.post(address, given)
    row = LevyRefund.objects.get()
    assert done["location"] == reverse("papers:file", args=["refund", f"refund:{row.pk}"])
    figures = {item["label"]: item["value"] for item in office.get(done["location"]).context["figures"]}
    assert figures["until"] == "2026-03-11"
    assert office.post(address, given).context["form"].non_field_errors()
    assert len(office.get(reverse("papers:refunds")).context["rows"]) == 1


def test_the_insurers_notice_makes_the_accident_report(office, paid_month):
    address = reverse("papers:accident")
    assert office.get(address).context["paper"].sheets[0].rows == []
    office.post(
        address,
        {
            "year": "2026", "insurer": "Muster-BG", "membership_number": "1", "tariff_point": "0900",
            "most_year": "1000", "source": "fictitious",
        },
    )  # fmt: skip
    row = office.get(address).context["paper"].sheets[0].rows[0]
    assert (row["people"], row["pay"], row["hours"], row["capped"]) == (2, 2000, 130, 2)


def test_papers_take_the_same_statements_for_1_and_20_people(office, cast):
    counts = {}
    for size in (1, 19):
        for _ in range(size):
            person = make_member()
            give_money(person, 9_000_000)
            employ(person, 400_000, church="rk", starts_on=MARCH)
        run_month(cast.payroll, cast.board)
        for name in ("journal", "wage_tax", "contributions", "year", "notices", "cockpit"):
            with CaptureQueriesContext(connection) as queries:
                assert office.get(reverse(f"papers:{name}"), {"month": "2026-03"}).status_code == 200
            counts.setdefault(name, []).append(len(queries))
    assert all(first == second for first, second in counts.values()), counts
