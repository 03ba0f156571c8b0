"""Take up an invitation; roles and deputies; the cooperative's policy."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.tenancy.access import allow, public
from coop.tenancy.actions import (
    InvitationUnusable,
    accept_invitation,
    decide_policy,
    end_role,
    find_invitation,
    grant_role,
    invite,
)
from coop.tenancy.history import latest_changes
from coop.tenancy.links import absolute_url
from coop.tenancy.models import Invitation, Policy, RoleAssignment, User
from coop.tenancy.post import send_mail
from coop.tenancy.queries import assignments, people_with_roles
from coop.tenancy.states import Role
from coop.tenancy.web.forms import GrantForm, InviteForm, PasswordForm, PolicyForm
from coop.tenancy.web.pages import history_table, tried

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of an invitation: a new login chooses a password, a known one signs in first."""
    now = timezone.now()
    try:
        invitation = find_invitation(secret=secret, at=now)
    except InvitationUnusable:
        return render(request, "tenancy/invitation_unusable.html", status=410)
    known = User.objects.filter(email__iexact=invitation.email).first()
    user = request.user if request.user.is_authenticated else None
    if known is not None and (user is None or user.pk != known.pk):
        return render(request, "tenancy/invitation_sign_in.html", {"invitation": invitation, "next": request.path})
    form = PasswordForm(
        request.POST if request.method == "POST" else None, invited=User(email=invitation.email, name=invitation.name)
    )
    if known is not None and request.method == "POST":
        tried(request, lambda: accept_invitation(secret=secret, at=now, password=None, user=known), _("Welcome."))
        return redirect("/")
    if known is None and form.is_valid():
        password = form.cleaned_data["password"]
        accepted = tried(
            request, lambda: accept_invitation(secret=secret, at=now, password=password), _("Welcome."), form
        )
        if accepted is not None:
            login(request, accepted, backend=BACKEND)
            return redirect("/")
    return render(
        request,
        "tenancy/accept_invitation.html",
        {"invitation": invitation, "role": Role(invitation.role).label, "form": form, "known": known},
    )


# --- roles ---------------------------------------------------------------------------------------------------------


