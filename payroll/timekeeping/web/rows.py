"""What lists of hours and absences show."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payroll.germany.absence import Day, MonthDays, Notice
from payroll.germany.working_time import HINTS, Finding, Rule
from payroll.timekeeping.models import Absence
from payroll.timekeeping.queries import Sheet
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState

TONES = {
    AbsenceState.REQUESTED: "info",
    AbsenceState.CONFIRMED: "good",
    AbsenceState.DECLINED: "bad",
    AbsenceState.CANCELLED: "neutral",
    AbsenceState.WITHDRAWN: "neutral",
    HoursState.OPEN: "neutral",
    HoursState.HANDED_IN: "info",
    HoursState.CONFIRMED: "good",
}


def badge(state: Any) -> dict[str, Any]:
    """A state as a badge."""
    return {"label": state.label, "tone": TONES[state]}


def days_text(days: Decimal) -> str:
    """A number of days, without needless places, in the reader's language."""
    return number_format(f"{days.normalize():f}")


def hours_text(minutes: int) -> str:
    """Minutes as hours and minutes."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def absence_row(absence: Absence) -> dict[str, Any]:
    """One absence as a row."""
    return {
        "first": absence.starts_on,
        "last": absence.ends_on - timedelta(days=1),
        "cause": f"{AbsenceCause(absence.cause).label}{' (½)' if absence.half_day else ''}",
        "state": badge(AbsenceState(absence.state)),
        "reason": absence.reason or None,
    }


def absence_columns(*, name: bool = False, actions: bool = False) -> list[dict[str, Any]]:
    """Columns of absences, with the person's name or with buttons."""
    columns: list[dict[str, Any]] = [
        {"key": "first", "label": _("From"), "kind": "day"},
        {"key": "last", "label": _("To"), "kind": "day"},
        {"key": "cause", "label": _("Reason")},
        {"key": "state", "label": _("State"), "kind": "state"},
    ]
    if name:
        columns.insert(0, {"key": "name", "label": _("Name"), "url": "url"})
    if actions:
        columns += [
            {"key": "reason", "label": _("Answer of the office")},
            {"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True},
        ]
    return columns


def sheet_context(sheet: Sheet, *, edit: bool) -> dict[str, Any]:
    """A month's hours as a page shows them; `edit` adds the member's buttons."""
    findings: dict[date, list[str]] = {}
    for finding in sheet.findings:
        findings.setdefault(finding.on, []).append(finding_text(finding))
    shown: set[date] = set()
    rows = []
    for entry in sheet.entries:
        first = entry.on not in shown
        shown.add(entry.on)
        row: dict[str, Any] = {
            "on": entry.on,
            "time": f"{entry.starts_at:%H:%M} – {entry.ends_at:%H:%M}",
            "pause": entry.break_minutes,
            "worked": hours_text(entry.worked.minutes),
            "hint": " ".join(findings.get(entry.on, [])) if first else "",
            "note": entry.note or None,
        }
        if edit:
            row["actions"] = [
                {
                    "url": reverse("timekeeping:delete_hours", args=[entry.pk]),
                    "label": _("Delete"),
                    "method": "post",
                    "tone": "quiet",
                    "small": True,
                }
            ]
        rows.append(row)
    columns: list[dict[str, Any]] = [
        {"key": "on", "label": _("Day"), "kind": "day"},
        {"key": "time", "label": _("From – to")},
        {"key": "pause", "label": _("Break (min)"), "kind": "number"},
        {"key": "worked", "label": _("Worked")},
        {"key": "hint", "label": _("To note")},
        {"key": "note", "label": _("Note")},
    ]
    if edit:
        columns.append({"key": "actions", "label": _("Actions"), "kind": "actions", "hide_label": True})
    too_many = sheet.most_minutes is not None and sheet.minutes > sheet.most_minutes
    return {
        "sheet": sheet,
        "state": badge(sheet.state),
        "rows": rows,
        "columns": columns,
        "worked": hours_text(sheet.minutes),
        "expected": hours_text(sheet.expected_minutes) if sheet.expected_minutes is not None else None,
        "breaches": sum(finding.rule not in HINTS for finding in sheet.findings),
        "too_many": hours_text(sheet.most_minutes or 0) if too_many else "",
    }


def finding_text(finding: Finding) -> str:
    """What is not as the law wants it, and what to do."""
    words = {
        Rule.BREAK: _("%(time)s of break are missing. Was there a break that is not entered?"),
        Rule.TOO_LONG: _("%(time)s more than ten hours: that is not allowed. Please rest earlier."),
        Rule.LONG: _("%(time)s more than eight hours: shorter days have to balance this within six months."),
        Rule.REST: _("%(time)s of rest are missing: eleven hours lie between two days of work."),
        Rule.SUNDAY: _("%(time)s on a Sunday or holiday: another day off is due."),
    }
    return f"{words[finding.rule] % {'time': hours_text(finding.minutes)}} ({finding.source})"


def effect_rows(months: Iterable[MonthDays]) -> list[dict[str, Any]]:
    """What absences do to months, one row a month."""
    return [
        {
            "month": days.month,
            "paid": days.paid_days,
            "insured": days.insured_days,
            "tax": days.tax_days,
            "kinds": ", ".join(f"{day_label(kind)}: {count}" for kind, count in days.counts if kind is not Day.PAID)
            or None,
            "notices": " ".join(f"{notice_text(event.notice, event.on)} ({event.source})" for event in days.events)
            or None,
        }
        for days in months
    ]


def effect_columns() -> list[dict[str, Any]]:
    """Columns of `effect_rows`."""
    return [
        {"key": "month", "label": _("Month"), "kind": "month"},
        {"key": "paid", "label": _("Days with pay"), "kind": "number"},
        {"key": "insured", "label": _("Insurance days"), "kind": "number"},
        {"key": "tax", "label": _("Tax days"), "kind": "number"},
        {"key": "kinds", "label": _("Away")},
        {"key": "notices", "label": _("To report or mark")},
    ]


def day_label(kind: Day) -> str:
    """How a day counts, in words."""
    return {
        Day.PAID: _("work"),
        Day.VACATION: _("vacation"),
        Day.SICK_PAY: _("ill, paid by the employer"),
        Day.SICK_BENEFIT: _("ill, paid by the fund"),
        Day.CHILD_PAID: _("child ill, paid by the employer"),
        Day.CHILD_BENEFIT: _("child ill, paid by the fund"),
        Day.MATERNITY: _("maternity protection"),
        Day.PARENTAL: _("parental leave"),
        Day.UNPAID_INSURED: _("unpaid, still insured"),
        Day.UNPAID: _("unpaid, not insured"),
    }[kind]


def notice_text(notice: Notice, on: date) -> str:
    """What the office has to report or mark, in words."""
    words = {
        Notice.SICK_PAY_ENDS: _("The six weeks of pay end on %(day)s; then the fund pays."),
        Notice.INTERRUPTION: _("Report the interruption; last day with pay: %(day)s."),
        Notice.DEREGISTRATION: _("Deregister from social insurance at %(day)s."),
        Notice.REGISTRATION: _("Register again from %(day)s on."),
        Notice.TAX_GAP: _("Mark “U” in the wage account (from %(day)s on)."),
    }
    return words[notice] % {"day": f"{on:%d.%m.%Y}"}


def left_text(days: Decimal) -> str:
    """How many days of leave are left, as a sentence part."""
    whole = int(days) if days == int(days) else 2
    return ngettext("%(n)s day", "%(n)s days", whole) % {"n": days_text(days)}
