"""States as badges, and rows as tables show them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from coop.ledger.chart import AccountCode
from invoicing.models import JobLine
from invoicing.queries import PostingRow
from invoicing.reports import EcList
from invoicing.states import InvoiceState, JobState

JOB_TONES = {
    JobState.DRAFT: "neutral",
    JobState.SUBMITTED: "info",
    JobState.RETURNED: "warn",
    JobState.ACCEPTED: "info",
    JobState.CONFIRMED: "good",
    JobState.INVOICED: "info",
    JobState.PAID: "good",
    JobState.CANCELLED: "neutral",
}


def job_badge(state: str) -> dict[str, Any]:
    """The state of a job."""
    return {"label": JobState(state).label, "tone": JOB_TONES[JobState(state)]}


def invoice_badge(state: str, due_on: date, today: date) -> dict[str, Any]:
    """The state of an invoice; open ones are overdue from the day after they were due."""
    if state == InvoiceState.PAID:
        return {"label": InvoiceState.PAID.label, "tone": "good"}
    if state == InvoiceState.CANCELLED:
        return {"label": InvoiceState.CANCELLED.label, "tone": "neutral"}
    if due_on < today:
        return {"label": _("overdue"), "tone": "bad"}
    return {"label": InvoiceState.ISSUED.label, "tone": "info"}


def job_table(rows: Iterable[Mapping[str, Any]], *, with_owner: bool) -> dict[str, Any]:
    """Columns and rows of a list of jobs."""
    columns = [
        {"key": "title", "label": _("Job"), "url": "url"},
        {"key": "client_name", "label": _("Client")},
        *([{"key": "owner_name", "label": _("Member")}] if with_owner else []),
        {"key": "service_until", "label": _("Service until"), "kind": "day"},
        {"key": "net_cents", "label": _("Net"), "kind": "money"},
        {"key": "badge", "label": _("State"), "kind": "state"},
        {"key": "news", "label": _("News"), "kind": "state"},
    ]
    shown = [
        {
            **row,
            "url": reverse("invoicing:job", args=[row["id"]]),
            "badge": job_badge(row["state"]),
            "news": {"label": _("%(n)s new") % {"n": row["unread"]}, "tone": "warn"} if row["unread"] else None,
        }
        for row in rows
    ]
    return {"columns": columns, "rows": shown}


def line_table(lines: Iterable[JobLine]) -> dict[str, Any] | None:
    """Columns and rows of the lines of a job; None where it has one price."""
    rows = [
        {
            "title": line.title,
            "quantity": f"{number_format(f'{line.quantity.normalize():f}')} {line.get_unit_display()}",
            "price": number_format(
                f"{line.unit_price:f}", max(2, -int(line.unit_price.normalize().as_tuple().exponent))
            ),
            "discount_cents": line.discount_cents or None,
            "net_cents": line.net_cents,
        }
        for line in lines
    ]
    columns = [
        {"key": "title", "label": _("What")},
        {"key": "quantity", "label": _("Quantity")},
        {"key": "price", "label": _("Price of one (€)"), "kind": "number"},
        *(
            [{"key": "discount_cents", "label": _("Discount"), "kind": "money"}]
            if any(r["discount_cents"] for r in rows)
            else []
        ),
        {"key": "net_cents", "label": _("Net"), "kind": "money"},
    ]
    return {"columns": columns, "rows": rows} if rows else None


def invoice_table(rows: Iterable[Mapping[str, Any]], *, today: date, with_owner: bool) -> dict[str, Any]:
    """Columns and rows of a list of invoices."""
    columns = [
        {"key": "number", "label": _("Invoice"), "url": "url"},
        {"key": "buyer_name", "label": _("Client")},
        *([{"key": "owner_name", "label": _("Member")}] if with_owner else []),
        {"key": "issued_on", "label": _("Date"), "kind": "day"},
        {"key": "due_on", "label": _("Due"), "kind": "day"},
        {"key": "gross_cents", "label": _("Amount"), "kind": "money"},
        {"key": "open_cents", "label": _("Still open"), "kind": "money"},
        {"key": "badge", "label": _("State"), "kind": "state"},
    ]
    shown = [
        {
            **row,
            "url": reverse("invoicing:invoice", args=[row["id"]]),
            "badge": invoice_badge(row["state"], row["due_on"], today),
        }
        for row in rows
    ]
    return {"columns": columns, "rows": shown}


def ec_table(figures: EcList) -> dict[str, Any]:
    """Columns, rows and sum of an EC sales list."""
    columns = [
        {"key": "vat_id", "label": _("VAT number")},
        {"key": "name", "label": _("Client")},
        {"key": "invoices", "label": _("Invoices"), "kind": "number"},
        {"key": "cents", "label": _("Net"), "kind": "money"},
    ]
    rows = [
        {"vat_id": row.vat_id, "name": row.name, "invoices": row.invoices, "cents": row.cents} for row in figures.rows
    ]
    totals = {"vat_id": _("Sum"), "cents": figures.total_cents} if rows else None
    return {"columns": columns, "rows": rows, "totals": totals}


def account_name(code: str) -> str:
    """What an account is called on an invoice's page."""
    names = {
        AccountCode.BANK: _("Bank"),
        AccountCode.RECEIVABLE: _("Receivables"),
        AccountCode.REVENUE: _("Revenue, Germany"),
        AccountCode.REVENUE_EU: _("Revenue, EU"),
        AccountCode.REVENUE_THIRD_COUNTRY: _("Revenue, outside the EU"),
        AccountCode.VAT: _("VAT"),
        AccountCode.VAT_NOT_DUE: _("VAT not yet due"),
        AccountCode.VAT_AWAITING_REFUND: _("VAT that goes back with the refund"),
        AccountCode.PREPAYMENTS: _("Prepayments of clients"),
        AccountCode.CLIENT_CREDIT: _("The client's credit"),
        AccountCode.ALLOC: _("Allocated to budgets"),
        AccountCode.PENDING: _("Budget: promised"),
        AccountCode.FREE: _("Budget: free"),
        AccountCode.FEE: _("Fee of the cooperative"),
    }
    return str(names.get(AccountCode(code), code))


def posting_table(rows: Iterable[PostingRow]) -> dict[str, Any]:
    """Columns and rows of the postings about an invoice, debit and credit apart."""
    columns = [
        {"key": "entry", "label": _("Entry")},
        {"key": "booked_on", "label": _("Booked on"), "kind": "day"},
        {"key": "account", "label": _("Account")},
        {"key": "debit", "label": _("Debit"), "kind": "money_plain"},
        {"key": "credit", "label": _("Credit"), "kind": "money_plain"},
    ]
    shown = [
        {
            "entry": row.entry_number,
            "booked_on": row.booked_on,
            "account": account_name(row.account),
            "debit": row.cents if row.cents > 0 else None,
            "credit": -row.cents if row.cents < 0 else None,
        }
        for row in rows
    ]
    return {"columns": columns, "rows": shown}
