"""Ask for documents, draw them once, keep them frozen."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from coop.documents import tasks
from coop.documents.models import Document, DocumentContent, Opening
from coop.documents.registry import renderer_of
from coop.documents.states import DocumentState
from coop.errors import NotFound, StetigError
from coop.tenancy.bulk import insert_rows
from coop.tenancy.models import User
from coop.tenancy.scope import coop_scope, current_coop_id
from coop.tenancy.tasks import enqueue, enqueue_many

logger = logging.getLogger(__name__)

ATTEMPTS = 6
FIRST_RETRY = timedelta(seconds=15)


class Altered(StetigError):
    """The stored bytes do not match their hash any more: restore them from a backup."""

    code = "document_altered"


@transaction.atomic
def request_document(*, kind: str, source: str, title: str, filename: str, keep_until: date) -> Document:
    """Ask for a document; a job draws it after the commit. Asked twice, it is the same one."""
    return request_documents(
        [Document(kind=kind, source=source, title=title, filename=filename, keep_until=keep_until)]
    )[0]


@transaction.atomic
def request_documents(documents: Iterable[Document], *, at_once: bool = True) -> list[Document]:
    """Ask for many documents in one statement. With `at_once=False` only the regular job draws them, later."""
    wanted = list(documents)
    Document.objects.bulk_create(wanted, ignore_conflicts=True, batch_size=1000)
    kinds = {document.kind for document in wanted}
    rows = Document.objects.filter(kind__in=kinds, source__among=[document.source for document in wanted])
    known = {(row.kind, row.source): row for row in rows}
    found = [known[document.kind, document.source] for document in wanted]
    if at_once:
        waiting = [document.pk for document in found if document.state == DocumentState.WAITING]
        enqueue_many(tasks.render, waiting, at_a_time=tasks.AT_A_TIME, coop_id=current_coop_id())
    return found


def request_later(*, kind: str, sources: Sequence[str], title: str, filename: str, keep_until: date) -> None:
    """Ask for documents of one kind that the regular job is to draw; asked twice, they are the same ones."""
    insert_rows(
        Document,
        {"source": sources},
        {"kind": kind, "title": title, "filename": filename, "keep_until": keep_until, "requested_at": timezone.now()},
        on_conflict="DO NOTHING",
    )


@transaction.atomic
def store_document(
    *, kind: str, source: str, title: str, filename: str, keep_until: date, data: bytes, media_type: str
) -> Document:
    """Keep bytes that exist already, such as a payment file."""
    document: Document = Document.objects.create(
        kind=kind, source=source, title=title, filename=filename, keep_until=keep_until, media_type=media_type
    )
    _freeze(document, data)
    return document


def render_document(*, coop_id: int, document_id: int, at: datetime) -> bool:
    """Draw a waiting document and freeze it. Whether it is ready now.

    Two jobs at once draw twice and keep one: drawing holds no lock, the row does while it is stored.
    A failure is noted and tried again later, at growing intervals, `ATTEMPTS` times.
    """
    with coop_scope(coop_id):
        document = Document.objects.filter(id=document_id).first()
        if document is None or document.state == DocumentState.READY:
            return document is not None
        try:
            with transaction.atomic():
                data = renderer_of(document.kind)(document.source)
        except Exception as error:  # noqa: BLE001 (whatever a template does wrong, the others must go on)
            # The kind of error only: its text may quote what the document holds.
            logger.error("document %s (%s) could not be drawn: %s", document.pk, document.kind, type(error).__name__)  # noqa: TRY400
            _note_failure(document, at)
            return False
        locked = Document.objects.select_for_update().get(id=document_id)
        if locked.state != DocumentState.READY:
            _freeze(locked, data)
        return True


@transaction.atomic
def try_again(*, document_id: int) -> None:
    """Draw a failed document anew."""
    changed = Document.objects.filter(id=document_id, state=DocumentState.FAILED).update(
        state=DocumentState.WAITING, attempts=0, not_before=None
    )
    if changed:
        enqueue(tasks.render, coop_id=current_coop_id(), ids=[document_id])


@transaction.atomic
def open_document(*, document_id: int, by: User | None) -> tuple[Document, bytes]:
    """The bytes of a ready document, checked against their hash; who opened it is kept.

    Raises: NotFound, Altered.
    """
    document = Document.objects.filter(id=document_id, state=DocumentState.READY).first()
    if document is None:
        raise NotFound
    data = checked_bytes(document)
    Opening.objects.create(document=document, user=by)
    return document, data


def checked_bytes(document: Document) -> bytes:
    """The stored bytes. Raises: Altered."""
    content = DocumentContent.objects.get(document=document)
    data = bytes(content.data)
    if hashlib.sha256(data).hexdigest() != content.sha256:
        raise Altered
    return data


def waiting_ids(at: datetime, limit: int) -> list[int]:
    """Documents that wait and whose next attempt is due, oldest first."""
    due = Document.objects.filter(Q(not_before__isnull=True) | Q(not_before__lte=at), state=DocumentState.WAITING)
    return list(due.order_by("id").values_list("id", flat=True)[:limit])


def _freeze(document: Document, data: bytes) -> None:
    DocumentContent.objects.create(document=document, data=data, sha256=hashlib.sha256(data).hexdigest())
    document.state = DocumentState.READY
    document.save(update_fields=["state"])


def _note_failure(document: Document, at: datetime) -> None:
    attempts = document.attempts + 1
    changes: dict[str, Any] = {"attempts": F("attempts") + 1, "not_before": at + FIRST_RETRY * 2**attempts}
    if attempts >= ATTEMPTS:
        changes["state"] = DocumentState.FAILED
    Document.objects.filter(id=document.pk, state=DocumentState.WAITING).update(**changes)
