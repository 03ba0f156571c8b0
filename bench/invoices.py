"""Invoices issued a second, and their PDFs drawn a second and core.

python -m bench.invoices [invoices]

Issuing is one call and one commit: numbers, frozen copies, postings, claims, cover, papers asked for, mails written,
jobs sent to the broker after the commit. Drawing is WeasyPrint alone in this process, without the worker.
"""

import sys
import time
from datetime import date

from bench.ground import database, load, seconds

INVOICES = 500
ROUNDS = 3
ALONE = 40
DRAWN = 40
MONTH = date(2026, 3, 1)
ISSUED_ON = date(2026, 3, 31)
GOAL_SECOND = 500


def measure(count: int) -> None:
    """Print the best of the rounds for issuing, and the rate of drawing."""
    from bench.crowd import counted, make_clients, make_confirmed_jobs  # noqa: PLC0415
    from coop.documents.models import Document  # noqa: PLC0415
    from coop.documents.registry import renderer_of  # noqa: PLC0415
    from coop.ledger.actions import open_books, open_budget  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from coop.tenancy.states import Role  # noqa: PLC0415
    from invoicing.actions import issue_invoices  # noqa: PLC0415
    from tests.factories.banking import make_account  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative, make_role, make_user  # noqa: PLC0415
    from tests.queues import own_queues  # noqa: PLC0415

    coop_id = make_cooperative().pk
    with coop_scope(coop_id):
        open_books()
        make_account()
        staff = make_role(Role.INVOICING)
        owners = [make_user() for _number in range(20)]
        budgets = [open_budget(name=owner.name, on=MONTH).pk for owner in owners]
        clients = make_clients([owners[number % len(owners)] for number in range(count)])

    def jobs(wanted: int) -> list[int]:
        with coop_scope(coop_id):
            some = clients[:wanted]
            made = make_confirmed_jobs(
                some, [budgets[number % len(budgets)] for number in range(len(some))], month=MONTH, by=staff
            )
            return [job.pk for job in made]

    def issue(job_ids: list[int]) -> None:
        with coop_scope(coop_id):
            issue_invoices(job_ids=job_ids, on=ISSUED_ON, by=staff)

    with own_queues():
        taken, processor, statements = [], [], 0
        for _round in range(ROUNDS):
            ids = jobs(count)
            begun = time.process_time()
            with counted() as sent:
                taken.append(seconds(lambda ids=ids: issue(ids)))  # type: ignore[misc]
            processor.append(time.process_time() - begun)
            statements = len(sent)
        singles = jobs(min(ALONE, count))
        alone = seconds(lambda: [issue([job_id]) for job_id in singles])
    print(
        f"invoices: {count / min(taken):,.0f} issued a second ({count} in one call, best of {ROUNDS}; goal {GOAL_SECOND}; "
        f"{min(processor) / count * 1000:.2f} ms of Python each, {statements} SQL statements in all); "
        f"{len(singles) / alone:,.0f} a second one by one; {load()}",
        flush=True,
    )
    with coop_scope(coop_id):
        papers = list(Document.objects.filter(kind="invoice").order_by("id")[: DRAWN + 1])
        draw = renderer_of("invoice")
        first = seconds(lambda: draw(papers[0].source))
        begun, clock = time.process_time(), time.perf_counter()
        for paper in papers[1:]:
            assert draw(paper.source).startswith(b"%PDF")
        on_core, on_clock = time.process_time() - begun, time.perf_counter() - clock
    drawn = len(papers) - 1
    print(
        f"PDFs: {drawn / on_core:.1f} invoices drawn a second and core ({drawn} one after another in one process; "
        f"{drawn / on_clock:.1f} a second on the clock); the first of a process takes {first:.2f} s; {load()}",
        flush=True,
    )


if __name__ == "__main__":
    with database():
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else INVOICES)
