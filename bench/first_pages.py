"""The first page of a member, of staff and of the board, with a large cooperative's data: median and 95th percentile.

python -m bench.first_pages [members] [months]

Every member has a login, a contract, and each month an invoice, which most clients have paid, and a salary. Requests
pass through the whole stack (host, session, login, roles, fence, view, templates), one after another in one process,
each with a connection that is open already, as a web server's are.
"""

import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.ground import database, load, seconds

MEMBERS, MONTHS = 1_200, 6
REQUESTS = 100
GOAL_MS = 200
PAID_SHARE = 9
"""Of ten invoices so many are paid."""


def measure(members: int, months: int) -> None:
    """Print for each page: median, 95th percentile, statements."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from bench.crowd import counted  # noqa: PLC0415
    from coop.front.demo.calendar import months_from, within_law  # noqa: PLC0415
    from tests.queues import own_queues  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    last = within_law(timezone.localdate())
    played = months_from(last - timedelta(days=400), last)[-months:]
    with own_queues():
        made: dict[str, Any] = {}
        took = seconds(lambda: made.update(_cooperative(members, played)))
    host = f"{made['slug']}.{settings.BASE_DOMAIN}"
    print(f"first pages: {made['said']}, made in {took:.0f} s; {load()}", flush=True)
    for name, path, users in (
        ("member", "/mine/", made["members"]),
        ("staff", "/office/", [made["staff"]]),
        ("board", "/board/", [made["board"]]),
    ):
        visitors = []
        for number in range(min(REQUESTS, len(users))):
            browser = Client(headers={"host": host})
            browser.force_login(users[number * len(users) // min(REQUESTS, len(users))])
            visitors.append(browser)
        taken = []
        begun = 0.0
        for number in range(REQUESTS + 1):
            browser = visitors[number % len(visitors)]
            if number == 1:
                begun = time.process_time()
            with counted() as statements:
                taken.append(seconds(lambda b=browser, p=path: _answered(b, p)))  # type: ignore[misc]
        python = time.process_time() - begun
        first, *rest = taken
        rest.sort()
        median, high = statistics.median(rest), rest[len(rest) * 95 // 100 - 1]
        print(
            f"{name}: median {median * 1000:.0f} ms, 95 % within {high * 1000:.0f} ms (goal {GOAL_MS}), "
            f"{len(statements)} SQL statements, {python / len(rest) * 1000:.0f} ms in Python on average; the first of the "
            f"process {first * 1000:.0f} ms ({len(rest)} requests for {path} by {len(visitors)}); {load()}",
            flush=True,
        )


def _answered(browser: Any, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.status_code


def _cooperative(members: int, months: list[date]) -> dict[str, Any]:
    from bench.crowd import employ_all, make_clients, make_confirmed_jobs, make_members  # noqa: PLC0415
    from coop.banking.actions import import_statement  # noqa: PLC0415
    from coop.banking.camt_writer import camt053, payment  # noqa: PLC0415
    from coop.front.demo.calendar import last_day_of  # noqa: PLC0415
    from coop.ledger.actions import open_books  # noqa: PLC0415
    from coop.tenancy.actions import grant_role  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from coop.tenancy.states import Role  # noqa: PLC0415
    from invoicing.actions import issue_invoices  # noqa: PLC0415
    from payroll.actions import CHUNK, approve_run, compute_chunk, people_to_pay, post_run, start_run  # noqa: PLC0415
    from tests.factories.banking import IBAN, make_account  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative, make_role  # noqa: PLC0415

    cooperative = make_cooperative()
    coop_id = cooperative.pk
    with coop_scope(coop_id):
        open_books()
        make_account()
        staff, board = make_role(Role.INVOICING), make_role(Role.BOARD)
        for role in (Role.PAYROLL, Role.ACCOUNTANT):
            grant_role(user=staff, role=role, since=date(2026, 1, 1), by=None)
        people = make_members(members, by=board, logins=True)
        employ_all(people, since=months[0])
        clients = make_clients([person.user for person in people])
    invoiced = 0
    for month in months:
        end = last_day_of(month)
        with coop_scope(coop_id):
            jobs = make_confirmed_jobs(
                clients, [person.budget_id for person in people], month=month, by=staff, net_cents=450_000
            )
            ids = [job.pk for job in jobs]
            invoices = issue_invoices(job_ids=ids, on=end, by=staff, at_once=False)
            invoiced += len(invoices)
        if month != months[-1]:
            lines = [
                payment(amount_cents=one.gross_cents, on=one.due_on, name=one.buyer_name, text=one.number)
                for one in invoices
                if one.pk % 10 < PAID_SHARE
            ]
            with coop_scope(coop_id):
                import_statement(
                    data=camt053(iban=IBAN, owner="Cooperative", entries=lines),
                    filename=f"{month:%Y-%m}.xml",
                    by=staff,
                    at=datetime(end.year, end.month, end.day, 8, tzinfo=UTC) + timedelta(days=16),
                )
        at = datetime(month.year, month.month, 20, 9, tzinfo=UTC)
        with coop_scope(coop_id):
            run = start_run(month=month, by=staff, at=at)
            to_pay = people_to_pay(month)
        for begin in range(0, len(to_pay), CHUNK):
            with coop_scope(coop_id):
                compute_chunk(run_id=run.pk, person_ids=to_pay[begin : begin + CHUNK], started_at=run.started_at, at=at)
        with coop_scope(coop_id):
            if month != months[-1]:
                approve_run(run_id=run.pk, by=board, at=at)
                post_run(run_id=run.pk, at=at)
    return {
        "slug": cooperative.slug,
        "members": [person.user for person in people],
        "staff": staff,
        "board": board,
        "said": f"{members:,} members over {len(months)} months, {invoiced:,} invoices, a salary each month",
    }


if __name__ == "__main__":
    with database():
        sizes = [int(one) for one in sys.argv[1:]]
        measure(*(sizes + [MEMBERS, MONTHS][len(sizes) :]))
