"""The API's side of errors."""

from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from coop.errors import InvalidInput, NotFound, StetigError

PROBLEM_TYPE = "application/problem+json"


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as a problem object (RFC 9457): `type`, `title`, `status`, `detail`, a stable `code`, perhaps `errors`.

    What is not there and what is not yours give the same object.
    """
    if isinstance(exc, NotFound):
        exc = Http404()
    if isinstance(exc, StetigError):
        set_rollback()
        invalid = isinstance(exc, InvalidInput)
        number = status.HTTP_400_BAD_REQUEST if invalid else status.HTTP_409_CONFLICT
        return Response(problem_object(number, exc.code, str(exc)), status=number, content_type=PROBLEM_TYPE)
    response = exception_handler(exc, context)
    if response is None:
        return None
    detail, errors = "", None
    if isinstance(exc, exceptions.ValidationError):
        code, errors = "invalid_input", response.data
        detail = _("Check what you sent: “errors” names each field.")
    elif isinstance(exc, exceptions.APIException):
        code, detail = str(exc.get_codes()), str(exc.detail)
    else:
        code = "not_found" if response.status_code == status.HTTP_404_NOT_FOUND else "not_allowed"
    response.data = problem_object(response.status_code, code, detail, errors)
    response.content_type = PROBLEM_TYPE
    return response


def problem_object(number: int, code: str, detail: str = "", errors: Any = None) -> dict[str, Any]:
    """The content of an error's answer."""
    content = {"type": "about:blank", "title": HTTPStatus(number).phrase, "status": number, "code": code}
    if detail:
        content["detail"] = detail
    if errors is not None:
        content["errors"] = errors
    return content
