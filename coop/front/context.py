"""What every page is told: where one is, in which cooperative, in which languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page.

    `navigation` is empty until a view (or a later processor) gives its own: items are mappings with
    `url`, `label`, `count` (None hides it) and `current`. `cooperative` is None outside of one.
    """
    return {
        "navigation": [],
        "cooperative": getattr(request, "coop", None),
        "languages": settings.LANGUAGES,
        "demo": bool(getattr(settings, "DEMO", False)),
    }
