"""The member's home, and why the budget is what it is."""

import csv
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coop.errors import NotFound
from coop.front import charts
from coop.front.addresses import address_of
from coop.front.budget_papers import sums_by_kind, year_paper, years_of
from coop.front.budget_words import words_of
from coop.front.mine import (
    MonthEnd,
    Standing,
    latest_payslips,
    month_ends,
    next_pay,
    open_jobs,
    standing_of,
)
from coop.ledger.pages import pages_of
from coop.ledger.queries import Movement, budget_statement
from coop.money import decimal_string
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from invoicing.states import JobState
from members.queries import person_of
from payroll.agreements.queries import ending_employment
from payroll.intake.queries import needs_intake
from payroll.papers.sheets import as_pdf
from payroll.timekeeping.queries import leave_of

PER_PAGE = 25
JOB_TONES = {
    JobState.SUBMITTED: "info",
    JobState.RETURNED: "warn",
    JobState.ACCEPTED: "info",
    JobState.CONFIRMED: "good",
    JobState.INVOICED: "info",
    JobState.PAID: "good",
}


@allow(Role.MEMBER)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What is mine, promised and at risk; the next pay; open jobs; the latest payslips."""
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        return render(request, "front/no_member.html")
    today = timezone.localdate()
    standing = standing_of(person.budget_id, today)
    jobs = [
        {
            "title": f"{row.title}, {row.client_name}",
            "url": address_of("invoicing:job", row.id),
            "net": row.net_cents,
            "state": {"label": JobState(row.state).label, "tone": JOB_TONES.get(JobState(row.state), "neutral")},
        }
        for row in open_jobs(person)
    ]
    payslips = [
        {
            "month": row.month,
            "url": address_of("payroll:my_payslip", row.id),
            "net": row.net_cents,
        }
        for row in latest_payslips(person)
    ]
    ends = month_ends(budget_statement(person.budget_id), today)
    return render(
        request,
        "front/mine.html",
        {
            "person": person,
            "standing": standing,
            "notes": _notes(standing),
            "pay": next_pay(person, today),
            "leave": leave_of(person.pk, today),
            "needs_data": needs_intake(person.pk, today),
            "ending": ending_employment(person.pk, today),
            "chart": _chart(ends),
            "jobs": jobs,
            "job_columns": [
                {"key": "title", "label": _("Job"), "url": "url"},
                {"key": "net", "label": _("Net"), "kind": "money"},
                {"key": "state", "label": _("State"), "kind": "state"},
            ],
            "payslips": payslips,
            "payslip_columns": [
                {"key": "month", "label": _("Month"), "kind": "month", "url": "url"},
                {"key": "net", "label": _("Paid out"), "kind": "money"},
            ],
            "actions": [{"url": address_of("invoicing:job_new"), "label": _("New job"), "tone": "primary"}],
        },
    )


@allow(Role.MEMBER)
@require_GET
def budget(request: HttpRequest) -> HttpResponse:
    """Every movement of the own budget with its document, and the sums they make."""
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        return render(request, "front/no_member.html")
    today = timezone.localdate()
    movements = budget_statement(person.budget_id)
    page = Paginator(movements[::-1], PER_PAGE).get_page(request.GET.get("page"))
    shown: list[Movement] = list(page.object_list)
    urls = pages_of([movement.source for movement in shown], roles=frozenset({Role.MEMBER}))
    words = words_of(shown, get_language() or "en")
    return render(
        request,
        "front/budget.html",
        {
            "facts": _why(movements),
            "actions": _papers(movements),
            "standing": standing_of(person.budget_id, today),
            "chart": _chart(month_ends(movements, today), wide=True),
            "page_obj": page,
            "rows": [
                {
                    "on": movement.event_on,
                    "text": words[movement.number].text,
                    "document": movement.document or _("Entry %(number)s") % {"number": movement.number},
                    "url": urls.get(movement.source, ""),
                    "pending": movement.pending_cents or None,
                    "free": movement.free_cents or None,
                    "balance": movement.free_balance_cents,
                }
                for movement in shown
            ],
            "columns": [
                {"key": "document", "label": _("Document"), "url": "url"},
                {"key": "on", "label": _("Day"), "kind": "day"},
                {"key": "text", "label": _("What happened")},
                {"key": "pending", "label": _("On its way"), "kind": "money"},
                {"key": "free", "label": _("Mine"), "kind": "money"},
                {"key": "balance", "label": _("Balance"), "kind": "money"},
            ],
        },
    )


@allow(Role.MEMBER)
@require_GET
def budget_csv(request: HttpRequest) -> HttpResponse:
    """Every movement of the own budget as a table, oldest first; with `year` those of one year."""
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        return render(request, "front/no_member.html")
    year = request.GET.get("year", "")
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="budget.csv"'
    writer = csv.writer(response, delimiter=";", lineterminator="\r\n")
    writer.writerow(["number", "event_on", "booked_on", "text", "document", "pending_eur", "free_eur", "balance_eur"])
    for row in budget_statement(person.budget_id):
        if year and str(row.booked_on.year) != year:
            continue
        amounts = [decimal_string(cents) for cents in (row.pending_cents, row.free_cents, row.free_balance_cents)]
        days = [row.event_on.isoformat(), row.booked_on.isoformat()]
        writer.writerow([row.number, *days, _as_text(row.text), _as_text(row.document), *amounts])
    return response


@allow(Role.MEMBER)
@require_GET
def budget_year(request: HttpRequest, year: int) -> HttpResponse:
    """The statement of one year as PDF, in the reader's language."""
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        return render(request, "front/no_member.html")
    language = get_language() or "en"
    try:
        paper = year_paper(budget_statement(person.budget_id), year, name=person.name, language=language)
    except NotFound as error:
        raise Http404 from error
    response = HttpResponse(as_pdf(paper, language), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper.name}.pdf"'
    return response


