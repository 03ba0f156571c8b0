"""Pages of the salary run: start, watch, review, approve; payslips as payroll sees them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.banking.queries import has_order
from coop.errors import NotFound, StetigError
from coop.ledger.actions import month_of
from coop.tenancy.access import allow
from coop.tenancy.actions import note_access
from coop.tenancy.queries import local_day
from coop.tenancy.states import Role
from payroll import actions, corrections
from payroll.actions import order_source
from payroll.models import Payslip
from payroll.queries import (
    ReturnedPay,
    RunRow,
    SlipRow,
    after,
    last_posted_month,
    payslip_by_id,
    returned_pay,
    run_row,
    run_rows,
    slip_rows,
)
from payroll.states import BOOKED, PayslipState, RunState
from payroll.web.forms import StartRunForm
from payroll.web.mine import payslip_page, pdf_answer

REVIEWERS = (Role.PAYROLL, Role.ACCOUNTANT, Role.BOARD)
TONES = {
    RunState.COMPUTING: "info",
    RunState.COMPUTED: "warn",
    RunState.IN_REVIEW: "warn",
    RunState.APPROVED: "info",
    RunState.POSTED: "info",
    RunState.PAID: "good",
    RunState.CLOSED: "neutral",
}
PAGE = 100


@allow(*REVIEWERS)
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, and the way to start one."""
    rows = [
        {
            "month": run.month,
            "number": run.number,
            "url": reverse("payroll:run", args=[run.id]),
            "state": _badge(run),
            "people": run.paid,
            "failed": {"label": _("%(n)s open") % {"n": run.failed}, "tone": "bad"} if run.failed else None,
            "net": run.net_cents,
            "cost": run.cost_cents,
            "pay_on": run.pay_on,
        }
        for run in run_rows()
    ]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "payroll/runs.html",
        {
            "late_url": reverse("payroll:late") if Role.PAYROLL in _roles(request) else "",
            "rows": page.object_list,
            "page_obj": page,
            **(_returned() if Role.PAYROLL in _roles(request) else {}),
            "form": StartRunForm(initial={"month": _next_month()}) if Role.PAYROLL in _roles(request) else None,
            "columns": [
                {"key": "month", "label": _("Month"), "kind": "month", "url": "url"},
                {"key": "number", "label": _("Run"), "kind": "number"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "people", "label": _("Payslips"), "kind": "number"},
                {"key": "failed", "label": _("Problems"), "kind": "state"},
                {"key": "net", "label": _("Net"), "kind": "money"},
                {"key": "cost", "label": _("Total cost"), "kind": "money"},
                {"key": "pay_on", "label": _("Pay day"), "kind": "day"},
            ],
        },
    )


@allow(Role.PAYROLL)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the run of a month."""
    form = StartRunForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the month to pay."))
        return redirect("payroll:runs")
    try:
        run = actions.start_run(month=form.cleaned_data["month"], by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("payroll:runs")
    return redirect("payroll:run", run.pk)


@allow(*REVIEWERS)
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: how far it is, what came out, what to look at first."""
    row = _run(run_id)
    note_access(user=request.user, action="salary run", about=f"run:{run_id}")  # type: ignore[arg-type]
    slips = slip_rows(row, timezone.localdate()) if row.state != RunState.COMPUTING else []
    shown = request.GET.get("show", "")
    lists = {
        "": slips,
        "problems": [slip for slip in slips if slip.failed],
        "changes": [slip for slip in slips if slip.starts or slip.net_change_cents],
        "warnings": [slip for slip in slips if slip.warnings],
        "shortfalls": [slip for slip in slips if slip.shortfall_cents],
    }
    page = Paginator(lists.get(shown, slips), PAGE).get_page(request.GET.get("page"))
    may_edit = Role.PAYROLL in _roles(request)
    return render(
        request,
        "payroll/run.html",
        {
            "run": row,
            "state": _badge(row),
            "actions": _actions(request, row),
            "progress": progress_context(row),
            "rows": [_slip(slip, may_edit=may_edit) for slip in page],
            "columns": _slip_columns(),
            "totals": _totals(slips) if not shown and not page.has_other_pages() else None,
            "page_obj": page,
            "shortfall_cents": sum(slip.shortfall_cents for slip in slips),
            "tabs": _tabs(row, shown, lists),
            "order_url": _payment_order(row),
            "starts": sum(slip.starts for slip in slips),
            "problems": [_slip(slip, may_edit=may_edit) for slip in lists["problems"]],
            "problem_columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "problem", "label": _("What to do")},
            ],
        },
    )


