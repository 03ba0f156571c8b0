"""Documents are drawn once, frozen, and opened with their hash checked."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from coop.documents.actions import ATTEMPTS, open_document, render_document, request_document, try_again, waiting_ids
from coop.documents.models import Document, DocumentContent, Opening
from coop.documents.registry import register_renderer
from coop.documents.states import DocumentState
from coop.errors import NotFound

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = datetime(2027, 3, 1, 8, tzinfo=UTC)
drawn: list[str] = []


def draw(source: str) -> bytes:
    drawn.append(source)
    if source == "broken":
        raise ValueError("secret content")
    return f"%PDF {source}".encode()


register_renderer("test", draw)


@pytest.fixture(autouse=True)
def _fresh():
    drawn.clear()


def ask(source="thing:1"):
    return request_document(kind="test", source=source, title="T", filename="t.pdf", keep_until=date(2034, 12, 31))


def test_a_document_is_drawn_once_and_opened_by_a_named_person(coop, cast):
    document = ask()
    assert ask().pk == document.pk
    assert render_document(coop_id=coop.pk, document_id=document.pk, at=NOW)
    assert render_document(coop_id=coop.pk, document_id=document.pk, at=NOW)
    assert drawn == ["thing:1"]
    assert open_document(document_id=document.pk, by=cast.member)[1] == b"%PDF thing:1"
    assert Opening.objects.get().user == cast.member


def test_a_waiting_document_cannot_be_opened(coop):
    with pytest.raises(NotFound):
        open_document(document_id=ask().pk, by=None)


def test_a_failure_is_tried_again_later_and_ends_for_a_person(coop, caplog):
    document = ask("broken")
    assert waiting_ids(NOW, 5) == [document.pk]
    assert not render_document(coop_id=coop.pk, document_id=document.pk, at=NOW)
    assert waiting_ids(NOW, 5) == []
    for _ in range(ATTEMPTS):
        render_document(coop_id=coop.pk, document_id=document.pk, at=LATER)
    document.refresh_from_db()
    assert document.state == DocumentState.FAILED
    assert "secret content" not in caplog.text
    try_again(document_id=document.pk)
    document.refresh_from_db()
    assert document.state == DocumentState.WAITING


def test_bytes_are_frozen_and_kept_until_their_retention_ends(coop):
    document = ask()
    render_document(coop_id=coop.pk, document_id=document.pk, at=NOW)
    for sql in (
        "UPDATE documents_documentcontent SET data = 'x'",
        "DELETE FROM documents_documentcontent",
        "DELETE FROM documents_document",
        "UPDATE documents_document SET state = 'waiting'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Document.objects.get().state == DocumentState.READY
    assert bytes(DocumentContent.objects.get().data) == b"%PDF thing:1"
