"""The navigation leads somewhere: a misspelled name would leave its entry out without a word."""

import pytest
from django.urls import reverse
from lxml import html

from coop.front.navigation import HOMES, PLACES
from tests.factories.payroll import employ, give_money, make_member, run_month


@pytest.mark.parametrize("name", [*(place.name for place in PLACES), *(name for _roles, name in HOMES)])
def test_every_place_has_an_address(name):
    assert reverse(name).startswith("/")


def test_who_left_reads_payslips_and_is_led_nowhere_that_is_closed(cast, client_of):
    person = make_member()
    person.user = cast.former
    person.save(update_fields=["user"])
    give_money(person, 1_000_000)
    employ(person)
    run_month(cast.payroll, cast.board)
    client = client_of(cast.former, cast.coop)
    home = client.get("/", follow=True)
    assert home.request["PATH_INFO"] == reverse("payroll:my_payslips")
    seen: set[str] = set()
    found = {home.request["PATH_INFO"]}
    while found - seen:
        address = min(found - seen)
        seen.add(address)
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        if page["content-type"].startswith("text/html"):
            links = html.document_fromstring(page.content.decode()).xpath("//a[starts-with(@href, '/')]/@href")
            found |= {link.partition("#")[0] for link in links}
    slip = person.payslips.get()
    assert {reverse("payroll:my_payslip", args=[slip.pk]), reverse("payroll:my_employment")} <= seen