@allow(*REVIEWERS)
@require_GET
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """How far a run is, for the page to ask again and again; when it is through, the page loads anew."""
    context = progress_context(_run(run_id))
    answer = render(request, "components/progress.html", context)
    if context["finished"]:
        answer["HX-Refresh"] = "true"
    return answer


@allow(Role.PAYROLL)
@require_POST
def again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Compute a run anew with what has been entered since."""
    return _act(request, run_id, actions.compute_again, _("The run is being computed again."))


@allow(*REVIEWERS)
@require_POST
def approve(request: HttpRequest, run_id: int) -> HttpResponse:
    """Approve what somebody else computed."""
    return _act(request, run_id, actions.approve_run, _("Approved. The run is being posted."))


@allow(*REVIEWERS)
@require_POST
def review(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take into review what somebody else computed."""
    return _act(request, run_id, actions.begin_review, _("The run is in review: yours to approve."))


@allow(*REVIEWERS)
@require_POST
def close(request: HttpRequest, run_id: int) -> HttpResponse:
    """Close a paid run."""
    return _act(request, run_id, actions.close_run, _("The month is closed."))


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def late(request: HttpRequest) -> HttpResponse:
    """The one inbox of late changes: paid months that would be computed otherwise today, and the way to correct them."""
    now = timezone.now()
    since = corrections.first_correctable(timezone.localdate())
    note_access(user=request.user, action="late changes", about="payslips")  # type: ignore[arg-type]
    if request.method == "POST":
        return _correct_all(request, since)
    rows = [
        {
            "name": change.name,
            "url": reverse("payroll:payslip", args=[change.payslip_id]),
            "month": change.month,
            "net": change.net_change_cents,
            "cost": change.cost_change_cents,
            "problem": change.problem,
        }
        for change in corrections.late_changes(since, today=local_day(now))
    ]
    return render(
        request,
        "payroll/late.html",
        {
            "rows": rows,
            "correctable": any(not row["problem"] for row in rows),
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "month", "label": _("Month"), "kind": "month"},
                {"key": "net", "label": _("Paid out more"), "kind": "money"},
                {"key": "cost", "label": _("Cost more"), "kind": "money"},
                {"key": "problem", "label": _("What to do")},
            ],
        },
    )


