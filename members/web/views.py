"""Pages about joining, members and the register."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound
from coop.tenancy.access import allow, public
from coop.tenancy.actions import note_access
from coop.tenancy.history import history_of as changes_of
from coop.tenancy.queries import NoPolicy, policy_on
from coop.tenancy.states import Role
from coop.tenancy.web.pages import history_table, page_of, tried
from members import actions
from members.models import Person
from members.queries import (
    applications,
    departed_share_of,
    history_of,
    person_by_id,
    person_of,
    register,
    register_csv,
    register_row,
    subscriptions_of,
)
from members.states import PersonState, RegisterEvent
from members.web.forms import (
    AdmitForm,
    ApplicationForm,
    LeaveForm,
    OwnContactForm,
    PayForm,
    RejectForm,
    SearchForm,
    SettleForm,
    SharesForm,
)

OFFICE = (Role.INVOICING, Role.PAYROLL, Role.BOARD, Role.ADMINISTRATOR)
READERS = (*OFFICE, Role.ACCOUNTANT, Role.AUDITOR)
SETTLERS = (Role.ACCOUNTANT, Role.BOARD)
FORM_ROLES = {
    "admit": OFFICE,
    "reject": OFFICE,
    "shares": OFFICE,
    "leave": OFFICE,
    "settle": SETTLERS,
    "pay": (Role.ACCOUNTANT,),
}
TONES = {
    PersonState.APPLIED: "warn",
    PersonState.ADMITTED: "good",
    PersonState.REJECTED: "bad",
    PersonState.WITHDRAWN: "neutral",
    PersonState.LEFT: "neutral",
}


# --- joining -------------------------------------------------------------------------------------------------------


@public
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The public application. A machine that fills the hidden field is thanked, and nothing is stored."""
    form = ApplicationForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.from_a_machine:
        return redirect("members:thanks")
    if form.is_valid():
        data = form.cleaned_data
        done = tried(
            request,
            lambda: actions.apply(at=timezone.now(), consent=data["consent"], shares=data["shares"], **form.contact()),
            form=form,
        )
        if done is not None:
            return redirect("members:thanks")
    try:
        share_cents = policy_on(timezone.localdate()).share_cents
    except NoPolicy:
        share_cents = None
    return render(request, "members/apply.html", {"form": form, "share_cents": share_cents})


@public
@require_GET
def thanks(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "members/thanks.html")


