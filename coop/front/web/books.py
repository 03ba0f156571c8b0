"""The accountant's pages: balances, journal, months, and the proof of the books."""

from datetime import date
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import StetigError
from coop.front import localized
from coop.front.account_names import ACCOUNT_NAMES
from coop.front.queries import EntryRow, MonthRow, entry_rows, entry_with_postings, month_rows
from coop.ledger.actions import close_period
from coop.ledger.chart import CHART, AccountCode, Layer
from coop.ledger.pages import pages_of
from coop.ledger.queries import account_balances
from coop.ledger.verify import problems
from coop.tenancy.access import allow
from coop.tenancy.states import Role

READERS = (Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD)
PER_PAGE = 50
PROBLEMS_SHOWN = 100


@allow(*READERS)
@require_GET
def books(request: HttpRequest) -> HttpResponse:
    """Balances of all accounts today, each layer with its sum."""
    today = timezone.localdate()
    balances = account_balances(until=today)
    moved = account_balances(since=today.replace(day=1), until=today)
    layers = [
        {"title": title, "rows": _balance_rows(layer, balances, moved), "totals": _totals(layer, balances)}
        for layer, title in (
            (Layer.LEGAL, _("The cooperative's accounts")),
            (Layer.ALLOCATION, _("Whose money it is")),
        )
    ]
    columns = [
        {"key": "name", "label": _("Account")},
        {"key": "moved", "label": _("This month"), "kind": "money"},
        {"key": "debit", "label": _("Debit"), "kind": "money"},
        {"key": "credit", "label": _("Credit"), "kind": "money"},
    ]
    return render(
        request, "front/books.html", {"layers": layers, "columns": columns, "today": today, "tabs": book_tabs("books")}
    )


