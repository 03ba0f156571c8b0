"""The pages of members (my jobs, my clients, my invoices) and of the office."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coop.documents.answers import shown
from coop.documents.states import DocumentState
from coop.errors import NotFound, StetigError
from coop.ledger.late import tells_late_bookings
from coop.tenancy.access import allow
from coop.tenancy.history import history_of
from coop.tenancy.states import Role
from coop.tenancy.web.pages import history_table
from invoicing import actions, letters, queries
from invoicing.law.vat import VatQuestion
from invoicing.models import Client, Invoice, Job
from invoicing.states import EDITABLE, GUARANTEE_REASONS, JOB_STATES, WITH_INVOICE, InvoiceState, JobState
from invoicing.web.forms import (
    CancelForm,
    ClientForm,
    ConfirmationForm,
    IssueForm,
    JobForm,
    PlanForm,
    ReasonForm,
    RetainerForm,
    SayForm,
    SearchForm,
    VatDecisionForm,
    lines_formset,
    typed_lines,
)
from invoicing.web.presenters import invoice_badge, invoice_table, job_badge, job_table, line_table, posting_table

PAGE = 50


# --- clients ----------------------------------------------------------------------------------------------------


@allow(Role.MEMBER, Role.INVOICING)
@require_safe
def client_list(request: HttpRequest) -> HttpResponse:
    """My clients; everybody's for the office."""
    rows = queries.client_rows(queries.clients_for(request.user, _roles(request)))  # type: ignore[arg-type]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    columns = [
        {"key": "name", "label": _("Client"), "url": "url"},
        {"key": "city", "label": _("Town")},
        {"key": "country", "label": _("Country")},
        *([{"key": "owner_name", "label": _("Member")}] if Role.INVOICING in _roles(request) else []),
        {"key": "job_count", "label": _("Jobs"), "kind": "number"},
    ]
    shown = [{**row, "url": reverse("invoicing:client", args=[row["id"]])} for row in page]
    new_url = reverse("invoicing:client_new") if Role.MEMBER in _roles(request) else ""
    return render(
        request, "invoicing/client_list.html", {"columns": columns, "rows": shown, "page_obj": page, "new_url": new_url}
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    """A new client."""
    return _client_form(
        request,
        Client(),
        lambda fields: actions.add_client(on=_today(), by=request.user, **fields),  # type: ignore[arg-type]
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_http_methods(["GET", "HEAD", "POST"])
def client_edit(request: HttpRequest, client_id: int) -> HttpResponse:
    """A client, to look at and to change."""
    client = _or_404(lambda: queries.client_for(request.user, _roles(request), client_id))  # type: ignore[arg-type]
    return _client_form(
        request,
        client,
        lambda fields: actions.change_client(client_id=client_id, on=_today(), by=request.user, **fields),  # type: ignore[arg-type]
    )


def _client_form(request: HttpRequest, client: Client, save: Callable[[dict[str, Any]], Client]) -> HttpResponse:
    form = ClientForm(request.POST or None, instance=client)
    if request.method == "POST" and form.is_valid():
        try:
            save(form.given())
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The client is saved."))
            return redirect("invoicing:client_list")
    context: dict[str, Any] = {"form": form, "client": client if client.pk else None}
    if client.pk:
        context |= history_table(history_of(client))
    return render(request, "invoicing/client_form.html", context)


# --- jobs -------------------------------------------------------------------------------------------------------


@allow(Role.MEMBER)
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """My jobs, newest first."""
    mine = queries.jobs_for(request.user, [Role.MEMBER])  # type: ignore[arg-type]
    page = Paginator(queries.job_rows(mine, request.user), PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    return render(request, "invoicing/job_list.html", {**job_table(page, with_owner=False), "page_obj": page})


@allow(Role.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def job_new(request: HttpRequest) -> HttpResponse:
    """A new job; `submit` hands it to the office at once."""
    return _job_form(
        request,
        None,
        lambda fields: actions.draft_job(
            budget_id=queries.budget_of(request.user),  # type: ignore[arg-type]
            on=_today(),
            by=request.user,  # type: ignore[arg-type]
            **fields,
        ),
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
def job_edit(request: HttpRequest, job_id: int) -> HttpResponse:
    """Change a draft or a returned job."""
    job = _or_404(lambda: queries.job_for(request.user, [Role.MEMBER], job_id))  # type: ignore[arg-type]
    if job.state not in EDITABLE:
        raise Http404
    return _job_form(
        request,
        job,
        lambda fields: actions.change_job(job_id=job_id, by=request.user, **fields),  # type: ignore[arg-type]
    )


def _job_form(request: HttpRequest, job: Job | None, save: Callable[[dict[str, Any]], Job]) -> HttpResponse:
    given = {"owner": request.user, "instance": job}
    if "more" in request.POST:
        # One row more without script: what was typed is shown again, unchecked.
        form = JobForm(initial={name: request.POST.get(name) for name in JobForm.base_fields}, **given)  # type: ignore[arg-type]
        lines = lines_formset(lines=typed_lines(request.POST))
    elif request.method == "POST":
        form, lines = JobForm(request.POST, **given), lines_formset(request.POST)  # type: ignore[arg-type]
        if form.is_valid() and lines.is_valid():
            try:
                return _saved(request, save({**form.content(), "lines": lines.content()}))
            except StetigError as error:
                form.add_error(None, str(error))
    else:
        form = JobForm(initial={"client": request.GET.get("client"), **_answers(job)}, **given)  # type: ignore[arg-type]
        lines = lines_formset(lines=queries.lines_of_job(job) if job else ())
    context = {"form": form, "lines": lines, "job": job, "has_clients": job is not None or _has_clients(request)}
    return render(request, "invoicing/job_form.html", context)


def _answers(job: Job | None) -> dict[str, str]:
    """What was answered with yes or no, as the form writes it."""
    said = {name: getattr(job, name, None) for name in ("certified", "recipient_same_trade", "below_threshold")}
    return {name: {True: "yes", False: "no", None: ""}[value] for name, value in said.items()}


def _saved(request: HttpRequest, job: Job) -> HttpResponse:
    if "submit" in request.POST:
        return _do(
            request,
            job.pk,
            lambda: actions.submit_job(job_id=job.pk, on=_today(), by=request.user),  # type: ignore[arg-type]
            _("The office checks the job, mostly within a day."),
        )
    messages.success(request, _("The draft is saved."))
    return redirect("invoicing:job", job.pk)


@allow(Role.MEMBER, Role.INVOICING)
@require_safe
def job_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """A job with its states, what was said, and what can be done now."""
    return _job_page(request, job_id)


def _job_page(request: HttpRequest, job_id: int, **forms: Any) -> HttpResponse:
    job = _or_404(lambda: queries.job_for(request.user, _roles(request), job_id))  # type: ignore[arg-type]
    actions.mark_read(job_id=job.pk, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    own, staff = job.owner_id == request.user.pk, Role.INVOICING in _roles(request)
    # What has an invoice goes on by its payment or its cancellation alone.
    allowed = set() if job.state in WITH_INVOICE else set(JOB_STATES.followers(job.state))
    context = {
        "job": job,
        "badge": job_badge(job.state),
        "facts": _job_facts(job, with_owner=staff),
        "vat_question": _(job.vat_question) if job.vat_question else "",
        "lines": line_table(queries.lines_of_job(job)),
        "vat_form": forms.get("vat_form", VatDecisionForm())
        if staff and job.state == JobState.SUBMITTED and job.vat_question
        else None,
        "guarantee": _guarantee(job),
        "events": [
            {"at": step.on, "title": JobState(step.state).label, "by": step.by, "text": step.note}
            for step in queries.steps_of(job)
        ],
        "talk": [
            {"author": said.author, "at": said.at, "text": said.text, "own": said.author_id == request.user.pk}
            for said in queries.talk_of(job)
        ],
        "invoices": queries.invoices_of_job(job),
        "planned": [
            {"row": planned, "may_issue": staff and job.state == JobState.CONFIRMED}
            for planned in queries.planned_of_job(job)
        ],
        **_plan_forms(job, forms),
        "say_form": SayForm(),
        "may_edit": own and job.state in EDITABLE,
        "may_submit": own and JobState.SUBMITTED in allowed,
        "may_accept": staff and JobState.ACCEPTED in allowed and bool(job.vat_case),
        "return_form": forms.get("return_form", ReasonForm()) if staff and JobState.RETURNED in allowed else None,
        "confirmation_form": forms.get("confirmation_form", ConfirmationForm(initial={"confirmed_on": _today()}))
        if JobState.CONFIRMED in allowed
        else None,
        "may_ask": job.state == JobState.ACCEPTED,
        "link": queries.link_sent(job),
        "may_issue": staff and JobState.INVOICED in allowed and job.state == JobState.CONFIRMED,
        "may_cancel": JobState.CANCELLED in allowed,
        "today": _today(),
        "back_url": reverse("invoicing:job_list" if own else "invoicing:office_jobs"),
    }
    return render(request, "invoicing/job.html", context)


def _plan_forms(job: Job, given: dict[str, Any]) -> dict[str, Any]:
    """The forms for planning parts, while something is left to be planned."""
    if job.state not in actions.PLANNABLE or not job.left_cents:
        return {}
    period = {"service_from": job.service_from, "service_until": job.service_until}
    return {
        "plan_form": given.get("plan_form", PlanForm(initial={**period, "planned_on": job.service_until})),
        "retainer_form": given.get("retainer_form", RetainerForm(initial={"title": job.title[:190]})),
    }


def _job_facts(job: Job, *, with_owner: bool) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("Client"), "value": job.client.name, "url": reverse("invoicing:client", args=[job.client_id])},
        {"label": _("Service from"), "day": job.service_from},
        {"label": _("Service until"), "day": job.service_until},
        {"label": _("Net amount"), "cents": job.net_cents},
        *([{"label": _("Not yet invoiced"), "cents": job.left_cents}] if job.invoiced_cents and job.left_cents else []),
        {
            "label": _("VAT"),
            "value": job.get_vat_case_display() or _("open: the office decides"),
            "note": job.vat_decision,
        },
    ]
    if with_owner:
        facts.insert(0, {"label": _("Member"), "value": job.owner})
    if job.order_reference:
        facts.append({"label": _("Order number"), "value": job.order_reference})
    if job.confirmed_on:
        facts += [
            {"label": _("Confirmed on"), "day": job.confirmed_on, "note": job.get_confirmation_way_display()},
            {"label": _("Confirmed by"), "value": job.confirmed_by_name, "note": job.confirmation_evidence},
        ]
    return facts


def _guarantee(job: Job) -> dict[str, Any] | None:
    """Whether the job is covered and why; before the confirmation by the policy of today."""
    if job.state in {JobState.CANCELLED, JobState.PAID}:
        return None
    try:
        reason = actions.guarantee_reason(job.client, job.confirmed_on or _today())
    except StetigError as error:
        return {"text": str(error), "tone": "warn"}
    return {"text": GUARANTEE_REASONS[reason], "tone": "good" if reason == "covered" else "warn"}


@allow(Role.MEMBER)
@require_POST
def job_submit(request: HttpRequest, job_id: int) -> HttpResponse:
    """Hand a draft to the office."""
    return _do(
        request,
        job_id,
        lambda: actions.submit_job(job_id=job_id, on=_today(), by=request.user),  # type: ignore[arg-type]
        _("The office checks the job, mostly within a day."),
    )


@allow(Role.INVOICING)
@require_POST
def job_vat(request: HttpRequest, job_id: int) -> HttpResponse:
    """Settle the VAT of a job that the rules leave open."""
    form = VatDecisionForm(request.POST)
    if not form.is_valid():
        return _job_page(request, job_id, vat_form=form)
    return _do(
        request,
        job_id,
        lambda: actions.decide_vat(job_id=job_id, on=_today(), by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("Decided. The job can be accepted now."),
    )


@allow(Role.INVOICING)
@require_POST
def job_accept(request: HttpRequest, job_id: int) -> HttpResponse:
    """The office has checked a job."""
    return _do(
        request,
        job_id,
        lambda: actions.accept_job(job_id=job_id, on=_today(), by=request.user),  # type: ignore[arg-type]
        _("The job is accepted. Next, the client confirms it."),
    )


@allow(Role.INVOICING)
@require_POST
def job_return(request: HttpRequest, job_id: int) -> HttpResponse:
    """Give a job back with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _job_page(request, job_id, return_form=form)
    return _do(
        request,
        job_id,
        lambda: actions.return_job(
            job_id=job_id,
            reason=form.cleaned_data["reason"],
            on=_today(),
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("The job is back with its member."),
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def job_confirm(request: HttpRequest, job_id: int) -> HttpResponse:
    """Note that the client has confirmed."""
    form = ConfirmationForm(request.POST)
    if not form.is_valid():
        return _job_page(request, job_id, confirmation_form=form)
    return _do(
        request,
        job_id,
        lambda: actions.confirm_job(job_id=job_id, on=_today(), by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("Noted: the client has confirmed."),
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def job_cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    """Give a job up."""
    return _do(
        request,
        job_id,
        lambda: actions.cancel_job(job_id=job_id, reason="", on=_today(), by=request.user),  # type: ignore[arg-type]
        _("The job is cancelled."),
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def job_say(request: HttpRequest, job_id: int) -> HttpResponse:
    """Add to the conversation."""
    return _do(
        request,
        job_id,
        lambda: actions.say_on_job(
            job_id=job_id,
            text=request.POST.get("text", ""),
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        ),
        "",
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def job_ask(request: HttpRequest, job_id: int) -> HttpResponse:
    """Send the client a link to confirm a job."""
    return _do(
        request,
        job_id,
        lambda: actions.ask_client(job_id=job_id, at=timezone.now(), by=request.user),  # type: ignore[arg-type]
        _("The link is on its way to the client. It works for 30 days."),
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def client_open_portal(request: HttpRequest, client_id: int) -> HttpResponse:
    """Send the client a link to its invoices."""
    _or_404(lambda: queries.client_for(request.user, _roles(request), client_id))  # type: ignore[arg-type]
    actions.open_portal(client_id=client_id, at=timezone.now(), by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The link is on its way to the client. It works for 90 days."))
    return redirect("invoicing:client", client_id)


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def job_plan(request: HttpRequest, job_id: int) -> HttpResponse:
    """Plan an invoice of a part of a job."""
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _job_page(request, job_id, plan_form=form)
    return _do(
        request,
        job_id,
        lambda: actions.plan_invoice(job_id=job_id, on=_today(), by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("The invoice is planned; the office issues it on its day."),
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def job_retainer(request: HttpRequest, job_id: int) -> HttpResponse:
    """Plan one invoice for each month of a job."""
    form = RetainerForm(request.POST)
    if not form.is_valid():
        return _job_page(request, job_id, retainer_form=form)
    return _do(
        request,
        job_id,
        lambda: actions.plan_months(job_id=job_id, on=_today(), by=request.user, **form.cleaned_data),  # type: ignore[arg-type]
        _("One invoice is planned for each month."),
    )


@allow(Role.MEMBER, Role.INVOICING)
@require_POST
def planned_drop(request: HttpRequest, planned_id: int) -> HttpResponse:
    """Take a planned invoice off the plan."""
    planned = _or_404(lambda: queries.planned_for(request.user, _roles(request), planned_id))  # type: ignore[arg-type]
    return _do(
        request,
        planned.job_id,
        lambda: actions.drop_planned(planned_id=planned_id, on=_today(), by=request.user),  # type: ignore[arg-type]
        _("It is no longer planned."),
    )


@allow(Role.INVOICING)
@require_POST
@tells_late_bookings
def planned_issue(request: HttpRequest, planned_id: int) -> HttpResponse:
    """Issue a planned invoice."""
    planned = _or_404(lambda: queries.planned_for(request.user, _roles(request), planned_id))  # type: ignore[arg-type]
    return _do(
        request,
        planned.job_id,
        lambda: actions.issue_planned(planned_ids=[planned_id], on=_today(), by=request.user),  # type: ignore[arg-type]
        _("Issued. The PDF is drawn and sent in the background."),
    )


# --- the office -------------------------------------------------------------------------------------------------


@allow(Role.INVOICING)
@require_safe
def office_jobs(request: HttpRequest) -> HttpResponse:
    """The work list: what to check, what waits for the client, what to invoice."""
    tabs = {
        JobState.SUBMITTED: _("To check"),
        JobState.ACCEPTED: _("Waiting for the client"),
        JobState.CONFIRMED: _("To invoice"),
        JobState.RETURNED: _("Returned"),
    }
    wanted = request.GET.get("state", JobState.SUBMITTED)
    state = JobState(wanted) if wanted in set(tabs) else JobState.SUBMITTED
    counts = queries.job_counts(Job.objects.all())
    rows = queries.job_rows(Job.objects.filter(state=state), request.user).order_by("state_on", "id")  # type: ignore[arg-type]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        **job_table(page, with_owner=True),
        "page_obj": page,
        "tabs": [
            {"url": f"?state={key}", "label": label, "count": counts.get(key, 0), "current": key == state}
            for key, label in tabs.items()
        ],
        "issue_form": IssueForm(today=_today()) if state == JobState.CONFIRMED else None,
        "may_accept": state == JobState.SUBMITTED,
        "planned": _planned_table() if state == JobState.CONFIRMED else None,
    }
    return render(request, "invoicing/office_jobs.html", context)


def _chosen_jobs(request: HttpRequest) -> list[int]:
    return [int(job_id) for job_id in request.POST.getlist("job") if job_id.isascii() and job_id.isdigit()]


@allow(Role.INVOICING)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the selected jobs, all or none."""
    chosen = _chosen_jobs(request)
    if not chosen:
        messages.error(request, _("Choose at least one job."))
        return redirect("invoicing:office_jobs")
    try:
        jobs = actions.accept_jobs(job_ids=chosen, on=_today(), by=request.user)  # type: ignore[arg-type]
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, _("Nothing was accepted. %(why)s") % {"why": error})
    else:
        messages.success(request, ngettext("%(n)d job accepted.", "%(n)d jobs accepted.", len(jobs)) % {"n": len(jobs)})
    return redirect("invoicing:office_jobs")


def _planned_table() -> dict[str, Any]:
    """The planned invoices whose day has come; each is issued on its job's page."""
    rows = [
        {
            "title": planned.title,
            "client": planned.job.client.name,
            "owner": planned.job.owner,
            "planned_on": planned.planned_on,
            "net_cents": planned.net_cents,
            "url": reverse("invoicing:job", args=[planned.job_id]),
        }
        for planned in queries.planned_due(_today())[:PAGE]
    ]
    columns = [
        {"key": "title", "label": _("Planned invoice"), "url": "url"},
        {"key": "client", "label": _("Client")},
        {"key": "owner", "label": _("Member")},
        {"key": "planned_on", "label": _("To be issued on"), "kind": "day"},
        {"key": "net_cents", "label": _("Net"), "kind": "money"},
    ]
    return {"columns": columns, "rows": rows}


@allow(Role.INVOICING)
@require_POST
@tells_late_bookings
def issue(request: HttpRequest) -> HttpResponse:
    """Issue the invoices of the selected jobs, all or none."""
    form = IssueForm(request.POST, today=_today())
    chosen = _chosen_jobs(request)
    back = f"{reverse('invoicing:office_jobs')}?state={JobState.CONFIRMED}"
    if not chosen or not form.is_valid():
        messages.error(request, _("Choose at least one job and a date."))
        return redirect(back)
    try:
        invoices = actions.issue_invoices(job_ids=chosen, on=form.cleaned_data["issued_on"], by=request.user)  # type: ignore[arg-type]
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
        return redirect(back)
    messages.success(
        request,
        _("Issued: %(numbers)s. The PDF is drawn and sent in the background.")
        % {"numbers": ", ".join(invoice.number for invoice in invoices[:5]) + (" …" if len(invoices) > 5 else "")},  # noqa: PLR2004
    )
    return redirect("invoicing:invoice", invoices[0].pk) if len(invoices) == 1 else redirect("invoicing:invoice_list")


# --- invoices ---------------------------------------------------------------------------------------------------

READERS = (Role.MEMBER, Role.INVOICING, Role.ACCOUNTANT, Role.AUDITOR, Role.BOARD)


@allow(*READERS)
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """My invoices; all of them for the office, the board and the auditor."""
    roles = _roles(request)
    form = SearchForm(request.GET)
    found = queries.invoices_for(request.user, roles)  # type: ignore[arg-type]
    if form.is_valid():
        asked = form.cleaned_data
        found = queries.found_invoices(
            found, text=asked["q"].strip(), state=asked["state"], year=asked["year"], on=_today()
        )
    page = Paginator(queries.invoice_rows(found), PAGE).get_page(request.GET.get("page"))
    context = {
        **invoice_table(page, today=_today(), with_owner=bool(queries.SEES_ALL_INVOICES & roles)),
        "page_obj": page,
        "form": form,
    }
    return render(request, "invoicing/invoice_list.html", context)


@allow(*READERS)
@require_safe
def invoice_page(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """An invoice with its paper, its payments and, for the office, its postings."""
    return _invoice_page(request, invoice_id)


def _invoice_page(request: HttpRequest, invoice_id: int, cancel_form: CancelForm | None = None) -> HttpResponse:
    roles = _roles(request)
    invoice = _or_404(lambda: queries.invoice_for(request.user, roles, invoice_id))  # type: ignore[arg-type]
    payments = queries.payments_of(invoice)
    document = queries.document_of(invoice)
    context = {
        "invoice": invoice,
        "badge": invoice_badge(invoice.state, invoice.due_on, _today()),
        "facts": _invoice_facts(invoice),
        "document": document,
        "document_ready": document is not None and document.state == DocumentState.READY,
        "cancellation": queries.cancellation_of(invoice),
        "cancel_form": cancel_form or CancelForm()
        if Role.INVOICING in roles and invoice.state != InvoiceState.CANCELLED
        else None,
        "may_note_refund": Role.ACCOUNTANT in roles and queries.awaits_refund(invoice),
        "payments": _payment_table(payments),
        "postings": posting_table(queries.postings_of(invoice, payments))
        if queries.SEES_ALL_INVOICES & roles
        else None,
        "job_link": roles & {Role.INVOICING} or invoice.owner_id == request.user.pk,
    }
    return render(request, "invoicing/invoice.html", context)


def _invoice_facts(invoice: Invoice) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("Kind"), "value": invoice.get_kind_display()},
        {"label": _("Client"), "value": invoice.buyer_name},
        {"label": _("Date"), "day": invoice.issued_on},
        {"label": _("Due"), "day": invoice.due_on},
        {"label": _("Net"), "cents": invoice.net_cents},
        {"label": _("VAT"), "cents": invoice.vat_cents, "note": invoice.get_vat_case_display()},
        {"label": _("Amount"), "cents": invoice.gross_cents, "sum": True},
        {"label": _("Arrived so far"), "cents": invoice.paid_cents},
        {"label": _("Still open"), "cents": invoice.open_cents},
        {"label": _("Fee of the cooperative"), "cents": invoice.fee_cents},
        {"label": _("For the budget"), "cents": invoice.share_cents, "sum": True},
    ]
    return facts


def _payment_table(payments: list[Any]) -> dict[str, Any]:
    return {
        "columns": [
            {"key": "on", "label": _("Day"), "kind": "day"},
            {"key": "cents", "label": _("Amount"), "kind": "money"},
            {"key": "free_cents", "label": _("Into the budget"), "kind": "money"},
            {"key": "badge", "label": _("State"), "kind": "state"},
        ],
        "rows": [
            {
                "on": payment.on,
                "cents": payment.cents,
                "free_cents": payment.free_cents,
                "badge": {"label": _("taken back"), "tone": "warn"}
                if payment.undone
                else {"label": _("booked"), "tone": "good"},
            }
            for payment in payments
        ],
    }


@allow(Role.INVOICING)
@require_POST
def invoice_cancel(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Take an invoice back."""
    _or_404(lambda: queries.invoice_for(request.user, _roles(request), invoice_id))  # type: ignore[arg-type]
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            actions.cancel_invoice(
                invoice_id=invoice_id,
                reason=form.cleaned_data["reason"],
                then=JobState(form.cleaned_data["then"]),
                on=_today(),
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The invoice is cancelled; the client is told by e-mail."))
            return redirect("invoicing:invoice", invoice_id)
    return _invoice_page(request, invoice_id, form)


@allow(Role.ACCOUNTANT)
@require_POST
def invoice_refunded(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Note that the client's credit has gone back: the tax on it falls."""
    _or_404(lambda: queries.invoice_for(request.user, _roles(request), invoice_id))  # type: ignore[arg-type]
    try:
        actions.note_refund(invoice_id=invoice_id, on=_today(), by=request.user)  # type: ignore[arg-type]
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Noted: the tax on it falls this month."))
    return redirect("invoicing:invoice", invoice_id)


@allow(*READERS)
@require_safe
def cancellation_pdf(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The frozen PDF that takes an invoice back."""
    invoice = _or_404(lambda: queries.invoice_for(request.user, _roles(request), invoice_id))  # type: ignore[arg-type]
    waiting = queries.cancellation_document_of(invoice)
    if waiting is None:
        raise Http404
    return shown(waiting.pk, by=request.user)  # type: ignore[arg-type]


@allow(*READERS)
@require_safe
def invoice_pdf(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The frozen PDF."""
    invoice = _or_404(lambda: queries.invoice_for(request.user, _roles(request), invoice_id))  # type: ignore[arg-type]
    waiting = queries.document_of(invoice)
    if waiting is None:
        raise Http404
    return shown(waiting.pk, by=request.user)  # type: ignore[arg-type]


@allow(*READERS)
@require_safe
def invoice_xml(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """The data of the e-invoice: the frozen XRechnung where there is one, else what the PDF carries."""
    invoice = _or_404(lambda: queries.invoice_for(request.user, _roles(request), invoice_id))  # type: ignore[arg-type]
    data = _or_404(lambda: letters.xml_of(invoice, by=request.user))  # type: ignore[arg-type]
    return HttpResponse(
        data,
        content_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{invoice.number}.xml"'},
    )


# --- shared -----------------------------------------------------------------------------------------------------


def _do(request: HttpRequest, job_id: int, act: Callable[[], object], said: str) -> HttpResponse:
    """Run one action on a job and go back to its page, with what went wrong where it did."""
    try:
        act()
    except NotFound as error:
        raise Http404 from error
    except VatQuestion as error:
        messages.warning(request, f"{_('A question before this can go on:')} {error}")
    except StetigError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect("invoicing:job", job_id)


def _or_404(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except NotFound as error:
        raise Http404 from error


def _roles(request: HttpRequest) -> frozenset[Role]:
    roles: frozenset[Role] = request.roles  # type: ignore[attr-defined]
    return roles


def _has_clients(request: HttpRequest) -> bool:
    return queries.clients_for(request.user, [Role.MEMBER]).exists()  # type: ignore[arg-type]


def _today() -> Any:
    return timezone.localdate()
