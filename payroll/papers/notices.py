"""The work list of notices to social insurance: what each event demands, and what was done about it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coop.law import LawUnknown
from coop.money import decimal_string
from members.models import Person
from payroll.calculation import latest
from payroll.germany.absence import WORKING_WEEK, Cause, Event, month_days, next_month
from payroll.germany.absence import Notice as WhatToReport
from payroll.germany.law import german_law
from payroll.models import EmploymentContract, HealthFund, InsuranceData
from payroll.papers.figures.notices import Break, Notice, Reason, notices_of
from payroll.papers.filings import Filed, filed
from payroll.papers.sheets import Paper, Sheet, day, number, text
from payroll.papers.slips import insured_months
from payroll.papers.states import FilingKind
from payroll.timekeeping.models import Absence
from payroll.timekeeping.queries import away_of, employments_of, weeks_of
from payroll.timekeeping.states import AbsenceCause, AbsenceState

REASONS = {
    Reason.ENTRY: gettext_lazy("employment begins"),
    Reason.ENTRY_FUND: gettext_lazy("begins with another fund"),
    Reason.ENTRY_GROUP: gettext_lazy("begins with other contribution groups"),
    Reason.ENTRY_OTHER: gettext_lazy("begins, other reasons"),
    Reason.EXIT: gettext_lazy("employment ends"),
    Reason.EXIT_FUND: gettext_lazy("ends with the old fund"),
    Reason.EXIT_GROUP: gettext_lazy("ends with the old contribution groups"),
    Reason.EXIT_OTHER: gettext_lazy("ends, other reasons"),
    Reason.EXIT_UNPAID: gettext_lazy("ends after a month without pay"),
    Reason.ANNUAL: gettext_lazy("the year's pay"),
    Reason.INTERRUPTION: gettext_lazy("interrupted, a benefit is paid instead"),
    Reason.PARENTAL: gettext_lazy("interrupted by parental leave"),
    Reason.ACCIDENT_ANNUAL: gettext_lazy("the year's pay for accident insurance"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice with the person, the fund and what was done about it."""

    notice: Notice
    name: str
    member_number: int | None
    insurance_number: str
    fund: str
    fund_number: str
    filed: Filed | None

    @property
    def reason(self) -> Any:
        """Key and words of the reason."""
        return f"{self.notice.reason} – {REASONS[self.notice.reason]}"

    @property
    def figures(self) -> dict[str, str]:
        """What a filing keeps of it."""
        notice = self.notice
        return {
            "reason": notice.reason.value,
            "insurance number": self.insurance_number,
            "fund": self.fund_number,
            "group of persons": notice.persons,
            "contribution groups": notice.groups,
            "since": notice.since.isoformat(),
            "until": notice.until.isoformat() if notice.until else "",
            "pay": "" if notice.pay_euros is None else decimal_string(notice.pay_euros * 100),
            "actual pay": "" if notice.actual_euros is None else decimal_string(notice.actual_euros * 100),
        }


def notice_rows(today: date) -> list[NoticeRow]:
    """All notices of this year and the last, the most urgent first, in a fixed number of statements."""
    begin = date(today.year - 1, 1, 1)
    months = insured_months(begin)
    spans: dict[int, list[tuple[date, date | None]]] = {}
    contracts = EmploymentContract.objects.filter(person_id__in=list(months)).order_by("person_id", "starts_on")
    for person_id, starts_on, ends_on in contracts.values_list("person_id", "starts_on", "ends_on"):
        known = spans.setdefault(person_id, [])
        if known and known[-1][1] == starts_on:
            known[-1] = (known[-1][0], ends_on)
        else:
            known.append((starts_on, ends_on))
    breaks = breaks_since(begin, today)
    found = [
        notice
        for person_id, paid in months.items()
        for notice in notices_of(person_id, spans.get(person_id, []), paid, breaks.get(person_id, ()), today=today)
        if notice.due_on >= begin
    ]
    people = Person.objects.in_bulk({notice.person_id for notice in found})
    funds = HealthFund.objects.in_bulk({notice.fund_id for notice in found})
    insured = latest(InsuranceData.objects.filter(person_id__in=list(people)), "person_id", today)
    done = filed(FilingKind.NOTICE, [notice.subject for notice in found])
    rows = [
        NoticeRow(
            notice=notice,
            name=people[notice.person_id].name,
            member_number=people[notice.person_id].member_number,
            insurance_number=insured[notice.person_id].insurance_number if notice.person_id in insured else "",
            fund=funds[notice.fund_id].name,
            fund_number=funds[notice.fund_id].number,
            filed=done.get(notice.subject),
        )
        for notice in found
    ]
    return sorted(rows, key=lambda row: (row.filed is not None, row.notice.due_on, row.name.casefold()))


