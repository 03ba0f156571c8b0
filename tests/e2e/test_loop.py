"""The loop in a browser: from a stranger's application to the client's payment in a bank statement."""

import re
from datetime import date

import pytest

from coop.banking.camt_writer import camt053
from coop.banking.models import Claim
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from tests.e2e.conftest import PASSWORD
from tests.factories.banking import IBAN, make_account, paid
from tests.factories.tenancy import unique

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
TODAY = date(2026, 3, 20)


def _is_a_paper(window):
    """Wait for the page's PDF to be drawn; whether it is one."""
    link = window.page.locator("main a[href$='/pdf/']")
    for _ in range(60):
        if link.count():
            break
        window.page.wait_for_timeout(500)
        window.page.reload()
    start = "async link => (await (await fetch(link.href)).text()).slice(0, 5)"
    return link.first.evaluate(start) == "%PDF-"


def _apply_and_join(house, window):
    """A stranger becomes a member with a password; the member's and the office's windows."""
    stranger = window(locale="de-DE")
    stranger.go("/")
    stranger.check("welcome")
    stranger.page.locator("main a[href='/join/']").first.click()
    email = f"mila-{unique()}@example.org"
    stranger.fill(
        name="Mila Muster", email=email, street="Beispielweg 3", postcode="10115", city="Berlin",
        profession="Illustration", consent="on",
    )  # fmt: skip
    stranger.check("apply")
    stranger.send()
    stranger.page.wait_for_url("**/join/thanks/")
    stranger.check("thanks")

    office = window(house.staff[Role.INVOICING])
    office.check("office-home")
    office.nav("Members")
    office.check("register")
    office.go("/members/applications/")
    office.check("applications")
    office.follow("Mila Muster")
    office.check("applicant")
    office.press("Admit as a member")
    office.sees("Member number")
    office.check("member-file")
    administrator = window(house.staff[Role.ADMINISTRATOR])
    administrator.nav("Mail and papers")
    administrator.check("outbox")
    administrator.page.locator("tr", has_text=email).get_by_role("link").last.click()
    administrator.check("mail")
    link = re.search(r"http://\S+/invitation/\S+/", administrator.page.locator(".letter").inner_text())
    assert link

    stranger.page.goto(link[0])
    stranger.check("invitation")
    stranger.fill(password=PASSWORD)
    stranger.send()
    stranger.page.locator("#navigation").wait_for(state="attached")
    stranger.check("mine-german")
    return stranger, office


def _agree_on_a_job(member, office):
    """A client and a job: submitted, returned with a reason, put right, submitted again."""
    member.press("EN English")
    member.nav("Clients")
    member.check("clients-empty")
    member.go("/clients/new/")
    member.fill(name="Beispielverlag GmbH", street="Allee 5", postcode="20095", city="Hamburg", email="a@example.org")
    member.check("client-new")
    member.send()
    member.nav("Jobs")
    member.go("/jobs/new/")
    member.page.locator("main [name=client]").select_option(label="Beispielverlag GmbH")
    member.fill(
        title="Illustrations for a school book", service_from="2026-03-02", service_until="2026-03-16",
        net_cents="800.00", vat_case="de_standard",
    )  # fmt: skip
    member.check("job-new")
    member.send()
    member.sees("Illustrations for a school book")
    member.check("job-draft")
    if member.page.get_by_role("button", name="Submit to the office").count():
        member.press("Submit to the office")

    office.nav("Check and invoice")
    office.check("office-jobs")
    office.follow("Illustrations for a school book")
    office.fill(reason="A zero seems to be missing from the amount.")
    office.check("job-submitted")
    office.press("Return to the member")

    member.nav("My home")
    member.check("mine-returned")
    member.follow("Illustrations for a school book", exact=False)
    member.sees("A zero seems to be missing")
    member.check("job-returned")
    member.follow("Change")
    member.fill(net_cents="8,000.00")
    member.check("job-edit")
    member.send()
    if member.page.get_by_role("button", name="Submit to the office").count():
        member.press("Submit to the office")


def _invoice(member, office):
    """The job is accepted, confirmed and invoiced; the invoice's number."""
    office.page.reload()
    office.press("Accept")
    office.fill(confirmed_by_name="C. Verlag", way="order", evidence="E-mail of 18 March, in the folder")
    office.check("job-accepted")
    office.press("Note the confirmation")
    office.check("job-confirmed")
    office.press("Issue the invoice")
    office.page.wait_for_url("**/invoices/*/")
    office.check("invoice")
    number = office.page.locator("h1").inner_text().split()[-1]
    office.nav("Invoices")
    office.check("invoices")
    member.nav("Invoices")
    member.follow(number)
    assert _is_a_paper(member)
    return number


def _get_paid(house, window, folder, number):
    """The accountant brings in a statement; the invoice and the share are paid by it."""
    with coop_scope(house.coop.pk):
        share = Claim.objects.get(kind="share")
    statement = folder / "statement.xml"
    entries = [
        paid(952_000, f"Invoice {number}", on=TODAY, name="Beispielverlag GmbH"),
        paid(share.open_cents, share.reference, on=TODAY, name="Mila Muster"),
    ]
    statement.write_bytes(camt053(iban=IBAN, entries=entries))
    accountant = window(house.staff[Role.ACCOUNTANT])
    accountant.check("books")
    accountant.nav("Bank")
    accountant.check("bank-empty")
    accountant.page.locator("input[type=file]").set_input_files(statement)
    accountant.press("Upload")
    accountant.page.wait_for_load_state()
    accountant.check("bank-uploaded")
    accountant.go("/bank/transactions/")
    accountant.check("transactions")
    accountant.follow("Beispielverlag GmbH")
    accountant.sees(number)
    accountant.check("transaction")


def test_from_the_application_to_the_payment(house, window, worker, tmp_path):
    with coop_scope(house.coop.pk):
        make_account()
    member, office = _apply_and_join(house, window)
    _agree_on_a_job(member, office)
    number = _invoice(member, office)
    _get_paid(house, window, tmp_path, number)
