"""Statement lines a second: read and matched before anything is booked, and stored, matched and posted.

python -m bench.statements [lines]

A camt.053 of our own pays half as many invoices as are open, each line in full; the import stores every movement, finds
its claim by the reference, posts the payment in both layers, frees budgets and lowers covers, all in one commit.
"""

import sys
import time
from datetime import UTC, date, datetime
from typing import Any

from bench.ground import database, load, seconds

LINES = 5_000
OPEN_FOR_EACH_LINE = 2
BUDGETS = 400
MONTH, ISSUED_ON, PAID_ON = date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 14)
ISSUED_AT_ONCE = 2_000


def measure(count: int) -> None:
    """Print lines a second without and with posting."""
    from bench.crowd import counted, make_clients, make_confirmed_jobs  # noqa: PLC0415
    from coop.banking import camt  # noqa: PLC0415
    from coop.banking.actions import import_statement  # noqa: PLC0415
    from coop.banking.camt_writer import camt053, payment  # noqa: PLC0415
    from coop.banking.matching import Movement, OpenClaim, decide_claims  # noqa: PLC0415
    from coop.banking.models import Claim  # noqa: PLC0415
    from coop.banking.movements import transactions  # noqa: PLC0415
    from coop.ledger.actions import open_books, open_budgets  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from coop.tenancy.states import Role  # noqa: PLC0415
    from invoicing.actions import issue_invoices  # noqa: PLC0415
    from tests.factories.banking import IBAN, make_account  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative, make_role, make_user  # noqa: PLC0415
    from tests.queues import own_queues  # noqa: PLC0415

    coop_id = make_cooperative().pk
    claims = count * OPEN_FOR_EACH_LINE
    with own_queues():
        with coop_scope(coop_id):
            open_books()
            make_account()
            staff, accountant = make_role(Role.INVOICING), make_role(Role.ACCOUNTANT)
            owner = make_user()
            budgets = [budget.pk for budget in open_budgets(names=[str(n) for n in range(BUDGETS)], on=MONTH)]
            clients = make_clients([owner] * claims)
            jobs = make_confirmed_jobs(clients, [budgets[n % BUDGETS] for n in range(claims)], month=MONTH, by=staff)
            ids = [job.pk for job in jobs]
            invoices = []
            for begin in range(0, claims, ISSUED_AT_ONCE):
                invoices += issue_invoices(
                    job_ids=ids[begin : begin + ISSUED_AT_ONCE], on=ISSUED_ON, by=staff, at_once=False
                )
        data = camt053(
            iban=IBAN,
            owner="Cooperative",
            entries=[
                payment(
                    amount_cents=invoice.gross_cents,
                    on=PAID_ON,
                    name=invoice.buyer_name,
                    text=f"Invoice {invoice.number}, thank you",
                    end_to_end_id=f"E2E-{invoice.pk}",
                    bank_reference=f"BANK-{invoice.pk}",
                )
                for invoice in invoices[::OPEN_FOR_EACH_LINE]
            ],
        )
        with coop_scope(coop_id):
            owed = [
                OpenClaim(id=claim, key=key, open_cents=cents)
                for claim, key, cents in Claim.objects.order_by("id").values_list("id", "reference_key", "open_cents")
            ]

        def read_and_match() -> None:
            found = decide_claims(
                [
                    Movement(
                        id=number, cents=one.amount_cents, texts=one.texts, on=PAID_ON, end_to_end_id="", batch_id=""
                    )
                    for number, one in enumerate(transactions(camt.read_statements(data)))
                ],
                owed,
            )
            assert len(found) == count

        before = min(seconds(read_and_match) for _round in range(3))

        def bring_in() -> None:
            with coop_scope(coop_id):
                report = import_statement(
                    data=data, filename="bench.xml", by=accountant, at=datetime(2026, 4, 15, 8, tzinfo=UTC)
                )
            assert (report.new, report.matched) == (count, count)

        begun = time.process_time()
        with counted() as statements:
            after = seconds(bring_in)
        python = time.process_time() - begun
        again = seconds(lambda: _again(coop_id, data, accountant))
    print(
        f"statement of {count:,} lines, {claims:,} open claims: {count / before:,.0f} lines a second read and matched in "
        f"memory, before posting (best of 3); {count / after:,.0f} a second read, stored, matched and posted, committed "
        f"({len(statements)} SQL statements in all, {python:.2f} of {after:.2f} s in Python); "
        f"{count / again:,.0f} a second where all are known already; {load()}",
        flush=True,
    )


def _again(coop_id: int, data: bytes, by: Any) -> None:
    """The same file once more brings nothing new."""
    from coop.banking.actions import import_statement  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415

    with coop_scope(coop_id):
        report = import_statement(data=data, filename="bench.xml", by=by, at=datetime(2026, 4, 16, 8, tzinfo=UTC))
    assert report.new == 0


if __name__ == "__main__":
    with database():
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
