"""What every page is told: where one is, in which cooperative, in which languages, and where one can go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from coop.front.demo.calendar import ended_on
from coop.front.navigation import navigation_of


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page.

    `navigation` asks the database only where a page shows it; `cooperative` is None outside of one.
    """
    here = getattr(request, "coop", None)
    belongs = bool(getattr(request, "roles", ()))
    return {
        "navigation": SimpleLazyObject(lambda: navigation_of(request)) if belongs else [],
        "cooperative": here,
        "languages": settings.LANGUAGES,
        "demo": settings.DEMO,
        "demo_ended_on": ended_on(timezone.localdate()) if settings.DEMO else None,
        "user_menu": [{"url": reverse("front:token"), "label": _("Access for programs")}] if belongs else [],
    }
