"""Every write of hours, absences and leave: members ask and record, the office decides."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound, StetigError
from coop.messaging.actions import queue_mail
from coop.tenancy.actions import note_access
from coop.tenancy.models import User
from coop.tenancy.queries import local_day, this_cooperative
from members.models import Person
from payroll.germany.absence import next_month
from payroll.germany.working_time import Worked
from payroll.models import EmploymentContract
from payroll.timekeeping.calendar import check_years, working_days
from payroll.timekeeping.models import Absence, HoursMonth, LeaveReminder, WorkedHours, WorkingWeek
from payroll.timekeeping.queries import days_lost, earlier_illnesses, leave_of, overlapping, weeks_of
from payroll.timekeeping.states import ABSENCE_STATES, HOURS_STATES, AbsenceCause, AbsenceState, HoursState

_WEEK = 7
_LONGEST = 1100
"""Days: three years of parental leave (§ 15 (2) BEEG), and a typing error is found."""
_BY_HALVES = frozenset({AbsenceCause.VACATION, AbsenceCause.UNPAID})


class NotEmployed(StetigError):
    """There is no contract for this time: choose days of the employment, or agree the contract first."""

    code = "not_employed"


class AbsenceOverlaps(StetigError):
    """There is an absence of this kind for that time already: withdraw it first, or choose other days."""

    code = "absence_overlaps"


class LeaveUsedUp(StetigError):
    """There is not enough leave left: choose fewer days, or ask for unpaid leave."""

    code = "leave_used_up"


class NoWorkingDay(StetigError):
    """There is no working day in this time, so it takes no leave."""

    code = "no_working_day"


class OwnAbsence(StetigError):
    """Somebody else has to decide on your own absence or hours."""

    code = "own_absence"


class HoursNotOpen(StetigError):
    """This month was handed in: take it back first, or ask the office to send it back."""

    code = "hours_not_open"


class HoursOverlap(StetigError):
    """These hours overlap others of the same day: change the times, or delete the other entry."""

    code = "hours_overlap"


class HoursAhead(StetigError):
    """Hours are recorded after the work: this day has not come yet."""

    code = "hours_ahead"


class NothingRecorded(StetigError):
    """No hours are recorded for this month."""

    code = "nothing_recorded"


class TooLateToRemind(StetigError):
    """Too few working days are left in the year to take the remaining leave: a reminder now lets nothing lapse."""

    code = "too_late_to_remind"


# --- the working week -------------------------------------------------------------------------------------------


@transaction.atomic
def set_working_week(
    *, person_id: int, since: date, weekdays: set[int], leave_days: Decimal | None, at: datetime, by: User | None
) -> WorkingWeek:
    """Say on which weekdays (0 is Monday) somebody works from a day on, and how much leave the contract gives a year.

    None for `leave_days` means what the law gives. Raises: InvalidInput.
    """
    if not weekdays or not weekdays <= set(range(_WEEK)):
        raise InvalidInput(_("Working days: choose at least one day of the week."))
    try:
        with transaction.atomic():
            week: WorkingWeek = WorkingWeek.objects.create(
                person_id=person_id,
                since=since,
                weekdays=sum(1 << day for day in weekdays),
                leave_days=leave_days,
                entered_at=at,
                entered_by=by,
            )
    except IntegrityError as error:
        raise InvalidInput(_("There is a working week from that day on already; choose another day.")) from error
    return week


# --- absences ---------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_absence(
    *,
    person_id: int,
    cause: AbsenceCause,
    starts_on: date,
    ends_on: date,
    at: datetime,
    by: User | None,
    half_day: bool = False,
    note: str = "",
) -> Absence:
    """Ask for leave or report sickness, from a day until another (that no longer counts).

    Raises: NotEmployed, AbsenceOverlaps, LeaveUsedUp, NoWorkingDay, InvalidInput.
    """
    check_years(starts_on, ends_on)
    if not 0 < (ends_on - starts_on).days <= _LONGEST:
        raise InvalidInput(_("The last day comes on or after the first one, within three years."))
    if half_day and (cause not in _BY_HALVES or (ends_on - starts_on).days != 1):
        raise InvalidInput(_("Half a day: for one day of vacation or of unpaid leave only."))
    _check_employed(person_id, starts_on, ends_on)
    absence = Absence(
        person_id=person_id,
        cause=cause,
        starts_on=starts_on,
        ends_on=ends_on,
        half_day=half_day,
        note=note.strip(),
        requested_at=at,
        requested_by=by,
    )
    if cause == AbsenceCause.VACATION:
        _check_leave(absence)
    try:
        with transaction.atomic():
            absence.save(force_insert=True)
    except IntegrityError as error:
        if _constraint(error) == "absence_once_at_a_time":
            raise AbsenceOverlaps from error
        raise
    return absence


@transaction.atomic
def confirm_absence(
    *,
    absence_id: int,
    at: datetime,
    by: User,
    illness_of_id: int | None = None,
    certificate_on: date | None = None,
    paid: bool = False,
    reduces_leave: bool = False,
) -> Absence:
    """Let an absence count, with what only the office can answer.

    `illness_of_id`: an earlier sick note of the same illness (the fund says so); `certificate_on`: when the
    electronic certificate was fetched; `paid`: a sick child's days are paid by agreement; `reduces_leave`:
    parental leave takes a twelfth of the vacation a month, as the employer declared.

    Raises: NotFound, InvalidTransition, OwnAbsence, LeaveUsedUp, NotEmployed, InvalidInput.
    """
    absence = _locked(absence_id)
    ABSENCE_STATES.check(absence.state, AbsenceState.CONFIRMED)
    _refuse_own(absence.person, by)
    _check_employed(absence.person_id, absence.starts_on, absence.ends_on)
    if absence.cause == AbsenceCause.VACATION:
        _check_leave(absence)
    if illness_of_id is not None and illness_of_id not in {one.pk for one in earlier_illnesses(absence)}:
        raise InvalidInput(_("Same illness: choose one of this person's earlier sick notes."))
    absence.illness_of_id = illness_of_id if absence.cause == AbsenceCause.SICK else None
    absence.certificate_on = certificate_on if absence.cause == AbsenceCause.SICK else None
    absence.paid = paid and absence.cause == AbsenceCause.CHILD_SICK
    absence.reduces_leave = reduces_leave and absence.cause == AbsenceCause.PARENTAL
    _decide(absence, AbsenceState.CONFIRMED, at=at, by=by)
    _tell(absence)
    return absence


@transaction.atomic
def decline_absence(*, absence_id: int, reason: str, at: datetime, by: User) -> Absence:
    """Say no, and why. Raises: NotFound, InvalidTransition, OwnAbsence, InvalidInput."""
    return _refuse(absence_id, AbsenceState.DECLINED, reason, at=at, by=by)


@transaction.atomic
def cancel_absence(*, absence_id: int, reason: str, at: datetime, by: User) -> Absence:
    """Take back what was confirmed, because it was wrong or came differently; what is right is entered anew.

    Raises: NotFound, InvalidTransition, OwnAbsence, InvalidInput.
    """
    return _refuse(absence_id, AbsenceState.CANCELLED, reason, at=at, by=by)


@transaction.atomic
def withdraw_absence(*, absence_id: int, person_id: int, at: datetime, by: User | None) -> Absence:
    """Take one's own request back. Raises: NotFound, InvalidTransition."""
    absence = _locked(absence_id)
    if absence.person_id != person_id:
        raise NotFound
    return _decide(absence, AbsenceState.WITHDRAWN, at=at, by=by)


