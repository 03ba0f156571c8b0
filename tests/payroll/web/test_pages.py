"""The pages of payroll: each is shown, each step works and says what went wrong."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from coop.banking.actions import reject_payment_order
from coop.banking.models import PaymentOrder
from coop.documents.actions import render_document
from coop.documents.models import Document
from coop.ledger.models import Commitment
from payroll.actions import compute_chunk, people_to_pay, post_run
from payroll.models import EmploymentContract, HealthFund, HealthFundRate, InsuranceData, PayrollRun, Payslip, TaxData
from payroll.states import RunState
from payroll.web.forms import EuroField
from tests.factories.payroll import (
    MARCH,
    NOW,
    RUN_AT,
    employ,
    give_money,
    health_fund,
    iban,
    insurance_number,
    make_member,
    run_month,
    tax_id,
)

FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)


@pytest.fixture
def today(monkeypatch):
    """The pages think it is 10 February 2026: no test depends on the calendar."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: FEBRUARY)


@pytest.fixture
def office(client_of, cast, today):
    return client_of(cast.payroll, cast.coop)


def test_the_list_of_people_says_what_is_missing(office, cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    employ(ada)
    employ(bo, leave_out="tax")
    make_member("Cleo")
    page = office.get(reverse("payroll:people"))
    assert next(row["name"] for row in page.context["rows"]) == bo.name
    assert page.context["rows"][0]["missing"]
    assert not page.context["rows"][1]["missing"]
    only = office.get(reverse("payroll:people") + "?show=employed")
    assert {row["name"] for row in only.context["rows"]} == {ada.name, bo.name}


def test_lists_take_the_same_statements_for_1_and_30_people(office, cast, client_of):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = {}
    reviewer = client_of(cast.board, cast.coop)
    for size in (1, 29):
        for _ in range(size):
            employ(make_member())
        run = run_month(cast.payroll, cast.board, month=date(2026, size % 7 + 1, 1))
        addresses = (
            (office, reverse("payroll:people")),
            (reviewer, reverse("payroll:run", args=[run.pk])),
            (reviewer, reverse("payroll:runs")),
        )
        for place, (browser, address) in enumerate(addresses):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(address).status_code == 200
            counts.setdefault(place, []).append(len(queries))
    assert all(first == second for first, second in counts.values()), counts


def test_all_that_a_salary_needs_is_entered_through_the_pages(office, cast):
    ada = make_member()
    give_money(ada, 1_000_000)
    page = {
        name: reverse(f"payroll:{name}", args=[ada.pk]) for name in ("new_tax_data", "new_insurance", "new_account")
    }
    fund = {
        "name": "Musterkasse Nord",
        "number": "12345678",
        "since": "2026-01",
        "additional_rate": "2,69",
        "source": "Satzung, fictitious",
    }
    assert office.post(reverse("payroll:funds"), fund).status_code == 302
    assert HealthFundRate.objects.get().additional_rate == Decimal("0.0269")
    tax = {
        "since": "2026-03",
        "tax_id": tax_id(1),
        "tax_class": "1",
        "child_allowances": "0",
        "church": "none",
        "federal_state": "BE",
    }
    wrong = office.post(page["new_tax_data"], {**tax, "tax_id": "12345678901"})
    assert wrong.status_code == 200
    assert wrong.context["form"].non_field_errors()
    assert not TaxData.objects.exists()
    assert office.post(page["new_tax_data"], tax).status_code == 302
    insurance = {
        "since": "2026-03",
        "insurance_number": insurance_number(1),
        "fund_id": HealthFund.objects.get().pk,
        "childless": "on",
        "children_under25": "0",
    }
    assert office.post(page["new_insurance"], insurance).status_code == 302
    assert InsuranceData.objects.get().childless
    assert (
        office.post(page["new_account"], {"since": "2026-03-01", "iban": iban(1), "holder": "Ada"}).status_code == 302
    )
    contract = {
        "position": "Design",
        "gross": "1.150,00",
        "weekly_hours": "15",
        "starts_on": "2026-03",
        "last_month": "2026-06",
        "kind": "auto",
    }
    assert office.post(reverse("payroll:new_contract", args=[ada.pk]), contract).status_code == 302
    agreed = EmploymentContract.objects.get()
    assert (agreed.gross_cents, agreed.ends_on) == (115_000, date(2026, 7, 1))
    promise = Commitment.objects.get(source=f"contract:{agreed.pk}")
    assert promise.outstanding_cents() == 4 * 144_461
    shown = office.get(reverse("payroll:person", args=[ada.pk]))
    assert shown.context["missing"] == ()
    office.post(reverse("payroll:end_contract", args=[ada.pk, agreed.pk]), {"last_month": "2026-04"})
    agreed.refresh_from_db()
    assert agreed.ends_on == date(2026, 5, 1)
    assert Commitment.objects.get(pk=promise.pk).until == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"gross": "3000,00"}, "bear"), ({"weekly_hours": "40"}, "minimum wage"), ({"gross": "0"}, "")],
)
def test_a_salary_that_cannot_be_is_refused_with_the_reason(office, cast, changes, words, settings):
    settings.LANGUAGE_CODE = "en"
    ada = make_member()
    give_money(ada, 600_000)
    employ(ada, starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 1))
    contract = {
        "position": "Design",
        "gross": "1150,00",
        "weekly_hours": "15",
        "starts_on": "2026-03",
        "last_month": "2026-06",
        "kind": "auto",
        **changes,
    }
    headers = {"accept-language": "en"}
    contract["gross"] = contract["gross"].replace(",", ".")
    page = office.post(reverse("payroll:new_contract", args=[ada.pk]), contract, headers=headers)
    assert page.status_code == 200
    assert words in str(page.context["form"].errors)
    assert EmploymentContract.objects.count() == 1
    assert not Commitment.objects.exists()


