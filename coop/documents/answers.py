"""A stored paper as the answer to a request."""

from django.http import Http404, HttpResponse

from coop.documents.actions import open_document
from coop.errors import NotFound
from coop.tenancy.models import User


def shown(document_id: int, *, by: User | None) -> HttpResponse:
    """The frozen bytes of a document, for the browser to show. Raises: Http404, where it is not there yet."""
    try:
        document, data = open_document(document_id=document_id, by=by)
    except NotFound as error:
        raise Http404 from error
    return HttpResponse(
        data,
        content_type=document.media_type,
        headers={"Content-Disposition": f'inline; filename="{document.filename}"'},
    )
