"""Papers of employments for tests."""

from datetime import UTC, datetime
from typing import Any

from coop.tenancy.models import User
from payroll.agreements.actions import Wording, make_paper
from payroll.agreements.models import EmploymentPaper
from payroll.agreements.states import Paper
from payroll.models import EmploymentContract

DRAWN_UP = datetime(2025, 12, 20, 9, tzinfo=UTC)


def draw_up(contract: EmploymentContract, by: User, kind: Paper = Paper.TERMS, **wording: Any) -> EmploymentPaper:
    """A paper about a contract."""
    words = Wording(**{"workplace": "A place that the member chooses", **wording})
    return make_paper(contract_id=contract.pk, kind=kind, wording=words, at=DRAWN_UP, by=by)
