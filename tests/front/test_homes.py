"""The first pages: their figures to the cent, and the same number of statements whatever they list."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from coop.front.board import board_of
from coop.front.mine import month_ends, next_pay, standing_of
from coop.front.work import Work, shortest_budgets, work_counts, work_lists
from coop.ledger.actions import commit
from coop.ledger.queries import budget_statement
from coop.messaging.actions import queue_mail
from coop.messaging.models import OutboxMessage
from coop.messaging.states import MailState
from coop.tenancy.actions import decide_policy
from coop.tenancy.states import Role
from tests.factories.banking import bring_in, paid
from tests.factories.front import bill, make_worker, pay, pay_salaries
from tests.factories.invoicing import make_client, make_confirmed_job, make_job, swiss
from tests.factories.members import make_applicant
from tests.factories.payroll import employ
from tests.factories.tenancy import make_role

MAY, JUNE, JULY = date(2026, 5, 29), date(2026, 6, 29), date(2026, 7, 1)


@pytest.fixture
def ada(cast):
    """A member with one invoice paid, one guaranteed and open, one without a guarantee and overdue."""
    person = make_worker(cast.member)
    paid_one = bill(person, cast.invoicing, on=MAY, net_cents=100_000)
    pay([paid_one], cast.accountant, on=date(2026, 6, 10))
    bill(person, cast.invoicing, on=JUNE, net_cents=200_000)
    abroad = make_client(cast.member, **swiss())
    person_job = make_confirmed_job(cast.member, cast.invoicing, client=abroad, budget=person.budget)
    from invoicing.actions import issue_invoice

    issue_invoice(job_id=person_job.pk, on=date(2026, 6, 1), by=cast.invoicing)
    return person


def test_a_member_sees_what_is_mine_promised_and_at_risk(ada):
    standing = standing_of(ada.budget_id, JULY)
    assert (standing.figures.free_cents, standing.promised_cents, standing.at_risk_cents) == (91_000, 182_000, 91_000)
    assert standing.overdue == 1


def test_salary_is_safe_as_long_as_money_and_guarantee_bear_it(ada):
    commit(
        budget_id=ada.budget_id,
        source="contract:1",
        monthly_cents=90_000,
        since=date(2026, 7, 1),
        until=date(2026, 10, 1),
        on=JULY,
    )
    standing = standing_of(ada.budget_id, JULY)
    assert (standing.safe_until, standing.borne) == (date(2026, 9, 1), True)
    from coop.ledger.actions import set_cover
    from coop.ledger.models import Cover

    for cover in Cover.objects.filter(budget_id=ada.budget_id):
        set_cover(budget_id=ada.budget_id, source=cover.source, cents=0, since=JULY)
    standing = standing_of(ada.budget_id, JULY)
    assert (standing.safe_until, standing.borne) == (date(2026, 7, 1), False)
    count, short = shortest_budgets(JULY)
    assert (count, [row.missing_cents for row in short]) == (1, [3 * 90_000 - 91_000])


def test_next_pay_is_what_the_run_will_pay(cast, ada):
    employ(ada, 115_000, starts_on=date(2026, 6, 1), ends_on=date(2026, 9, 1))
    expected = next_pay(ada, date(2026, 6, 5))
    assert (expected.month, expected.gross_cents, expected.net_cents, expected.cost_cents) == (
        date(2026, 6, 1),
        115_000,
        97_903,
        144_461,
    )
    run = pay_salaries(date(2026, 6, 1), first=cast.payroll, second=cast.board)
    assert run.payslips.get().net_cents == expected.net_cents
    assert next_pay(ada, date(2026, 6, 30)).month == date(2026, 7, 1)


def test_the_budget_page_explains_every_cent(cast, ada, client_of):
    employ(ada, 115_000, starts_on=date(2026, 6, 1), ends_on=date(2026, 9, 1))
    pay_salaries(date(2026, 6, 1), first=cast.payroll, second=cast.board)
    answer = client_of(cast.member, cast.coop).get("/mine/budget/")
    page = html.document_fromstring(answer.content.decode())
    text = " ".join(page.text_content().split())
    assert "910,00" in text
    assert "−1.444,61" in text
    assert [movement.free_balance_cents for movement in budget_statement(ada.budget_id)][-1] == 91_000 - 144_461
    movements, links = page.xpath("//table[@role]/tbody/tr"), page.xpath("//tbody/tr/th//a/@href")
    assert len(links) == len(movements) == len(budget_statement(ada.budget_id))
    client = client_of(cast.member, cast.coop)
    assert {client.get(link).status_code for link in links} == {200}
    assert {link.split("/")[1] for link in links} == {"invoices", "payslips"}
    table = client.get("/mine/budget/csv/").content.decode().splitlines()
    assert len(table) == 1 + len(movements)
    assert table[-1].endswith(";-534.61")
    assert len(client.get("/mine/budget/csv/?year=2025").content.decode().splitlines()) == 1


def test_mail_whose_worker_died_is_shown_and_sent_again_by_a_person(cast, client_of):
    message = queue_mail(key="stuck", to="a@example.org", subject="Cut short", template="plain", context={"body": "x"})
    OutboxMessage.objects.filter(pk=message.pk).update(state=MailState.SENDING)
    office = client_of(cast.invoicing, cast.coop)
    again = f"/outbox/{message.pk}/again/"
    assert work_counts([Work.MAIL], frozenset(Role))[Work.MAIL] == 0
    assert again not in office.get(f"/outbox/{message.pk}/").content.decode()
    long_ago = timezone.now() - timedelta(hours=1)
    OutboxMessage.objects.filter(pk=message.pk).update(queued_at=long_ago)
    assert work_counts([Work.MAIL], frozenset(Role))[Work.MAIL] == 1
    assert "Cut short" in office.get("/outbox/?state=sending").content.decode()
    assert again in office.get(f"/outbox/{message.pk}/").content.decode()
    office.post(again)
    message.refresh_from_db()
    assert message.state == MailState.WAITING


def test_the_navigation_counts_what_one_may_take_up(cast, client_of):
    make_applicant()
    for user, count in ((cast.invoicing, 1), (cast.auditor, None)):
        navigation = client_of(user, cast.coop).get("/members/").context["navigation"]
        assert {place["url"]: place["count"] for place in navigation}["/members/"] == count


def test_nobody_is_led_to_a_page_that_is_not_theirs(cast, client_of):
    make_applicant()
    users = (cast.invoicing, cast.payroll, cast.accountant, cast.board, cast.auditor, cast.administrator)
    for user in users:
        client = client_of(user, cast.coop)
        for address in ("/home/", "/office/", "/clients/", "/members/", "/bank/", "/payroll/runs/"):
            page = client.get(address, follow=True)
            if page.status_code != 200:
                continue
            for link in html.document_fromstring(page.content.decode()).xpath("//a[starts-with(@href, '/')]/@href"):
                assert client.get(link, follow=True).status_code == 200, (user, address, link)


def test_month_ends_carry_the_balance_on(ada):
    ends = month_ends(budget_statement(ada.budget_id), date(2026, 8, 3))
    assert [(end.month.month, end.free_cents, end.pending_cents) for end in ends] == [
        (5, 0, 91_000),
        (6, 91_000, 273_000),
        (7, 91_000, 273_000),
        (8, 91_000, 273_000),
    ]
    assert month_ends([], JULY) == []


def test_the_board_sees_the_cooperative_to_the_cent(cast, ada):
    employ(ada, 115_000, starts_on=date(2026, 6, 1), ends_on=date(2026, 9, 1))
    pay_salaries(date(2026, 6, 1), first=cast.payroll, second=cast.board)
    make_applicant()
    board = board_of(date(2026, 6, 30))
    assert (board.members, board.applicants, board.employed) == (1, 1, 1)
    by_month = {one.month: one for one in board.months}
    assert len(by_month) == 12
    june = by_month[date(2026, 6, 1)]
    assert (june.invoiced_cents, june.earned_cents) == (300_000, 100_000)
    assert (june.fee_invoiced_cents, june.fee_earned_cents) == (27_000, 9_000)
    assert by_month[date(2026, 5, 1)].fee_earned_cents == 0
    assert (board.advanced_cents, board.free_cents, board.shortfall_cents) == (144_461 - 91_000, 0, 0)
    assert (board.pending_cents, board.cover_cents) == (273_000, 182_000)
    assert board.arrears == (238_000, 100_000, 0, 0, 0)
    assert (board.open_cents, board.overdue_cents, board.overdue_count) == (338_000, 100_000, 1)


def test_the_board_sees_advances_as_their_limit_counts_them(cast, ada, client_of):
    commit(
        budget_id=ada.budget_id,
        source="contract:1",
        monthly_cents=130_000,
        since=date(2026, 7, 1),
        until=date(2026, 9, 1),
        on=JULY,
    )
    ahead = 2 * 130_000 - 91_000
    board = board_of(JULY)
    # No budget is below zero yet, and the promise counts all the same: it is what the limit refuses.
    assert (board.ahead_cents, board.advanced_cents) == (ahead, 0)
    today = timezone.localdate()
    for since, limit, tone in ((today - timedelta(days=1), ahead, "info"), (today, ahead - 1, "bad")):
        decide_policy(since=since, decided_on=since, by=cast.board, advance_limit_cents=limit)
        page = html.document_fromstring(client_of(cast.board, cast.coop).get("/board/").content.decode())
        (tile,) = page.xpath(
            "//*[contains(@class, 'grid-tiles')]/*[contains(., '1.690,00') or contains(., '1,690.00')]"
        )
        assert f"tone-{tone}" in tile.get("class")


def test_fee_is_earned_in_proportion_and_whole_at_the_end(cast):
    from tests.factories.banking import bring_in, paid

    person = make_worker(cast.member)
    invoice = bill(person, cast.invoicing, on=MAY, net_cents=100_001)
    for month, cents in ((6, 33_333), (7, 33_333), (8, invoice.gross_cents - 66_666)):
        bring_in(cast.accountant, paid(cents, f"Rechnung {invoice.number}", on=date(2026, month, 3)))
    earned = [one.fee_earned_cents for one in board_of(date(2026, 8, 31)).months]
    assert sum(earned) == invoice.fee_cents
    assert sum(one.earned_cents for one in board_of(date(2026, 8, 31)).months) == 100_001
    assert [cents > 0 for cents in earned[-3:]] == [True, True, True]


def test_work_is_counted_in_one_statement(cast, ada, django_assert_num_queries):
    make_applicant()
    make_applicant()
    with django_assert_num_queries(1):
        counts = work_counts(Work, frozenset(Role))
    assert counts[Work.APPLICATIONS] == 2
    assert counts[Work.JOBS_TO_CHECK] == 0


def test_the_office_counts_only_the_money_that_it_may_see(cast, client_of, ada):
    """What the cooperative paid may show somebody's pay: invoicing staff neither read nor count it."""
    bring_in(cast.accountant, paid(12_300, "Unknown", on=date(2026, 6, 2)))
    bring_in(cast.accountant, paid(-97_903, "Gehalt einer Person", on=date(2026, 6, 3)))
    for user, count in ((cast.invoicing, 1), (cast.accountant, 2)):
        browser = client_of(user, cast.coop)
        assert browser.get("/bank/").context["counts"].transactions == count
        shown = {one["url"]: one["count"] for one in browser.get("/bank/").context["navigation"]}
        assert shown[reverse("banking:work")] == count
    (money,) = [one for one in work_lists(frozenset({Role.INVOICING})) if one.work == Work.MONEY]
    assert money.count == len(money.rows) == 1
    (money,) = [one for one in work_lists(frozenset({Role.INVOICING, Role.ACCOUNTANT})) if one.work == Work.MONEY]
    assert money.count == len(money.rows) == 2


