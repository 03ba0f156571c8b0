"""The office's month on one page: due dates, who did what when, proofs, and one next step."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from payroll.papers import filings
from payroll.papers.contributions import make_statements, order_contributions
from payroll.papers.duties import Duty, DutyState, StepKind, duties, next_duty
from payroll.papers.reports import not_sent
from payroll.papers.states import FilingKind
from payroll.papers.targets import target_of
from payroll.papers.wage_tax import order_wage_tax
from payroll.papers.web.common import OFFICE, READERS, asked_month, month_steps, posted_month, roles, tabs
from payroll.papers.web.forms import FilingForm, ProofForm

TONES = {DutyState.DONE: "good", DutyState.LATE: "bad", DutyState.SOON: "warn", DutyState.LATER: "neutral"}


@allow(*READERS, Role.BOARD)
@require_GET
def cockpit(request: HttpRequest) -> HttpResponse:
    """Everything that is due in a month."""
    month, today = asked_month(request), timezone.localdate()
    found = duties(month, today)
    first = next_duty(found)
    may = bool(set(OFFICE) & roles(request))

    def led(duty: Duty) -> bool:
        """Whether the reader may open the page of the next step."""
        return Role.ACCOUNTANT in roles(request) if duty.step is StepKind.BOOKS else may

    return render(
        request,
        "papers/cockpit.html",
        {
            "month": month,
            "tabs": tabs("cockpit") if set(READERS) & roles(request) else [],
            "steps": month_steps(request, month),
            "rows": [_row(duty, month, today, may=led(duty)) for duty in found],
            "columns": [
                {"key": "title", "label": _("What"), "url": "url"},
                {"key": "due_on", "label": _("Due on"), "kind": "day"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "cents", "label": _("Amount"), "kind": "money"},
                {"key": "who", "label": _("Done by")},
                {"key": "proofs", "label": _("Proof")},
                {"key": "actions", "label": _("Next step"), "kind": "actions", "hide_label": True},
            ],
            "first": first,
            "first_late": first is not None and first.state(today) is DutyState.LATE,
            "first_actions": [{**step, "tone": "primary", "small": False} for step in _steps(first, month)]
            if first and led(first)
            else [],
            "all_done": bool(found) and all(duty.done for duty in found),
            "counts": {state.value: sum(duty.state(today) is state for duty in found) for state in DutyState},
            "note": not_sent(),
        },
    )


def _row(duty: Duty, month: date, today: date, *, may: bool) -> dict[str, Any]:
    state = duty.state(today)
    labels = {
        DutyState.DONE: _("done"),
        DutyState.LATE: _("late"),
        DutyState.SOON: _("due soon"),
        DutyState.LATER: _("later"),
    }
    who = f"{duty.done_by}, {duty.done_on:%d.%m.%Y}" if duty.done_by and duty.done_on else duty.done_by or duty.how
    proofs: Any = "–"
    if duty.filing is not None:
        proofs = _("%(n)s attached") % {"n": duty.filing.proofs} if duty.filing.proofs else _("none yet")
    title = duty.title if duty.count is None else f"{duty.title} ({duty.count})"
    return {
        "title": title,
        "url": reverse("papers:filing", args=[duty.filing.id]) if duty.filing else None,
        "due_on": duty.due_on,
        "state": {"label": labels[state], "tone": TONES[state]},
        "cents": duty.cents,
        "who": who or "–",
        "proofs": proofs,
        "actions": _steps(duty, month) if may and not duty.done else _again(duty, may=may),
    }


def _again(duty: Duty, *, may: bool) -> list[dict[str, Any]]:
    if duty.filing is None or duty.filing.proofs or not may:
        return []
    url = reverse("papers:filing", args=[duty.filing.id])
    return [{"url": url, "label": _("Attach proof"), "small": True}]


def _steps(duty: Duty, month: date) -> list[dict[str, Any]]:
    """The one step that brings a duty on."""
    at = f"?month={month:%Y-%m}"
    fields = [("month", f"{month:%Y-%m}")]
    steps: dict[StepKind, dict[str, Any]] = {
        StepKind.RUN: {
            "url": reverse("payroll:run", args=[duty.subject]) if duty.subject.isdigit() else reverse("payroll:runs"),
            "label": _("To the salary run"),
        },
        StepKind.PREPARE_STATEMENTS: {"url": reverse("papers:contributions") + at, "label": _("Look and prepare")},
        StepKind.ORDER_CONTRIBUTIONS: {
            "url": reverse("papers:order_contributions"),
            "label": _("Order the payment"),
            "method": "post",
            "fields": fields,
        },
        StepKind.ORDER_WAGE_TAX: {
            "url": reverse("papers:order_wage_tax"),
            "label": _("Order the payment"),
            "method": "post",
            "fields": [("month", duty.subject)],
        },
        StepKind.ORDERS: {"url": reverse("banking:orders"), "label": _("To the payment order")},
        StepKind.INPUTS: {"url": reverse("timekeeping:office"), "label": _("To absences and hours")},
        StepKind.BOOKS: {"url": reverse("front:months"), "label": _("To the books")},
        StepKind.NOTICES: {"url": reverse("papers:notices"), "label": _("To the notices")},
        StepKind.ACCIDENT: {"url": reverse("papers:accident"), "label": _("Enter the insurer's notice")},
        StepKind.CREDITORS: {"url": reverse("papers:creditors"), "label": _("Enter the bank account")},
    }
    if duty.step is None:
        return []
    if duty.step is StepKind.FILE and duty.kind is not None:
        url = reverse("papers:file", args=[duty.kind.value, duty.subject])
        return [{"url": url, "label": _("Figures and receipt"), "small": True}]
    return [{**steps[duty.step], "small": True}]


# --- steps ------------------------------------------------------------------------------------------------------


@allow(*OFFICE)
@require_POST
def prepare_statements(request: HttpRequest) -> HttpResponse:
    """Freeze the contribution statements of a month."""
    month = posted_month(request)
    try:
        made = make_statements(month=month, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('papers:contributions')}?month={month:%Y-%m}")
    messages.success(request, _("%(n)s statements are ready to be sent.") % {"n": len(made)})
    return redirect(f"{reverse('papers:contributions')}?month={month:%Y-%m}")


@allow(*OFFICE)
@require_POST
def pay_contributions(request: HttpRequest) -> HttpResponse:
    """Order what the statements ask for."""
    return _ordered(request, order_contributions)


@allow(*OFFICE)
@require_POST
def pay_wage_tax(request: HttpRequest) -> HttpResponse:
    """Order the wage tax of a period."""
    return _ordered(request, order_wage_tax)


def _ordered(request: HttpRequest, order: Any) -> HttpResponse:
    month = posted_month(request)
    try:
        made = order(month=month, by=request.user, at=timezone.now())
    except StetigError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('papers:cockpit')}?month={month:%Y-%m}")
    messages.success(
        request, _("Payment order %(reference)s waits for a second person.") % {"reference": made.reference}
    )
    return redirect("banking:order", made.pk)


@allow(*OFFICE)
@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, kind: str, subject: str) -> HttpResponse:
    """The figures to type into the portal, and the note that it was done."""
    today = timezone.localdate()
    try:
        target = target_of(kind, subject, today)
    except NotFound as error:
        raise Http404 from error
    known = filings.filed(target.kind, [target.subject]).get(target.subject)
    form = FilingForm(request.POST or None, request.FILES or None, initial={"filed_on": today})
    if request.method == "POST" and form.is_valid():
        proof = form.cleaned_data["proof"]
        try:
            filing = filings.file(
                kind=target.kind,
                subject=target.subject,
                due_on=target.due_on,
                filed_on=form.cleaned_data["filed_on"],
                reference=form.cleaned_data["reference"],
                figures=target.figures,
                proof=proof.read() if proof else None,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Noted: handed in on %(day)s.") % {"day": f"{filing.filed_on:%d.%m.%Y}"})
            return redirect("papers:filing", filing.pk)
    return render(
        request,
        "papers/file.html",
        {
            "target": target,
            "form": form,
            "known": known,
            "figures": [{"label": name, "value": value or "–"} for name, value in target.figures.items()],
            "back": reverse("papers:notices" if target.kind is FilingKind.NOTICE else "papers:cockpit"),
            "note": not_sent(),
        },
    )


@allow(*READERS)
@require_GET
def filing(request: HttpRequest, filing_id: int) -> HttpResponse:
    """What was handed in, with its figures and proofs."""
    return _filing_page(request, filing_id, ProofForm())


def _filing_page(request: HttpRequest, filing_id: int, form: ProofForm) -> HttpResponse:
    row, proofs = _filing(filing_id)
    return render(
        request,
        "papers/filing.html",
        {
            "filing": row,
            "late": row.filed_on > row.due_on,
            "facts": [
                {"label": _("Due on"), "day": row.due_on},
                {"label": _("Handed in on"), "day": row.filed_on},
                {"label": _("By"), "value": str(row.recorded_by or "–")},
                {"label": _("Receipt"), "value": row.reference or "–"},
            ],
            "figures": [{"label": name, "value": value or "–"} for name, value in row.figures.items()],
            "proofs": [
                {
                    "name": proof.document.filename,
                    "url": reverse("papers:proof", args=[row.pk, proof.pk]),
                    "at": proof.added_at,
                    "by": str(proof.added_by or "–"),
                }
                for proof in proofs
            ],
            "proof_columns": [
                {"key": "name", "label": _("File"), "url": "url"},
                {"key": "at", "label": _("Added"), "kind": "time"},
                {"key": "by", "label": _("By")},
            ],
            "form": form if set(OFFICE) & roles(request) else None,
            "back": reverse("papers:cockpit"),
        },
    )


@allow(*OFFICE)
@require_POST
def new_proof(request: HttpRequest, filing_id: int) -> HttpResponse:
    """Attach one more receipt."""
    _filing(filing_id)
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            filings.add_proof(
                filing_id=filing_id,
                data=form.cleaned_data["proof"].read(),
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The proof is attached."))
            return redirect("papers:filing", filing_id)
    return _filing_page(request, filing_id, form)


@allow(*READERS)
@require_GET
def proof(request: HttpRequest, filing_id: int, proof_id: int) -> HttpResponse:
    """A receipt as it was uploaded."""
    try:
        document, data = filings.open_proof(filing_id=filing_id, proof_id=proof_id, by=request.user)  # type: ignore[arg-type]
    except NotFound as error:
        raise Http404 from error
    return HttpResponse(
        data,
        content_type=document.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{document.filename}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _filing(filing_id: int) -> Any:
    try:
        return filings.filing_by_id(filing_id)
    except NotFound as error:
        raise Http404 from error
