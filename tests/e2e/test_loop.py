"""The loop in a browser: from a stranger's application to a payslip, a file for the bank and the board's figures."""

import re
from datetime import date

import pytest
from lxml import etree

from coop.banking.camt_writer import camt053
from coop.banking.models import Claim
from coop.documents.actions import waiting_ids
from coop.documents.tasks import AT_A_TIME, AT_ONCE, render
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from coop.tenancy.tasks import enqueue_many
from invoicing.models import Job
from invoicing.states import JobState
from tests.e2e.conftest import PASSWORD
from tests.factories.banking import IBAN, make_account, paid
from tests.factories.invoicing import make_client
from tests.factories.members import make_member as make_person
from tests.factories.payroll import MARCH, employ, iban, insurance_number, make_member, tax_id
from tests.factories.tenancy import make_role, unique
from tests.payroll.killable_worker import CLOCK

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
TODAY = date(2026, 3, 20)
COST, NET = "1,444.61", "979.03"
"""A month of 1,150.00 EUR gross: what it costs the budget, and what is paid out."""
PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SHOWS_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return document.activeElement !== document.body && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
}"""


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
        **{"lines-0-unit_price": "800.00", "service": "general"},
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
    member.fill(**{"lines-0-unit_price": "8,000.00"})
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
    """The accountant brings in a statement; the invoice and the share are paid by it. The accountant's window."""
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
    for path in ("statements", "accounts", "orders"):
        accountant.go(f"/bank/{path}/")
        accountant.check(path)
    with coop_scope(house.coop.pk):
        assert not Claim.objects.filter(open_cents__gt=0).exists()
    return accountant


def _know_the_budget(member):
    """The member sees what is there, and every movement's document."""
    member.nav("My home")
    member.sees("7,280.00")
    member.check("mine-with-money")
    member.nav("My budget")
    member.check("budget")
    documents = member.page.locator("main tbody tr th a")
    assert documents.count() == member.page.locator("main tbody tr").count() > 0
    documents.first.click()
    member.page.wait_for_url("**/invoices/*/")


def _agree_on_a_salary(payroll, member):
    """Payroll keeps what a salary needs; the member sees the cost and asks; payroll approves."""
    payroll.check("payroll-home")
    payroll.go("/payroll/funds/")
    payroll.fill(
        name="Musterkasse", number="12345678", since="2026-01", additional_rate="2.69", source="Statute, fictitious"
    )
    payroll.check("funds")
    payroll.send()
    payroll.nav("Employed people")
    payroll.check("people")
    payroll.follow("Mila Muster")
    payroll.check("person-empty")
    payroll.follow("New tax data")
    payroll.fill(since="2026-04", tax_id=tax_id(1), tax_class="1", church="none", federal_state="BE")
    payroll.check("tax-data")
    payroll.send()
    payroll.follow("New insurance data")
    payroll.fill(since="2026-04", insurance_number=insurance_number(1), childless="on")
    payroll.page.locator("main [name=fund_id]").select_option(label="Musterkasse")
    payroll.check("insurance")
    payroll.send()
    payroll.follow("New bank account")
    payroll.fill(since="2026-04-01", iban=iban(1), holder="Mila Muster")
    payroll.check("account")
    payroll.send()
    payroll.check("person-complete")

    member.nav("My salary")
    member.check("salary-empty")
    member.follow("Ask for a salary")
    member.fill(gross="1,150.00", weekly_hours="15", starts_on="2026-04", last_month="2026-07")
    member.send()
    member.sees(COST)
    member.check("ask-picture")
    member.press("Send this request")
    member.page.wait_for_url("**/salary/")
    member.check("salary-asked")

    payroll.nav("Salary requests")
    payroll.check("requests")
    payroll.follow("Mila Muster")
    payroll.sees(COST)
    payroll.check("request")
    payroll.press("Approve")
    payroll.check("request-approved")


def _run_the_month(house, window, payroll, lacking):
    """Payroll starts the run, the worker computes it, the board approves it, the worker posts it. The board's window."""
    payroll.nav("Salary runs")
    payroll.fill(month="2026-04")
    payroll.check("runs")
    payroll.send()
    payroll.sees_after_a_while("Mila Muster")
    payroll.page.locator("section", has_text="What to do").get_by_role("link", name=lacking.name).wait_for()
    assert payroll.page.get_by_role("button", name="Approve and post").count() == 0  # not one's own run
    payroll.check("run-computed")

    board = window(house.staff[Role.BOARD])
    board.check("board-before")
    board.nav("Salary runs")
    board.follow("April 2026")
    board.sees(NET)
    board.confirm("Approve and post")
    board.sees_after_a_while("To the payment orders")
    board.check("run-posted")
    return board


