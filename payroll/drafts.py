"""Payslips as they would be: computed from what is entered, not saved."""

import logging
from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from coop.errors import StetigError
from payroll.calculation import Computed, Facts, compute, digest_of
from payroll.facts import Person, facts_of
from payroll.germany.salary import SalaryLaw, salary_law
from payroll.models import Payslip
from payroll.states import PayslipState

logger = logging.getLogger(__name__)

AMOUNTS = (
    "gross_cents",
    "employee_cents",
    "employer_cents",
    "levies_cents",
    "flat_tax_cents",
    "wage_tax_cents",
    "soli_cents",
    "church_tax_cents",
    "net_cents",
    "one_off_cents",
    "in_kind_cents",
    "subsidy_cents",
    "free_cents",
    "advance_cents",
    "garnished_cents",
    "set_off_cents",
    "accident_cents",
    "cost_cents",
)
"""The amounts that a calculation gives."""


def draft_payslips(month: date, person_ids: Sequence[int], *, run_id: int | None = None) -> Iterator[Payslip]:
    """Unsaved payslips of a month for people, read in a fixed number of statements and computed one by one.

    What is missing for a person becomes that person's problem and stops nobody else.
    """
    law = salary_law(month)
    for person in facts_of(law, month, person_ids):
        yield _draft(law, month, person, run_id)


def digests(month: date, person_ids: Sequence[int]) -> dict[int, str]:
    """Per person the digest of what the month would be computed from today; those who lack something are left out."""
    law = salary_law(month)
    people = facts_of(law, month, person_ids)
    return {one.contract.person_id: _digest(law, one, one.facts) for one in people if one.facts is not None}


def _digest(law: SalaryLaw, person: Person, facts: Facts) -> str:
    return digest_of(facts, law, person.contract.pk, person.budget_id)


def _draft(law: SalaryLaw, month: date, person: Person, run_id: int | None) -> Payslip:
    contract = person.contract
    slip = Payslip(
        run_id=run_id,
        person_id=contract.person_id,
        contract=contract,
        budget_id=person.budget_id,
        month=month,
        state=PayslipState.DRAFT,
    )
    try:
        if person.facts is None:
            _fail(slip, str(person.problem))
        else:
            fill(slip, compute(law, person.facts), law, _digest(law, person, person.facts))
    except StetigError as error:
        _fail(slip, str(error))
    except Exception as error:  # noqa: BLE001 (one person's data must never stop the others)
        # The kind of error only: its text may quote pay or tax data.
        logger.error("contract %s could not be computed: %s", contract.pk, type(error).__name__)  # noqa: TRY400
        _fail(slip, _("This could not be computed. Please check the person's data; support sees the kind of error."))
    return slip


def _fail(slip: Payslip, problem: str) -> None:
    slip.state = PayslipState.FAILED
    slip.problem = problem[:400]


def fill(slip: Payslip, computed: Computed, law: SalaryLaw, digest: str) -> None:
    """Write what was computed into an unsaved payslip."""
    result = computed.salary
    slip.gross_cents = result.gross_cents
    slip.employee_cents = result.employee_cents
    slip.employer_cents = result.employer_cents
    slip.flat_tax_cents = result.flat_tax_cents
    slip.levies_cents = result.levies_cents
    slip.wage_tax_cents = result.wage_tax_cents
    slip.soli_cents = result.soli_cents
    slip.church_tax_cents = result.church_tax_cents
    slip.net_cents = result.net_cents
    slip.one_off_cents = computed.one_off_cents
    slip.in_kind_cents = computed.in_kind_cents
    slip.subsidy_cents = result.subsidy_cents
    slip.free_cents = computed.free_cents
    slip.advance_cents = computed.advance_cents
    slip.garnished_cents = computed.garnished_cents
    slip.set_off_cents = computed.set_off_cents
    slip.accident_cents = computed.accident_cents
    slip.cost_cents = computed.cost_cents
    slip.inputs = computed.inputs
    slip.lines = computed.lines
    slip.warnings = computed.warnings
    slip.digest = digest
    slip.law_digest = law.wage_tax.digest