def test_a_run_from_start_to_payslip(office, cast, client_of, django_capture_on_commit_callbacks):
    ada, bo = make_member("Ada"), make_member("Bo")
    give_money(ada, 100_000)
    employ(ada)
    employ(bo, leave_out="account")
    started = office.post(reverse("payroll:start"), {"month": "2026-03"})
    run = PayrollRun.objects.get()
    assert started["location"] == reverse("payroll:run", args=[run.pk])
    waiting = office.get(started["location"])
    assert b"hx-get" in waiting.content
    progress = office.get(reverse("payroll:progress", args=[run.pk]))
    assert b"every 2s" in progress.content
    assert "HX-Refresh" not in progress
    compute_chunk(run_id=run.pk, person_ids=people_to_pay(MARCH), started_at=run.started_at, at=FEBRUARY)
    assert office.get(reverse("payroll:progress", args=[run.pk]))["HX-Refresh"] == "true"
    page = office.get(started["location"])
    rows = page.context["rows"]
    assert rows[0]["name"] == bo.name
    assert "IBAN" in rows[0]["problem"]
    assert rows[0]["url"] == reverse("payroll:person", args=[bo.pk])
    assert rows[1]["shortfall"] == 44_461
    office.post(reverse("payroll:approve", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == RunState.COMPUTED, "whoever computed it cannot approve it"
    board = client_of(cast.board, cast.coop)
    assert board.get(started["location"]).context["rows"][1]["url"] is None
    board.post(reverse("payroll:approve", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == RunState.APPROVED
    post_run(run_id=run.pk, at=FEBRUARY)
    done = board.get(started["location"] + "?show=shortfalls")
    assert [row["name"] for row in done.context["rows"]] == [ada.name]


def test_a_rejected_payment_is_ordered_anew_on_the_runs_page(office, cast):
    ada = make_member()
    give_money(ada, 500_000)
    employ(ada)
    run = run_month(cast.payroll, cast.board)
    address = reverse("payroll:order_again", args=[run.pk])
    assert address not in office.get(reverse("payroll:run", args=[run.pk])).content.decode()
    refused = office.post(address, follow=True, headers={"accept-language": "en"})
    assert "has a payment order already" in refused.content.decode()
    first = PaymentOrder.objects.get()
    reject_payment_order(order_id=first.pk, by=cast.accountant, at=RUN_AT)
    assert address in office.get(reverse("payroll:run", args=[run.pk])).content.decode()
    answer = office.post(address)
    second = PaymentOrder.objects.exclude(pk=first.pk).get()
    assert answer.url == reverse("banking:order", args=[second.pk])
    assert (second.total_cents, second.source) == (first.total_cents, first.source)


def test_the_change_to_last_month_is_shown(office, cast):
    ada = make_member()
    give_money(ada, 1_000_000)
    contract = employ(ada, ends_on=date(2026, 4, 1))
    run_month(cast.payroll, cast.board)
    contract.refresh_from_db()
    from payroll.master_data import agree_contract

    agree_contract(
        person_id=ada.pk,
        gross_cents=120_000,
        weekly_hours=Decimal(15),
        position="Design",
        starts_on=date(2026, 4, 1),
        ends_on=None,
        at=NOW,
        by=None,
    )
    second = run_month(cast.payroll, cast.board, month=date(2026, 4, 1), at=datetime(2026, 4, 20, tzinfo=UTC))
    row = office.get(reverse("payroll:run", args=[second.pk])).context["rows"][0]
    old, new = Payslip.objects.order_by("month")
    assert row["change"] == new.net_cents - old.net_cents > 0


def test_a_member_sees_the_own_payslips_and_nobody_elses(cast, client_of, today, django_capture_on_commit_callbacks):
    ada, bo = make_member("Ada"), make_member("Bo")
    ada.user = cast.member
    ada.save(update_fields=["user"])
    for person in (ada, bo):
        give_money(person, 500_000)
        employ(person)
    run_month(cast.payroll, cast.board)
    own, other = Payslip.objects.get(person=ada), Payslip.objects.get(person=bo)
    browser = client_of(cast.member, cast.coop)
    listed = browser.get(reverse("payroll:my_payslips"))
    assert [row["url"] for row in listed.context["rows"]] == [reverse("payroll:my_payslip", args=[own.pk])]
    page = browser.get(reverse("payroll:my_payslip", args=[own.pk]))
    assert "§ 241 SGB V" in page.content.decode()
    budget = {item["label"]: item["cents"] for item in page.context["cost"]}
    assert max(budget.values()) == 500_000
    for name in ("my_payslip", "my_payslip_pdf"):
        assert browser.get(reverse(f"payroll:{name}", args=[other.pk])).status_code == 404
        assert browser.get(reverse(f"payroll:{name}", args=[own.pk])).status_code in {200, 302}
    paper = Document.objects.get(source=f"payslip:{own.pk}")
    assert render_document(coop_id=cast.coop.pk, document_id=paper.pk, at=RUN_AT)
    answer = browser.get(reverse("payroll:my_payslip_pdf", args=[own.pk]))
    assert answer.content.startswith(b"%PDF")
    assert browser.get(reverse("payroll:my_employment")).status_code == 200


def test_a_correction_through_the_page(office, cast):
    ada = make_member()
    give_money(ada, 2_000_000)
    employ(ada, 400_000)
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    same = office.post(reverse("payroll:correct", args=[slip.pk]))
    assert same["location"] == reverse("payroll:payslip", args=[slip.pk])
    tax = {
        "since": "2026-03",
        "tax_id": tax_id(1),
        "tax_class": "3",
        "child_allowances": "0",
        "church": "none",
        "federal_state": "BE",
    }
    office.post(reverse("payroll:new_tax_data", args=[ada.pk]), tax)
    done = office.post(reverse("payroll:correct", args=[slip.pk]))
    new = Payslip.objects.get(corrects=slip)
    assert done["location"] == reverse("payroll:payslip", args=[new.pk])
    page = office.get(done["location"])
    assert any(row.change_cents for row in page.context["differences"])


def test_what_a_fund_is_told_is_dated(office, cast):
    fund = health_fund()
    assert fund.name in office.get(reverse("payroll:funds")).content.decode()


@pytest.mark.parametrize(
    ("language", "text", "cents"),
    [
        ("de", "1.150,00", 115_000),
        ("de", "1150,5", 115_050),
        ("de", "1150.00", 115_000),
        ("de", "1.150", 115_000),
        ("de", "12.345.678,90 €", 1_234_567_890),
        ("en", "1,150.00", 115_000),
        ("en", "1150", 115_000),
    ],
)
def test_amounts_are_read_as_people_write_them(language, text, cents):
    with translation.override(language):
        assert EuroField().clean(text) == cents


@pytest.mark.parametrize("text", ["1,150,00", "12,345", "abc", "", "0,001", "NaN"])
def test_what_is_no_amount_is_refused(text):
    with translation.override("de"), pytest.raises(ValidationError):
        EuroField().clean(text)