def _read_the_payslip(house, member):
    """The member's payslip, its PDF, and what the budget says to it."""
    with coop_scope(house.coop.pk):
        # Papers of a run are in no hurry: the calendar's next round draws them. Here only this cooperative's.
        enqueue_many(render, waiting_ids(CLOCK, AT_ONCE), at_a_time=AT_A_TIME, coop_id=house.coop.pk)
    member.nav("My payslips")
    member.sees(NET)
    member.check("payslips")
    member.page.locator("main table a").first.click()
    member.check("payslip")
    assert _is_a_paper(member)
    member.nav("My home")
    member.check("mine-with-salary")
    member.nav("My budget")
    member.sees("5,835.39")
    member.check("budget-with-salary")
    # What a job books is told in the cooperative's language, so the link is found by where it leads.
    member.page.locator("main tbody tr th a[href*='/payslips/']").first.click()
    member.page.wait_for_url("**/payslips/*/")


def _pay(payroll, board, folder):
    """The one who approved the run wrote the order; a second person approves it and takes the file for the bank."""
    board.nav("Payment orders")
    board.check("orders-to-approve")
    board.page.locator("main table a").first.click()
    board.sees(NET)
    assert board.page.get_by_role("button", name="Approve").count() == 0  # not one's own order
    board.check("order-own")

    payroll.nav("Payment orders")
    payroll.page.locator("main table a").first.click()
    payroll.check("order")
    payroll.press("Approve")
    payroll.check("order-approved")
    with payroll.page.expect_download() as taken:
        payroll.follow("File for the bank")
    file = folder / "order.xml"
    taken.value.save_as(file)
    transfers = etree.fromstring(file.read_bytes()).iter(f"{{{PAIN}}}CdtTrfTxInf")
    paid_out = [(one.findtext(f".//{{{PAIN}}}InstdAmt"), one.findtext(f".//{{{PAIN}}}IBAN")) for one in transfers]
    assert paid_out == [(NET, iban(1))]


def _see_the_whole(board, accountant):
    """The board's page shows what happened; the books hold it."""
    board.nav("Board")
    for figure in board.page.locator("main figure summary").all():
        figure.click()
    for caption, cents in (("Income by month", "8,000.00"), ("Fee by month", "720.00")):
        march = board.page.get_by_role("table", name=caption).get_by_role("row").last
        assert march.inner_text().split("\t")[1:] == [f"€{cents}"] * 2
    assert board.page.locator(".tile", has_text="Employed this month").inner_text().split()[-1] == "1"
    board.check("board-after")
    accountant.nav("Books")
    accountant.check("books-after")


def test_the_loop(house, window, worker, tmp_path):
    with coop_scope(house.coop.pk):
        make_account()
    member, office = _apply_and_join(house, window)
    _agree_on_a_job(member, office)
    number = _invoice(member, office)
    accountant = _get_paid(house, window, tmp_path, number)
    _know_the_budget(member)
    payroll = window(house.staff[Role.PAYROLL])
    _agree_on_a_salary(payroll, member)
    with coop_scope(house.coop.pk):
        lacking = make_member("Without tax data")
        employ(lacking, starts_on=MARCH, leave_out="tax")
    board = _run_the_month(house, window, payroll, lacking)
    _read_the_payslip(house, member)
    _pay(payroll, board, tmp_path)
    _see_the_whole(board, accountant)


def _tab_to(page, selector):
    """Press Tab until the focus stands on what the selector says; everything on the way shows its focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{page.url}: the keyboard does not reach {selector}")


def test_a_job_is_submitted_with_the_keyboard_alone(house, window):
    with coop_scope(house.coop.pk):
        user = make_role(Role.MEMBER)
        make_person(user=user)
        make_client(user)
    user.set_password(PASSWORD)
    user.save()
    one = window()
    page, keys = one.page, one.page.keyboard
    one.go("/")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    _tab_to(page, "a[href*='/accounts/login/']")
    keys.press("Enter")
    page.wait_for_url("**/accounts/login/**")
    _tab_to(page, "[name=login]")
    keys.type(user.email)
    _tab_to(page, "[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/mine/")
    keys.press("Tab")
    keys.press("Enter")  # the skip link leads past the navigation
    _tab_to(page, "a[href='/jobs/new/']")
    assert not page.evaluate("document.activeElement.closest('nav') !== null")
    keys.press("Enter")
    page.wait_for_url("**/jobs/new/")
    _tab_to(page, "[name=client]")
    keys.press("ArrowDown")
    for name, text in (
        ("title", "Photographs for a catalogue"),
        ("service_from", "02032026"),
        ("service_until", "16032026"),
        ("lines-0-unit_price", "1200"),
    ):
        _tab_to(page, f"[name={name}]")
        keys.type(text)
    _tab_to(page, "[name=service]")
    keys.press("Space")
    _tab_to(page, "button[name=submit]")
    keys.press("Enter")
    one.sees("Photographs for a catalogue")
    one.sees("1,200.00")
    with coop_scope(house.coop.pk):
        assert Job.objects.get().state == JobState.SUBMITTED