@transaction.atomic
def note_certificate(*, absence_id: int, on: date, by: User) -> Absence:
    """Keep when the certificate of a sick note was fetched from the fund (eAU). Raises: NotFound, InvalidInput."""
    absence = _locked(absence_id)
    if absence.cause != AbsenceCause.SICK or absence.state != AbsenceState.CONFIRMED:
        raise InvalidInput(_("Certificates belong to confirmed sick notes."))
    absence.certificate_on = on
    absence.save(update_fields=["certificate_on"])
    note_access(user=by, action="certificate noted", about=f"absence:{absence.pk}")
    return absence


@transaction.atomic
def remind_of_leave(*, person_id: int, year: int, at: datetime, by: User) -> LeaveReminder:
    """Tell a member by mail how much leave the year still holds and that it lapses if it is not taken.

    Only after that may leave lapse (§ 7 (3) BUrlG; BAG 9 AZR 541/15).

    Raises: NotFound, TooLateToRemind, InvalidInput.
    """
    person = Person.objects.filter(id=person_id).first()
    today = local_day(at)
    account = leave_of(person_id, today)
    if person is None or account is None:
        raise NotFound
    if account.year != year:
        raise InvalidInput(_("Remind of the leave of the running year."))
    week = weeks_of([person_id], next_month(today)).get(person_id)
    state = this_cooperative().federal_state
    left = working_days(today, date(year + 1, 1, 1), state=state, **({"week": week.days} if week else {}))
    if account.remaining <= 0:
        raise LeaveUsedUp(_("No leave is left to remind of."))
    if len(list(left)) < account.remaining:
        raise TooLateToRemind
    try:
        with transaction.atomic():
            reminder: LeaveReminder = LeaveReminder.objects.create(
                person=person, year=year, days=account.remaining, told_at=at, told_by=by
            )
    except IntegrityError as error:
        raise InvalidInput(_("This person was reminded of that year already.")) from error
    with translation.override(person.language):
        subject = _("Your leave of %(year)s") % {"year": year}
    queue_mail(
        key=f"leave reminder:{person.pk}:{year}",
        to=person.email,
        subject=subject,
        template="leave_reminder",
        context={"reminder": reminder, "greeting_name": person.name},
        language=person.language,
    )
    return reminder


