"""The papers of payroll: who hands them in, who reads them, and one's own wage account."""

from datetime import UTC, date, datetime

from coop.tenancy.states import Role
from members.queries import person_of
from payroll.models import HealthFund
from payroll.papers.contributions import make_statements
from payroll.papers.filings import filing_by_id
from tests.factories.papers import make_filing
from tests.factories.payroll import MARCH, employ, make_member, run_month

_OFFICE = {Role.PAYROLL, Role.ACCOUNTANT}
_READERS = _OFFICE | {Role.AUDITOR}
_ENTERED = {"GET": _READERS, "POST": _OFFICE}

PERMISSIONS = {
    "papers:cockpit": _READERS | {Role.BOARD},
    "papers:file": _OFFICE,
    "papers:filing": _READERS,
    "papers:new_proof": _OFFICE,
    "papers:proof": _READERS,
    "papers:contributions": _READERS,
    "papers:prepare_statements": _OFFICE,
    "papers:order_contributions": _OFFICE,
    "papers:statement": _READERS,
    "papers:wage_tax": _READERS,
    "papers:order_wage_tax": _OFFICE,
    "papers:notices": _READERS,
    "papers:refunds": _READERS,
    "papers:new_refund": _OFFICE,
    "papers_api:refund_proposals": _READERS,
    "papers:journal": _READERS,
    "papers:year": _READERS,
    "papers:accident": _ENTERED,
    "papers:wage_account": _READERS,
    "papers:creditors": _ENTERED,
    "papers:exports": _ENTERED,
    "papers:movement_file": _OFFICE,
    "papers:my_wage_account": {Role.MEMBER},
    "papers_api:duties": _READERS | {Role.BOARD},
    "papers_api:journal": _READERS,
    "papers_api:wage_tax": _READERS,
    "papers_api:order_wage_tax": _OFFICE,
    "papers_api:contributions": _ENTERED,
    "papers_api:order_contributions": _OFFICE,
    "papers_api:notices": _READERS,
    "papers_api:certificates": _READERS,
    "papers_api:accident": _READERS,
    "papers_api:file": _OFFICE,
    "papers_api:refund": _OFFICE,
    "papers_api:wage_account": _READERS | {Role.MEMBER},
}


def _employed(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    employ(person)
    return {"person_id": person.pk}


def _stated(cast):
    _employed(cast)
    run_month(None, cast.board)
    make_statements(month=MARCH, by=cast.payroll, at=datetime(2026, 3, 23, 9, tzinfo=UTC))
    return HealthFund.objects.latest("id").pk


def _filing(cast):
    return {"filing_id": make_filing(cast.payroll).pk}


def _proof(cast):
    filing = make_filing(cast.payroll)
    return {"filing_id": filing.pk, "proof_id": filing_by_id(filing.pk)[1][0].pk}


SAMPLES = {
    "papers:file": lambda cast: {"kind": "contributions", "subject": f"fund:{_stated(cast)}:{date(2026, 3, 1):%Y-%m}"},
    "papers:filing": _filing,
    "papers:new_proof": _filing,
    "papers:proof": _proof,
    "papers:statement": lambda cast: {"fund_id": _stated(cast)},
    "papers:wage_account": _employed,
    "papers:new_refund": _employed,
}
