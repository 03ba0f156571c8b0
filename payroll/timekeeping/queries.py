"""Reads over hours, absences and leave. What the calculation needs is `month_days_of`."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from coop.errors import NotFound
from coop.law import LawOfDay
from coop.tenancy.queries import this_cooperative
from members.models import Person
from payroll.germany.absence import (
    PAID,
    WORKING_WEEK,
    Away,
    Cause,
    Day,
    Employment,
    MonthDays,
    add_months,
    kinds_of_days,
    month_days,
    next_month,
)
from payroll.germany.law import PARAMETERS, german_law
from payroll.germany.leave import LeaveYear, YearTaken, entitlement, leave_account
from payroll.germany.working_time import Finding, Worked, below_minimum_wage, check_hours
from payroll.models import EmploymentContract
from payroll.timekeeping.calendar import is_holiday, public_holidays, working_days
from payroll.timekeeping.models import Absence, HoursMonth, LeaveReminder, WorkedHours, WorkingWeek
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState

HALF = Decimal("0.5")
_LAWS = ("leave.working_days_year", "leave.waiting_months", "leave.carry_over_months")


# --- for the calculation ----------------------------------------------------------------------------------------


def month_days_of(person_ids: Iterable[int], month: date) -> dict[int, MonthDays]:
    """How the days of a month count for people, in three statements whatever their number.

    Everybody asked for is in the answer, also who is not employed in the month (with 0 days).

    Raises: LawUnknown, where somebody was away and the month's law is not confirmed.
    """
    ids = list(person_ids)
    employed = employments_of(ids)
    away = away_until(ids, next_month(month))
    weeks = weeks_of(ids, next_month(month))
    law = german_law(month)
    return {
        person_id: month_days(
            law,
            month=month,
            employed=employed.get(person_id, ()),
            away=away.get(person_id, ()),
            working_week=weeks[person_id].days if person_id in weeks else WORKING_WEEK,
        )
        for person_id in ids
    }


def days_with(absence: Absence, month: date) -> MonthDays:
    """How a month counts for a person with an absence that may still wait for a decision. Raises: LawUnknown."""
    away = list(away_until([absence.person_id], next_month(month)).get(absence.person_id, []))
    if absence.state == AbsenceState.REQUESTED:
        away.append(away_of(absence))
    return month_days(
        german_law(month), month=month, employed=employments_of([absence.person_id])[absence.person_id], away=away
    )


def employments_of(person_ids: Collection[int]) -> dict[int, list[Employment]]:
    """Per person all contracts as first day and the day that no longer counts."""
    found: dict[int, list[Employment]] = {}
    rows = EmploymentContract.objects.filter(person_id__among=person_ids).order_by("starts_on")
    for person_id, starts_on, ends_on in rows.values_list("person_id", "starts_on", "ends_on"):
        found.setdefault(person_id, []).append((starts_on, ends_on))
    return found


def weeks_of(person_ids: Collection[int], until: date) -> dict[int, WorkingWeek]:
    """Per person the working week in force on the last day before `until`."""
    rows = WorkingWeek.objects.filter(person_id__among=person_ids, since__lt=until).order_by("since")
    return {row.person_id: row for row in rows}


def minutes_of(person_ids: Collection[int], month: date) -> dict[int, int]:
    """Per person the recorded working minutes of a month, where there are any."""
    found: dict[int, int] = {}
    rows = WorkedHours.objects.filter(sheet__person_id__among=person_ids, sheet__month=month).select_related("sheet")
    for row in rows:
        found[row.sheet.person_id] = found.get(row.sheet.person_id, 0) + row.worked.minutes
    return found


def missing_for_minimum_wage(gross_cents: dict[int, int], month: date) -> dict[int, int]:
    """By how many cents each person's pay of a month lies below the minimum wage of the hours recorded.

    `gross_cents` by person; those whose pay suffices, or who recorded none, are left out. One statement.
    Pay for days away is not pay for work: it is taken off by calendar days.

    Raises: LawUnknown. Source: §§ 1, 2 MiLoG.
    """
    minutes = minutes_of(list(gross_cents), month)
    if not minutes:
        return {}
    days = month_days_of(list(minutes), month)
    law = german_law(month)
    found = {}
    for person_id, worked in minutes.items():
        paid = days[person_id].paid
        for_work = int(gross_cents[person_id] * days[person_id].worked // paid) if paid else 0
        missing = below_minimum_wage(law, for_work, worked)
        if missing:
            found[person_id] = missing
    return found


def away_until(person_ids: Collection[int], until: date) -> dict[int, list[Away]]:
    """Per person the confirmed absences that began before a day, oldest first."""
    rows = Absence.objects.filter(person_id__among=person_ids, state=AbsenceState.CONFIRMED, starts_on__lt=until)
    found: dict[int, list[Away]] = {}
    for row in rows.order_by("starts_on", "id"):
        found.setdefault(row.person_id, []).append(away_of(row))
    return found


def away_of(row: Absence) -> Away:
    """An absence as the law counts it."""
    return Away(
        cause=Cause(row.cause),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        illness=(row.illness_of_id or row.pk) if row.cause == AbsenceCause.SICK else None,
        paid=row.paid,
        half=row.half_day and row.cause == AbsenceCause.UNPAID,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """Working days of a month that are paid without work, and the working days with pay of the time before it."""

    leave: Decimal
    sick: int
    days_a_week: int
    working_days_before: dict[date, int]
    """By month."""


def days_off_of(person_ids: Collection[int], month: date, since: date) -> dict[int, DaysOff]:
    """Per person the days of leave and of paid illness in a month, and the paid working days from `since` until it.

    For those whose hours are paid; three statements. Days are those of the own week; public holidays are no leave,
    and illness on one is paid like the holiday (§ 4 (2) EFZG).

    Raises: LawUnknown.
    """
    until, law, state = next_month(month), german_law(month), this_cooperative().federal_state
    employed = employments_of(person_ids)
    weeks = weeks_of(person_ids, until)
    rows: dict[int, list[Absence]] = {}
    for row in Absence.objects.filter(
        person_id__in=person_ids, state=AbsenceState.CONFIRMED, starts_on__lt=until
    ).order_by("starts_on", "id"):
        rows.setdefault(row.person_id, []).append(row)
    found = {}
    for person_id, contracts in employed.items():
        away = [away_of(row) for row in rows.get(person_id, ())]
        week = weeks[person_id].days if person_id in weeks else WORKING_WEEK
        kinds = {
            day: kind
            for day, kind in kinds_of_days(law, contracts, away, since, until).items()
            if kind in PAID and day.weekday() in week
        }
        halves = {row.starts_on for row in rows.get(person_id, ()) if row.half_day}
        leave = [
            HALF if day in halves else Decimal(1)
            for day, kind in kinds.items()
            if day >= month and kind is Day.VACATION and not is_holiday(day, state)
        ]
        found[person_id] = DaysOff(
            leave=sum(leave, Decimal(0)),
            sick=sum(day >= month and kind is Day.SICK_PAY for day, kind in kinds.items()),
            days_a_week=len(week),
            working_days_before=Counter(day.replace(day=1) for day in kinds if day < month),
        )
    return found


# --- leave ------------------------------------------------------------------------------------------------------


def leave_of(person_id: int, on: date) -> LeaveYear | None:
    """The account of leave in the year of a day; None for somebody who was never employed."""
    return leave_accounts([person_id], on).get(person_id)


def leave_accounts(person_ids: Collection[int], on: date) -> dict[int, LeaveYear]:
    """The accounts of leave in the year of a day, in four statements. Beyond the confirmed law, by the last confirmed."""
    employed = employments_of(person_ids)
    after = date(on.year + 1, 1, 1)
    weeks: dict[int, list[WorkingWeek]] = {}
    for week in WorkingWeek.objects.filter(person_id__in=person_ids, since__lt=after).order_by("since"):
        weeks.setdefault(week.person_id, []).append(week)
    absences: dict[int, list[Absence]] = {}
    rows = Absence.objects.filter(
        person_id__in=person_ids, state__in=[AbsenceState.REQUESTED, AbsenceState.CONFIRMED], starts_on__lt=after
    )
    for row in rows:
        absences.setdefault(row.person_id, []).append(row)
    told: dict[int, set[int]] = {}
    for reminder in LeaveReminder.objects.filter(person_id__in=person_ids):
        told.setdefault(reminder.person_id, set()).add(reminder.year)
    state = this_cooperative().federal_state
    found = {}
    for person_id, contracts in employed.items():
        first = contracts[0][0].year
        first = min(first, on.year)
        years = [
            _year(
                year,
                contracts,
                weeks.get(person_id, []),
                absences.get(person_id, []),
                state=state,
                reminded=year in told.get(person_id, ()),
            )
            for year in range(first, on.year + 1)
        ]
        found[person_id] = leave_account(leave_law(on), years, on)[-1]
    return found


def leave_law(day: date) -> LawOfDay:
    """The law of leave on a day; a plan for later takes the last that is confirmed."""
    from coop.law import read_law  # noqa: PLC0415 (beside its only use)

    return german_law(min(day, read_law(PARAMETERS).last_confirmed_day(*_LAWS)))


def leave_days_in(absence: Absence, person_away: Iterable[Absence], week: frozenset[int], state: str) -> list[date]:
    """The days of leave that an absence takes: working days on which nothing stronger counts."""
    strong = [one for one in person_away if one.state == AbsenceState.CONFIRMED and one.cause != AbsenceCause.VACATION]
    return [
        day
        for day in working_days(absence.starts_on, absence.ends_on, state=state, week=week)
        if not any(one.starts_on <= day < one.ends_on for one in strong)
    ]


def _year(
    year: int,
    contracts: Sequence[Employment],
    weeks: Sequence[WorkingWeek],
    absences: Sequence[Absence],
    *,
    state: str,
    reminded: bool,
) -> YearTaken:
    after = date(year + 1, 1, 1)
    current = next((week for week in reversed(weeks) if week.since < after), None)
    days = current.days if current else WORKING_WEEK
    law = leave_law(date(year, 1, 1))
    early_until = add_months(date(year, 1, 1), law["leave.carry_over_months"])
    early = late = waiting = Decimal(0)
    for row in absences:
        if row.cause != AbsenceCause.VACATION:
            continue
        for day in leave_days_in(row, absences, days, state):
            if day.year != year:
                continue
            part = HALF if row.half_day else Decimal(1)
            if row.state == AbsenceState.REQUESTED:
                waiting += part
            elif day < early_until:
                early += part
            else:
                late += part
    return YearTaken(
        year=year,
        entitled=entitlement(
            law,
            year=year,
            employed=contracts,
            days_a_week=len(days),
            contract_days=current.leave_days if current else None,
            months_without=_months_without(absences, year),
        ).days,
        taken_early=early,
        taken_late=late,
        waiting=waiting,
        reminded=reminded,
    )


def _months_without(absences: Iterable[Absence], year: int) -> int:
    """Whole months of the year that take a twelfth of the leave: unpaid ones, and parental leave where declared."""
    months: set[int] = set()
    for row in absences:
        parental = row.cause == AbsenceCause.PARENTAL and row.reduces_leave
        if row.state != AbsenceState.CONFIRMED or not (row.cause == AbsenceCause.UNPAID or parental):
            continue
        for number in range(1, 13):
            month = date(year, number, 1)
            if row.starts_on <= month and next_month(month) <= row.ends_on:
                months.add(number)
    return len(months)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRow:
    """Somebody's leave in the list of the office."""

    person_id: int
    name: str
    account: LeaveYear
    reminded: bool


