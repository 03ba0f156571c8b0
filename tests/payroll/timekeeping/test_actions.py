"""Hours, absences and leave: who may do what, and what is refused."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from coop.errors import InvalidInput, NotFound
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from payroll.germany.absence import Day, Notice
from payroll.timekeeping import actions, queries
from payroll.timekeeping.models import WorkedHours
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState
from tests.factories.payroll import employ, make_member
from tests.factories.timekeeping import ASKED, make_absence, make_hours

JANUARY, MARCH, APRIL = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def ada(cast):
    person = make_member("Ada")
    person.user = cast.member
    person.save(update_fields=["user"])
    employ(person)
    return person


def hours(person, on=date(2026, 2, 2), start=time(9), end=time(12), pause=0, at=ASKED):
    return actions.record_hours(
        person_id=person.pk, on=on, starts_at=start, ends_at=end, break_minutes=pause, at=at, by=person.user
    )


# --- absences ---------------------------------------------------------------------------------------------------


def test_what_is_asked_for_counts_once_it_is_confirmed(ada, cast):
    absence = make_absence(ada, AbsenceCause.UNPAID, date(2026, 3, 10), date(2026, 4, 20))
    assert queries.month_days_of([ada.pk], MARCH)[ada.pk].whole
    actions.confirm_absence(absence_id=absence.pk, at=ASKED, by=cast.payroll)
    march, april = (queries.month_days_of([ada.pk], month)[ada.pk] for month in (MARCH, APRIL))
    assert (march.paid_days, march.insured_days, april.insured_days) == (9, 30, 9 + 11)
    assert [event.notice for event in april.events] == [Notice.DEREGISTRATION, Notice.REGISTRATION]
    assert OutboxMessage.objects.filter(key=f"absence:{absence.pk}:confirmed", to=ada.email).exists()
    actions.cancel_absence(absence_id=absence.pk, reason="It did not take place", at=ASKED, by=cast.payroll)
    assert queries.month_days_of([ada.pk], MARCH)[ada.pk].whole


def test_days_of_many_people_take_a_fixed_number_of_statements(cast):
    counts = []
    for size in (1, 12):
        people = [make_member() for _n in range(size)]
        for person in people:
            employ(person)
            make_absence(person, confirmed_by=cast.payroll)
        with CaptureQueriesContext(connection) as statements:
            found = queries.month_days_of([person.pk for person in people], MARCH)
        counts.append(len(statements))
        assert {days.days_of(Day.VACATION) for days in found.values()} == {5}
    assert counts == [3, 3]


def test_who_is_not_employed_has_no_days(ada):
    nobody = make_member("Bo")
    assert queries.month_days_of([nobody.pk], MARCH)[nobody.pk].paid_days == 0
    with pytest.raises(actions.NotEmployed):
        make_absence(nobody)
    with pytest.raises(actions.NotEmployed):
        make_absence(ada, AbsenceCause.SICK, date(2025, 12, 29), date(2026, 1, 3))


def test_vacation_takes_working_days_and_no_more_than_there_are(ada, cast):
    easter = make_absence(ada, starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 9))
    assert queries.days_lost(easter) == 4  # Good Friday, Easter Monday and the weekend are free
    account = queries.leave_of(ada.pk, date(2026, 2, 1))
    assert (account.entitled, account.waiting, account.free) == (20, 4, 16)
    with pytest.raises(actions.AbsenceOverlaps):
        make_absence(ada, starts_on=date(2026, 4, 8), ends_on=date(2026, 4, 10))
    with pytest.raises(actions.NoWorkingDay):
        make_absence(ada, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 4))
    with pytest.raises(actions.LeaveUsedUp, match="16"):
        make_absence(ada, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 24))
    make_absence(ada, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 23), confirmed_by=cast.payroll)
    actions.confirm_absence(absence_id=easter.pk, at=ASKED, by=cast.payroll)
    account = queries.leave_of(ada.pk, date(2026, 12, 31))
    assert (account.taken, account.remaining) == (20, 0)


def test_half_a_day_is_for_one_day_of_vacation_or_unpaid_leave(ada, cast):
    def ask(cause, until):
        return actions.ask_absence(
            person_id=ada.pk, cause=cause, starts_on=date(2026, 3, 9), ends_on=until, half_day=True, at=ASKED, by=None
        )

    for cause, until in ((AbsenceCause.SICK, date(2026, 3, 10)), (AbsenceCause.VACATION, date(2026, 3, 11))):
        with pytest.raises(InvalidInput):
            ask(cause, until)
    ask(AbsenceCause.UNPAID, date(2026, 3, 10))
    ask(AbsenceCause.VACATION, date(2026, 3, 10))
    assert queries.leave_of(ada.pk, MARCH).waiting == Decimal("0.5")


def test_a_sick_note_within_a_vacation_gives_days_back(ada, cast):
    make_absence(ada, confirmed_by=cast.payroll)
    make_absence(ada, AbsenceCause.SICK, date(2026, 3, 11), date(2026, 3, 13), confirmed_by=cast.payroll)
    assert queries.leave_of(ada.pk, MARCH).taken == 3


def test_the_same_illness_is_a_question_to_the_office(ada, cast):
    first = make_absence(ada, AbsenceCause.SICK, date(2026, 2, 1), date(2026, 3, 1), confirmed_by=cast.payroll)
    second = make_absence(ada, AbsenceCause.SICK, date(2026, 3, 10), date(2026, 4, 10))
    assert queries.earlier_illnesses(second) == [first]
    with pytest.raises(InvalidInput):
        actions.confirm_absence(absence_id=second.pk, illness_of_id=second.pk, at=ASKED, by=cast.payroll)
    actions.confirm_absence(
        absence_id=second.pk, illness_of_id=first.pk, certificate_on=date(2026, 3, 12), at=ASKED, by=cast.payroll
    )
    march = queries.month_days_of([ada.pk], MARCH)[ada.pk]
    assert march.days_of(Day.SICK_PAY) == 42 - 28
    actions.note_certificate(absence_id=first.pk, on=date(2026, 2, 3), by=cast.payroll)
    first.refresh_from_db()
    assert first.certificate_on == date(2026, 2, 3)


def test_nobody_decides_on_the_own_absence_and_refusals_have_a_reason(ada, cast):
    absence = make_absence(ada)
    ada.user = cast.payroll
    ada.save(update_fields=["user"])
    for call in (
        lambda: actions.confirm_absence(absence_id=absence.pk, at=ASKED, by=cast.payroll),
        lambda: actions.decline_absence(absence_id=absence.pk, reason="No", at=ASKED, by=cast.payroll),
    ):
        with pytest.raises(actions.OwnAbsence):
            call()
    with pytest.raises(InvalidInput):
        actions.decline_absence(absence_id=absence.pk, reason=" ", at=ASKED, by=cast.board)
    actions.decline_absence(absence_id=absence.pk, reason="The fair needs you", at=ASKED, by=cast.board)
    assert "The fair needs you" in OutboxMessage.objects.get(key=f"absence:{absence.pk}:declined").text
    with pytest.raises(InvalidTransition):
        actions.confirm_absence(absence_id=absence.pk, at=ASKED, by=cast.board)


def test_members_withdraw_their_own_requests_only(ada, cast):
    absence = make_absence(ada)
    with pytest.raises(NotFound):
        actions.withdraw_absence(absence_id=absence.pk, person_id=ada.pk + 1, at=ASKED, by=None)
    actions.withdraw_absence(absence_id=absence.pk, person_id=ada.pk, at=ASKED, by=cast.member)
    absence.refresh_from_db()
    assert absence.state == AbsenceState.WITHDRAWN
    make_absence(ada)  # the days are free again


def test_the_working_week_decides_how_much_leave_there_is(ada):
    actions.set_working_week(
        person_id=ada.pk, since=JANUARY, weekdays={0, 1, 2}, leave_days=Decimal(18), at=ASKED, by=None
    )
    account = queries.leave_of(ada.pk, MARCH)
    assert account.entitled == 18
    assert queries.days_lost(make_absence(ada)) == 3
    for weekdays, since in (({0, 7}, MARCH), (set(), MARCH), ({0}, JANUARY)):
        with pytest.raises(InvalidInput):
            actions.set_working_week(
                person_id=ada.pk, since=since, weekdays=weekdays, leave_days=None, at=ASKED, by=None
            )


def test_leave_lapses_only_after_a_reminder_in_time(ada, cast):
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    late = datetime(2026, 12, 10, 9, tzinfo=UTC)
    with pytest.raises(actions.TooLateToRemind):
        actions.remind_of_leave(person_id=ada.pk, year=2026, at=late, by=cast.payroll)
    assert queries.leave_of(ada.pk, date(2027, 5, 1)).remaining == 40
    actions.remind_of_leave(person_id=ada.pk, year=2026, at=at, by=cast.payroll)
    account = queries.leave_of(ada.pk, date(2027, 5, 1))
    assert (account.carried, account.lapsed, account.remaining) == (20, 20, 20)
    mail = OutboxMessage.objects.get(key=f"leave reminder:{ada.pk}:2026")
    assert "20" in mail.text
    with pytest.raises(InvalidInput):
        actions.remind_of_leave(person_id=ada.pk, year=2026, at=at, by=cast.payroll)
    assert [row.reminded for row in queries.leave_rows(date(2026, 12, 1))] == [True]


# --- hours ------------------------------------------------------------------------------------------------------


def test_hours_are_recorded_handed_in_and_confirmed(ada, cast):
    hours(ada, start=time(8), end=time(17), pause=20)
    entry = hours(ada, on=date(2026, 2, 3), start=time(22), end=time(2))
    sheet = queries.sheet_of(ada, date(2026, 2, 1))
    assert sheet.minutes == 9 * 60 - 20 + 4 * 60
    assert [finding.rule.value for finding in sheet.findings] == ["break", "long"]
    assert sheet.expected_minutes == 20 * 3 * 60
    assert sheet.most_minutes == 115_000 * 60 // 1390
    done = actions.hand_in_hours(person_id=ada.pk, month=date(2026, 2, 1), at=ASKED)
    with pytest.raises(actions.HoursNotOpen):
        hours(ada, on=date(2026, 2, 4))
    with pytest.raises(actions.HoursNotOpen):
        actions.delete_hours(entry_id=entry.pk, person_id=ada.pk)
    actions.confirm_hours(sheet_id=done.pk, at=ASKED, by=cast.payroll)
    with pytest.raises(actions.HoursNotOpen):
        actions.take_back_hours(person_id=ada.pk, month=date(2026, 2, 1))
    actions.send_back_hours(sheet_id=done.pk, message="Where is the break of the 2nd?", at=ASKED, by=cast.payroll)
    actions.delete_hours(entry_id=entry.pk, person_id=ada.pk)
    assert WorkedHours.objects.count() == 1
    assert "Where is the break" in OutboxMessage.objects.get(key__startswith=f"hours:{done.pk}").text


def test_hours_that_cannot_be_are_refused(ada, cast):
    hours(ada)
    for error, more in (
        (actions.HoursOverlap, {"start": time(11), "end": time(13)}),
        (actions.HoursAhead, {"on": date(2026, 2, 11)}),
        (InvalidInput, {"start": time(13), "end": time(14), "pause": 60}),
        (actions.NotEmployed, {"on": date(2025, 12, 31)}),
    ):
        with pytest.raises(error):
            hours(ada, **more)
    with pytest.raises(NotFound):
        actions.delete_hours(entry_id=WorkedHours.objects.get().pk, person_id=ada.pk + 1)
    with pytest.raises(actions.NothingRecorded):
        actions.hand_in_hours(person_id=ada.pk, month=JANUARY, at=ASKED)


def test_nobody_confirms_the_own_hours_and_members_take_theirs_back(ada, cast):
    sheet = make_hours(ada)
    with pytest.raises(actions.OwnAbsence):
        actions.confirm_hours(sheet_id=sheet.pk, at=ASKED, by=cast.member)
    with pytest.raises(InvalidInput):
        actions.send_back_hours(sheet_id=sheet.pk, message=" ", at=ASKED, by=cast.payroll)
    assert actions.take_back_hours(person_id=ada.pk, month=JANUARY).state == HoursState.OPEN


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE timekeeping_workedhours SET break_minutes = 5",
        "DELETE FROM timekeeping_workedhours",
        'INSERT INTO timekeeping_workedhours (coop_id, sheet_id, "on", starts_at, ends_at, break_minutes, note, entered_at)'
        " SELECT coop_id, sheet_id, \"on\", '20:00', '21:00', 0, '', now() FROM timekeeping_workedhours LIMIT 1",
    ],
)
def test_the_database_keeps_hours_that_were_handed_in(ada, sql):
    make_hours(ada)
    with pytest.raises(DatabaseError, match="not open"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_entry_of_another_month_is_refused_by_the_database(ada):
    entry = hours(ada)
    with pytest.raises(DatabaseError, match="not open"), transaction.atomic():
        WorkedHours.objects.filter(pk=entry.pk).update(on=date(2026, 3, 2))


def test_pay_below_the_minimum_wage_of_recorded_hours_is_found(ada):
    """1,150 EUR pay 82.7 hours at 13.90; ten days of nine hours are more."""
    make_hours(ada, days=9, ends_at=time(18), handed_in=False)
    assert queries.missing_for_minimum_wage({ada.pk: 115_000}, JANUARY) == {}
    hours(ada, on=date(2026, 1, 20), start=time(9), end=time(17))
    assert queries.missing_for_minimum_wage({ada.pk: 115_000}, JANUARY) == {ada.pk: 89 * 1390 - 115_000}
    assert queries.missing_for_minimum_wage({ada.pk: 200_000, 0: 1}, JANUARY) == {}


def test_years_that_cannot_be_meant_are_refused(ada):
    for first in (date(1026, 3, 9), date(9999, 12, 30)):
        with translation.override("en"), pytest.raises(InvalidInput, match="year"):
            make_absence(ada, starts_on=first, ends_on=first.replace(day=31))
    with translation.override("en"), pytest.raises(InvalidInput, match="year"):
        hours(ada, on=date(9999, 12, 31))