def _correct_all(request: HttpRequest, since: Any) -> HttpResponse:
    done = 0
    for change in corrections.late_changes(since, today=timezone.localdate()):
        if change.problem:
            continue
        try:
            corrections.correct_payslip(payslip_id=change.payslip_id, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except StetigError as error:
            messages.error(request, f"{change.name}: {error}")
        else:
            done += 1
    if done:
        messages.success(request, _("%(n)s months were corrected; the next run pays what is still owed.") % {"n": done})
    return redirect("payroll:late")


@allow(Role.PAYROLL)
@require_GET
def payslip(request: HttpRequest, payslip_id: int) -> HttpResponse:
    """A person's payslip as payroll sees it."""
    slip = _slip_or_404(payslip_id)
    note_access(user=request.user, action="payslip", about=f"payslip:{payslip_id}")  # type: ignore[arg-type]
    buttons: list[dict[str, Any]] = []
    if slip.state == PayslipState.POSTED and not slip.corrections.exists():
        buttons.append(
            {
                "url": reverse("payroll:correct", args=[payslip_id]),
                "label": _("Correct this month"),
                "method": "post",
                "id": "correct",
                "confirm": _("Compute this month anew with what is known today and book the difference?"),
            }
        )
    back = reverse("payroll:person", args=[slip.person_id])
    return payslip_page(request, slip, back=back, pdf="payroll:payslip_pdf", buttons=buttons)


@allow(Role.PAYROLL)
@require_GET
def payslip_pdf(request: HttpRequest, payslip_id: int) -> HttpResponse:
    """A person's payslip as PDF."""
    return pdf_answer(request, _slip_or_404(payslip_id))


@allow(Role.PAYROLL)
@require_POST
def correct(request: HttpRequest, payslip_id: int) -> HttpResponse:
    """Correct a paid month by what is known today."""
    _slip_or_404(payslip_id)
    now = timezone.now()
    try:
        new = corrections.correct_payslip(payslip_id=payslip_id, by=request.user, at=now)  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("payroll:payslip", payslip_id)
    messages.success(
        request,
        _("The correction of %(month)s was booked in %(open)s; %(month)s itself stays as it was.")
        % {"month": date_format(new.month, "F Y"), "open": date_format(local_day(now), "F Y")},
    )
    return redirect("payroll:payslip", new.pk)


@allow(Role.PAYROLL)
@require_POST
def order_again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Order the transfers of a posted run anew, after its order was rejected."""
    _run(run_id)
    try:
        order = actions.order_payment(run_id=run_id, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("payroll:run", run_id)
    if order is None:
        messages.info(request, _("Nothing of this run is owed any more."))
        return redirect("payroll:run", run_id)
    messages.success(request, _("The payment order is written. A second person approves it."))
    return redirect("banking:order", order.pk)


@allow(Role.PAYROLL)
@require_POST
def order_returned(request: HttpRequest, match_id: int) -> HttpResponse:
    """Order pay anew that came back from the bank."""
    try:
        order = actions.order_returned_pay(
            match_id=match_id,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            same_account=bool(request.POST.get("same_account")),
        )
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
        return redirect("payroll:runs")
    messages.success(request, _("The payment order is written. A second person approves it."))
    return redirect("banking:order", order.pk)


def progress_context(row: RunRow) -> dict[str, Any]:
    """What components/progress.html shows of a run."""
    posting = row.state == RunState.APPROVED
    return {
        "progress_id": f"run-{row.id}",
        "url": reverse("payroll:progress", args=[row.id]),
        "done": row.computed,
        "total": row.expected if row.state == RunState.COMPUTING else 0,
        "label": _("Posting") if posting else _("Computing payslips"),
        "finished": row.state not in {RunState.COMPUTING, RunState.APPROVED},
        "failed": False,
        "note": _("%(n)s with a problem so far; the others go on.") % {"n": row.failed} if row.failed else "",
        "running": row.state in {RunState.COMPUTING, RunState.APPROVED},
    }


def _returned() -> dict[str, Any]:
    """What runs.html shows of pay that came back."""
    return {
        "returned": [_returned_row(pay) for pay in returned_pay(timezone.localdate())],
        "returned_columns": [
            {"key": "name", "label": _("Name"), "url": "url"},
            {"key": "cents", "label": _("Amount"), "kind": "money"},
            {"key": "on", "label": _("Came back on"), "kind": "day"},
            {"key": "reason", "label": _("The bank's reason")},
            {"key": "state", "label": _("State"), "kind": "state"},
            {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
        ],
    }


def _returned_row(pay: ReturnedPay) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": pay.name,
        "url": reverse("payroll:person", args=[pay.person_id]),
        "cents": pay.cents,
        "on": pay.on,
        "reason": pay.reason or "–",
        "state": {"label": _("owed again"), "tone": "bad"},
    }
    if pay.order_id is not None:
        row["state"] = {"label": _("ordered anew"), "tone": "good"}
        row["actions"] = [
            {"url": reverse("banking:order", args=[pay.order_id]), "label": _("Payment order"), "small": True}
        ]
        return row
    order = {
        "url": reverse("payroll:order_returned", args=[pay.match_id]),
        "label": _("Order the payment anew"),
        "method": "post",
        "small": True,
        "id": f"returned{pay.match_id}",
    }
    if pay.same_account:
        order |= {
            "label": _("Pay to the same account again"),
            "fields": [("same_account", "1")],
            "confirm": _("No other account was given since. Is this one right all the same?"),
        }
    row["actions"] = [order]
    return row


def _act(request: HttpRequest, run_id: int, action: Any, done: str) -> HttpResponse:
    _run(run_id)
    try:
        action(run_id=run_id, by=request.user, at=timezone.now())
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("payroll:run", run_id)


def _actions(request: HttpRequest, row: RunRow) -> list[dict[str, Any]]:
    buttons: list[dict[str, Any]] = []
    if row.state == RunState.POSTED and Role.PAYROLL in _roles(request) and not has_order(order_source(row.id)):
        buttons.append(
            {
                "url": reverse("payroll:order_again", args=[row.id]),
                "label": _("Order the payment anew"),
                "tone": "primary",
                "method": "post",
                "id": "order",
                "confirm": _("Write a new payment order for what this run still owes?"),
            }
        )
    if row.state == RunState.PAID:
        close_url = reverse("payroll:close", args=[row.id])
        buttons.append(
            {"url": close_url, "label": _("Close the month"), "tone": "primary", "method": "post", "id": "close"}
        )
    if row.state not in {RunState.COMPUTED, RunState.IN_REVIEW}:
        return buttons
    own = row.computed_by is not None and row.computed_by.pk == request.user.pk
    approve_button: dict[str, Any] = {
        "url": reverse("payroll:approve", args=[row.id]),
        "label": _("Approve and post"),
        "tone": "primary",
        "method": "post",
        "id": "approve",
        "confirm": _("Post %(n)s payslips and order the payment?") % {"n": row.paid},
    }
    if own:
        approve_button["disabled"] = _("Somebody else has to approve what you computed.")
    elif not row.paid:
        approve_button["disabled"] = _("There is no payslip to post.")
    buttons.append(approve_button)
    if row.state == RunState.COMPUTED and not own:
        review_url = reverse("payroll:review", args=[row.id])
        buttons.append({"url": review_url, "label": _("Take into review"), "method": "post"})
    if Role.PAYROLL in _roles(request):
        again_url = reverse("payroll:again", args=[row.id])
        buttons.append({"url": again_url, "label": _("Compute again"), "method": "post"})
    return buttons


def _tabs(row: RunRow, shown: str, lists: dict[str, list[SlipRow]]) -> list[dict[str, Any]]:
    labels = {
        "": _("All"),
        "problems": _("Problems"),
        "changes": _("Changes to last month"),
        "warnings": _("Warnings"),
        "shortfalls": _("Shortfalls"),
    }
    base = reverse("payroll:run", args=[row.id])
    return [
        {
            "url": f"{base}?show={name}" if name else base,
            "label": label,
            "current": shown == name,
            "count": len(lists[name]),
        }
        for name, label in labels.items()
    ]


def _slip(slip: SlipRow, *, may_edit: bool) -> dict[str, Any]:
    if slip.failed:
        state = {"label": _("something is missing"), "tone": "bad"}
    elif slip.shortfall_cents:
        state = {"label": _("not covered"), "tone": "warn"}
    elif slip.warnings:
        state = {"label": _("look at it"), "tone": "warn"}
    elif slip.starts:
        state = {"label": _("starts"), "tone": "info"}
    elif slip.net_change_cents:
        state = {"label": _("changed"), "tone": "info"}
    else:
        state = {"label": _("as last month"), "tone": "neutral"}
    url = None
    if may_edit:
        name = "payroll:person" if slip.failed else "payroll:payslip"
        url = reverse(name, args=[slip.person_id if slip.failed else slip.id])
    return {
        "name": slip.name,
        "url": url,
        "state": state,
        "gross": None if slip.failed else slip.gross_cents,
        "net": None if slip.failed else slip.net_cents,
        "cost": None if slip.failed else slip.cost_cents,
        "change": slip.net_change_cents,
        "shortfall": slip.shortfall_cents or None,
        "problem": slip.problem,
    }


def _slip_columns() -> list[dict[str, Any]]:
    return [
        {"key": "name", "label": _("Name"), "url": "url"},
        {"key": "gross", "label": _("Gross"), "kind": "money"},
        {"key": "net", "label": _("Net"), "kind": "money"},
        {"key": "change", "label": _("Net to last month"), "kind": "money"},
        {"key": "cost", "label": _("Total cost"), "kind": "money"},
        {"key": "shortfall", "label": _("Not covered"), "kind": "money"},
        {"key": "state", "label": _("State"), "kind": "state"},
    ]


def _totals(slips: list[SlipRow]) -> dict[str, Any]:
    good = [slip for slip in slips if not slip.failed]
    return {
        "name": _("Sum"),
        "gross": sum(slip.gross_cents for slip in good),
        "net": sum(slip.net_cents for slip in good),
        "cost": sum(slip.cost_cents for slip in good),
        "shortfall": sum(slip.shortfall_cents for slip in good),
        "change": None,
    }


def _badge(row: RunRow) -> dict[str, Any]:
    return {"label": row.state.label, "tone": TONES[row.state]}


def _payment_order(row: RunRow) -> str:
    """Where the run's transfers wait for the bank; empty as long as the run is not posted."""
    if row.state not in BOOKED:
        return ""
    try:
        return reverse("banking:orders")
    except NoReverseMatch:
        return ""


def _next_month() -> Any:
    last = last_posted_month()
    return after(last) if last else month_of(timezone.localdate())


def _run(run_id: int) -> RunRow:
    try:
        return run_row(run_id)
    except NotFound as error:
        raise Http404 from error


def _slip_or_404(payslip_id: int) -> Payslip:
    try:
        return payslip_by_id(payslip_id)
    except NotFound as error:
        raise Http404 from error


def _roles(request: HttpRequest) -> Any:
    return request.roles  # type: ignore[attr-defined]
