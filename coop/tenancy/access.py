"""Who may open a page. Whoever may not gets the same 404 as for a page that is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from coop.tenancy.states import Role

View = TypeVar("View", bound=Callable[..., HttpResponse])

PUBLIC = frozenset({"public"})
SIGNED_IN = frozenset({"signed in"})


def allow(*roles: Role) -> Callable[[View], View]:
    """Only logins that hold one of `roles` in the cooperative of the host; others: login page or 404."""
    allowed = frozenset(roles)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.coop_id is None:  # type: ignore[attr-defined]
                raise Http404
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not allowed & request.roles:  # type: ignore[attr-defined]
                raise Http404
            return view(request, *args, **kwargs)

        guarded.allowed_roles = allowed  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def signed_in(view: View) -> View:
    """Any login that holds a role in the cooperative of the host."""
    guarded = allow(*Role)(view)
    guarded.allowed_roles = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Everybody, without a login, at a cooperative's host."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.coop_id is None:  # type: ignore[attr-defined]
            raise Http404
        return view(request, *args, **kwargs)

    guarded.allowed_roles = PUBLIC  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]
