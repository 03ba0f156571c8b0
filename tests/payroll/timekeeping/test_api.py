"""The API of hours, leave and sick notes."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from payroll.timekeeping.models import HoursMonth
from tests.factories.payroll import employ, make_member
from tests.factories.timekeeping import make_hours


@pytest.fixture
def ada(cast, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 2, 10, 9, tzinfo=UTC))
    person = make_member("Ada")
    person.user = cast.member
    person.save(update_fields=["user"])
    employ(person)
    return person


def test_an_absence_from_request_to_its_days(ada, cast, client_of):
    member, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)
    asked = {"cause": "unpaid", "starts_on": "2026-03-10", "ends_on": "2026-03-20"}
    made = member.post(reverse("timekeeping_api:absences"), asked, "application/json")
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    again = member.post(reverse("timekeeping_api:absences"), asked, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "absence_overlaps")
    number = made.json()["id"]
    assert [row["id"] for row in office.get(reverse("timekeeping_api:waiting_absences")).json()] == [number]
    done = office.post(reverse("timekeeping_api:confirm_absence", args=[number]), {}, "application/json")
    assert done.json()["state"] == "confirmed"
    days = office.get(reverse("timekeeping_api:days", args=[ada.pk]), {"month": "2026-03-01"}).json()
    assert (days["paid_days"], days["insured_days"], days["tax_days"]) == (21, 30, 30)
    assert office.get(reverse("timekeeping_api:days", args=[ada.pk]), {"month": "2026-03-02"}).status_code == 400
    refused = {"reason": "It did not take place"}
    gone = office.post(reverse("timekeeping_api:refuse_absence", args=[number]), refused, "application/json")
    assert gone.json()["state"] == "cancelled"
    assert [row["state"] for row in member.get(reverse("timekeeping_api:absences")).json()] == ["cancelled"]
    assert member.get(reverse("timekeeping_api:leave")).json()["remaining"] == "20.00"


def test_a_request_is_withdrawn_and_declined(ada, cast, client_of):
    member, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)
    asked = {"cause": "vacation", "starts_on": "2026-03-10", "ends_on": "2026-03-11"}
    numbers = [
        member.post(reverse("timekeeping_api:absences"), {**asked, **more}, "application/json").json()["id"]
        for more in ({}, {"starts_on": "2026-03-11", "ends_on": "2026-03-12"})
    ]
    gone = member.post(reverse("timekeeping_api:withdraw", args=[numbers[0]]))
    assert gone.json()["state"] == "withdrawn"
    url = reverse("timekeeping_api:refuse_absence", args=[numbers[1]])
    assert office.post(url, {"reason": "The fair"}, "application/json").json()["state"] == "declined"


def test_hours_from_recording_to_confirmation(ada, cast, client_of):
    member, office = client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)
    entry = {"on": "2026-01-07", "starts_at": "09:00", "ends_at": "16:00"}
    made = member.post(reverse("timekeeping_api:hours"), entry, "application/json")
    assert made.status_code == 201
    seen = member.get(reverse("timekeeping_api:hours"), {"month": "2026-01-01"}).json()
    assert (seen["minutes"], seen["state"]) == (420, "open")
    finding = {"on": "2026-01-07", "rule": "break", "minutes": 30, "source": "§ 4 ArbZG"}
    assert seen["findings"] == [finding]
    assert member.delete(reverse("timekeeping_api:delete_hours", args=[made.json()["id"]])).status_code == 204
    sheet = make_hours(ada, date(2026, 1, 1))
    month = {"month": "2026-01-01"}
    back = member.post(reverse("timekeeping_api:take_back"), month, "application/json")
    assert back.json()["state"] == "open"
    handed_in = member.post(reverse("timekeeping_api:hand_in"), month, "application/json")
    assert handed_in.json()["state"] == "handed_in"
    assert [row["id"] for row in office.get(reverse("timekeeping_api:waiting_hours")).json()] == [sheet.pk]
    assert office.post(reverse("timekeeping_api:confirm_hours", args=[sheet.pk])).json()["state"] == "confirmed"
    url = reverse("timekeeping_api:send_back_hours", args=[sheet.pk])
    assert office.post(url, {"reason": "And Tuesday?"}, "application/json").json()["state"] == "open"
    assert HoursMonth.objects.get().message == "And Tuesday?"
