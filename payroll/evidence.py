"""What payslips say a budget should hold, told from their own rows."""

from coop.ledger.evidence import Expected
from payroll.models import Payslip
from payroll.states import PayslipState


def payslip_evidence() -> Expected:
    """Per posted payslip: its budget bore the cost, except what the cooperative carried.

    A correction moves only what differs from the payslip that it corrects.
    """
    rows = Payslip.objects.filter(state=PayslipState.POSTED).values_list(
        "id", "budget_id", "cost_cents", "shortfall_cents", "corrects__cost_cents", "corrects__shortfall_cents"
    )
    expected = {}
    for payslip_id, budget_id, cost, shortfall, cost_before, shortfall_before in rows.iterator(chunk_size=5000):
        borne = (cost - shortfall) - ((cost_before or 0) - (shortfall_before or 0))
        if borne:
            expected[budget_id, f"payslip:{payslip_id}"] = (-borne, 0)
    return expected
