"""From the host to the cooperative, and from the cooperative to its scope."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_resolver, get_urlconf
from django.utils.functional import SimpleLazyObject

from coop.errors import NotFound
from coop.tenancy.history import WHY, say_who
from coop.tenancy.models import Address
from coop.tenancy.queries import roles_of, this_cooperative
from coop.tenancy.scope import coop_scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
GetResponse = Callable[[HttpRequest], HttpResponse]


class OutsideHostMiddleware:
    """Lets a host outside of ours get the same 404 as a lookalike below it, where Django would say 400.

    Comes first: everything after may ask for the host.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace a host that is not ours by one that belongs to nobody, so that its name goes no further."""
        try:
            request.get_host()
        except DisallowedHost:
            request.META["HTTP_HOST"] = f"no.such.{settings.BASE_DOMAIN}"
        return self.get_response(request)


class HostMiddleware:
    """Names the cooperative of the request by its host: exactly <slug>.<BASE_DOMAIN>.

    The base domain itself shows the pages of the platform; any other host is not found.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `request.coop_id`, or answer as if nothing were here."""
        host = request.get_host().partition(":")[0].lower()
        request.coop_id = None  # type: ignore[attr-defined]
        if host in {settings.BASE_DOMAIN, "127.0.0.1"}:
            request.urlconf = "coop.platform_urls"
            return self.get_response(request)
        slug = host.removesuffix(f".{settings.BASE_DOMAIN}")
        address = Address.objects.filter(slug=slug).first() if "." not in slug else None
        if address is None:
            request.urlconf = "coop.nowhere_urls"
            return self.get_response(request)
        request.coop_id = address.coop_id  # type: ignore[attr-defined]
        return self.get_response(request)


def _why(request: HttpRequest) -> str:
    # The API reads its body itself, and names the reason in a header (coop/tenancy/permissions.py).
    form = request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}
    return request.POST.get(WHY, "") if form and not request.path.startswith("/api/") else ""


class ScopeMiddleware:
    """Opens the cooperative's scope around the view, and knows the login's roles in it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the view in one transaction of the cooperative."""
        coop_id = request.coop_id  # type: ignore[attr-defined]
        if coop_id is None:
            request.coop = None  # type: ignore[attr-defined]
            request.roles = frozenset()  # type: ignore[attr-defined]
            return self.get_response(request)
        with coop_scope(coop_id):
            request.coop = SimpleLazyObject(this_cooperative)  # type: ignore[attr-defined]
            request.roles = roles_of(request.user)  # type: ignore[attr-defined]
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Before anything is changed, tell the database who does it and through which page."""
        user, match = request.user, request.resolver_match
        if (
            request.coop_id is not None  # type: ignore[attr-defined]
            and request.method not in SAFE
            and user.is_authenticated
            and match is not None
        ):
            say_who(user_id=user.pk, through=match.view_name, why=_why(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A thing that is not there, or not yours, is the same 404 wherever in a view it comes up."""
        if not isinstance(exception, NotFound):
            return None
        answer: HttpResponse = get_resolver(get_urlconf()).resolve_error_handler(404)(request, exception)  # type: ignore[call-arg]
        return answer


def nothing_here(_request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """The answer for hosts that belong to nobody."""
    raise Http404