def leave_rows(on: date) -> list[LeaveRow]:
    """The leave of everybody employed in the year of a day, by name."""
    year, after = date(on.year, 1, 1), date(on.year + 1, 1, 1)
    contracts = EmploymentContract.objects.filter(starts_on__lt=after).exclude(ends_on__lte=year)
    people = {row.person_id: row.person.name for row in contracts.select_related("person")}
    told = set(LeaveReminder.objects.filter(year=on.year).values_list("person_id", flat=True))
    rows = [
        LeaveRow(person_id=person_id, name=people[person_id], account=account, reminded=person_id in told)
        for person_id, account in leave_accounts(list(people), on).items()
    ]
    return sorted(rows, key=lambda row: (row.name.casefold(), row.person_id))


# --- absences ---------------------------------------------------------------------------------------------------


def absences_of(person_id: int) -> list[Absence]:
    """Somebody's absences, newest first."""
    return list(Absence.objects.filter(person_id=person_id).select_related("decided_by").order_by("-starts_on", "-id"))


def absence_by_id(absence_id: int, *, person_id: int | None = None) -> Absence:
    """One absence; with `person_id` only that person's. Raises: NotFound."""
    rows = Absence.objects.select_related("person", "decided_by", "illness_of").filter(id=absence_id)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    row: Absence | None = rows.first()
    if row is None:
        raise NotFound
    return row


