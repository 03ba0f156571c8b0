"""Pages of the single papers: each also as PDF and CSV."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coop.errors import NotFound, StetigError
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.calculation import latest
from payroll.models import HealthFund
from payroll.papers import reports
from payroll.papers.contributions import StatementRow, made_statements, preview
from payroll.papers.creditors import enter_creditor
from payroll.papers.models import AccidentMembership, ContributionStatement, Creditor, LevyRefund
from payroll.papers.notices import notice_rows, notices_paper
from payroll.papers.refunds import Proposal, claim_refund, proposals, reference_of
from payroll.papers.sheets import Paper
from payroll.papers.slips import booked_of_year
from payroll.papers.states import FilingKind, RefundKind
from payroll.papers.wage_tax import period
from payroll.papers.web.common import (
    OFFICE,
    READERS,
    answer,
    asked_month,
    asked_year,
    month_steps,
    roles,
    tabs,
    year_steps,
)
from payroll.papers.web.forms import AccidentForm, CreditorForm, RefundForm


@allow(*READERS)
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """The payroll journal of a month."""
    month = asked_month(request)
    return answer(
        request,
        lambda: _with_accounts(reports.journal(month), month.year),
        current="journal",
        about=f"journal {month:%Y-%m}",
        context={"steps": month_steps(request, month)},
    )


@allow(*READERS)
@require_GET
def wage_account(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person's wage account of a year."""
    year = asked_year(request)
    return _account(request, person_id, year, back=f"{reverse('papers:year')}?year={year}")


@allow(Role.MEMBER)
@require_GET
def my_wage_account(request: HttpRequest) -> HttpResponse:
    """One's own wage account of a year."""
    person = person_of(request.user)
    if person is None:
        raise Http404
    try:
        return _account(request, person.pk, asked_year(request), back=reverse("payroll:my_payslips"))
    except Http404:
        messages.info(request, _("There is no wage account of that year: you were not employed in it."))
        return redirect("payroll:my_payslips")


def _account(request: HttpRequest, person_id: int, year: int, *, back: str) -> HttpResponse:
    try:
        return answer(
            request,
            lambda: reports.wage_account(person_id, year),
            current="year",
            about=f"wage account person:{person_id} {year}",
            context={"tabs": [], "back": back, "steps": year_steps(request, year)},
        )
    except NotFound as error:
        raise Http404 from error


@allow(*READERS)
@require_GET
def wage_tax(request: HttpRequest) -> HttpResponse:
    """The wage-tax return of the period that a month belongs to."""
    month = asked_month(request)
    since = period(month)[0]
    actions = []
    if set(OFFICE) & roles(request):
        actions.append(
            {
                "url": reverse("papers:file", args=[FilingKind.WAGE_TAX.value, f"{since:%Y-%m}"]),
                "label": _("Note that it was handed in"),
                "tone": "primary",
            }
        )
    return answer(
        request,
        lambda: reports.wage_tax_paper(month),
        current="wage_tax",
        about=f"wage tax {month:%Y-%m}",
        context={"steps": month_steps(request, month), "actions": actions},
    )


@allow(*READERS)
@require_GET
def contributions(request: HttpRequest) -> HttpResponse:
    """The contribution statements of a month: made, or as they would be now."""
    month = asked_month(request)
    made = made_statements(month)
    shown = None if made else preview(month)
    rows: list[StatementRow] = made or (shown.rows if shown else [])
    actions: list[dict[str, Any]] = []
    if not made and rows and set(OFFICE) & roles(request):
        actions.append(
            {
                "url": reverse("papers:prepare_statements"),
                "label": _("Make these statements"),
                "tone": "primary",
                "method": "post",
                "id": "prepare",
                "fields": [("month", f"{month:%Y-%m}")],
                "confirm": _("Freeze these figures? What changes afterwards goes into the next month's statements."),
            }
        )
    return answer(
        request,
        lambda: _linked(reports.statements_paper(month, rows), month),
        current="contributions",
        about=f"contributions {month:%Y-%m}",
        context={
            "steps": month_steps(request, month),
            "actions": actions,
            "problems": shown.problems if shown else [],
            "is_preview": bool(rows) and not made,
        },
    )


