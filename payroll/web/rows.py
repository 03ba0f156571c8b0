"""What lists of payroll show: a person's file and payslips as rows of tables."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from payroll.models import EmploymentContract, WageElement
from payroll.queries import PersonFile, before
from payroll.web.forms import FEDERAL_STATES


def payslip_columns() -> list[dict[str, Any]]:
    """The columns of a person's payslips."""
    return [
        {"key": "month", "label": _("Month"), "kind": "month", "url": "url"},
        {"key": "gross", "label": _("Gross"), "kind": "money"},
        {"key": "net", "label": _("Net"), "kind": "money"},
        {"key": "cost", "label": _("Total cost"), "kind": "money"},
        {"key": "state", "label": _("State"), "kind": "state"},
    ]


def file_context(found: PersonFile, today: date, *, edit: bool) -> dict[str, Any]:
    """A person's file as tables, newest first; `edit` adds what payroll staff can do."""
    contract_columns = [
        {"key": "since", "label": _("From"), "kind": "month"},
        {"key": "until", "label": _("Until"), "kind": "month"},
        {"key": "position", "label": _("Work")},
        {"key": "hours", "label": _("Hours a week"), "kind": "number"},
        {"key": "gross", "label": _("Gross salary"), "kind": "money"},
        {"key": "state", "label": _("State"), "kind": "state"},
    ]
    if edit:
        contract_columns.append({"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True})  # type: ignore[dict-item]
    return {
        "person": found.person,
        "missing": found.missing,
        "contracts": [_contract_row(contract, today, edit=edit) for contract in found.contracts],
        "contract_columns": contract_columns,
        "tax": [
            {
                "since": row.since,
                "number": row.tax_id,
                "tax_class": ("I", "II", "III", "IV", "V", "VI")[row.tax_class - 1],
                "factor": row.factor,
                "children": row.child_allowances,
                "church": row.get_church_display(),
                "where": dict(FEDERAL_STATES).get(row.federal_state, row.federal_state),
            }
            for row in found.tax
        ],
        "tax_columns": [
            {"key": "since", "label": _("From"), "kind": "month"},
            {"key": "number", "label": _("Tax identification number")},
            {"key": "tax_class", "label": _("Tax class")},
            {"key": "factor", "label": _("Factor"), "kind": "number"},
            {"key": "children", "label": _("Child allowances"), "kind": "number"},
            {"key": "church", "label": _("Church tax")},
            {"key": "where", "label": _("Federal state")},
        ],
        "insurance": [
            {
                "since": row.since,
                "number": row.insurance_number,
                "fund": row.fund.name,
                "care": _("no children")
                if row.childless
                else _("parent, %(n)s under 25") % {"n": row.children_under25},
            }
            for row in found.insurance
        ],
        "insurance_columns": [
            {"key": "since", "label": _("From"), "kind": "month"},
            {"key": "number", "label": _("Social insurance number")},
            {"key": "fund", "label": _("Health fund")},
            {"key": "care", "label": _("Care insurance")},
        ],
        "elsewhere": [
            {"since": row.since, "kind": row.get_kind_display(), "gross": row.gross_cents} for row in found.elsewhere
        ],
        "elsewhere_columns": [
            {"key": "since", "label": _("From"), "kind": "month"},
            {"key": "kind", "label": _("Kind")},
            {"key": "gross", "label": _("Gross pay a month there"), "kind": "money"},
        ],
        "elements": [_element_row(row, edit=edit) for row in found.elements],
        "element_columns": [
            {"key": "text", "label": _("What for")},
            {"key": "kind", "label": _("Kind")},
            {"key": "amount", "label": _("Amount"), "kind": "money"},
            {"key": "hours", "label": _("Hours"), "kind": "number"},
            {"key": "since", "label": _("From"), "kind": "month"},
            {"key": "until", "label": _("Until"), "kind": "month"},
            *([{"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True}] if edit else []),
        ],
        "accounts": [{"since": row.since, "iban": _spaced(row.iban), "holder": row.holder} for row in found.accounts],
        "account_columns": [
            {"key": "since", "label": _("From"), "kind": "day"},
            {"key": "iban", "label": "IBAN"},
            {"key": "holder", "label": _("Account holder")},
        ],
    }


def _contract_row(contract: EmploymentContract, today: date, *, edit: bool) -> dict[str, Any]:
    ended = contract.ends_on is not None and contract.ends_on <= today
    if ended:
        state = {"label": _("ended"), "tone": "neutral"}
    elif contract.starts_on > today:
        state = {"label": _("agreed"), "tone": "info"}
    else:
        state = {"label": _("running"), "tone": "good"}
    actions = []
    if edit:
        papers = reverse("agreements:papers", args=[contract.pk])
        actions.append({"url": papers, "label": _("Papers"), "tone": "quiet", "small": True})
    if edit and not ended:
        url = reverse("payroll:end_contract", args=[contract.person_id, contract.pk])
        actions.append({"url": url, "label": _("Let it end"), "tone": "quiet", "small": True})
    return {
        "since": contract.starts_on,
        "until": before(contract.ends_on) if contract.ends_on else None,
        "position": contract.position,
        "hours": contract.weekly_hours,
        "gross": contract.gross_cents,
        "state": state,
        "actions": actions,
    }


def _element_row(row: WageElement, *, edit: bool) -> dict[str, Any]:
    actions = []
    if edit and row.ended_at is None:
        url = reverse("payroll:end_element", args=[row.person_id, row.pk])
        actions.append({"url": url, "label": _("Let it end"), "tone": "quiet", "small": True})
    return {
        "text": row.text,
        "kind": row.get_kind_display(),
        "amount": row.amount_cents,
        "hours": row.hours,
        "since": row.since,
        "until": before(row.until) if row.until else None,
        "actions": actions,
    }


def payslip_state(*, correction: bool, corrected: bool) -> dict[str, Any]:
    """How a posted payslip stands, as a badge."""
    if corrected:
        return {"label": _("replaced by a correction"), "tone": "neutral"}
    return {"label": _("correction"), "tone": "info"} if correction else {"label": _("paid"), "tone": "good"}


def _spaced(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
