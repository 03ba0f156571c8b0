"""The pages of hours, leave and sick notes."""

from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from payroll.timekeeping.models import Absence, HoursMonth, WorkedHours, WorkingWeek
from payroll.timekeeping.states import AbsenceCause, AbsenceState, HoursState
from tests.factories.payroll import employ, make_member
from tests.factories.timekeeping import make_absence, make_hours

FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)
EN = {"accept-language": "en"}


@pytest.fixture
def today(monkeypatch):
    """The pages think it is 10 February 2026: no test depends on the calendar."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: FEBRUARY)


@pytest.fixture
def ada(cast, today):
    person = make_member("Ada")
    person.user = cast.member
    person.save(update_fields=["user"])
    employ(person)
    return person


@pytest.fixture
def member(client_of, cast, ada):
    return client_of(cast.member, cast.coop)


@pytest.fixture
def office(client_of, cast, ada):
    return client_of(cast.payroll, cast.coop)


def away(first="2026-03-09", last="2026-03-13", cause="vacation", **more):
    return {"cause": cause, "first_day": first, "last_day": last, "note": "", **more}


def test_leave_is_asked_for_seen_and_confirmed(member, office, ada):
    page = member.get(reverse("timekeeping:mine"), headers=EN)
    assert page.context["left"] == "20"
    assert member.post(reverse("timekeeping:ask"), away()).status_code == 302
    absence = Absence.objects.get()
    assert (absence.starts_on, absence.ends_on) == (date(2026, 3, 9), date(2026, 3, 14))
    waiting = office.get(reverse("timekeeping:office")).context["waiting"]
    assert [row["url"] for row in waiting] == [reverse("timekeeping:absence", args=[absence.pk])]
    page = office.get(waiting[0]["url"], headers=EN)
    assert {item["label"]: item.get("value") for item in page.context["facts"]}["Takes days of leave"] == "5"
    assert "vacation: 5" in page.content.decode()
    assert office.post(waiting[0]["url"]).status_code == 302
    absence.refresh_from_db()
    assert absence.state == AbsenceState.CONFIRMED
    assert member.get(reverse("timekeeping:mine")).context["left"] == "15"
    assert "15" in member.get(reverse("front:mine")).content.decode()


def test_a_request_that_cannot_be_says_why(member):
    answer = member.post(reverse("timekeeping:ask"), away(last="2026-05-30"), headers=EN)
    assert answer.status_code == 200
    assert "20 are left" in str(answer.context["form"].non_field_errors())
    assert not Absence.objects.exists()


def test_members_withdraw(member, ada):
    absence = make_absence(ada)
    listed = member.get(reverse("timekeeping:mine")).context["rows"]
    assert listed[0]["actions"][0]["url"] == reverse("timekeeping:withdraw", args=[absence.pk])
    member.post(listed[0]["actions"][0]["url"])
    absence.refresh_from_db()
    assert absence.state == AbsenceState.WITHDRAWN
    member.post(reverse("timekeeping:withdraw", args=[absence.pk]))  # says no, and breaks nothing


def test_a_sick_note_is_confirmed_with_the_answers_of_the_office(member, office, ada, cast):
    first = make_absence(ada, AbsenceCause.SICK, date(2026, 1, 29), date(2026, 2, 7), confirmed_by=cast.payroll)
    member.post(reverse("timekeeping:ask"), away("2026-02-16", "2026-04-15", "sick"))
    second = Absence.objects.get(state=AbsenceState.REQUESTED)
    url = reverse("timekeeping:absence", args=[second.pk])
    page = office.get(url, headers=EN)
    assert [value for value, _label in page.context["form"].fields["illness_of_id"].choices] == ["", first.pk]
    assert set(page.context["form"].fields) == {"illness_of_id", "certificate_on"}
    assert "The six weeks of pay end" in page.content.decode()
    office.post(url, {"illness_of_id": first.pk, "certificate_on": "2026-02-17"})
    second.refresh_from_db()
    assert (second.illness_of_id, second.certificate_on) == (first.pk, date(2026, 2, 17))


def test_the_office_declines_and_cancels_with_a_reason(office, ada, cast):
    absence = make_absence(ada)
    url = reverse("timekeeping:refuse", args=[absence.pk])
    assert office.post(url, {"reason": ""}).status_code == 200
    assert office.post(url, {"reason": "The fair"}).status_code == 302
    absence.refresh_from_db()
    assert absence.state == AbsenceState.DECLINED
    confirmed = make_absence(ada, confirmed_by=cast.payroll)
    office.post(reverse("timekeeping:refuse", args=[confirmed.pk]), {"reason": "Came to work"})
    confirmed.refresh_from_db()
    assert confirmed.state == AbsenceState.CANCELLED


def test_the_office_enters_an_absence_and_a_working_week(office, ada):
    answer = office.post(reverse("timekeeping:enter_absence", args=[ada.pk]), away(cause="unpaid"))
    assert answer["location"] == reverse("timekeeping:absence", args=[Absence.objects.get().pk])
    week = {"since": "2026-01-01", "weekdays": ["0", "2"], "leave_days": "12,5"}
    assert office.post(reverse("timekeeping:week", args=[ada.pk]), week).status_code == 302
    assert WorkingWeek.objects.get().days == {0, 2}
    assert office.get(reverse("timekeeping:week", args=[ada.pk])).context["form"].initial["weekdays"] == [0, 2]


def test_hours_from_recording_to_confirmation(member, office, ada):
    url = reverse("timekeeping:hours")
    entry = {"on": "2026-02-02", "starts_at": "09:00", "ends_at": "18:30", "break_minutes": "0", "note": ""}
    assert member.post(url, entry).status_code == 302
    assert member.post(url, entry).status_code == 200  # overlaps
    page = member.get(url + "?month=2026-02", headers=EN)
    assert "0:45 of break are missing" in page.context["rows"][0]["hint"]
    assert page.context["breaches"] == 1
    member.post(page.context["rows"][0]["actions"][0]["url"])
    assert not WorkedHours.objects.exists()
    member.post(url, {**entry, "ends_at": "13:00"})
    member.post(reverse("timekeeping:hand_in"), {"month": "2026-02"})
    member.post(reverse("timekeeping:take_back"), {"month": "2026-02"})
    assert HoursMonth.objects.get().state == HoursState.OPEN
    member.post(reverse("timekeeping:hand_in"), {"month": "2026-02"})
    sheet = HoursMonth.objects.get()
    listed = office.get(reverse("timekeeping:office")).context["hours"]
    assert [row["url"] for row in listed] == [reverse("timekeeping:sheet", args=[sheet.pk])]
    assert office.get(listed[0]["url"]).context["worked"] == "4:00"
    office.post(reverse("timekeeping:send_back", args=[sheet.pk]), {"reason": "And Tuesday?"})
    assert "And Tuesday?" in member.get(url + "?month=2026-02").content.decode()
    member.post(reverse("timekeeping:hand_in"), {"month": "2026-02"})
    office.post(listed[0]["url"])
    sheet.refresh_from_db()
    assert sheet.state == HoursState.CONFIRMED


@pytest.mark.parametrize("month", ["2026-13", "x", "1026-01"])
def test_a_month_that_is_none_is_not_there(member, month):
    assert member.get(reverse("timekeeping:hours"), {"month": month}).status_code == 404


def test_more_hours_than_the_minimum_wage_allows_are_shown(member, ada):
    make_hours(ada, days=11, ends_at=time(17), handed_in=False)
    page = member.get(reverse("timekeeping:hours") + "?month=2026-01", headers=EN)
    assert page.context["too_many"] == "82:44"
    assert "minimum wage" in page.content.decode()


def test_a_reminder_of_leave_is_sent_once(office, ada):
    url = reverse("timekeeping:leave")
    buttons = office.get(url).context["rows"][0]["actions"]
    office.post(buttons[0]["url"])
    row = office.get(url, headers=EN).context["rows"][0]
    assert (row["state"]["label"], row["actions"]) == ("reminded", [])


def test_lists_take_the_same_statements_for_1_and_10_people(office, cast):
    counts: dict[str, list[int]] = {}
    for size in (1, 9):
        for _n in range(size):
            person = make_member()
            employ(person)
            make_absence(person)
            make_absence(person, AbsenceCause.SICK, date(2026, 2, 9), date(2026, 2, 20), confirmed_by=cast.payroll)
            make_hours(person)
        for name in ("timekeeping:office", "timekeeping:leave"):
            with CaptureQueriesContext(connection) as statements:
                assert office.get(reverse(name)).status_code == 200
            counts.setdefault(name, []).append(len(statements))
    assert all(first == second for first, second in counts.values()), counts