# --- hours ------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_hours(
    *,
    person_id: int,
    on: date,
    starts_at: time,
    ends_at: time,
    break_minutes: int,
    at: datetime,
    by: User | None,
    note: str = "",
) -> WorkedHours:
    """Record one stretch of work; an end before the begin lies in the next day.

    Raises: NotEmployed, HoursAhead, HoursNotOpen, HoursOverlap, InvalidInput.
    """
    check_years(on)
    if on > local_day(at):
        raise HoursAhead
    _check_employed(person_id, on, date.fromordinal(on.toordinal() + 1))
    sheet = _sheet(person_id, on.replace(day=1))
    if sheet.state != HoursState.OPEN:
        raise HoursNotOpen
    entry = WorkedHours(
        sheet=sheet,
        on=on,
        starts_at=starts_at,
        ends_at=ends_at,
        break_minutes=break_minutes,
        note=note.strip(),
        entered_at=at,
        entered_by=by,
    )
    if overlapping(WorkedHours.objects.filter(sheet=sheet), _checked(entry)):
        raise HoursOverlap
    entry.save(force_insert=True)
    return entry


@transaction.atomic
def delete_hours(*, entry_id: int, person_id: int) -> date:
    """Delete one's own entry of an open month, and return that month. Raises: NotFound, HoursNotOpen."""
    entry = WorkedHours.objects.select_related("sheet").filter(id=entry_id, sheet__person_id=person_id).first()
    if entry is None:
        raise NotFound
    if _sheet(person_id, entry.sheet.month).state != HoursState.OPEN:
        raise HoursNotOpen
    entry.delete()
    month: date = entry.sheet.month
    return month


@transaction.atomic
def hand_in_hours(*, person_id: int, month: date, at: datetime) -> HoursMonth:
    """Give a month's hours to the office. Raises: NothingRecorded, InvalidTransition."""
    sheet = HoursMonth.objects.select_for_update().filter(person_id=person_id, month=month).first()
    if sheet is None or not WorkedHours.objects.filter(sheet=sheet).exists():
        raise NothingRecorded
    return _moved(sheet, HoursState.HANDED_IN, handed_in_at=at, message="")


@transaction.atomic
def take_back_hours(*, person_id: int, month: date) -> HoursMonth:
    """Open one's own month again while nobody has confirmed it. Raises: NotFound, HoursNotOpen, InvalidTransition."""
    sheet = HoursMonth.objects.select_for_update().filter(person_id=person_id, month=month).first()
    if sheet is None:
        raise NotFound
    if sheet.state == HoursState.CONFIRMED:
        raise HoursNotOpen(_("This month was confirmed: ask the office to open it again."))
    return _moved(sheet, HoursState.OPEN)


@transaction.atomic
def confirm_hours(*, sheet_id: int, at: datetime, by: User) -> HoursMonth:
    """Confirm a month's hours. Raises: NotFound, InvalidTransition, OwnAbsence."""
    sheet = _locked_sheet(sheet_id, by)
    return _moved(sheet, HoursState.CONFIRMED, confirmed_at=at, confirmed_by=by)


@transaction.atomic
def send_back_hours(*, sheet_id: int, message: str, at: datetime, by: User) -> HoursMonth:
    """Open a month again, handed in or confirmed, and tell the member what to put right.

    Raises: NotFound, InvalidTransition, OwnAbsence, InvalidInput.
    """
    if not message.strip():
        raise InvalidInput(_("Say what to put right."))
    sheet = _locked_sheet(sheet_id, by)
    _moved(sheet, HoursState.OPEN, message=message.strip(), confirmed_at=None, confirmed_by=None)
    person = sheet.person
    with translation.override(person.language):
        subject = _("Your hours of %(month)s") % {"month": f"{sheet.month:%m/%Y}"}
    queue_mail(
        key=f"hours:{sheet.pk}:{at.isoformat()}",
        to=person.email,
        subject=subject,
        template="hours_sent_back",
        context={"sheet": sheet, "greeting_name": person.name},
        language=person.language,
    )
    return sheet