def waiting_absences() -> list[Absence]:
    """What members asked for or reported and nobody has decided, oldest first."""
    rows = Absence.objects.filter(state=AbsenceState.REQUESTED).select_related("person")
    return list(rows.order_by("starts_on", "id"))


def away_between(first: date, until: date) -> list[Absence]:
    """Confirmed absences that reach into a time, by first day."""
    rows = Absence.objects.filter(state=AbsenceState.CONFIRMED, starts_on__lt=until, ends_on__gt=first)
    return list(rows.select_related("person").order_by("starts_on", "person__name", "id"))


def earlier_illnesses(absence: Absence) -> list[Absence]:
    """Earlier sick notes that may be of the same illness: those of the twelve months before, each illness once."""
    since = add_months(absence.starts_on, -12)
    rows = Absence.objects.filter(
        person_id=absence.person_id,
        cause=AbsenceCause.SICK,
        state=AbsenceState.CONFIRMED,
        illness_of__isnull=True,
        ends_on__gt=since,
        starts_on__lt=absence.starts_on,
    )
    return list(rows.order_by("-starts_on"))


def days_lost(absence: Absence) -> Decimal:
    """How many days of leave an absence takes, or would take; 0 for other reasons than vacation."""
    if absence.cause != AbsenceCause.VACATION:
        return Decimal(0)
    week = weeks_of([absence.person_id], absence.starts_on.replace(day=1, month=1, year=absence.starts_on.year + 1))
    days = week[absence.person_id].days if absence.person_id in week else WORKING_WEEK
    others = Absence.objects.filter(person_id=absence.person_id, state=AbsenceState.CONFIRMED)
    count = len(leave_days_in(absence, others, days, this_cooperative().federal_state))
    return HALF * count if absence.half_day else Decimal(count)