@allow(*READERS)
@require_GET
def statement(request: HttpRequest, fund_id: int) -> HttpResponse:
    """One fund's statement by contribution group: of the month asked for, else its newest."""
    newest = ContributionStatement.objects.filter(fund_id=fund_id).order_by("-month").first()
    month = asked_month(request) if "month" in request.GET or newest is None else newest.month
    made = made_statements(month)
    row = next((one for one in made or preview(month).rows if one.fund_id == fund_id), None)
    if row is None:
        raise Http404
    actions = []
    if made and set(OFFICE) & roles(request):
        actions.append(
            {
                "url": reverse("papers:file", args=[FilingKind.CONTRIBUTIONS.value, row.subject]),
                "label": _("Note that it was handed in"),
                "tone": "primary",
            }
        )
    return answer(
        request,
        lambda: reports.statement_paper(row),
        current="contributions",
        about=f"contributions {month:%Y-%m} fund:{fund_id}",
        context={
            "tabs": [],
            "back": f"{reverse('papers:contributions')}?month={month:%Y-%m}",
            "actions": actions,
        },
    )


@allow(*READERS)
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The work list of notices to social insurance."""
    today = timezone.localdate()
    rows = notice_rows(today)
    shown = request.GET.get("show", "open")
    listed = [row for row in rows if shown == "all" or row.filed is None]
    may = bool(set(OFFICE) & roles(request))

    def build() -> Paper:
        paper = notices_paper(listed, reports.not_sent())
        sheet = paper.sheets[0]
        linked = [{**row, "url": _notice_url(found, may=may)} for row, found in zip(sheet.rows, listed, strict=True)]
        return replace(paper, sheets=(replace(sheet, rows=linked),))

    base = reverse("papers:notices")
    return answer(
        request,
        build,
        current="notices",
        about="notices",
        context={
            "inner_tabs": [
                {
                    "url": base,
                    "label": _("To be made"),
                    "current": shown != "all",
                    "count": sum(r.filed is None for r in rows),
                },
                {"url": f"{base}?show=all", "label": _("All"), "current": shown == "all", "count": len(rows)},
            ],
            "lead": _("What happened, which notice it demands, and by when. Open one to see what to type."),
        },
    )


def _notice_url(row: Any, *, may: bool) -> str | None:
    if row.filed is not None:
        return reverse("papers:filing", args=[row.filed.id])
    return reverse("papers:file", args=[FilingKind.NOTICE.value, row.notice.subject]) if may else None


@allow(*READERS)
@require_GET
def year(request: HttpRequest) -> HttpResponse:
    """The year: wage accounts and the data of the wage-tax certificates."""
    asked = asked_year(request)
    actions = []
    if set(OFFICE) & roles(request):
        actions.append(
            {
                "url": reverse("papers:file", args=[FilingKind.CERTIFICATE.value, str(asked)]),
                "label": _("Note that they were sent"),
            }
        )

    def build() -> Paper:
        paper = reports.certificates(asked)
        sheet = paper.sheets[0]
        rows = [
            {**row, "url": f"{reverse('papers:wage_account', args=[row['person_id']])}?year={asked}"}
            for row in sheet.rows
        ]
        return replace(paper, sheets=(replace(sheet, rows=rows),))

    return answer(
        request,
        build,
        current="year",
        about=f"certificates {asked}",
        context={
            "steps": [
                *year_steps(request, asked),
                {"url": f"{reverse('papers:accident')}?year={asked}", "label": _("Accident insurance"), "small": True},
            ],
            "actions": actions,
        },
    )


@allow(*READERS)
@require_http_methods(["GET", "POST"])
def accident(request: HttpRequest) -> HttpResponse:
    """The report to the accident insurer, and its notice."""
    asked = asked_year(request)
    may = bool(set(OFFICE) & roles(request))
    form = AccidentForm(request.POST or None, initial={"year": asked})
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid() and _entered(form):
            messages.success(request, _("The insurer's notice is kept."))
            return redirect(f"{reverse('papers:accident')}?year={asked}")
    actions = []
    if may and AccidentMembership.objects.filter(since__lte=date(asked, 1, 1)).exists():
        actions.append(
            {
                "url": reverse("papers:file", args=[FilingKind.ACCIDENT.value, str(asked)]),
                "label": _("Note that it was handed in"),
                "tone": "primary",
            }
        )
    return answer(
        request,
        lambda: reports.accident_paper(asked),
        current="year",
        about=f"accident insurance {asked}",
        context={
            "steps": year_steps(request, asked),
            "actions": actions,
            "form": form if may else None,
            "form_title": _("The insurer's notice"),
        },
    )


def _entered(form: AccidentForm) -> bool:
    data = form.cleaned_data
    try:
        with transaction.atomic():
            AccidentMembership.objects.create(
                since=date(data["year"], 1, 1),
                insurer=data["insurer"],
                membership_number=data["membership_number"],
                tariff_point=data["tariff_point"],
                most_year_cents=data["most_year"],
                source=data["source"],
            )
    except IntegrityError:
        form.add_error("year", _("There is a notice from this year on already."))
        return False
    return True


@allow(*READERS)
@require_http_methods(["GET", "POST"])
def creditors(request: HttpRequest) -> HttpResponse:
    """The accounts of the funds and of the tax office."""
    today = timezone.localdate()
    may = bool(set(OFFICE) & roles(request))
    form = CreditorForm(request.POST or None, initial={"since": today})
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            try:
                enter_creditor(**form.cleaned_data, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
            except StetigError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The account is kept; payments go there from its day on."))
                return redirect("papers:creditors")
    rows = list(Creditor.objects.select_related("fund"))
    known = latest(rows, "fund_id", today)
    listed = [*sorted(known.values(), key=lambda row: (row.fund_id is not None, row.name.casefold()))]
    missing = HealthFund.objects.exclude(id__in=[row.fund_id for row in listed if row.fund_id]).order_by("name")
    return render(
        request,
        "papers/creditors.html",
        {
            "tabs": tabs("creditors"),
            "form": form if may else None,
            "missing": [fund.name for fund in missing],
            "office_missing": None not in known,
            "rows": [
                {
                    "who": row.fund.name if row.fund else _("Tax office"),
                    "name": row.name,
                    "iban": " ".join(row.iban[start : start + 4] for start in range(0, len(row.iban), 4)),
                    "reference": row.reference,
                    "state": row.federal_state or "–",
                    "since": row.since,
                }
                for row in listed
            ],
            "columns": [
                {"key": "who", "label": _("Who")},
                {"key": "name", "label": _("Account holder")},
                {"key": "iban", "label": "IBAN"},
                {"key": "reference", "label": _("Number that payments name")},
                {"key": "state", "label": _("Federal state")},
                {"key": "since", "label": _("From"), "kind": "day"},
            ],
        },
    )


@allow(*READERS)
@require_GET
def refunds(request: HttpRequest) -> HttpResponse:
    """Refunds of sick and maternity pay, and who they may be claimed for."""
    asked = asked_year(request)
    rows = LevyRefund.objects.filter(since__year=asked).select_related("person", "fund").order_by("-since")
    people: dict[int, str] = {one.person_id: one.name for one in booked_of_year(asked)}
    return render(
        request,
        "papers/refunds.html",
        {
            "tabs": tabs("refunds"),
            "steps": year_steps(request, asked),
            "rows": [
                {
                    "name": row.person.name,
                    "kind": row.get_kind_display(),
                    "since": row.since,
                    "until": row.until - timedelta(days=1),
                    "pay": row.pay_cents,
                    "amount": row.amount_cents,
                    "fund": row.fund.name,
                    "reference": reference_of(row),
                    "actions": [
                        {
                            "url": reverse("papers:file", args=[FilingKind.REFUND.value, f"refund:{row.pk}"]),
                            "label": _("Figures and receipt"),
                            "small": True,
                        }
                    ]
                    if set(OFFICE) & roles(request)
                    else [],
                }
                for row in rows
            ],
            "columns": [
                {"key": "name", "label": _("Name")},
                {"key": "kind", "label": _("Which pay")},
                {"key": "since", "label": _("First day"), "kind": "day"},
                {"key": "until", "label": _("Last day"), "kind": "day"},
                {"key": "pay", "label": _("Pay that went on"), "kind": "money"},
                {"key": "amount", "label": _("Refund"), "kind": "money"},
                {"key": "fund", "label": _("Health fund")},
                {"key": "reference", "label": _("Reference")},
                {"key": "actions", "label": _("Next step"), "kind": "actions", "hide_label": True},
            ],
            "proposed": [_proposal(one, may=bool(set(OFFICE) & roles(request))) for one in proposals(asked)],
            "proposed_columns": [
                {"key": "name", "label": _("Name")},
                {"key": "kind", "label": _("Which pay")},
                {"key": "since", "label": _("First day"), "kind": "day"},
                {"key": "until", "label": _("Last day"), "kind": "day"},
                {"key": "rate", "label": _("Rate of the refund")},
                {"key": "amount", "label": _("Refund"), "kind": "money"},
                {"key": "actions", "label": _("Next step"), "kind": "actions", "hide_label": True},
            ],
            "people": [
                {"name": name, "url": reverse("papers:new_refund", args=[person])}
                for person, name in sorted(people.items(), key=lambda item: item[1].casefold())
            ]
            if set(OFFICE) & roles(request)
            else [],
            "people_columns": [{"key": "name", "label": _("Name"), "url": "url"}],
            "note": reports.not_sent(),
        },
    )


def _proposal(one: Proposal, *, may: bool) -> dict[str, Any]:
    last = one.until - timedelta(days=1)
    percent = f"{(one.rate * 100).normalize():f}" if one.rate else ""
    asked = {"kind": one.kind.value, "since": f"{one.since}", "last_day": f"{last}", "rate": percent}
    address = f"{reverse('papers:new_refund', args=[one.person_id])}?{urlencode(asked)}"
    return {
        "name": one.name,
        "kind": one.kind.label,
        "since": one.since,
        "until": last,
        "rate": f"{percent.replace('.', ',')} %" if percent else _("enter it with the fund"),
        "amount": one.amount_cents,
        "actions": [{"url": address, "label": _("Look and claim"), "small": True}] if may else [],
    }


@allow(*OFFICE)
@require_http_methods(["GET", "POST"])
def new_refund(request: HttpRequest, person_id: int) -> HttpResponse:
    """Claim back the pay of one absence."""
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise Http404
    form = RefundForm(request.POST or None, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            row = claim_refund(
                person_id=person_id,
                kind=RefundKind(data["kind"]),
                since=data["since"],
                until=data["last_day"] + timedelta(days=1),
                rate=data["rate"],
                with_contributions=data["with_contributions"],
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Booked. Now apply for it at the portal, with these figures."))
            return redirect("papers:file", FilingKind.REFUND.value, f"refund:{row.pk}")
    return render(
        request, "papers/new_refund.html", {"person": person, "form": form, "back": reverse("papers:refunds")}
    )


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What a proposal's link fills in, as far as it can be read."""
    found: dict[str, Any] = {}
    for name, read in (
        ("kind", RefundKind),
        ("since", date.fromisoformat),
        ("last_day", date.fromisoformat),
        ("rate", Decimal),
    ):
        with suppress(ValueError, InvalidOperation):
            if given := request.GET.get(name):
                found[name] = read(given)
    return found


def _with_accounts(paper: Paper, in_year: int) -> Paper:
    """The journal with each name leading to the payslip."""
    sheet = paper.sheets[0]
    rows = [{**row, "url": reverse("payroll:payslip", args=[row["id"]])} for row in sheet.rows]
    return replace(paper, sheets=(replace(sheet, rows=rows), *paper.sheets[1:]), extra={"year": in_year})


def _linked(paper: Paper, month: date) -> Paper:
    sheet = paper.sheets[0]
    rows = [
        {**row, "url": f"{reverse('papers:statement', args=[row['fund_id']])}?month={month:%Y-%m}"}
        for row in sheet.rows
    ]
    return replace(paper, sheets=(replace(sheet, rows=rows),))
