"""What was handed in is noted once more each time, with its figures and proofs."""

from datetime import date

import pytest

from coop.errors import InvalidInput, NotFound
from payroll.papers.filings import NotAProof, add_proof, file, filed, filing_by_id, open_proof
from payroll.papers.states import FilingKind
from tests.factories.papers import AT, PDF, make_filing


def test_the_newest_filing_counts_with_its_proofs(cast):
    make_filing(cast.payroll)
    second = make_filing(cast.accountant)
    add_proof(filing_id=second.pk, data=b"\x89PNG\r\n\x1a\nscreen", by=cast.payroll, at=AT)
    found = filed(FilingKind.WAGE_TAX)["2026-03"]
    assert (found.id, found.number, found.proofs, found.late) == (second.pk, 2, 2, False)
    assert found.by == str(cast.accountant)
    row, proofs = filing_by_id(second.pk)
    document, data = open_proof(filing_id=row.pk, proof_id=proofs[0].pk, by=cast.auditor)
    assert data == PDF
    assert document.media_type == "application/pdf"
    assert proofs[1].document.filename.endswith(".png")


@pytest.mark.parametrize("data", [b"", b"<html>", b"MZ\x90", b"%PDF-" + b"x" * (5 * 1024 * 1024)])
def test_a_proof_is_a_pdf_or_a_picture(cast, data):
    filing = make_filing(cast.payroll)
    with pytest.raises(NotAProof):
        add_proof(filing_id=filing.pk, data=data, by=cast.payroll, at=AT)


def test_nothing_is_filed_in_the_future_or_for_nothing(cast):
    with pytest.raises(InvalidInput):
        file(
            kind=FilingKind.NOTICE, subject="x", due_on=date(2026, 4, 1), filed_on=date(2026, 4, 11), figures={},
            by=cast.payroll, at=AT,
        )  # fmt: skip
    with pytest.raises(NotFound):
        add_proof(filing_id=0, data=PDF, by=cast.payroll, at=AT)
    with pytest.raises(NotFound):
        open_proof(filing_id=0, proof_id=0, by=cast.payroll)
