"""The API's side of errors."""

from typing import Any

from django.http import Http404
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from coop.errors import NotFound, StetigError


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Errors of use cases as `{"code", "detail"}`; everything else as the framework does it."""
    if isinstance(exc, NotFound):
        return exception_handler(Http404(), context)
    if isinstance(exc, StetigError):
        return Response({"code": exc.code, "detail": str(exc)}, status=status.HTTP_409_CONFLICT)
    return exception_handler(exc, context)
