"""Pages of shared budgets and transfers: what one shares, who shares it, what waits for one's consent."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coop.errors import NotFound, StetigError
from coop.ledger.queries import budget_statement, figures_of
from coop.tenancy.access import allow
from coop.tenancy.states import Role
from members.collectives import actions
from members.collectives.queries import (
    TransferRow,
    budgets_to_decide_for,
    collectives_of,
    member_by_email,
    places_of,
    shared_collective,
    transfers_of,
)
from members.collectives.states import PlaceState, TransferState
from members.collectives.web.forms import FoundForm, InviteForm, TransferForm
from members.models import Person
from members.queries import person_of

PLACE_TONES = {
    PlaceState.INVITED: "warn",
    PlaceState.JOINED: "good",
    PlaceState.DECLINED: "bad",
    PlaceState.LEFT: "neutral",
}
TRANSFER_TONES = {
    TransferState.OFFERED: "warn",
    TransferState.ACCEPTED: "good",
    TransferState.DECLINED: "bad",
    TransferState.WITHDRAWN: "neutral",
}


@allow(Role.MEMBER)
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Shared budgets, invitations and transfers."""
    person = _me(request)
    return render(
        request,
        "collectives/mine.html",
        {
            "actions": [
                {"url": reverse("collectives:transfer"), "label": _("Transfer money"), "tone": "primary"},
                {"url": reverse("collectives:found"), "label": _("Share a budget")},
            ],
            "rows": [
                {
                    "name": row.name,
                    "url": reverse("collectives:collective", args=[row.id]) if row.free_cents is not None else "",
                    "manager": row.manager,
                    "cents": row.free_cents,
                    "state": _badge(row.state, PLACE_TONES),
                    "actions": _answers(row.id) if row.state == PlaceState.INVITED else [],
                }
                for row in collectives_of(person.pk, timezone.localdate())
            ],
            "columns": [
                {"key": "name", "label": _("Shared budget"), "url": "url"},
                {"key": "manager", "label": _("Managed by")},
                {"key": "cents", "label": _("It holds"), "kind": "money"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
            "transfers": [_transfer_row(row) for row in transfers_of(person)],
            "transfer_columns": [
                {"key": "text", "label": _("What it is for")},
                {"key": "giver", "label": _("From")},
                {"key": "receiver", "label": _("To")},
                {"key": "cents", "label": _("Amount"), "kind": "money"},
                {"key": "on", "label": _("Offered"), "kind": "day"},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
        },
    )


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """Open a shared budget and ask others to share it."""
    person = _me(request)
    form = FoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            others = [_member(email).pk for email in form.cleaned_data["emails"]]
            made = actions.found_collective(
                name=form.cleaned_data["name"],
                person_id=person.pk,
                invited_ids=others,
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The shared budget is open. Once somebody has joined, money can go into it."))
            return redirect("collectives:collective", made.pk)
    return render(request, "collectives/found.html", {"form": form})


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def collective(request: HttpRequest, collective_id: int) -> HttpResponse:
    """One shared budget with every movement; a POST asks another member to share it."""
    person = _me(request)
    try:
        shared = shared_collective(collective_id, person.pk)
    except NotFound as error:
        raise Http404 from error
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invited = _member(form.cleaned_data["email"]).pk
            actions.invite_to_collective(
                collective_id=collective_id, person_id=person.pk, invited_id=invited, at=timezone.now()
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The member was asked to share this budget."))
            return redirect("collectives:collective", collective_id)
    manages = shared.manager_id == person.pk
    leave_it = {
        "url": reverse("collectives:leave", args=[collective_id]),
        "label": _("Share it no more"),
        "method": "post",
        "tone": "quiet",
        "id": "leave",
        "confirm": _("Share this budget no more?"),
    }
    return render(
        request,
        "collectives/collective.html",
        {
            "collective": shared,
            "manages": manages,
            "form": form,
            "figures": figures_of(shared.budget_id, timezone.localdate()),
            "actions": [{"url": reverse("collectives:transfer"), "label": _("Transfer money"), "tone": "primary"}]
            + ([] if manages else [leave_it]),
            "people": [
                {
                    "name": place.person.name,
                    "state": _badge(PlaceState(place.state), PLACE_TONES),
                    "actions": [
                        {
                            "url": reverse("collectives:hand_over", args=[collective_id, place.person_id]),
                            "label": _("Let manage it"),
                            "method": "post",
                            "small": True,
                            "tone": "quiet",
                        }
                    ]
                    if manages and place.state == PlaceState.JOINED and place.person_id != person.pk
                    else [],
                }
                for place in places_of(collective_id)
            ],
            "people_columns": [
                {"key": "name", "label": _("Name")},
                {"key": "state", "label": _("State"), "kind": "state"},
                {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
            ],
            "rows": [
                {
                    "text": movement.text,
                    "on": movement.event_on,
                    "document": movement.document,
                    "cents": movement.free_cents,
                    "balance": movement.free_balance_cents,
                }
                for movement in reversed(budget_statement(shared.budget_id))
            ],
            "columns": [
                {"key": "text", "label": _("What happened")},
                {"key": "on", "label": _("Day"), "kind": "day"},
                {"key": "document", "label": _("Document")},
                {"key": "cents", "label": _("Amount"), "kind": "money"},
                {"key": "balance", "label": _("Balance"), "kind": "money"},
            ],
        },
    )


@allow(Role.MEMBER)
@require_POST
def join(request: HttpRequest, collective_id: int) -> HttpResponse:
    """Agree to share a budget."""
    return _answer(request, collective_id, joins=True)


@allow(Role.MEMBER)
@require_POST
def decline_invitation(request: HttpRequest, collective_id: int) -> HttpResponse:
    """Share it not."""
    return _answer(request, collective_id, joins=False)


@allow(Role.MEMBER)
@require_POST
def leave(request: HttpRequest, collective_id: int) -> HttpResponse:
    """Share it no more."""
    person = _me(request)
    _do(
        request,
        lambda: actions.leave_collective(collective_id=collective_id, person_id=person.pk, at=timezone.now()),
        _("You share this budget no more."),
    )
    return redirect("collectives:mine")


@allow(Role.MEMBER)
@require_POST
def hand_over(request: HttpRequest, collective_id: int, person_id: int) -> HttpResponse:
    """Let another one manage it."""
    me = _me(request)
    _do(
        request,
        lambda: actions.hand_over(collective_id=collective_id, person_id=me.pk, to_id=person_id),
        _("Somebody else manages this budget now."),
    )
    return redirect("collectives:collective", collective_id)


@allow(Role.MEMBER)
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest) -> HttpResponse:
    """Offer money to another budget."""
    person = _me(request)
    givers = [(pk, name or _("My budget")) for pk, name in budgets_to_decide_for(person).items()]
    shared = [row for row in collectives_of(person.pk, timezone.localdate()) if row.state == PlaceState.JOINED]
    form = TransferForm(givers, [(row.budget_id, row.name) for row in shared], request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.offer_transfer(
                giver_id=data["giver"],
                receiver_id=data["receiver"] or _member(data["email"]).budget_id,
                cents=data["amount"],
                text=data["text"],
                person_id=person.pk,
                at=timezone.now(),
                by=request.user,  # type: ignore[arg-type]
            )
        except StetigError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Offered. The money moves when the other side agrees."))
            return redirect("collectives:mine")
    return render(request, "collectives/transfer.html", {"form": form})


@allow(Role.MEMBER)
@require_POST
def accept(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Agree for the receiving side."""
    return _decide(request, transfer_id, actions.accept_transfer, _("Done: the money is in the budget."))


@allow(Role.MEMBER)
@require_POST
def decline(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Say no for the receiving side."""
    return _decide(request, transfer_id, actions.decline_transfer, _("The transfer was declined."))


@allow(Role.MEMBER)
@require_POST
def withdraw(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Take one's own offer back."""
    return _decide(request, transfer_id, actions.withdraw_transfer, _("The offer was withdrawn."))


def _decide(request: HttpRequest, transfer_id: int, decide: Callable[..., Any], done: str) -> HttpResponse:
    person = _me(request)
    _do(
        request,
        lambda: decide(transfer_id=transfer_id, person_id=person.pk, at=timezone.now(), by=request.user),
        done,
    )
    return redirect("collectives:mine")


def _answer(request: HttpRequest, collective_id: int, *, joins: bool) -> HttpResponse:
    person = _me(request)
    _do(
        request,
        lambda: actions.answer_invitation(
            collective_id=collective_id, person_id=person.pk, joins=joins, at=timezone.now()
        ),
        _("You share this budget now.") if joins else _("The invitation was declined."),
    )
    return redirect("collectives:mine")


def _do(request: HttpRequest, do: Callable[[], Any], done: str) -> None:
    """Do it and say so, or say why not. Raises: Http404, for what is not there or another's."""
    try:
        do()
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)


def _transfer_row(row: TransferRow) -> dict[str, Any]:
    buttons = []
    if row.may_accept:
        buttons = [
            _button("collectives:accept", row.id, _("Accept")),
            _button("collectives:decline", row.id, _("Decline"), tone="quiet"),
        ]
    if row.may_withdraw:
        buttons.append(_button("collectives:withdraw", row.id, _("Withdraw"), tone="quiet"))
    return {
        "text": row.text,
        "giver": row.giver,
        "receiver": row.receiver,
        "cents": row.cents,
        "on": row.offered_on,
        "state": _badge(row.state, TRANSFER_TONES),
        "actions": buttons,
    }


def _answers(collective_id: int) -> list[dict[str, Any]]:
    return [
        _button("collectives:join", collective_id, _("Join")),
        _button("collectives:decline_invitation", collective_id, _("Decline"), tone="quiet"),
    ]


def _button(name: str, pk: int, label: str, tone: str = "secondary") -> dict[str, Any]:
    return {"url": reverse(name, args=[pk]), "label": label, "method": "post", "small": True, "tone": tone}


def _badge(state: Any, tones: dict[Any, str]) -> dict[str, Any]:
    return {"label": state.label, "tone": tones[state]}


def _member(email: str) -> Person:
    try:
        return member_by_email(email)
    except NotFound as error:
        raise NotFound(_("No member has this e-mail address.")) from error


def _me(request: HttpRequest) -> Person:
    person = person_of(request.user)
    if person is None or person.budget_id is None:
        raise Http404
    return person
