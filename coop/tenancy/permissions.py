"""The API's side of roles."""

from typing import Any
from urllib.parse import unquote

from django.http import Http404
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from coop.tenancy.history import WHY_HEADER, say_who
from coop.tenancy.queries import roles_of
from coop.tenancy.states import Role


class RolePermission(BasePermission):
    """A view names its roles in `allowed_roles`, or per action in `allowed_roles_by_action`.

    A view that names none is closed to everybody. The wrong role gets the same 404 as a guessed id.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises: NotAuthenticated without a login, Http404 for the wrong role or cooperative."""
        if getattr(request, "coop_id", None) is None:
            raise Http404
        if not request.user or not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        by_action = getattr(view, "allowed_roles_by_action", {})
        default = getattr(view, "allowed_roles", ())
        action = getattr(view, "action", None)
        # A method that the address does not know: whoever may use another one there is told so, the rest see nothing.
        actions = [action] if action else list(getattr(view, "action_map", {}).values()) or [None]
        allowed = frozenset(role for one in actions for role in by_action.get(one, default))
        # A token's login is known only here, after the middleware.
        roles: frozenset[Role] = roles_of(request.user)
        request._request.roles = roles  # type: ignore[attr-defined]  # noqa: SLF001 (the views read it there)
        if not allowed & roles:
            raise Http404
        if request.method not in SAFE_METHODS:
            match = request._request.resolver_match  # noqa: SLF001
            why = unquote(request.headers.get(WHY_HEADER, ""), errors="replace")
            say_who(user_id=request.user.pk, through=match.view_name if match else "", why=why)
        return True
