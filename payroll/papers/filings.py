"""What was handed in at official portals: noted with its figures, proved by files."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coop.documents.actions import open_document, store_document
from coop.documents.models import Document
from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from coop.tenancy.queries import local_day
from payroll.papers.models import Filing, FilingProof
from payroll.papers.states import FilingKind

KEPT_YEARS = 10
LARGEST_PROOF_BYTES = 5 * 1024 * 1024
_BEGINNINGS = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
_ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


class NotAProof(StetigError):
    """A proof is a PDF or a picture (PNG, JPEG) of at most 5 MB."""

    code = "not_a_proof"


class FiledMeanwhile(StetigError):
    """Somebody noted this filing at the same moment: look at it first."""

    code = "filed_meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The newest filing of something, with how many proofs it has."""

    id: int
    kind: FilingKind
    subject: str
    number: int
    due_on: date
    filed_on: date
    reference: str
    recorded_at: datetime
    by: str
    proofs: int
    figures: Mapping[str, Any]

    @property
    def late(self) -> bool:
        """Whether it was handed in after its day."""
        return self.filed_on > self.due_on


@transaction.atomic
def file(
    *,
    kind: FilingKind,
    subject: str,
    due_on: date,
    filed_on: date,
    figures: Mapping[str, Any],
    by: User,
    at: datetime,
    reference: str = "",
    proof: bytes | None = None,
) -> Filing:
    """Note that something was handed in, with the figures as they were; done again, it is another filing.

    Raises: InvalidInput, NotAProof, FiledMeanwhile.
    """
    if filed_on > local_day(at):
        raise InvalidInput(_("What has been handed in was handed in today at the latest."))
    number = Filing.objects.filter(kind=kind, subject=subject).count() + 1
    try:
        with transaction.atomic():
            filing: Filing = Filing.objects.create(
                kind=kind,
                subject=subject,
                number=number,
                due_on=due_on,
                filed_on=filed_on,
                reference=reference.strip(),
                figures=dict(figures),
                recorded_at=at,
                recorded_by=by,
            )
    except IntegrityError as error:
        raise FiledMeanwhile from error
    if proof is not None:
        add_proof(filing_id=filing.pk, data=proof, by=by, at=at)
    return filing


@transaction.atomic
def add_proof(*, filing_id: int, data: bytes, by: User, at: datetime) -> FilingProof:
    """Attach a file that proves a filing; the same file twice is one proof. Raises: NotFound, NotAProof."""
    filing = Filing.objects.filter(id=filing_id).first()
    if filing is None:
        raise NotFound
    media_type = _media_type(data)
    source = f"filing:{filing.pk}:{hashlib.sha256(data).hexdigest()[:16]}"
    known: FilingProof | None = FilingProof.objects.filter(filing=filing, document__source=source).first()
    if known is not None:
        return known
    document = store_document(
        kind="filing proof",
        source=source,
        title=_("Proof of filing"),
        filename=f"{filing.kind}-{filing.pk}{_ENDINGS[media_type]}",
        keep_until=date(filing.filed_on.year + KEPT_YEARS, 12, 31),
        data=data,
        media_type=media_type,
    )
    proof: FilingProof = FilingProof.objects.create(filing=filing, document=document, added_at=at, added_by=by)
    note_access(user=by, action="proof of filing added", about=f"filing {filing.pk}")
    return proof


def open_proof(*, filing_id: int, proof_id: int, by: User) -> tuple[Document, bytes]:
    """The bytes of a proof; who opened it is kept. Raises: NotFound."""
    proof = FilingProof.objects.filter(id=proof_id, filing_id=filing_id).first()
    if proof is None:
        raise NotFound
    return open_document(document_id=proof.document_id, by=by)


def filed(kind: FilingKind, subjects: Collection[str] | None = None) -> dict[str, Filed]:
    """Subject -> its newest filing, of one kind, in two statements."""
    rows = Filing.objects.filter(kind=kind).select_related("recorded_by").order_by("number")
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    newest = {row.subject: row for row in rows}
    proofs: dict[int, int] = {}
    for filing_id in FilingProof.objects.filter(filing__in=[row.pk for row in newest.values()]).values_list(
        "filing_id", flat=True
    ):
        proofs[filing_id] = proofs.get(filing_id, 0) + 1
    return {subject: _filed(row, proofs.get(row.pk, 0)) for subject, row in newest.items()}


def filing_by_id(filing_id: int) -> tuple[Filing, list[FilingProof]]:
    """A filing with its proofs, oldest first. Raises: NotFound."""
    row = Filing.objects.select_related("recorded_by").filter(id=filing_id).first()
    if row is None:
        raise NotFound
    return row, list(row.proofs.select_related("document", "added_by").order_by("id"))


def _filed(row: Filing, proofs: int) -> Filed:
    return Filed(
        id=row.pk,
        kind=FilingKind(row.kind),
        subject=row.subject,
        number=row.number,
        due_on=row.due_on,
        filed_on=row.filed_on,
        reference=row.reference,
        recorded_at=row.recorded_at,
        by=str(row.recorded_by) if row.recorded_by else "",
        proofs=proofs,
        figures=row.figures,
    )


def _media_type(data: bytes) -> str:
    if not data or len(data) > LARGEST_PROOF_BYTES:
        raise NotAProof
    for media_type, beginnings in _BEGINNINGS.items():
        if data.startswith(beginnings):
            return media_type
    raise NotAProof
