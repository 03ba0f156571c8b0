"""One's own token for the API: made, shown once, taken back."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from rest_framework.authtoken.models import Token

from coop.tenancy.access import signed_in
from coop.tenancy.actions import note_access

_SHOWN_ONCE = "new_api_token"


@signed_in
@require_GET
def token(request: HttpRequest) -> HttpResponse:
    """Whether there is a token, and the new one a single time."""
    held = Token.objects.filter(user=request.user).first()  # type: ignore[misc]  # nobody anonymous comes here
    shown = request.session.pop(_SHOWN_ONCE, "")
    return render(request, "front/token.html", {"held": held, "shown": shown})


@signed_in
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def make_token(request: HttpRequest) -> HttpResponse:
    """A new token in place of the old one. Asks for password or second factor, where that was long ago."""
    with transaction.atomic():
        Token.objects.filter(user=request.user).delete()  # type: ignore[misc]
        made = Token.objects.create(user=request.user)  # type: ignore[misc]
        note_access(user=request.user, action="API token made", about=f"user {request.user.pk}")  # type: ignore[arg-type]
    request.session[_SHOWN_ONCE] = made.key
    return redirect("front:token")


@signed_in
@require_POST
def revoke_token(request: HttpRequest) -> HttpResponse:
    """Take the token back: programs that use it stop at once."""
    with transaction.atomic():
        Token.objects.filter(user=request.user).delete()  # type: ignore[misc]
        note_access(user=request.user, action="API token revoked", about=f"user {request.user.pk}")  # type: ignore[arg-type]
    messages.success(request, _("The token is not valid any more."))
    return redirect("front:token")
