"""A member's own payslips, line by line, and what payroll keeps about them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coop.documents.actions import open_document
from coop.errors import NotFound
from coop.ledger.actions import month_of
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.cautions import caution_text
from payroll.documents import differences, group_of
from payroll.explanations import ExplainedLine, Side, explained, of_side
from payroll.germany.contributions import Group
from payroll.models import Payslip
from payroll.queries import budget_step, documents_of, payslip_by_id, payslips_of, person_file
from payroll.states import PayslipState
from payroll.web.rows import file_context, payslip_state


@allow(Role.MEMBER, Role.FORMER)
@require_GET
def payslips(request: HttpRequest) -> HttpResponse:
    """One's own payslips, newest first."""
    person = _me(request)
    rows = [
        {
            "month": slip.month,
            "url": reverse("payroll:my_payslip", args=[slip.id]),
            "gross": slip.gross_cents,
            "net": slip.net_cents,
            "cost": slip.cost_cents,
            "state": payslip_state(correction=slip.correction, corrected=slip.corrected),
            "actions": [
                {
                    "url": reverse("payroll:my_payslip_pdf", args=[slip.id]),
                    "label": "PDF",
                    "small": True,
                    "tone": "quiet",
                }
            ]
            if slip.document_id
            else [],
        }
        for slip in payslips_of(person.pk)
    ]
    return render(
        request,
        "payroll/my_payslips.html",
        {
            "rows": rows,
            "columns": [
                {"key": "month", "label": _("Month"), "kind": "month", "url": "url"},
                {"key": "gross", "label": _("Gross"), "kind": "money"},
                {"key": "net", "label": _("Paid out"), "kind": "money"},
                {"key": "cost", "label": _("From the budget"), "kind": "money"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "actions", "label": _("Paper"), "kind": "actions", "hide_label": True},
            ],
            "actions": [
                *_for_members(request, [{"url": reverse("papers:my_wage_account"), "label": _("My wage account")}]),
                {"url": reverse("payroll:my_employment"), "label": _("My employment data")},
            ],
        },
    )


@allow(Role.MEMBER, Role.FORMER)
@require_GET
def my_payslip(request: HttpRequest, payslip_id: int) -> HttpResponse:
    """One's own payslip, each line explained."""
    slip = _own(request, payslip_id)
    return payslip_page(request, slip, back=reverse("payroll:my_payslips"), pdf="payroll:my_payslip_pdf")


@allow(Role.MEMBER, Role.FORMER)
@require_GET
def my_payslip_pdf(request: HttpRequest, payslip_id: int) -> HttpResponse:
    """One's own payslip as PDF."""
    return pdf_answer(request, _own(request, payslip_id))


@allow(Role.MEMBER, Role.FORMER)
@require_GET
def employment(request: HttpRequest) -> HttpResponse:
    """What payroll keeps about oneself."""
    person = _me(request)
    try:
        found = person_file(person.pk, month_of(timezone.localdate()))
    except NotFound as error:
        raise Http404 from error
    context = file_context(found, timezone.localdate(), edit=False)
    context["actions"] = _for_members(
        request,
        [
            {"url": reverse("intake:mine"), "label": _("Enter or change my data"), "tone": "primary"},
            {"url": reverse("agreements:mine"), "label": _("My papers")},
        ],
    )
    return render(request, "payroll/my_employment.html", context)