@allow(*READERS)
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """Every entry, newest first."""
    page = Paginator(entry_rows(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [_entry_row(EntryRow(**row)) for row in page.object_list]
    columns = [
        {"key": "number", "label": _("Entry"), "url": "url"},
        {"key": "booked_on", "label": _("Booked"), "kind": "day"},
        {"key": "text", "label": _("Text")},
        {"key": "document", "label": _("Document")},
        {"key": "cents", "label": _("Amount"), "kind": "money"},
    ]
    return render(
        request,
        "front/journal.html",
        {"rows": rows, "columns": columns, "page_obj": page, "tabs": book_tabs("journal")},
    )


@allow(*READERS)
@require_GET
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry with its postings and the page of its document."""
    found = entry_with_postings(number)
    if found is None:
        raise Http404
    postings = [
        {
            "account": ACCOUNT_NAMES[AccountCode(line.account)],
            "about": line.budget or line.party,
            "debit": line.cents if line.cents > 0 else None,
            "credit": -line.cents if line.cents < 0 else None,
        }
        for line in found.postings
    ]
    document_url = pages_of([found.source], roles=request.roles).get(found.source)  # type: ignore[attr-defined]
    facts: list[dict[str, Any]] = [
        {"label": _("Booked on"), "day": found.booked_on},
        {"label": _("Happened on"), "day": found.event_on},
        {"label": _("Document"), "value": found.document or found.source, "url": document_url},
        {"label": _("Recorded by"), "value": found.posted_by or _("the system")},
        {"label": _("Digest"), "value": found.digest[:16]},
    ]
    for label, other in ((_("Takes back"), found.reverses), (_("Taken back by"), found.reversed_by)):
        if other:
            facts.append({"label": label, "value": other, "url": reverse("front:entry", args=[other])})
    columns = [
        {"key": "account", "label": _("Account")},
        {"key": "about", "label": _("Budget or party")},
        {"key": "debit", "label": _("Debit"), "kind": "money"},
        {"key": "credit", "label": _("Credit"), "kind": "money"},
    ]
    return render(
        request, "front/entry.html", {"entry": found, "facts": facts, "postings": postings, "columns": columns}
    )


@allow(*READERS)
@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """The months of the books; the oldest open one can be closed."""
    listed = month_rows()
    oldest_open = min((row.month for row in listed if row.closed_at is None), default=None)
    may_close = Role.ACCOUNTANT in request.roles  # type: ignore[attr-defined]
    rows = [_month_row(row, closable=may_close and row.month == oldest_open) for row in listed]
    columns: list[dict[str, Any]] = [
        {"key": "month", "label": _("Month"), "kind": "month"},
        {"key": "entries", "label": _("Entries"), "kind": "number"},
        {"key": "state", "label": _("State"), "kind": "state"},
        {"key": "closed_by", "label": _("Closed by")},
        {"key": "closed_at", "label": _("Closed on"), "kind": "day"},
        {"key": "chain", "label": _("Seal")},
    ]
    if may_close:
        columns.append({"key": "actions", "label": _("To do"), "kind": "actions", "hide_label": True})
    return render(request, "front/months.html", {"rows": rows, "columns": columns, "tabs": book_tabs("months")})


@allow(Role.ACCOUNTANT)
@require_POST
def close_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Close a month for ever."""
    try:
        chosen = date(year, month, 1)
    except ValueError as error:
        raise Http404 from error
    if chosen >= timezone.localdate().replace(day=1):
        messages.error(request, _("This month has not ended yet. Close it when it is over."))
        return redirect("front:months")
    try:
        close_period(month=chosen, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
    else:
        name = localized.month(chosen, get_language() or "en")
        messages.success(request, _("%(month)s is closed. What comes late is booked later.") % {"month": name})
    return redirect("front:months")


@allow(*READERS)
@require_http_methods(["GET", "POST"])
def proof(request: HttpRequest) -> HttpResponse:
    """Prove the books from their rows alone, when asked to."""
    found = list(islice(problems(), PROBLEMS_SHOWN)) if request.method == "POST" else None
    return render(request, "front/proof.html", {"found": found, "at": timezone.now(), "tabs": book_tabs("proof")})


def book_tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the books beside each other."""
    labels = {
        "books": _("Balances"),
        "journal": _("Journal"),
        "months": _("Months"),
        "proof": _("Proof"),
        "exports": _("Export"),
    }
    return [
        {"url": reverse(f"front:{name}"), "label": label, "current": name == current} for name, label in labels.items()
    ] + [{"url": reverse("invoicing:ec_list"), "label": _("EC sales list"), "current": False}]


def _balance_rows(
    layer: Layer, balances: dict[AccountCode, int], moved: dict[AccountCode, int]
) -> list[dict[str, Any]]:
    return [
        {
            "name": ACCOUNT_NAMES[code],
            "moved": moved.get(code, 0),
            "debit": balances[code] if balances[code] > 0 else None,
            "credit": -balances[code] if balances[code] < 0 else None,
        }
        for code, kind in CHART.items()
        if kind.layer == layer and code in balances
    ]


def _totals(layer: Layer, balances: dict[AccountCode, int]) -> dict[str, Any]:
    mine = [cents for code, cents in balances.items() if CHART[code].layer == layer]
    return {
        "name": _("Sum"),
        "debit": sum(cents for cents in mine if cents > 0),
        "credit": -sum(cents for cents in mine if cents < 0),
    }


def _entry_row(row: EntryRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "url": reverse("front:entry", args=[row.number]),
        "booked_on": row.booked_on,
        "text": row.text,
        "document": row.document,
        "cents": row.cents,
    }


def _month_row(row: MonthRow, *, closable: bool) -> dict[str, Any]:
    closed = row.closed_at is not None
    name = localized.month(row.month, get_language() or "en")
    over = row.month < timezone.localdate().replace(day=1)
    action = {
        "url": reverse("front:close_month", args=[row.month.year, row.month.month]),
        "label": _("Close"),
        "method": "post",
        "small": True,
        "id": f"close-{row.month:%Y-%m}",
        "confirm": _("Close %(month)s for ever? Nothing can be booked in it afterwards.") % {"month": name},
        "disabled": "" if over else _("This month has not ended yet. Close it when it is over."),
    }
    return {
        "month": row.month,
        "entries": row.entries,
        "state": {"label": _("closed"), "tone": "good"} if closed else {"label": _("open"), "tone": "info"},
        "closed_by": row.closed_by or None,
        "closed_at": row.closed_at,
        "chain": row.chain[:12] or None,
        "actions": [action] if closable else [],
    }