@allow(*OFFICE)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Applications that wait for a decision."""
    page = page_of(request, applications())
    return render(
        request,
        "members/applications.html",
        {
            "page_obj": page,
            "rows": [
                {
                    "name": person.name,
                    "url": reverse("members:person", args=[person.pk]),
                    "profession": person.profession,
                    "city": person.city,
                    "shares": person.shares_wanted,
                    "applied": person.applied_at,
                }
                for person in page
            ],
            "columns": [
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "profession", "label": _("Profession")},
                {"key": "city", "label": _("City")},
                {"key": "shares", "label": _("Shares"), "kind": "number"},
                {"key": "applied", "label": _("Applied on"), "kind": "day"},
            ],
        },
    )


# --- the register --------------------------------------------------------------------------------------------------


@allow(*READERS)
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    """The member register, with search."""
    form = SearchForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    page = page_of(request, register(text=wanted["q"], state=wanted["state"]))
    return render(
        request,
        "members/register.html",
        {
            "form": form,
            "page_obj": page,
            "rows": [
                {
                    "number": row.number,
                    "name": row.name,
                    "url": reverse("members:person", args=[row.id]),
                    "address": row.address,
                    "admitted": row.admitted_on,
                    "shares": row.shares,
                    "ends": row.ends_on,
                }
                for row in map(register_row, page)
            ],
            "columns": [
                {"key": "number", "label": _("No."), "kind": "number"},
                {"key": "name", "label": _("Name"), "url": "url"},
                {"key": "address", "label": _("Address")},
                {"key": "admitted", "label": _("Admitted on"), "kind": "day"},
                {"key": "shares", "label": _("Shares"), "kind": "number"},
                {"key": "ends", "label": _("End of membership"), "kind": "day"},
            ],
            "actions": [{"url": reverse("members:register_csv"), "label": _("Export (CSV)")}],
        },
    )


@allow(*READERS)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The register as a file; who took it is kept."""
    note_access(user=request.user, action="member register exported", about="member register")  # type: ignore[arg-type]
    response = HttpResponse("\ufeff" + register_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="member-register.csv"'
    return response


# --- one person ----------------------------------------------------------------------------------------------------


@allow(*READERS)
@require_GET
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person for the office, with what can be done now; who looked is kept."""
    return _person_page(request, person_id)


def _person_page(request: HttpRequest, person_id: int, failed: forms.BaseForm | None = None) -> HttpResponse:
    try:
        row = person_by_id(person_id)
    except NotFound as error:
        raise Http404 from error
    note_access(user=request.user, action="person opened", about=f"person {row.pk}")  # type: ignore[arg-type]
    departed = departed_share_of(row)
    context: dict[str, Any] = {
        "person": row,
        "state": {"label": PersonState(row.state).label, "tone": TONES[PersonState(row.state)]},
        "facts": _facts(row),
        "subscriptions": [
            {"reference": one.reference, "count": one.count, "amount": one.amount_cents, "paid": one.paid_cents,
             "on": one.subscribed_on}
            for one in subscriptions_of(row)
        ],
        "subscription_columns": [
            {"key": "reference", "label": _("Reference")},
            {"key": "count", "label": _("Shares"), "kind": "number"},
            {"key": "on", "label": _("Subscribed on"), "kind": "day"},
            {"key": "amount", "label": _("Amount"), "kind": "money"},
            {"key": "paid", "label": _("Paid"), "kind": "money"},
        ],
        "history": [
            {"on": one.on, "event": RegisterEvent(one.event).label, "name": one.name, "address": one.address,
             "shares": one.shares}
            for one in history_of(row)
        ],
        "history_columns": [
            {"key": "on", "label": _("Day"), "kind": "day"},
            {"key": "event", "label": _("What")},
            {"key": "name", "label": _("Name")},
            {"key": "address", "label": _("Address")},
            {"key": "shares", "label": _("Shares"), "kind": "number"},
        ],
        "departed": departed,
        "departed_facts": _departed_facts(departed) if departed else [],
    }  # fmt: skip
    held: frozenset[Role] = request.roles  # type: ignore[attr-defined]
    context["forms"] = [one for one in _forms(row, departed, failed) if set(FORM_ROLES[one["id"]]) & held]
    if set(OFFICE) & held:
        context["actions"] = _buttons(row)
    if {Role.BOARD, Role.AUDITOR} & held:
        context |= history_table(changes_of(row))
    return render(request, "members/person.html", context)


def _facts(row: Person) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": _("E-mail address"), "value": row.email},
        {"label": _("Address"), "value": row.address},
        {"label": _("Telephone"), "value": row.phone or "–"},
        {"label": _("Profession"), "value": row.profession},
        {"label": _("Declaration of accession"), "day": row.consented_at},
    ]
    if row.member_number:
        facts += [
            {"label": _("Member number"), "value": row.member_number},
            {"label": _("Admitted on"), "day": row.admitted_on},
            {"label": _("Login"), "value": row.user.email if row.user else _("none yet")},
        ]
    else:
        facts.append({"label": _("Shares wanted"), "value": row.shares_wanted})
    if row.leaves_on:
        facts.append({"label": _("Membership ends on"), "day": row.leaves_on})
    if row.rejected_reason:
        facts.append({"label": _("Reason"), "value": row.rejected_reason})
    return facts


def _departed_facts(departed: Any) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [{"label": _("Paid in on shares"), "cents": departed.capital_cents}]
    if departed.settled_on:
        facts.append({"label": _("Worth, by the assembly"), "cents": departed.value_cents, "sum": True})
    return facts


def _forms(row: Person, departed: Any, failed: forms.BaseForm | None) -> list[dict[str, Any]]:
    """The forms that fit the person's state; one that failed is shown with its errors."""
    today = timezone.localdate()
    wanted: list[tuple[str, str, str, forms.BaseForm]] = []
    if row.state == PersonState.APPLIED:
        wanted += [
            ("admit", _("Admit"), _("Admit as a member"), AdmitForm(initial={"on": today}, auto_id="admit_%s")),
            ("reject", _("Do not admit"), _("Tell the applicant"), RejectForm(auto_id="reject_%s")),
        ]
    if row.is_member:
        wanted.append(("shares", _("Subscribe shares"), _("Subscribe"), SharesForm(auto_id="shares_%s")))
        wanted.append(
            ("leave", _("Record a notice"), _("Record"), LeaveForm(initial={"notice_on": today}, auto_id="leave_%s"))
        )
    if departed and departed.settled_on is None:
        wanted.append(("settle", _("Value set by the assembly"), _("Record"), SettleForm(auto_id="settle_%s")))
    if departed and departed.value_cents:
        wanted.append(("pay", _("Pay the shares out"), _("Make a payment order"), PayForm(auto_id="pay_%s")))
    return [
        {
            "id": name,
            "title": title,
            "submit": submit,
            "form": failed if type(failed) is type(form) else form,
            "action": reverse(f"members:{name}", args=[row.pk]),
            "tone": "danger" if name == "reject" else "primary",
        }
        for name, title, submit, form in wanted
    ]


def _buttons(row: Person) -> list[dict[str, Any]]:
    buttons = []
    if row.is_member and row.user_id is None:
        buttons.append(
            {"url": reverse("members:invite", args=[row.pk]), "label": _("Send the login again"), "method": "post"}
        )
    if row.is_member and row.leaves_on and row.leaves_on <= timezone.localdate():
        buttons.append(
            {
                "url": reverse("members:end", args=[row.pk]),
                "label": _("End the membership"),
                "method": "post",
                "tone": "danger",
                "id": "end",
                "confirm": _("Book the shares as capital of a departed member?"),
            }
        )
    return buttons


def _done(request: HttpRequest, person_id: int, form: Any, use_case: Any, done: str) -> HttpResponse:
    """Run a form's use case and go back to the person, or show the form again."""
    if form.is_valid() and tried(request, use_case, done, form) is not None:
        return redirect("members:person", person_id)
    return _person_page(request, person_id, form)


@allow(*OFFICE)
@require_POST
def admit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Admit an applicant."""
    form = AdmitForm(request.POST, auto_id="admit_%s")
    return _done(
        request,
        person_id,
        form,
        lambda: actions.admit(
            person_id=person_id,
            on=form.cleaned_data["on"],
            at=timezone.now(),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("Admitted. The login goes out by mail."),
    )


@allow(*OFFICE)
@require_POST
def reject(request: HttpRequest, person_id: int) -> HttpResponse:
    """Refuse an applicant with a reason."""
    form = RejectForm(request.POST, auto_id="reject_%s")
    return _done(
        request,
        person_id,
        form,
        lambda: actions.reject(
            person_id=person_id,
            reason=form.cleaned_data["reason"],
            on=timezone.localdate(),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("The applicant is told, and the data of the application are deleted."),
    )


@allow(*OFFICE)
@require_POST
def invite(request: HttpRequest, person_id: int) -> HttpResponse:
    """Send the link to the login again."""
    tried(
        request,
        lambda: actions.send_invitation(person_id=person_id, at=timezone.now(), by=request.user),  # type: ignore[arg-type]
        _("The invitation is on its way."),
    )
    return redirect("members:person", person_id)


@allow(*OFFICE)
@require_POST
def shares(request: HttpRequest, person_id: int) -> HttpResponse:
    """Subscribe further shares for a member."""
    form = SharesForm(request.POST, auto_id="shares_%s")
    return _done(
        request,
        person_id,
        form,
        lambda: actions.subscribe_shares(
            person_id=person_id,
            count=form.cleaned_data["count"],
            on=timezone.localdate(),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("The shares are subscribed; their payment is waited for."),
    )


@allow(*OFFICE)
@require_POST
def leave(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record a notice."""
    form = LeaveForm(request.POST, auto_id="leave_%s")
    return _done(
        request,
        person_id,
        form,
        lambda: actions.leave(
            person_id=person_id,
            notice_on=form.cleaned_data["notice_on"],
            leaves_on=form.leaves_on(),
            by=request.user,  # type: ignore[arg-type]
        ),
        _("The notice is recorded."),
    )


@allow(*OFFICE)
@require_POST
def end(request: HttpRequest, person_id: int) -> HttpResponse:
    """End a membership whose last day has come."""
    tried(
        request,
        lambda: actions.end_membership(person_id=person_id, on=timezone.localdate(), by=request.user),  # type: ignore[arg-type]
        _("The membership has ended."),
    )
    return redirect("members:person", person_id)


@allow(*SETTLERS)
@require_POST
def settle(request: HttpRequest, person_id: int) -> HttpResponse:
    """Record what a departed member's shares are worth."""
    form = SettleForm(request.POST, auto_id="settle_%s")
    return _done(
        request,
        person_id,
        form,
        lambda: actions.settle_departed_share(
            person_id=person_id,
            value_share=form.cleaned_data["value_percent"] / Decimal(100),
            on=form.cleaned_data["on"],
            by=request.user,  # type: ignore[arg-type]
        ),
        _("The value is booked."),
    )


@allow(Role.ACCOUNTANT)
@require_POST
def pay(request: HttpRequest, person_id: int) -> HttpResponse:
    """Order the payment of settled shares."""
    form = PayForm(request.POST, auto_id="pay_%s")
    return _done(
        request,
        person_id,
        form,
        lambda: actions.pay_departed_share(
            person_id=person_id,
            iban=form.cleaned_data["iban"],
            execute_on=form.cleaned_data["execute_on"],
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        ),
        _("The payment order waits for a second person."),
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """One's own data: to see all of it, to change how one is reached."""
    row = person_of(request.user)
    if row is None:
        raise Http404
    form = OwnContactForm(request.POST or None, instance=row)
    if form.is_valid():
        done = tried(
            request,
            lambda: actions.change_contact(
                person_id=row.pk,
                on=timezone.localdate(),
                by=request.user,  # type: ignore[arg-type]
                **form.contact(),
            ),
            _("Your data are saved."),
            form,
        )
        if done is not None:
            return redirect("members:me")
    return render(
        request,
        "members/me.html",
        {
            "form": form,
            "facts": [
                {"label": _("Member number"), "value": row.member_number},
                {"label": _("Member since"), "day": row.admitted_on},
                *(
                    {
                        "label": _("Shares %(reference)s") % {"reference": one.reference},
                        "cents": one.amount_cents,
                        "note": _("paid") if one.paid_cents == one.amount_cents else _("payment open"),
                    }
                    for one in subscriptions_of(row)
                ),
            ],
        },
    )
