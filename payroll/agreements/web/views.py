"""The office draws up papers and keeps how they were signed; members read theirs and confirm receipt."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.documents.actions import open_document
from coop.errors import NotFound, StetigError
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.models import Person
from members.queries import person_of
from payroll.agreements import actions
from payroll.agreements.models import EmploymentPaper
from payroll.agreements.queries import (
    contract_by_id,
    documents_of,
    doubt_text,
    doubts_of,
    hints_of,
    paper_by_id,
    papers_of_contract,
    papers_of_person,
)
from payroll.agreements.states import Paper, PaperState, Signing
from payroll.agreements.web.forms import PaperForm, SignedForm
from payroll.models import EmploymentContract
from payroll.states import ContractForm

TONES = {PaperState.MADE: "info", PaperState.SIGNED: "good", PaperState.DISCARDED: "neutral"}


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, contract_id: int) -> HttpResponse:
    """The papers of a contract, what speaks against its term, and a form for the next paper."""
    contract = _contract(contract_id)
    form = PaperForm(request.POST or None, initial={"workplace": _("A place in Germany that the member chooses")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.make_paper(
                contract_id=contract.pk,
                kind=Paper(form.cleaned_data["kind"]),
                wording=form.wording(),
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The paper is being prepared, and the member gets a mail."))
            return redirect("agreements:papers", contract.pk)
    try:
        doubts = [doubt_text(one) for one in doubts_of(contract)]
    except StetigError as error:
        doubts = [str(error)]
    rows = papers_of_contract(contract.pk)
    ready = documents_of(rows)
    return render(
        request,
        "agreements/papers.html",
        {
            "contract": contract,
            "form_label": ContractForm(contract.form).label,
            "doubts": doubts,
            "hints": hints_of(contract),
            "form": form,
            "rows": [_row(paper, ready) for paper in rows],
            "columns": [
                {"key": "kind", "label": _("Paper"), "url": "url"},
                {"key": "made", "label": _("Drawn up"), "kind": "day"},
                {"key": "needed", "label": _("Form that the law asks for")},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "signed", "label": _("Signed"), "kind": "day"},
                {"key": "received", "label": _("Receipt confirmed"), "kind": "day"},
            ],
            "back": reverse("payroll:person", args=[contract.person_id]),
        },
    )


@allow(Role.PAYROLL)
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One paper; a POST keeps when and how it was signed."""
    found = _paper(paper_id)
    form = SignedForm(request.POST or None, initial={"on": timezone.localdate(), "how": found.form_needed})
    if request.method == "POST" and form.is_valid():
        try:
            actions.note_signature(
                paper_id=found.pk,
                how=Signing(form.cleaned_data["how"]),
                on=form.cleaned_data["on"],
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("agreements:papers", found.contract_id)
    buttons: list[dict[str, Any]] = [
        {"url": reverse("agreements:paper_pdf", args=[found.pk]), "label": "PDF", "tone": "primary"}
    ]
    if found.state == PaperState.MADE:
        buttons.append(
            {
                "url": reverse("agreements:discard", args=[found.pk]),
                "label": _("Discard"),
                "method": "post",
                "confirm": _("Discard this paper? The member does not see it any more."),
                "id": "discard",
            }
        )
    return render(
        request,
        "agreements/paper.html",
        {
            "paper": found,
            "state": _badge(found),
            "title": Paper(found.kind).label,
            "needed": _needed(found),
            "form": form if found.state == PaperState.MADE else None,
            "buttons": buttons,
            "signed_how": Signing(found.signed_how).label if found.signed_how else "",
            "back": reverse("agreements:papers", args=[found.contract_id]),
        },
    )


@allow(Role.PAYROLL)
@require_POST
def discard(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Put an unsigned paper aside."""
    found = _paper(paper_id)
    try:
        actions.discard_paper(paper_id=found.pk, by=request.user)  # type: ignore[arg-type]
    except StetigError as error:
        messages.error(request, str(error))
    return redirect("agreements:papers", found.contract_id)


@allow(Role.PAYROLL)
@require_GET
def paper_pdf(request: HttpRequest, paper_id: int) -> HttpResponse:
    """A paper as PDF."""
    return _pdf(request, _paper(paper_id), back=reverse("agreements:paper", args=[paper_id]))


@allow(Role.MEMBER)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """One's own papers, newest first."""
    person = _me(request)
    rows = []
    for one in papers_of_person(person.pk):
        row: dict[str, Any] = {
            "kind": Paper(one.kind).label,
            "url": reverse("agreements:my_paper_pdf", args=[one.pk]),
            "made": one.made_at,
            "state": _badge(one),
            "needed": _needed(one),
            "received": one.received_at,
            "actions": [],
        }
        if one.received_at is None:
            row["actions"].append(
                {
                    "url": reverse("agreements:received", args=[one.pk]),
                    "label": _("I have received it"),
                    "method": "post",
                    "tone": "primary",
                    "small": True,
                }
            )
        rows.append(row)
    return render(
        request,
        "agreements/mine.html",
        {
            "rows": rows,
            "columns": [
                {"key": "kind", "label": _("Paper"), "url": "url"},
                {"key": "made", "label": _("Drawn up"), "kind": "day"},
                {"key": "needed", "label": _("How it is signed")},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "received", "label": _("Receipt confirmed"), "kind": "day"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
            "back": reverse("payroll:my_employment"),
        },
    )


@allow(Role.MEMBER)
@require_GET
def my_paper_pdf(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One's own paper as PDF."""
    return _pdf(request, _paper(paper_id, person_id=_me(request).pk), back=reverse("agreements:mine"))


@allow(Role.MEMBER)
@require_POST
def received(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Confirm to have received a paper."""
    person = _me(request)
    _paper(paper_id, person_id=person.pk)
    actions.confirm_receipt(paper_id=paper_id, person_id=person.pk, at=timezone.now())
    messages.success(request, _("Thank you."))
    return redirect("agreements:mine")


def _row(paper: EmploymentPaper, ready: dict[int, int]) -> dict[str, Any]:
    return {
        "kind": f"{Paper(paper.kind).label}{'' if paper.pk in ready else ' …'}",
        "url": reverse("agreements:paper", args=[paper.pk]),
        "made": paper.made_at,
        "needed": _needed(paper),
        "state": _badge(paper),
        "signed": paper.signed_on,
        "received": paper.received_at,
    }


def _badge(paper: EmploymentPaper) -> dict[str, Any]:
    state = PaperState(paper.state)
    return {"label": state.label, "tone": TONES[state]}


def _needed(paper: EmploymentPaper) -> str:
    return f"{Signing(paper.form_needed).label} ({paper.form_source})"


def _pdf(request: HttpRequest, found: EmploymentPaper, *, back: str) -> HttpResponse:
    document_id = documents_of([found]).get(found.pk)
    if document_id is None:
        messages.info(request, _("The PDF is being prepared. Please try again in a minute."))
        return redirect(back)
    document, data = open_document(document_id=document_id, by=request.user)  # type: ignore[arg-type]
    return HttpResponse(
        data,
        content_type=document.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{document.filename}"',
            "Cache-Control": "private, no-store",
        },
    )


def _contract(contract_id: int) -> EmploymentContract:
    try:
        return contract_by_id(contract_id)
    except NotFound as error:
        raise Http404 from error


def _paper(paper_id: int, *, person_id: int | None = None) -> EmploymentPaper:
    try:
        return paper_by_id(paper_id, person_id=person_id)
    except NotFound as error:
        raise Http404 from error


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None:
        raise Http404
    return person
