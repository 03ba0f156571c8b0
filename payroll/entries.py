"""What a payslip books."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from coop.ledger.actions import month_of
from coop.ledger.chart import AccountCode
from coop.ledger.lines import Draft, Line, credit, debit, draft, netted, turned
from payroll.models import Payslip

KEPT_YEARS = 6
"""Wage accounts are kept until the end of the sixth year after (§ 41 (1) EStG)."""
ACCIDENT_PARTY = "accident insurance"


def payslip_entry(slip: Payslip, *, event_on: date, before: Payslip | None = None) -> Draft:
    """The entry of a payslip (walk e), or of its difference to the payslip that it corrects (walk j).

    A correction turns the old lines and adds the new ones, so that another fund or budget is put right too; what
    stays the same falls out. Its tax belongs to the month in which it is booked.
    """
    lines = _payslip_lines(slip, month_of(event_on))
    if before is None:
        return _entry(slip, event_on, _("Salary %(month)s"), lines)
    lines = netted([*lines, *(turned(line) for line in _payslip_lines(before, month_of(event_on)))])
    return _entry(slip, event_on, _("Correction of salary %(month)s"), lines)


def payslip_entries(slips: Iterable[Payslip], *, event_on: date) -> list[Draft]:
    """`payslip_entry` for many, the text translated once."""
    text, tax = _("Salary %(month)s"), month_of(event_on)
    return [_entry(slip, event_on, text, _payslip_lines(slip, tax)) for slip in slips]


def _entry(slip: Payslip, event_on: date, text: str, lines: list[Line]) -> Draft:
    month = slip.month
    return draft(
        payslip_source(slip),
        event_on,
        text % {"month": f"{month:%m/%Y}"},
        lines,
        document=f"payslip {month:%Y-%m}/{slip.pk}",
    )


def _payslip_lines(slip: Payslip, tax: date) -> list[Line]:
    """The lines of a payslip; those that most have not are made where they carry something."""
    service, fund, budget = slip.month, f"fund:{slip.inputs['fund_id']}", slip.budget_id
    person = f"person:{slip.person_id}"
    funds = slip.employee_cents + slip.employer_cents + slip.flat_tax_cents
    taxes = slip.wage_tax_cents + slip.soli_cents + slip.church_tax_cents
    employer = slip.employer_cents + slip.levies_cents + slip.flat_tax_cents + slip.subsidy_cents
    lines = [
        # A benefit in kind was booked where it was bought.
        debit(AccountCode.WAGES, slip.gross_cents - slip.in_kind_cents, service_month=service),
        debit(AccountCode.EMPLOYER_COST, employer, service_month=service),
        credit(AccountCode.NET_PAY, slip.payout_cents, party=person, service_month=service),
        credit(AccountCode.WAGE_TAX, taxes, party=f"wage tax:{tax:%Y-%m}", service_month=service, tax_month=tax),
        credit(AccountCode.FUNDS, funds, party=fund, service_month=service),
        credit(AccountCode.LEVIES, slip.levies_cents - slip.accident_cents, party=fund, service_month=service),
        debit(AccountCode.FREE, slip.cost_cents, budget_id=budget, service_month=service),
        credit(AccountCode.RELEASE, slip.cost_cents, service_month=service),
    ]
    if slip.free_cents:
        lines.append(debit(AccountCode.FREE_PAY, slip.free_cents, service_month=service))
    if slip.advance_cents or slip.set_off_cents:
        advanced = slip.advance_cents - slip.set_off_cents
        lines.append(debit(AccountCode.ADVANCES, advanced, party=person, service_month=service))
    if slip.garnished_cents:
        lines.append(credit(AccountCode.GARNISHMENTS, slip.garnished_cents, party=person, service_month=service))
    if slip.accident_cents:
        lines.append(credit(AccountCode.LEVIES, slip.accident_cents, party=ACCIDENT_PARTY, service_month=service))
    if slip.shortfall_cents:
        lines.append(debit(AccountCode.SHORTFALL, slip.shortfall_cents, service_month=service))
        lines.append(credit(AccountCode.FREE, slip.shortfall_cents, budget_id=budget, service_month=service))
    return lines


def payslip_document(month: date) -> dict[str, Any]:
    """What the PDFs of a month's payslips share, to be asked for; their source is `payslip_source`."""
    return {
        "kind": "payslip",
        "title": _("Payslip %(month)s") % {"month": f"{month:%m/%Y}"},
        "filename": f"payslip-{month:%Y-%m}.pdf",
        "keep_until": date(month.year + KEPT_YEARS, 12, 31),
    }


def payslip_source(slip: Payslip) -> str:
    """What the PDF and the entry of a payslip are known by."""
    return f"payslip:{slip.pk}"
