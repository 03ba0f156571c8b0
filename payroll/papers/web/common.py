"""What the pages of the papers share: roles, months, the tabs, and a paper as page, PDF or CSV."""

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from coop.ledger.actions import month_of, next_month
from coop.tenancy.actions import note_access
from coop.tenancy.states import Role
from payroll.papers.sheets import Paper, as_csv, as_pdf

OFFICE = (Role.PAYROLL, Role.ACCOUNTANT)
"""Who hands papers in."""
READERS = (Role.PAYROLL, Role.ACCOUNTANT, Role.AUDITOR)
"""Who may see everybody's pay."""
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"20\d\d", re.ASCII)
LARGEST_PDF_ROWS = 2_000
"""Longer papers are drawn for minutes: they come as CSV."""


def asked_month(request: HttpRequest) -> date:
    """The month that the address names, else this one. Raises: Http404."""
    asked = request.GET.get("month", "")
    if not asked:
        return month_of(timezone.localdate())
    found = _MONTH.fullmatch(asked)
    if not found:
        raise Http404
    return date(int(found[1]), int(found[2]), 1)


def posted_month(request: HttpRequest) -> date:
    """The month that a form names. Raises: Http404."""
    found = _MONTH.fullmatch(request.POST.get("month", ""))
    if not found:
        raise Http404
    return date(int(found[1]), int(found[2]), 1)


def asked_year(request: HttpRequest) -> int:
    """The year that the address names, else this one. Raises: Http404."""
    asked = request.GET.get("year", "")
    if not asked:
        return timezone.localdate().year
    if not _YEAR.fullmatch(asked):
        raise Http404
    return int(asked)


def answer(
    request: HttpRequest,
    build: Any,
    *,
    current: str,
    about: str,
    context: dict[str, Any] | None = None,
    template: str = "papers/paper.html",
) -> HttpResponse:
    """A paper as a page, or as the file that `as` asks for. `build` makes it in the language in force.

    PDFs are German, as offices and auditors read them. Who looked is kept.
    """
    form = request.GET.get("as", "")
    note_access(user=request.user, action="payroll paper", about=about)  # type: ignore[arg-type]
    if form == "pdf":
        with translation.override("de"):
            paper: Paper = build()
            if sum(len(sheet.rows) for sheet in paper.sheets) <= LARGEST_PDF_ROWS:
                return _file(as_pdf(paper), "application/pdf", f"{paper.name}.pdf")
        form = "csv"
    if form == "csv":
        paper = build()
        return _file(as_csv(paper), "text/csv; charset=utf-8", f"{paper.name}.csv")
    if form:
        raise Http404
    paper = build()
    return render(
        request,
        template,
        {
            "paper": paper,
            "sheets": [
                {
                    "sheet": sheet,
                    "columns": [
                        {"key": column.key, "label": column.label, "kind": column.kind.value, **_link(sheet, column)}
                        for column in sheet.columns
                    ],
                }
                for sheet in paper.sheets
            ],
            "facts": [{"label": label, "value": value or "–"} for label, value in paper.facts],
            "tabs": tabs(current),
            "files": _files(request),
            **(context or {}),
        },
    )


def tabs(current: str) -> list[dict[str, Any]]:
    """The papers beside each other."""
    labels = {
        "cockpit": _("Due dates"),
        "contributions": _("Contributions"),
        "wage_tax": _("Wage tax"),
        "notices": _("Notices"),
        "refunds": _("Refunds"),
        "journal": _("Journal"),
        "year": _("The year"),
        "exports": _("Payroll office"),
        "creditors": _("Funds and tax office"),
    }
    return [
        {"url": reverse(f"papers:{name}"), "label": label, "current": name == current} for name, label in labels.items()
    ]


def month_steps(request: HttpRequest, month: date) -> list[dict[str, Any]]:
    """Buttons to the months before and after."""
    before = (month.replace(day=1) - date.resolution).replace(day=1)
    after = next_month(month)
    return [
        {
            "url": f"{request.path}?month={one:%Y-%m}",
            "label": label.format(f"{one:%m/%Y}"),
            "tone": "quiet",
            "small": True,
        }
        for one, label in ((before, "← {}"), (after, "{} →"))
    ]


def year_steps(request: HttpRequest, year: int) -> list[dict[str, Any]]:
    """Buttons to the years before and after."""
    return [
        {"url": f"{request.path}?year={one}", "label": label, "tone": "quiet", "small": True}
        for one, label in ((year - 1, f"← {year - 1}"), (year + 1, f"{year + 1} →"))
    ]


def roles(request: HttpRequest) -> frozenset[Role]:
    """The roles of the request's login."""
    return request.roles  # type: ignore[attr-defined,no-any-return]


def _files(request: HttpRequest) -> list[dict[str, Any]]:
    query = request.GET.copy()
    found = []
    for form in ("pdf", "csv"):
        query["as"] = form
        found.append({"url": f"{request.path}?{query.urlencode()}", "label": form.upper(), "small": True})
    return found


def _link(sheet: Any, column: Any) -> dict[str, str]:
    linked = column is sheet.columns[0] and sheet.rows and "url" in sheet.rows[0]
    return {"url": "url"} if linked else {}


def _file(data: bytes, media_type: str, name: str) -> HttpResponse:
    kind = "inline" if media_type == "application/pdf" else "attachment"
    return HttpResponse(
        data,
        content_type=media_type,
        headers={"Content-Disposition": f'{kind}; filename="{name}"', "Cache-Control": "private, no-store"},
    )
