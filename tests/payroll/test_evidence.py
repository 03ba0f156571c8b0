"""Payslips vouch for what the budgets hold."""

from datetime import UTC, datetime

from coop.ledger.actions import post, set_cover
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.ledger.verify import problems
from payroll.corrections import correct_payslip
from payroll.evidence import payslip_evidence
from payroll.master_data import enter_insurance
from payroll.models import Payslip
from tests.factories.payroll import MARCH, NOW, employ, health_fund, insurance_number, make_member, run_month


def of_payslips() -> list[str]:
    """What the proof finds wrong with payslips; the test money of the factories has no document."""
    return [problem for problem in problems() if "payslip:" in problem]


def test_paid_uncovered_and_corrected_salaries_are_proved(cast):
    ada, bo = make_member("Ada"), make_member("Bo")
    employ(ada)
    employ(bo, 300_000)
    set_cover(budget_id=ada.budget_id, source="job:1", cents=100_000, since=MARCH)
    set_cover(budget_id=bo.budget_id, source="job:2", cents=900_000, since=MARCH)
    run_month(cast.payroll, cast.board)
    paid = Payslip.objects.get(person=ada)
    assert paid.shortfall_cents == 44_461
    assert payslip_evidence()[ada.budget_id, f"payslip:{paid.pk}"] == (-100_000, 0)
    slip = Payslip.objects.get(person=bo)
    enter_insurance(
        person_id=bo.pk,
        since=MARCH,
        insurance_number=insurance_number(3),
        fund_id=health_fund("0.0339").pk,
        childless=True,
        children_under25=0,
        at=NOW,
        by=None,
    )
    new = correct_payslip(payslip_id=slip.pk, by=cast.payroll, at=datetime(2026, 4, 10, tzinfo=UTC))
    moved = slip.cost_cents - new.cost_cents
    assert moved < 0
    assert payslip_evidence()[bo.budget_id, f"payslip:{new.pk}"] == (moved, 0)
    assert of_payslips() == []


def test_an_entry_that_no_payslip_vouches_for_is_found(cast):
    ada = make_member()
    lines = [debit(AccountCode.FREE, 5, budget_id=ada.budget_id), credit(AccountCode.RELEASE, 5)]
    post(draft("payslip:999999", MARCH, "forged", lines))
    assert of_payslips() == [f"budget {ada.budget_id}: payslip:999999 differs from its document"]
