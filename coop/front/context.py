"""What every page shows around its content."""

from typing import Any

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The cooperative of the host, or None at the base domain."""
    return {"cooperative": getattr(request, "coop", None)}