@pytest.mark.parametrize("address", ["/mine/", "/mine/budget/"])
def test_a_members_pages_ask_the_same_for_one_row_and_for_thirty(cast, client_of, address):
    person = make_worker(cast.member)
    client = make_client(cast.member)
    invoices = [bill(person, cast.invoicing, on=MAY, client=client, net_cents=10_000)]
    pay(invoices, cast.accountant, on=date(2026, 6, 2))
    few = statements(client_of(cast.member, cast.coop), address)
    more = [bill(person, cast.invoicing, on=MAY, client=client, net_cents=10_000) for _ in range(15)]
    pay(more, cast.accountant, on=date(2026, 6, 3))
    for _ in range(15):
        make_job(cast.member, client=client, budget=person.budget)
    assert statements(client_of(cast.member, cast.coop), address) == few


@pytest.mark.parametrize("address", ["/office/", "/books/", "/books/journal/", "/books/months/", "/outbox/", "/board/"])
def test_the_offices_pages_ask_the_same_for_one_row_and_for_thirty(cast, client_of, address):
    user = make_role(Role.INVOICING, "All")
    from coop.tenancy.actions import grant_role

    for role in Role:
        grant_role(user=user, role=role, since=date(2025, 1, 1), by=None)
    fill(cast, 1)
    few = statements(client_of(user, cast.coop), address)
    fill(cast, 8)
    assert statements(client_of(user, cast.coop), address) == few


def fill(cast, count: int) -> None:
    """Some of everything that the office's pages list."""
    from coop.tenancy.actions import grant_role
    from tests.factories.banking import bring_in, paid
    from tests.factories.tenancy import make_user

    for number in range(count):
        user = make_user(f"Person{number}")
        grant_role(user=user, role=Role.MEMBER, since=date(2025, 1, 1), by=None)
        person = make_worker(user)
        commit_nothing = bill(person, cast.invoicing, on=MAY, net_cents=10_000)
        bring_in(cast.accountant, paid(5_000, f"{commit_nothing.number}", on=JUNE), paid(77 + number, "?", on=JUNE))
        make_applicant()
        job = make_job(user, budget=person.budget)
        from invoicing.actions import submit_job

        submit_job(job_id=job.pk, on=MAY, by=user)


def statements(browser, address: str) -> int:
    """How many statements a page takes; the first visit fills what is kept in memory."""
    assert browser.get(address).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as caught:
        browser.get(address)
    return len(caught)