def _for_members(request: HttpRequest, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What leads to pages that somebody who left no longer opens."""
    return actions if Role.MEMBER in request.roles else []  # type: ignore[attr-defined]


def payslip_page(
    request: HttpRequest, slip: Payslip, *, back: str, pdf: str, buttons: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """A payslip with its lines in plain words; the same for the member and for payroll."""
    if slip.state == PayslipState.FAILED:
        raise Http404
    lines = explained(slip.lines)
    paper = documents_of([slip.pk]).get(slip.pk)
    buttons = list(buttons or [])
    if paper:
        buttons.insert(0, {"url": reverse(pdf, args=[slip.pk]), "label": _("Payslip as PDF"), "tone": "primary"})
    taxes = slip.wage_tax_cents + slip.soli_cents + slip.church_tax_cents
    sums = [
        {"label": _("Gross pay"), "cents": slip.gross_cents},
        {"label": _("Taxes"), "cents": -taxes},
        {"label": _("Your social insurance"), "cents": -slip.employee_cents},
        {"label": _("Net pay"), "cents": slip.net_cents, "sum": True},
    ]
    beside = (
        (_("Employer's part of private insurance"), slip.subsidy_cents),
        (_("Expenses and per diems, free of tax"), slip.free_cents),
        (_("Benefits in kind, had already"), -slip.in_kind_cents),
        (_("Advance") if slip.advance_cents > 0 else _("Advance paid back"), slip.advance_cents),
        (_("Garnished"), -slip.garnished_cents),
        (_("Set off"), -slip.set_off_cents),
    )
    if any(cents for _label, cents in beside):
        sums += [{"label": label, "cents": cents} for label, cents in beside if cents]
    sums.append({"label": _("Paid out"), "cents": slip.payout_cents, "sum": True})
    cost = [
        {"label": _("Gross pay"), "cents": slip.gross_cents},
        {"label": _("The employer's additions"), "cents": slip.cost_cents - slip.gross_cents},
        {"label": _("Total cost of the employment"), "cents": slip.cost_cents, "sum": True},
    ]
    if slip.shortfall_cents:
        cost.append({"label": _("carried by the cooperative"), "cents": -slip.shortfall_cents})
    step = budget_step(slip)
    if step:
        cost += [
            {"label": _("Budget before"), "cents": step.before_cents},
            {"label": _("Budget after"), "cents": step.after_cents},
        ]
    return render(
        request,
        "payroll/payslip.html",
        {
            "slip": slip,
            "warnings": [caution_text(warning) for warning in slip.warnings],
            "back": back,
            "buttons": buttons,
            "paper": paper,
            "parts": _parts(slip, taxes),
            "sums": sums,
            "cost": cost,
            "tax_lines": _rows(of_side(lines, Side.TAX)),
            "employee_lines": _rows(of_side(lines, Side.EMPLOYEE)),
            "employer_lines": _rows(of_side(lines, Side.EMPLOYER)),
            "columns": [
                {"key": "label", "label": _("Line")},
                {"key": "words", "label": _("What it is for")},
                {"key": "basis", "label": _("Basis"), "kind": "money"},
                {"key": "rate", "label": _("Rate"), "kind": "rate"},
                {"key": "amount", "label": _("Amount"), "kind": "money"},
                {"key": "source", "label": _("Source")},
            ],
            "differences": differences(slip),
            "difference_columns": [
                {"key": "label", "label": _("Line")},
                {"key": "before_cents", "label": _("as paid"), "kind": "money"},
                {"key": "after_cents", "label": _("correct"), "kind": "money"},
                {"key": "change_cents", "label": _("Difference"), "kind": "money"},
            ],
            "in_transition": group_of(slip) is Group.MIDIJOB,
        },
    )


def pdf_answer(request: HttpRequest, slip: Payslip) -> HttpResponse:
    """The frozen PDF of a payslip; who opened it is kept."""
    document_id = documents_of([slip.pk]).get(slip.pk)
    if document_id is None:
        messages.info(request, _("The PDF is being prepared. Please try again in a minute."))
        own = slip.person.user_id == request.user.pk
        return redirect("payroll:my_payslip" if own else "payroll:payslip", slip.pk)
    document, data = open_document(document_id=document_id, by=request.user)  # type: ignore[arg-type]
    return HttpResponse(
        data,
        content_type=document.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{document.filename}"',
            "Cache-Control": "private, no-store",
        },
    )


def _parts(slip: Payslip, taxes: int) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"name": _("Paid out"), "value": slip.net_cents},
        {"name": _("Social insurance, both shares"), "value": slip.employee_cents + slip.employer_cents},
        {"name": _("Taxes"), "value": taxes + slip.flat_tax_cents},
        {"name": _("Levies and accident insurance"), "value": slip.levies_cents},
    ]
    return [part for part in parts if part["value"] > 0]


def _rows(lines: list[ExplainedLine]) -> list[dict[str, Any]]:
    return [
        {
            "label": _("%(label)s (one-off pay)") % {"label": line.label} if line.one_off else line.label,
            "words": line.words,
            "basis": line.basis_cents,
            "rate": line.rate,
            "amount": line.amount_cents,
            "source": line.source,
        }
        for line in lines
    ]


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person


def _own(request: HttpRequest, payslip_id: int) -> Payslip:
    try:
        return payslip_by_id(payslip_id, person_id=_me(request).pk)
    except NotFound as error:
        raise Http404 from error
