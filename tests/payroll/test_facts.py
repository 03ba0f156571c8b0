"""What runs are computed from: parts of months, wage elements, other jobs, the year."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from coop.errors import InvalidInput, NotFound
from coop.ledger.chart import AccountCode as A
from coop.ledger.models import Posting
from coop.ledger.queries import account_balance, figures_of, party_balances
from coop.ledger.verify import problems
from payroll.drafts import draft_payslips
from payroll.master_data import (
    end_contract,
    enter_accident_rate,
    enter_health_fund,
    enter_insurance,
    enter_other_employment,
    enter_tax_data,
)
from payroll.models import EmploymentContract, HealthFund, Payslip, WageElement
from payroll.states import Cover, ElementKind, EmploymentKind, OtherJob, PayslipState
from payroll.timekeeping.states import AbsenceCause
from payroll.wage_elements import end_wage_element, enter_wage_element
from tests.factories.payroll import (
    JANUARY,
    MARCH,
    NOW,
    employ,
    give_money,
    health_fund,
    insurance_number,
    make_member,
    minijob_centre,
    run_month,
    tax_id,
)
from tests.factories.timekeeping import make_absence

APRIL = date(2026, 4, 1)


def element(person, kind, cents, since=MARCH, **more):
    return enter_wage_element(
        person_id=person.pk, kind=kind, since=since, amount_cents=cents, text="Something", at=NOW, by=None, **more
    )


def draft(person, month=MARCH):
    slip = next(iter(draft_payslips(month, [person.pk])))
    assert slip.state == PayslipState.DRAFT, slip.problem
    return slip


def insure(person, since=MARCH, **more):
    enter_insurance(
        person_id=person.pk,
        since=since,
        insurance_number=insurance_number(1),
        fund_id=health_fund().pk,
        childless=True,
        children_under25=0,
        at=NOW,
        by=None,
        **more,
    )


def test_a_contract_that_ends_within_a_month_pays_its_days(cast):
    ada = make_member()
    contract = employ(ada, 310_000)
    end_contract(contract_id=contract.pk, ends_on=date(2026, 3, 11), by=None)
    slip = draft(ada)
    assert slip.gross_cents == 100_000
    assert (slip.inputs["insured_days"], slip.inputs["tax_days"]) == (10, 10)
    assert slip.inputs["regular_cents"] == 310_000


def test_two_contracts_of_a_month_each_pay_their_days(cast):
    ada = make_member()
    first = employ(ada, 310_000)
    end_contract(contract_id=first.pk, ends_on=date(2026, 3, 11), by=None)
    EmploymentContract.objects.create(
        person=ada, gross_cents=620_000, weekly_hours=20, position="More", starts_on=date(2026, 3, 11), agreed_at=NOW
    )
    slip = draft(ada)
    assert slip.gross_cents == 100_000 + 420_000
    assert slip.inputs["insured_days"] == 30


def test_unpaid_leave_lowers_pay_and_keeps_insurance_for_a_month(cast):
    ada = make_member()
    employ(ada, 310_000)
    make_absence(ada, AbsenceCause.UNPAID, date(2026, 3, 22), APRIL, confirmed_by=cast.payroll)
    slip = draft(ada)
    assert slip.gross_cents == 210_000
    assert (slip.inputs["insured_days"], slip.inputs["tax_days"], slip.inputs["unpaid_days"]) == (30, 30, 10)


def test_wage_elements_are_paid_taxed_and_kept_back_as_their_kind_says(cast):
    ada = make_member()
    give_money(ada, 5_000_000)
    employ(ada, 400_000)
    plain = draft(ada)
    element(ada, ElementKind.SUPPLEMENT, 10_000)
    element(ada, ElementKind.HOURS, 2_500, hours=Decimal("10.5"))
    element(ada, ElementKind.IN_KIND, 5_000)
    element(ada, ElementKind.ONE_OFF, 100_000)
    element(ada, ElementKind.VACATION_PAY, 20_000)
    element(ada, ElementKind.EXPENSES, 3_333)
    element(ada, ElementKind.PER_DIEM, 2_800)
    element(ada, ElementKind.ADVANCE, 50_000, instalment_cents=20_000)
    element(ada, ElementKind.GARNISHMENT, 7_000)
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    assert slip.gross_cents == 400_000 + 10_000 + 26_250 + 5_000 + 120_000
    assert (slip.one_off_cents, slip.in_kind_cents, slip.free_cents) == (120_000, 5_000, 6_133)
    assert slip.employee_cents > plain.employee_cents
    assert slip.payout_cents == slip.net_cents + 6_133 + 50_000 - 5_000 - 7_000
    assert account_balance(A.ADVANCES) == 50_000
    assert account_balance(A.GARNISHMENTS) == -7_000
    assert account_balance(A.FREE_PAY) == 6_133
    assert account_balance(A.WAGES) == slip.gross_cents - 5_000
    assert figures_of(ada.budget_id, MARCH).free_cents == 5_000_000 - slip.cost_cents
    assert [line for line in problems() if "test money" not in line] == []
    after = draft(ada, APRIL)
    assert (after.advance_cents, after.one_off_cents, after.free_cents) == (-20_000, 0, 2_800)
    may, june, july = (draft(ada, date(2026, month, 1)).advance_cents for month in (5, 6, 7))
    assert (may, june, july) == (-20_000, -10_000, 0)


def test_more_kept_back_than_paid_is_that_persons_problem(cast):
    ada = make_member()
    employ(ada)
    element(ada, ElementKind.GARNISHMENT, 500_000)
    slip = next(iter(draft_payslips(MARCH, [ada.pk])))
    assert slip.state == PayslipState.FAILED
    assert slip.problem


def test_nothing_is_set_off_below_the_seizure_limit(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    for person, gross in ((ada, 115_000), (bo, 400_000)):
        employ(person, gross)
        element(person, ElementKind.SET_OFF, 60_000, since=date(2026, 7, 1), until=date(2026, 9, 1))
    low, high = draft(ada, date(2026, 7, 1)), draft(bo, date(2026, 7, 1))
    assert low.set_off_cents == 0
    assert low.warnings == [{"code": "set_off_limited", "cents": 60_000}]
    assert 0 < high.set_off_cents < 60_000 or high.set_off_cents == 60_000
    # A month whose limits are not in the law: nothing is touched.
    element(bo, ElementKind.SET_OFF, 60_000, since=date(2026, 3, 1), until=date(2026, 4, 1), dependants=1)
    assert draft(bo).set_off_cents == 0


def test_elements_end_and_are_taken_back(cast):
    ada = make_member()
    employ(ada, 400_000)
    row = element(ada, ElementKind.SUPPLEMENT, 10_000)
    end_wage_element(element_id=row.pk, until=APRIL, at=NOW, by=None)
    assert (draft(ada).gross_cents, draft(ada, APRIL).gross_cents) == (410_000, 400_000)
    end_wage_element(element_id=row.pk, until=MARCH, at=NOW, by=None)
    assert draft(ada).gross_cents == 400_000
    advance = element(ada, ElementKind.ADVANCE, 10_000, instalment_cents=5_000)
    with pytest.raises(InvalidInput):
        end_wage_element(element_id=advance.pk, until=APRIL, at=NOW, by=None)
    with pytest.raises(InvalidInput):
        end_wage_element(element_id=row.pk, until=JANUARY, at=NOW, by=None)
    with pytest.raises(NotFound):
        end_wage_element(element_id=0, until=APRIL, at=NOW, by=None)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (ElementKind.HOURS, {}),
        (ElementKind.ONE_OFF, {"hours": Decimal(2)}),
        (ElementKind.ADVANCE, {}),
        (ElementKind.ONE_OFF, {"instalment_cents": 5}),
        (ElementKind.ADVANCE, {"instalment_cents": 200_000}),
        (ElementKind.ONE_OFF, {"since": date(2026, 3, 2)}),
        (ElementKind.ONE_OFF, {"until": MARCH}),
        (ElementKind.SET_OFF, {"dependants": 6}),
    ],
)
def test_contradictory_elements_are_refused(cast, kind, more):
    ada = make_member()
    with pytest.raises(InvalidInput):
        element(ada, kind, 100_000, **more)
    assert not WageElement.objects.exists()


def test_paid_hours_have_to_be_entered(cast):
    ada = make_member()
    employ(ada, leave_out="")
    contract = EmploymentContract.objects.get()
    end_contract(contract_id=contract.pk, ends_on=MARCH, by=None)
    EmploymentContract.objects.create(
        person=ada,
        gross_cents=120_000,
        hourly_cents=2_000,
        weekly_hours=14,
        position="By the hour",
        starts_on=MARCH,
        agreed_at=NOW,
    )
    slip = next(iter(draft_payslips(MARCH, [ada.pk])))
    assert slip.state == PayslipState.FAILED
    element(ada, ElementKind.HOURS, 2_000, hours=Decimal("61.25"))
    slip = draft(ada)
    assert slip.gross_cents == 122_500
    assert slip.inputs["group"] == "midijob"


def test_contributions_of_a_minijob_go_to_its_own_fund(cast):
    ada = make_member()
    give_money(ada, 500_000)
    employ(ada, 50_000)
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    centre = minijob_centre().pk
    assert (slip.inputs["fund_id"], slip.inputs["health_fund_id"]) == (centre, health_fund().pk)
    assert set(party_balances(A.FUNDS)) == {f"fund:{centre}"}
    assert (slip.inputs["person_group"], slip.inputs["contribution_group"]) == ("109", "6-1-0-0")


def test_without_the_minijob_centre_a_minijob_cannot_be_paid(cast):
    ada = make_member()
    employ(ada, 50_000)
    HealthFund.objects.filter(minijobs=True).update(minijobs=False)
    slip = next(iter(draft_payslips(MARCH, [ada.pk])))
    assert "Minijob-Zentrale" in slip.problem


def test_cover_status_and_other_jobs_decide_on_the_rules(cast):
    ada, bo, cleo = (make_member(name) for name in ("Ada", "Bo", "Cleo"))
    employ(ada, 900_000)
    insure(ada, cover=Cover.PRIVATE, health_premium_cents=80_000, care_premium_cents=9_000, basic_premium_cents=70_000)
    employ(bo, 300_000)
    insure(bo, pensioner=True)
    employ(cleo, 100_000)
    enter_other_employment(person_id=cleo.pk, since=MARCH, kind=OtherJob.INSURED, gross_cents=200_000, at=NOW, by=None)
    private, pensioner, two = draft(ada), draft(bo), draft(cleo)
    assert (private.inputs["contribution_group"], private.subsidy_cents) == ("0-1-1-0", 44_500)
    assert private.payout_cents == private.net_cents + 44_500
    assert pensioner.inputs["contribution_group"] == "3-3-2-1"
    assert two.inputs["group"] == "full"


def test_levies_are_told_one_by_one_where_their_rates_are_known(cast):
    ada = make_member()
    give_money(ada, 1_000_000)
    employ(ada, 400_000)
    flat = draft(ada)
    assert [line["code"] for line in flat.lines if "lev" in line["code"]] == ["levies"]
    fund = enter_health_fund(
        name="Volle Kasse",
        number="91234567",
        since=JANUARY,
        additional_rate=Decimal("0.0269"),
        sickness_levy_rate=Decimal("0.021"),
        maternity_levy_rate=Decimal("0.004"),
        source="fictitious",
    )
    enter_accident_rate(
        since=JANUARY, hazard_class=Decimal("0.5"), per_thousand=Decimal(4), source="fictitious", at=NOW, by=None
    )
    enter_insurance(
        person_id=ada.pk,
        since=MARCH,
        insurance_number=insurance_number(1),
        fund_id=fund.pk,
        childless=True,
        children_under25=0,
        at=NOW,
        by=None,
    )
    run_month(cast.payroll, cast.board)
    slip = Payslip.objects.get()
    levies = {line["code"]: line["amount_cents"] for line in slip.lines if line["code"].endswith(".levy")}
    assert levies == {"sickness.levy": 8_400, "maternity.levy": 1_600, "insolvency.levy": 600, "accident.levy": 800}
    assert party_balances(A.LEVIES) == {f"fund:{fund.pk}": -10_600, "accident insurance": -800}


def test_one_off_pay_sees_the_months_before_and_corrections_in_their_place(cast):
    ada = make_member()
    give_money(ada, 9_000_000)
    employ(ada, 500_000)
    for month in (1, 2, 3):
        at = datetime(2026, month, 20, 9, tzinfo=UTC)
        run_month(cast.payroll, cast.board, date(2026, month, 1), at)
    element(ada, ElementKind.ONE_OFF, 600_000, since=APRIL)
    slip = draft(ada, APRIL)
    assert slip.inputs["year"]["wage_cents"] == 1_500_000
    assert slip.inputs["year"]["days"] == 90
    health = next(line for line in slip.lines if line["code"] == "health.employee" and line.get("one_off"))
    assert health["basis_cents"] == 4 * 581_250 - 4 * 500_000


def test_the_march_clause_reaches_for_the_payslips_of_last_year(cast):
    ada = make_member()
    give_money(ada, 20_000_000)
    employ(ada, 500_000, starts_on=date(2025, 11, 1))
    for month in (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)):
        run_month(cast.payroll, cast.board, month, datetime(month.year, month.month, 20, 9, tzinfo=UTC))
    element(ada, ElementKind.ONE_OFF, 700_000)
    slip = draft(ada)
    assert slip.inputs["last_year"]["days"] == 60
    assert any("§ 23a (4)" in line["source"] for line in slip.lines)
    health = next(line for line in slip.lines if line["code"] == "health.employee" and line.get("one_off"))
    assert health["basis_cents"] == 2 * 551_250 - 2 * 500_000


def test_december_equalises_a_whole_year_and_no_other(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    for person in (ada, bo):
        give_money(person, 20_000_000)
        employ(person, 300_000)
    for month in range(1, 12):
        if month == 6:
            element(ada, ElementKind.SUPPLEMENT, 200_000, since=date(2026, 7, 1))
            enter_tax_data(
                person_id=bo.pk,
                since=date(2026, 7, 1),
                tax_id=tax_id(2),
                tax_class=5,
                federal_state="BE",
                at=NOW,
                by=None,
            )
        run_month(cast.payroll, cast.board, date(2026, month, 1), datetime(2026, month, 20, 9, tzinfo=UTC))
    december = date(2026, 12, 1)
    for person, refunded in ((ada, True), (bo, False)):
        codes = {line["code"] for line in draft(person, december).lines}
        assert ("wage_tax.refund" in codes) == refunded
    run_month(cast.payroll, cast.board, december, datetime(2026, 12, 18, 9, tzinfo=UTC))
    assert [line for line in problems() if "test money" not in line] == []


def test_kinds_that_contracts_name_are_followed(cast):
    ada = make_member()
    employ(ada, 100_000)
    for kind, group in (
        (EmploymentKind.WERKSTUDENT, "werkstudent"),
        (EmploymentKind.SHORT_TERM, "short_term"),
        (EmploymentKind.FULL, "full"),
    ):
        bo = make_member("Bo")
        contract = employ(bo, 100_000)
        end_contract(contract_id=contract.pk, ends_on=MARCH, by=None)
        EmploymentContract.objects.create(
            person=bo,
            gross_cents=100_000,
            kind=kind,
            weekly_hours=10,
            position="Other",
            starts_on=MARCH,
            ends_on=date(2026, 5, 1),
            agreed_at=NOW,
        )
        assert draft(bo).inputs["group"] == group


def test_what_is_posted_carries_the_service_month(cast):
    ada = make_member()
    give_money(ada, 1_000_000)
    employ(ada, 400_000)
    element(ada, ElementKind.EXPENSES, 1_000)
    run_month(cast.payroll, cast.board)
    assert set(Posting.objects.filter(entry__source__startswith="payslip").values_list("service_month", flat=True)) == {
        MARCH
    }
