"""Documents: a row that says what, and frozen bytes with their hash.

The bytes stand in PostgreSQL, so that the fence, the transaction and the backup hold for them too.
"""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from coop.documents.states import DOCUMENT_STATES, DocumentState
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned


class Document(CoopOwned):
    """One document, such as the PDF of an invoice. `source` names what it shows (such as "invoice:7")."""

    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    filename = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60, default="application/pdf")
    state = models.CharField(max_length=10, choices=DocumentState.choices, default=DocumentState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateField()
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "kind", "source"], name="document_source_once")]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("document", DOCUMENT_STATES),
            pgtrigger.Protect(
                name="document_retention_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__keep_until__lt=pgtrigger.F("old__keep_until")),
            ),
            pgtrigger.Protect(
                name="document_is_kept",
                operation=pgtrigger.Delete,
                # Nothing goes before its retention ends.
                condition=pgtrigger.Condition("OLD.keep_until >= CURRENT_DATE"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentContent(CoopOwned):
    """The frozen bytes of a document."""

    document = CoopOneToOneField(Document, related_name="content")
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [
            pgtrigger.Protect(name="documentcontent_is_frozen", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="documentcontent_is_kept",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT FROM documents_document d WHERE d.coop_id = OLD.coop_id
                               AND d.id = OLD.document_id AND d.keep_until >= CURRENT_DATE) THEN
                        RAISE EXCEPTION 'pgtrigger: document % is kept until its retention ends', OLD.document_id;
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class Opening(CoopOwned):
    """Who opened which document, and when."""

    document = CoopForeignKey(Document, related_name="openings")
    user = LoginKey(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="opening_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at}"
