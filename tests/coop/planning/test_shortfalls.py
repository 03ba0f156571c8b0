"""The page and the API of pay that will not be borne."""

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from coop.ledger.actions import month_of, next_month, set_cover
from coop.messaging.models import OutboxMessage
from coop.planning.shortfalls import STEPS
from coop.planning.tasks import announce_shortfalls_here
from payroll.employment import employ as agree_salary
from tests.factories.payroll import employ, make_member


@pytest.fixture
def short(cast):
    """Ada's cover is gone: the next month's pay is not borne."""
    now = timezone.now()
    month = next_month(month_of(timezone.localdate()))
    ada = make_member("Ada")
    employ(ada, starts_on=month_of(timezone.localdate()), ends_on=month)  # her data, and a contract that ends in time
    set_cover(budget_id=ada.budget_id, source="job:1", cents=10_000_000, since=month_of(timezone.localdate()))
    agree_salary(
        person_id=ada.pk,
        gross_cents=115_000,
        weekly_hours=15,
        position="Design",
        starts_on=month,
        ends_on=next_month(month),
        at=now,
        by=cast.payroll,
    )
    set_cover(budget_id=ada.budget_id, source="job:1", cents=0, since=month_of(timezone.localdate()))
    return ada


def test_nothing_is_missing_and_the_page_says_so(cast, client_of):
    page = client_of(cast.board, cast.coop).get(reverse("planning:shortfalls"), headers={"accept-language": "en"})
    text = page.content.decode()
    assert "Everything is covered for 60 days" in text
    assert "§ 266a StGB" in text


def test_office_and_board_see_who_and_how_much_and_what_may_be_done(short, cast, client_of):
    for user in (cast.payroll, cast.board):
        client = client_of(user, cast.coop)
        text = client.get(reverse("planning:shortfalls")).content.decode()
        assert short.name in text
        assert (reverse("payroll:person", args=[short.pk]) in text) == (user == cast.payroll)
        [row] = client.get(reverse("planning_api:shortfalls")).json()
        assert (row["person_id"], row["missing"], row["level"]) == (short.pk, "1444.61", 60)
    assert client_of(cast.member, cast.coop).get(reverse("planning:shortfalls")).status_code == 404


def test_the_daily_job_writes_once(short, cast):
    for _day in range(2):
        announce_shortfalls_here(coop_id=cast.coop.pk)
    assert OutboxMessage.objects.filter(key__startswith="shortfall").count() == 3  # Ada, payroll, board


def test_every_step_is_said_in_german_too():
    with translation.override("en"):
        english = {str(step.title) for step in STEPS}
    with translation.override("de"):
        assert not english & {str(step.title) for step in STEPS}