@allow(Role.ADMINISTRATOR)
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Who holds which role, who is invited, and the forms for more."""
    return _roles_page(request)


def _roles_page(
    request: HttpRequest, *, invite_form: InviteForm | None = None, grant_form: GrantForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    return render(
        request,
        "tenancy/roles.html",
        {
            "rows": [_role_row(assignment) for assignment in assignments(today)],
            "columns": [
                {"key": "name", "label": _("Person")},
                {"key": "email", "label": _("E-mail address")},
                {"key": "role", "label": _("Role")},
                {"key": "since", "label": _("From"), "kind": "day"},
                {"key": "until", "label": _("Until"), "kind": "day"},
                {"key": "deputy_of", "label": _("Deputy of")},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
            "invited": [
                {
                    "name": row.name,
                    "email": row.email,
                    "role": Role(row.role).label,
                    "expires": row.expires_at,
                }
                for row in Invitation.objects.filter(accepted_at__isnull=True, expires_at__gt=timezone.now()).order_by(
                    "id"
                )
            ],
            "invited_columns": [
                {"key": "name", "label": _("Person")},
                {"key": "email", "label": _("E-mail address")},
                {"key": "role", "label": _("Role")},
                {"key": "expires", "label": _("Link valid until"), "kind": "day"},
            ],
            "invite_form": invite_form or InviteForm(auto_id="invite_%s"),
            "grant_form": grant_form or GrantForm(people=people_with_roles(), auto_id="grant_%s"),
        },
    )


def _role_row(assignment: RoleAssignment) -> dict[str, Any]:
    return {
        "name": assignment.user.name,
        "email": assignment.user.email,
        "role": Role(assignment.role).label,
        "since": assignment.since,
        "until": assignment.until,
        "deputy_of": assignment.deputy_of.name if assignment.deputy_of else "",
        "actions": [
            {
                "url": reverse("tenancy:end_role", args=[assignment.pk]),
                "label": _("End"),
                "method": "post",
                "tone": "danger",
                "small": True,
                "id": f"role{assignment.pk}",
                "confirm": _("End this role today?"),
            }
        ],
    }


@allow(Role.ADMINISTRATOR)
@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """Give a role, perhaps as a deputy and for some time."""
    people = people_with_roles()
    form = GrantForm(request.POST, people=people, auto_id="grant_%s")
    by_id = {user.pk: user for user in people}
    if form.is_valid():
        data = form.cleaned_data
        granted = tried(
            request,
            lambda: grant_role(
                user=by_id[data["user_id"]],
                role=Role(data["role"]),
                since=data["since"],
                until=data["until"],
                deputy_of=by_id.get(data["deputy_of_id"]),
                by=request.user,  # type: ignore[arg-type]
            ),
            _("The role holds from the day you chose."),
            form,
        )
        if granted is not None:
            return redirect("tenancy:roles")
    return _roles_page(request, grant_form=form)


@allow(Role.ADMINISTRATOR)
@require_POST
def end(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """End a role today."""
    tried(
        request,
        lambda: end_role(assignment_id=assignment_id, on=timezone.localdate(), by=request.user),  # type: ignore[arg-type]
        _("The role has ended."),
    )
    return redirect("tenancy:roles")


@allow(Role.ADMINISTRATOR)
@require_POST
def send_invite(request: HttpRequest) -> HttpResponse:
    """Invite an address into a role; the link goes by mail."""
    form = InviteForm(request.POST, auto_id="invite_%s")
    if not form.is_valid():
        return _roles_page(request, invite_form=form)
    invitation, secret = invite(at=timezone.now(), by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    language = get_language() or "de"
    with override(language):
        send_mail(
            key=f"invitation:{invitation.pk}",
            to=invitation.email,
            subject=_("You are invited"),
            template="tenancy/invitation",
            context={
                "greeting_name": invitation.name,
                "role": Role(invitation.role).label,
                "button_url": absolute_url(reverse("tenancy:accept_invitation", args=[secret])),
                "button_label": _("Accept the invitation"),
                "expires_at": invitation.expires_at,
            },
            language=language,
        )
    messages.success(request, _("The invitation is on its way."))
    return redirect("tenancy:roles")


# --- policy --------------------------------------------------------------------------------------------------------


@allow(Role.ADMINISTRATOR, Role.BOARD, Role.AUDITOR, Role.ACCOUNTANT)
@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """All decisions, the newest first; administrators see the form for the next one."""
    return _policies_page(request)


def _policies_page(request: HttpRequest, form: PolicyForm | None = None) -> HttpResponse:
    rows = list(Policy.objects.order_by("-since"))
    may_decide = Role.ADMINISTRATOR in request.roles  # type: ignore[attr-defined]
    return render(
        request,
        "tenancy/policies.html",
        {
            "decisions": [
                {
                    "since": row.since,
                    "items": [
                        {"label": _("Decided on"), "day": row.decided_on},
                        {"label": _("Reason"), "value": row.why or "–"},
                        {"label": _("Fee"), "percent": row.fee_rate},
                        {"label": _("One share"), "cents": row.share_cents},
                        {"label": _("Days to pay"), "value": row.payment_terms_days},
                        {"label": _("VAT scheme"), "value": row.get_vat_scheme_display()},
                        {"label": _("Guarantee"), "value": row.get_guarantee_display()},
                        {"label": _("Run day"), "value": row.run_day},
                        {"label": _("Pay day"), "value": row.pay_day},
                        {"label": _("Levies"), "percent": row.levies_rate},
                        {"label": _("Limit of advances"), "cents": row.advance_limit_cents, "value": None},
                        {"label": _("Limit for one member"), "cents": row.advance_limit_member_cents, "value": None},
                        {"label": _("Months promised ahead"), "value": row.open_ended_months},
                        {"label": _("Recommended net"), "cents": row.recommended_net_cents, "value": None},
                    ],
                }
                for row in rows
            ],
            "form": (form or _policy_form(rows[0] if rows else None)) if may_decide else None,
        },
    )


def _policy_form(newest: Policy | None) -> PolicyForm:
    if newest is None:
        return PolicyForm()
    return PolicyForm(
        instance=newest,
        initial={
            "since": None,
            "decided_on": timezone.localdate(),
            "share_euros": _euros(newest.share_cents),
            "advance_limit_euros": _euros(newest.advance_limit_cents),
            "advance_limit_member_euros": _euros(newest.advance_limit_member_cents),
            "recommended_net_euros": _euros(newest.recommended_net_cents),
        },
    )


def _euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


@allow(Role.ADMINISTRATOR)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Record a new decision; the old one stays."""
    form = PolicyForm(request.POST)
    if form.is_valid():
        decided = tried(
            request,
            lambda: decide_policy(by=request.user, **form.values()),  # type: ignore[arg-type]
            _("The new policy is recorded."),
            form,
        )
        if decided is not None:
            return redirect("tenancy:policies")
    return _policies_page(request, form)


# --- history -------------------------------------------------------------------------------------------------------


@allow(Role.BOARD, Role.AUDITOR)
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """The latest changes of master data: what was there before, who changed it, and through which page."""
    return render(request, "tenancy/history.html", history_table(latest_changes()))