def _papers(movements: list[Movement]) -> list[dict[str, Any]]:
    years = [
        {
            "url": address_of("front:budget_year", year),
            "label": _("Statement %(year)s (PDF)") % {"year": year},
        }
        for year in years_of(movements)
    ]
    return [*years, {"url": address_of("front:budget_csv"), "label": _("Export (CSV)")}] if years else []


def _as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _notes(standing: Standing) -> dict[str, str]:
    overdue = ""
    if standing.overdue:
        overdue = ngettext("%(n)s invoice is overdue", "%(n)s invoices are overdue", standing.overdue) % {
            "n": standing.overdue
        }
    return {
        "free": _("advanced by the cooperative")
        if standing.figures.free_cents < 0
        else _("paid by clients, not yet spent"),
        "promised": _("guaranteed by the cooperative"),
        "risk": overdue or _("invoiced without a guarantee"),
    }


def _why(movements: list[Movement]) -> list[dict[str, Any]]:
    """Where the balance comes from, by kind of document; the kinds add up to it."""
    rows: list[dict[str, Any]] = [{"label": label, "cents": cents} for label, cents in sums_by_kind(movements)]
    return [*rows, {"label": _("Mine today"), "cents": sum(row["cents"] for row in rows), "sum": True}]


def _chart(ends: list[MonthEnd], *, wide: bool = False) -> charts.Chart | None:
    if len(ends) < 2:  # noqa: PLR2004 (a line has two ends)
        return None
    return charts.draw(
        "lines",
        language=get_language() or "en",
        id="budget-over-time",
        title=_("Your budget at the end of each month"),
        labels=[end.month for end in ends],
        series=[
            {"name": _("Mine"), "values": tuple(end.free_cents for end in ends)},
            {"name": _("On its way"), "values": tuple(end.pending_cents for end in ends)},
        ],
        area=True,
        wide=wide,
    )
