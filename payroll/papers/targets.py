"""What can be handed in: by kind and subject its title, day and figures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from coop.errors import NotFound
from coop.money import decimal_string
from payroll.papers import wage_tax
from payroll.papers.contributions import made_statements
from payroll.papers.models import AccidentMembership, LevyRefund
from payroll.papers.notices import notice_rows
from payroll.papers.refunds import DAYS_TO_PAY, reference_of
from payroll.papers.reports import PORTAL_FUNDS, PORTAL_TAX, accident_figures, figures_of_return, statement_paper
from payroll.papers.slips import booked_of_year
from payroll.papers.states import FilingKind

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"20\d\d", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something to be handed in, with its figures as they are now."""

    kind: FilingKind
    subject: str
    title: str
    due_on: date
    portal: str
    figures: Mapping[str, Any]


def target_of(kind: str, subject: str, today: date) -> Target:
    """What a filing would be for. Raises: NotFound."""
    if kind not in FilingKind.values:
        raise NotFound
    return _READERS[FilingKind(kind)](subject, today)


def _statement(subject: str, _today: date) -> Target:
    found = re.fullmatch(r"fund:(\d{1,18}):(.+)", subject, re.ASCII)
    month = _month(found[2]) if found else None
    row = next((one for one in made_statements(month) if one.subject == subject), None) if month else None
    if row is None:
        raise NotFound
    paper = statement_paper(row)
    return Target(
        kind=FilingKind.CONTRIBUTIONS,
        subject=subject,
        title=paper.title,
        due_on=row.send_by,
        portal=PORTAL_FUNDS,
        figures=paper.extra["figures"],
    )


def _tax_return(subject: str, _today: date) -> Target:
    month = _month(subject)
    if month is None:
        raise NotFound
    since, until = wage_tax.period(month)
    if month != since:
        raise NotFound
    return Target(
        kind=FilingKind.WAGE_TAX,
        subject=subject,
        title=_("Wage-tax return %(period)s") % {"period": f"{since:%m/%Y}"},
        due_on=wage_tax.due_on(until),
        portal=PORTAL_TAX,
        figures=figures_of_return(wage_tax.return_of(since, until)),
    )


def _notice(subject: str, today: date) -> Target:
    row = next((one for one in notice_rows(today) if one.notice.subject == subject), None)
    if row is None:
        raise NotFound
    return Target(
        kind=FilingKind.NOTICE,
        subject=subject,
        title=_("Notice %(reason)s: %(name)s") % {"reason": row.reason, "name": row.name},
        due_on=row.notice.due_on,
        portal=PORTAL_FUNDS,
        figures=row.figures,
    )


def _certificates(subject: str, _today: date) -> Target:
    year = _year(subject)
    booked = [one for one in booked_of_year(year) if not one.minijob or one.taxes_cents]
    if not booked:
        raise NotFound
    return Target(
        kind=FilingKind.CERTIFICATE,
        subject=subject,
        title=_("Annual wage-tax certificates %(year)s") % {"year": year},
        due_on=date(year + 1, 3, 1) - timedelta(days=1),
        portal=PORTAL_TAX,
        figures={
            "people": str(len({one.person_id for one in booked})),
            "gross": decimal_string(sum(one.amounts["gross"] for one in booked)),
            "wage tax": decimal_string(sum(one.amounts["wage_tax"] for one in booked)),
        },
    )


def _accident(subject: str, _today: date) -> Target:
    year = _year(subject)
    membership = AccidentMembership.objects.filter(since__lte=date(year, 1, 1)).order_by("-since").first()
    found = accident_figures(year, membership)
    if found is None or membership is None:
        raise NotFound
    return Target(
        kind=FilingKind.ACCIDENT,
        subject=subject,
        title=_("Accident insurance report %(year)s") % {"year": year},
        due_on=date(year + 1, 2, 16),
        portal=PORTAL_FUNDS,
        figures={
            "point": membership.tariff_point,
            "people": str(found.people),
            "pay": str(found.pay_euros),
            "hours": str(found.hours),
        },
    )


def _refund(subject: str, _today: date) -> Target:
    found = re.fullmatch(r"refund:(\d{1,18})", subject, re.ASCII)
    row = LevyRefund.objects.filter(id=int(found[1])).select_related("person", "fund").first() if found else None
    if row is None:
        raise NotFound
    return Target(
        kind=FilingKind.REFUND,
        subject=subject,
        title=_("Refund %(kind)s: %(name)s") % {"kind": row.kind, "name": row.person.name},
        due_on=row.entered_at.date() + timedelta(days=DAYS_TO_PAY),
        portal=PORTAL_FUNDS,
        figures={
            "kind": row.kind,
            "fund": row.fund.number,
            "since": row.since.isoformat(),
            "until": (row.until - timedelta(days=1)).isoformat(),
            "pay": decimal_string(row.pay_cents),
            "contributions": decimal_string(row.employer_cents),
            "rate": str(row.rate),
            "amount": decimal_string(row.amount_cents),
            "reference": reference_of(row),
        },
    )


def _artists(subject: str, _today: date) -> Target:
    year = _year(subject)
    return Target(
        kind=FilingKind.ARTISTS,
        subject=subject,
        title=_("Artists' social levy report %(year)s") % {"year": year},
        due_on=date(year + 1, 3, 31),
        portal="kuenstlersozialkasse.de",
        figures={},
    )


_READERS = {
    FilingKind.CONTRIBUTIONS: _statement,
    FilingKind.WAGE_TAX: _tax_return,
    FilingKind.NOTICE: _notice,
    FilingKind.CERTIFICATE: _certificates,
    FilingKind.ACCIDENT: _accident,
    FilingKind.REFUND: _refund,
    FilingKind.ARTISTS: _artists,
}


def _month(value: str) -> date | None:
    found = _MONTH.fullmatch(value)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _year(value: str) -> int:
    if not _YEAR.fullmatch(value):
        raise NotFound
    return int(value)