def breaks_since(begin: date, today: date) -> dict[int, list[Break]]:
    """Person -> what confirmed absences ask to be reported, from a day on, in three statements."""
    rows = Absence.objects.filter(
        state=AbsenceState.CONFIRMED, ends_on__gte=begin, starts_on__lte=today, cause__in=_WITHOUT_PAY
    ).order_by("starts_on", "id")
    away: dict[int, list[Absence]] = {}
    for row in rows:
        away.setdefault(row.person_id, []).append(row)
    if not away:
        return {}
    employed, weeks = employments_of(list(away)), weeks_of(list(away), today)
    found: dict[int, list[Break]] = {}
    for person_id, absences in away.items():
        month = max(begin, min(row.starts_on for row in absences)).replace(day=1)
        while month <= today:
            try:
                law = german_law(month)
            except LawUnknown:
                break
            days = month_days(
                law,
                month=month,
                employed=employed.get(person_id, ()),
                away=[away_of(row) for row in absences],
                working_week=weeks[person_id].days if person_id in weeks else WORKING_WEEK,
            )
            found.setdefault(person_id, []).extend(
                Break(on=event.on, reason=reason) for event in days.events if (reason := _reason_of(event))
            )
            month = next_month(month)
    return found


def _reason_of(event: Event) -> Reason | None:
    if event.notice is WhatToReport.INTERRUPTION:
        return Reason.PARENTAL if event.cause is Cause.PARENTAL else Reason.INTERRUPTION
    return {
        WhatToReport.DEREGISTRATION: Reason.EXIT_UNPAID,
        WhatToReport.REGISTRATION: Reason.ENTRY_OTHER,
    }.get(event.notice)


_WITHOUT_PAY = [cause.value for cause in AbsenceCause if cause != AbsenceCause.VACATION]


def open_notices(today: date) -> list[NoticeRow]:
    """Notices that nobody has noted as made."""
    return [row for row in notice_rows(today) if row.filed is None]


def notices_paper(rows: list[NoticeRow], note: str) -> Paper:
    """The notices as a sheet to type from."""
    return Paper(
        key="notices",
        title=_("Notices to social insurance"),
        about=_("Reason keys by the common principles of § 28b SGB IV; days by §§ 6 to 12 DEÜV."),
        sheets=(
            Sheet(
                key="notices",
                title=_("Notices to social insurance"),
                columns=(
                    day("due_on", _("Due on")),
                    text("name", _("Name")),
                    text("reason", _("Reason")),
                    day("since", _("From")),
                    day("until", _("Until")),
                    text("insurance_number", _("Insurance number")),
                    text("fund", _("Health fund")),
                    text("keys", _("Persons / groups")),
                    number("pay", _("Pay, whole euros")),
                    number("actual", _("Actual pay")),
                    text("done", _("Made")),
                ),
                rows=[
                    {
                        "due_on": row.notice.due_on,
                        "name": row.name,
                        "reason": row.reason,
                        "since": row.notice.since,
                        "until": row.notice.until,
                        "insurance_number": row.insurance_number,
                        "fund": f"{row.fund} ({row.fund_number})",
                        "keys": f"{row.notice.persons} / {row.notice.groups}",
                        "pay": row.notice.pay_euros,
                        "actual": row.notice.actual_euros,
                        "done": f"{row.filed.filed_on:%d.%m.%Y}" if row.filed else "",
                        "subject": row.notice.subject,
                    }
                    for row in rows
                ],
                empty=_("No notice is due."),
            ),
        ),
        notes=(note,),
    )
