"""Pages that clients open through a link, without a login. Whatever is wrong with a link, the answer is the same 404."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from coop.documents.answers import shown
from coop.errors import NotFound, StetigError
from coop.tenancy.access import public
from invoicing import actions, queries
from invoicing.models import ClientLink
from invoicing.states import LinkPurpose
from invoicing.web.forms import AnswerForm
from invoicing.web.presenters import line_table

TRIES, WINDOW_SECONDS = 30, 600
"""How often one address may be wrong before its links are not looked at for a while."""


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, secret: str) -> HttpResponse:
    """A job, to be accepted, changed or declined by the client."""
    link = _link(request, LinkPurpose.CONFIRM, secret)
    job = link.job
    assert job is not None  # noqa: S101 (a link of this purpose has one)
    with translation.override(link.client.language):
        form = AnswerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                done = actions.answer_link(secret=secret, at=timezone.now(), **form.cleaned_data)
            except NotFound as error:
                raise Http404 from error
            except StetigError as error:
                form.add_error(None, str(error))
            else:
                return render(request, "invoicing/client_answered.html", {"link": done, "job": job})
        try:
            treatment = queries.tax_of(job)
        except StetigError as error:
            raise Http404 from error
        context = {
            "job": job,
            "form": form,
            "lines": line_table(queries.lines_of_job(job)),
            "tax": treatment,
            "expires_at": link.expires_at,
        }
        return render(request, "invoicing/client_answer.html", context)


@public
@never_cache
@require_safe
def portal(request: HttpRequest, secret: str) -> HttpResponse:
    """The invoices of a client."""
    link = _link(request, LinkPurpose.PORTAL, secret)
    with translation.override(link.client.language):
        rows = queries.invoices_of_client(link.client)
        context = {"client": link.client, "invoices": rows, "secret": secret, "expires_at": link.expires_at}
        return render(request, "invoicing/client_portal.html", context)


@public
@never_cache
@require_safe
def portal_pdf(request: HttpRequest, secret: str, invoice_id: int) -> HttpResponse:
    """One of the client's invoices."""
    link = _link(request, LinkPurpose.PORTAL, secret)
    document = queries.document_of_client(link.client, invoice_id)
    if document is None:
        raise Http404
    return shown(document.pk, by=None)


def _link(request: HttpRequest, purpose: LinkPurpose, secret: str) -> ClientLink:
    """The link, or the same 404 for all that is wrong; an address that is often wrong is not looked at for a while."""
    key = f"client-link:{get_adapter().get_client_ip(request)}"
    if int(cache.get(key, 0)) >= TRIES:
        raise Http404
    try:
        return actions.find_link(purpose=purpose, secret=secret, at=timezone.now())
    except NotFound as error:
        _count(key)
        raise Http404 from error


def _count(key: str) -> Any:
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:
        return None  # it ended in between