def _sheet(person_id: int, month: date) -> HoursMonth:
    HoursMonth.objects.get_or_create(person_id=person_id, month=month)
    sheet: HoursMonth = HoursMonth.objects.select_for_update().get(person_id=person_id, month=month)
    return sheet


def _locked_sheet(sheet_id: int, by: User) -> HoursMonth:
    sheet: HoursMonth | None = (
        HoursMonth.objects.select_for_update(of=("self",)).select_related("person").filter(id=sheet_id).first()
    )
    if sheet is None:
        raise NotFound
    _refuse_own(sheet.person, by)
    return sheet


def _moved(sheet: HoursMonth, state: HoursState, **changes: Any) -> HoursMonth:
    HOURS_STATES.check(sheet.state, state)
    sheet.state = state
    for name, value in changes.items():
        setattr(sheet, name, value)
    sheet.save(update_fields=["state", *changes])
    return sheet


def _checked(entry: WorkedHours) -> Worked:
    try:
        return entry.worked
    except InvalidInput as error:
        raise InvalidInput(
            _("Begin, end and break do not fit: the break is shorter than the time between begin and end.")
        ) from error


def _check_employed(person_id: int, first: date, until: date) -> None:
    """Raises: NotEmployed, where the person is not under contract from the first day to the last."""
    reached = first
    rows = EmploymentContract.objects.filter(person_id=person_id, starts_on__lt=until).exclude(ends_on__lte=first)
    for starts_on, ends_on in rows.order_by("starts_on").values_list("starts_on", "ends_on"):
        if starts_on > reached:
            break
        reached = until if ends_on is None else max(reached, ends_on)
    if reached < until:
        raise NotEmployed


def _check_leave(absence: Absence) -> None:
    """Raises: NoWorkingDay, LeaveUsedUp."""
    asked = days_lost(absence)
    if not asked:
        raise NoWorkingDay
    last = date.fromordinal(absence.ends_on.toordinal() - 1)
    account = leave_of(absence.person_id, last)
    free = account.free if account else Decimal(0)
    if absence.pk:
        free += asked  # it waits already
    if asked > free:
        raise LeaveUsedUp(
            _("This takes %(asked)s days of leave; %(free)s are left.") % {"asked": asked.normalize(), "free": free + 0}
        )


def _locked(absence_id: int) -> Absence:
    absence: Absence | None = (
        Absence.objects.select_for_update(of=("self",)).select_related("person").filter(id=absence_id).first()
    )
    if absence is None:
        raise NotFound
    return absence


def _refuse_own(person: Person, by: User) -> None:
    if person.user_id == by.pk:
        raise OwnAbsence


def _refuse(absence_id: int, state: AbsenceState, reason: str, *, at: datetime, by: User) -> Absence:
    absence = _locked(absence_id)
    ABSENCE_STATES.check(absence.state, state)
    if not reason.strip():
        raise InvalidInput(_("Say why, so that the member knows what to do."))
    _refuse_own(absence.person, by)
    absence.reason = reason.strip()
    _decide(absence, state, at=at, by=by)
    _tell(absence)
    return absence


def _decide(absence: Absence, state: AbsenceState, *, at: datetime, by: User | None) -> Absence:
    ABSENCE_STATES.check(absence.state, state)
    absence.state = state
    absence.decided_at = at
    absence.decided_by = by
    absence.save()
    return absence


def _tell(absence: Absence) -> None:
    person = absence.person
    with translation.override(person.language):
        subject = _("Your absence from %(day)s on") % {"day": f"{absence.starts_on:%d.%m.%Y}"}
    queue_mail(
        key=f"absence:{absence.pk}:{absence.state}",
        to=person.email,
        subject=subject,
        template="absence_decided",
        context={
            "absence": absence,
            "last": date.fromordinal(absence.ends_on.toordinal() - 1),
            "confirmed": absence.state == AbsenceState.CONFIRMED,
            "cancelled": absence.state == AbsenceState.CANCELLED,
            "greeting_name": person.name,
        },
        language=person.language,
    )


def _constraint(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