# --- hours ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A person's hours of a month with what the law says to them."""

    person: Person
    month: date
    row: HoursMonth | None
    entries: tuple[WorkedHours, ...]
    minutes: int
    expected_minutes: int | None
    """What the contract asks for in the month, public holidays and absences taken off; None without a contract."""
    findings: tuple[Finding, ...]
    most_minutes: int | None
    """What the month's gross pay allows at the minimum wage; None without contract or confirmed law."""

    @property
    def state(self) -> HoursState:
        """A month without a row is open."""
        return HoursState(self.row.state) if self.row else HoursState.OPEN


def sheet_of(person: Person, month: date) -> Sheet:
    """A person's hours of a month. Raises: LawUnknown."""
    row = HoursMonth.objects.filter(person=person, month=month).select_related("confirmed_by").first()
    entries = tuple(WorkedHours.objects.filter(sheet=row).order_by("on", "starts_at")) if row else ()
    worked = [entry.worked for entry in entries]
    law = german_law(month)
    state = this_cooperative().federal_state
    contract = contract_in(person.pk, month)
    most = int(Decimal(contract.gross_cents) * 60 / (law["minimum_wage.hour"] * 100)) if contract else None
    return Sheet(
        person=person,
        month=month,
        row=row,
        entries=entries,
        minutes=sum(one.minutes for one in worked),
        expected_minutes=_expected(contract, person.pk, month, state) if contract else None,
        findings=tuple(check_hours(law, worked, public_holidays(month.year, state))),
        most_minutes=most,
    )


