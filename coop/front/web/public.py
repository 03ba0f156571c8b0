"""Pages for everybody: the cooperative's door, the platform's own page, what robots and browsers ask for."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_safe

from coop.front.demo.logins import demo_cooperatives
from coop.front.navigation import home_of
from coop.tenancy.access import public, signed_in

ROBOTS = "User-agent: *\nAllow: /$\nDisallow: /\n"


@public
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """The cooperative's door; who is signed in and belongs here goes straight to their own home."""
    if request.roles:  # type: ignore[attr-defined]
        return redirect(home_of(request.roles))  # type: ignore[attr-defined]
    return render(request, "front/welcome.html")


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """To the home that fits the login's roles."""
    return redirect(home_of(request.roles))  # type: ignore[attr-defined]


@require_safe
def platform(request: HttpRequest) -> HttpResponse:
    """What Stetig is; in the demo also where its cooperatives are and who can sign in."""
    context: dict[str, Any] = {}
    if settings.DEMO:
        context = {"cooperatives": demo_cooperatives(), "password": settings.DEMO_PASSWORD}
    return render(request, "front/platform.html", context)


@require_safe
@cache_control(public=True, max_age=86400)
def robots(_request: HttpRequest) -> HttpResponse:
    """Search engines may know the first page and nothing else."""
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_safe
@cache_control(public=True, max_age=86400)
def favicon(_request: HttpRequest) -> HttpResponse:
    """The mark, for browsers that ask at the old address."""
    path = finders.find("img/mark.svg")
    if not path:
        raise Http404
    return HttpResponse(Path(path).read_bytes(), content_type="image/svg+xml")


robots.allowed_roles = favicon.allowed_roles = frozenset({"public"})  # type: ignore[attr-defined]
