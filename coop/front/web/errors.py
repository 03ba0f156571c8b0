"""What is not there and what is not yours look the same: a page for people, a problem object for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from coop.tenancy.problems import PROBLEM_TYPE, problem_object


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 (Django's signature)
    """The one answer to wrong addresses, wrong roles, guessed ids and hosts of nobody."""
    if request.path.startswith("/api/"):
        return JsonResponse(problem_object(404, "not_found"), status=404, content_type=PROBLEM_TYPE)
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Something that even the right login may not do."""
    return render(request, "403.html", status=403)