def contract_in(person_id: int, month: date) -> EmploymentContract | None:
    """The contract in force in a month (the last one, where it changes)."""
    rows = EmploymentContract.objects.filter(person_id=person_id, starts_on__lt=next_month(month))
    found: EmploymentContract | None = rows.exclude(ends_on__lte=month).order_by("-starts_on").first()
    return found


def waiting_hours() -> list[HoursMonth]:
    """Months handed in and not yet confirmed, oldest first."""
    rows = HoursMonth.objects.filter(state=HoursState.HANDED_IN).select_related("person")
    return list(rows.order_by("month", "person__name", "id"))


def hours_by_id(sheet_id: int) -> HoursMonth:
    """One month of hours with its person. Raises: NotFound."""
    row: HoursMonth | None = HoursMonth.objects.select_related("person").filter(id=sheet_id).first()
    if row is None:
        raise NotFound
    return row


def months_recorded(person_id: int) -> list[HoursMonth]:
    """The months of which a person recorded hours, newest first."""
    return list(HoursMonth.objects.filter(person_id=person_id).order_by("-month"))


def overlapping(entries: Iterable[WorkedHours], new: Worked) -> bool:
    """Whether a stretch of work overlaps one that is recorded already."""

    def span(one: Worked) -> tuple[int, int]:
        base = one.on.toordinal() * 24 * 60
        return base + one.start, base + one.end

    start, end = span(new)
    return any(start < other_end and other_start < end for other_start, other_end in map(span, _worked(entries)))


def _worked(entries: Iterable[WorkedHours]) -> list[Worked]:
    return [entry.worked for entry in entries]


def _expected(contract: EmploymentContract, person_id: int, month: date, state: str) -> int:
    """Contract hours spread over the days of the own week, without holidays and days away."""
    following = next_month(month)
    week = weeks_of([person_id], following).get(person_id)
    days = week.days if week else WORKING_WEEK
    away: Any = Absence.objects.filter(
        person_id=person_id, state=AbsenceState.CONFIRMED, starts_on__lt=following, ends_on__gt=month
    )
    gone = [(row.starts_on, row.ends_on, HALF if row.half_day else Decimal(1)) for row in away]
    a_day = contract.weekly_hours * 60 / len(days)
    total = Decimal(0)
    for day in working_days(month, following, state=state, week=days):
        if contract.starts_on <= day and (contract.ends_on is None or day < contract.ends_on):
            lost = max((part for first, until, part in gone if first <= day < until), default=Decimal(0))
            total += a_day * (1 - lost)
    return int(total)


def leave_entitlement_text(person_id: int, on: date) -> dict[str, str]:
    """What a year's leave is by contract and law, as a contract's paper says it: days, and days of work a week."""
    week = weeks_of([person_id], next_month(on)).get(person_id)
    days_a_week = len(week.days) if week else len(WORKING_WEEK)
    statutory = Decimal(leave_law(on)["leave.working_days_year"]) * days_a_week / 6
    days = max(statutory, week.leave_days) if week and week.leave_days else statutory
    return {"days": f"{days.normalize():f}", "days_a_week": str(days_a_week)}
