"""The payslip on paper."""

import io
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from coop.documents.actions import render_document
from coop.documents.models import Document
from coop.documents.states import DocumentState
from payroll.corrections import correct_payslip
from payroll.documents import (
    beside_net,
    deductions,
    differences,
    group_of,
    pay_items,
    payslip_context,
    render_payslip,
)
from payroll.explanations import Side, explained, of_side
from payroll.germany.contributions import Group
from payroll.insurance_number import birth_date_in
from payroll.master_data import enter_tax_data
from payroll.models import Payslip
from payroll.states import ElementKind
from payroll.wage_elements import enter_wage_element
from tests.factories.payroll import MARCH, NOW, employ, give_money, make_member, run_month, tax_id


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_a_payslip_says_what_the_law_asks_for(cast):
    ada = make_member()
    give_money(ada, 200_000)
    employ(ada, church="yes", ends_on=date(2026, 5, 1))
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    text = text_of(render_payslip(f"payslip:{slip.pk}"))
    wanted = (
        "Bescheinigung nach § 108 Abs. 3 S. 1 GewO",
        ada.name,
        "Beispielweg 2",
        cast.coop.name,
        "86095749191"[:4],
        "Musterkasse",
        "30 / 30",
        "30.04.2026",
        "1-1-1-1",
        "1.150,00",
        "979,03",
        "1.444,61",
        "2.000,00",
        "555,39",
        "§ 241 SGB V",
        "§ 39b (2) EStG",
    )
    assert [words for words in wanted if words not in text] == []


def test_every_kind_of_pay_stands_apart_with_its_gross(cast):
    """One-off pay, tax-free and in kind, advances and garnishments: § 1 (2) EntgBV."""
    ada = make_member()
    give_money(ada, 3_000_000)
    employ(ada, 400_000, church="rk")
    given = {"person_id": ada.pk, "since": MARCH, "at": NOW, "by": cast.payroll}
    for kind, cents, text, more in (
        (ElementKind.ONE_OFF, 100_000, "Bonus", {}),
        (ElementKind.PER_DIEM, 2_800, "Reise", {}),
        (ElementKind.IN_KIND, 5_000, "Fahrrad", {}),
        (ElementKind.ADVANCE, 30_000, "Vorschuss", {"instalment_cents": 10_000}),
        (ElementKind.GARNISHMENT, 20_000, "Beschluss", {}),
    ):
        enter_wage_element(kind=kind, amount_cents=cents, text=text, **given, **more)
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    items = {(item.text, item.flags): item.amount_cents for item in pay_items(slip)}
    assert items == {("", "L St SV G"): 400_000, ("Bonus", "E St SV G"): 100_000, ("Fahrrad", "L St SV G"): 5_000}
    assert sum(items.values()) == slip.gross_cents
    taken = deductions(slip)
    assert taken.taxes_cents + taken.taxes_one_off_cents == (
        slip.wage_tax_cents + slip.soli_cents + slip.church_tax_cents
    )
    assert taken.insurance_cents + taken.insurance_one_off_cents == slip.employee_cents
    assert min(taken.taxes_one_off_cents, taken.insurance_one_off_cents) > 0
    beside = beside_net(slip)
    assert sorted(cents for _label, cents in beside) == [-20_000, -5_000, 2_800, 30_000]
    assert slip.net_cents + sum(cents for _label, cents in beside) == slip.payout_cents
    text = text_of(render_payslip(f"payslip:{slip.pk}"))
    for words in ("E St SV G", "Fahrrad", "1.000,00", "28,00", "200,00"):
        assert words in text


def test_the_words_are_in_the_members_language(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    bo.language = "en"
    bo.save(update_fields=["language"])
    employ(ada)
    employ(bo)
    run_month(cast.payroll, cast.board)
    german, english = (text_of(render_payslip(f"payslip:{slip.pk}")) for slip in Payslip.objects.order_by("person_id"))
    assert "Pays doctors, hospitals" in english
    assert "Pays doctors, hospitals" not in german


def test_a_correction_shows_what_differs(cast):
    ada = make_member()
    give_money(ada, 2_000_000)
    employ(ada, 400_000)
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    enter_tax_data(person_id=ada.pk, since=MARCH, tax_id=tax_id(1), tax_class=3, federal_state="BE", at=NOW, by=None)
    new = correct_payslip(payslip_id=slip.pk, by=cast.payroll, at=datetime(2026, 4, 10, tzinfo=UTC))
    rows = {row.change_cents for row in differences(new)}
    gain = slip.wage_tax_cents - new.wage_tax_cents
    assert rows == {0, gain, -gain}
    assert differences(slip) == []
    assert text_of(render_payslip(f"payslip:{new.pk}")).count(f"{gain // 100}") >= 2


def test_a_shortfall_stands_on_the_payslip(cast):
    employ(make_member())
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    context = payslip_context(slip)
    assert slip.shortfall_cents == slip.cost_cents
    assert context["step"].moved_cents == 0
    assert text_of(render_payslip(f"payslip:{slip.pk}")).count("1.444,61") >= 2


def test_the_pdf_is_drawn_once_by_its_job(cast):
    employ(make_member())
    run_month(cast.payroll, cast.board)
    paper = Document.objects.get(kind="payslip")
    assert render_document(coop_id=cast.coop.pk, document_id=paper.pk, at=NOW)
    paper.refresh_from_db()
    assert paper.state == DocumentState.READY
    assert paper.keep_until == date(2032, 12, 31)


@pytest.mark.parametrize(
    ("gross", "group"),
    [(60_300, Group.MINIJOB), (115_000, Group.MIDIJOB), (250_000, Group.FULL), (900_000, Group.FULL)],
)
@pytest.mark.parametrize("tax", [{"tax_class": 1}, {"tax_class": 5, "church": "yes"}, {"tax_class": 3}])
def test_the_lines_add_up_to_the_totals_whatever_the_pay(cast, gross, group, tax):
    employ(make_member(), gross, **tax)
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    lines = explained(slip.lines)
    assert group_of(slip) is group
    taken = {side: sum(line.amount_cents for line in of_side(lines, side)) for side in Side}
    assert taken[Side.EMPLOYEE] == slip.employee_cents
    assert taken[Side.TAX] == slip.wage_tax_cents + slip.soli_cents + slip.church_tax_cents
    assert taken[Side.EMPLOYER] == slip.cost_cents - slip.gross_cents


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("15070649C103", date(1949, 6, 7)),
        ("15020712M018", date(2012, 7, 2)),
        ("15020713M018", date(1913, 7, 2)),
        ("15320780M018", None),
        ("15000080M018", None),
    ],
)
def test_the_insurance_number_holds_the_birth_date(number, born):
    assert birth_date_in(number, MARCH) == born
