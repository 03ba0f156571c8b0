"""Accounts of funds and the tax office, filings and refunds for tests."""

from datetime import UTC, date, datetime
from decimal import Decimal

from coop.ledger.chart import AccountCode
from coop.ledger.models import ExportAccount, ExportClient
from payroll.models import HealthFund
from payroll.papers.contributions import make_statements
from payroll.papers.creditors import enter_creditor
from payroll.papers.filings import file
from payroll.papers.models import AccidentMembership, Creditor, Filing, WageType
from payroll.papers.refunds import claim_refund
from payroll.papers.states import FilingKind, RefundKind
from tests.factories.payroll import JANUARY, NOW, iban

PDF = b"%PDF-1.7 receipt of the portal"
AT = datetime(2026, 4, 10, 9, tzinfo=UTC)


def fund_account(fund: HealthFund, **changes: object) -> Creditor:
    """The account of a fund."""
    return enter_creditor(
        **{
            "fund_id": fund.pk,
            "since": JANUARY,
            "name": fund.name,
            "iban": iban(900_000 + fund.pk % 1000),
            "reference": "12345678",
            "federal_state": "",
            "at": NOW,
            "by": None,
            **changes,
        }  # type: ignore[arg-type]
    )


def tax_office_account() -> Creditor:
    """The account of the tax office."""
    return enter_creditor(
        fund_id=None,
        since=JANUARY,
        name="Finanzamt für Körperschaften",
        iban=iban(999_999),
        reference="27/000/00000",
        federal_state="BE",
        at=NOW,
        by=None,
    )


def make_filing(by: object, *, kind: FilingKind = FilingKind.WAGE_TAX, subject: str = "2026-03") -> Filing:
    """Something handed in, with a receipt."""
    return file(
        kind=kind,
        subject=subject,
        due_on=date(2026, 4, 10),
        filed_on=date(2026, 4, 9),
        figures={"83": "0.00"},
        reference="ticket 1",
        proof=PDF,
        by=by,  # type: ignore[arg-type]
        at=AT,
    )


def make_refund(person: object, by: object, *, since: date, until: date) -> object:
    """Sick pay claimed back at 70 percent."""
    return claim_refund(
        person_id=person.pk,  # type: ignore[attr-defined]
        kind=RefundKind.SICKNESS,
        since=since,
        until=until,
        rate=Decimal("0.7"),
        with_contributions=False,
        by=by,  # type: ignore[arg-type]
        at=AT,
    )


def accident_membership() -> AccidentMembership:
    """A fictitious accident insurer."""
    return AccidentMembership.objects.create(
        since=JANUARY,
        insurer="Muster-Berufsgenossenschaft",
        membership_number="00000000",
        tariff_point="0900",
        most_year_cents=9_600_000,
        source="fictitious",
    )


def wage_type(element: str = "salary", number: str = "2000") -> WageType:
    """How the payroll office calls an element of pay."""
    return WageType.objects.create(element=element, since=JANUARY, number=number)


def live_papers(person: object, by: object, *, month: date) -> None:
    """Once of everything, for somebody who was paid in a month."""
    at = datetime(month.year, month.month, 27, 9, tzinfo=UTC)
    for fund in HealthFund.objects.all():
        fund_account(fund)
    make_statements(month=month, by=by, at=at)  # type: ignore[arg-type]
    make_filing(by)
    accident_membership()
    wage_type()
    claim_refund(
        person_id=person.pk,  # type: ignore[attr-defined]
        kind=RefundKind.SICKNESS,
        since=month.replace(day=6),
        until=month.replace(day=8),
        rate=Decimal("0.7"),
        with_contributions=False,
        by=by,  # type: ignore[arg-type]
        at=at,
    )
    ExportClient.objects.create(since=JANUARY, consultant_number=1001, client_number=1)
    ExportAccount.objects.create(code=AccountCode.WAGES, since=JANUARY, number="6020")
