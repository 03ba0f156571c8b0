"""Payslip PDFs: one on demand, and a batch as the job that draws waiting papers does it.

python -m bench.payslip_pdfs [payslips]

Each is drawn out of its rows, frozen with its hash and committed, as in production. The first one warms fonts and
style sheets, as a worker's first document does, and is told apart. Making the people and the run is not counted.
"""

import statistics
import sys
import time
from datetime import UTC, date, datetime

from bench.ground import database, load

PAYSLIPS = 60
ON_DEMAND = 10


def measure(count: int) -> None:
    """Run a month for so many employees and draw their payslips; print seconds and the rate."""
    from bench.crowd import employ_all, give_money, make_members  # noqa: PLC0415
    from coop.documents.actions import render_document  # noqa: PLC0415
    from coop.documents.models import Document, DocumentContent  # noqa: PLC0415
    from coop.ledger.actions import open_books  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from coop.tenancy.states import Role  # noqa: PLC0415
    from tests.factories.banking import make_account  # noqa: PLC0415
    from tests.factories.payroll import run_month  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative, make_role, unique  # noqa: PLC0415
    from tests.queues import own_queues  # noqa: PLC0415

    at = datetime(2026, 3, 20, 9, tzinfo=UTC)
    with own_queues():
        coop_id = make_cooperative().pk
        with coop_scope(coop_id):
            open_books()
            first, second = make_role(Role.PAYROLL, f"First {unique()}"), make_role(Role.PAYROLL, f"Second {unique()}")
            make_account()
            people = make_members(count, by=second)
            employ_all(people)
            give_money(people, 2_000_000)
            run_month(first, second, date(2026, 3, 1), at)
            waiting = list(Document.objects.filter(kind="payslip").order_by("id").values_list("id", flat=True))
        assert len(waiting) == count, f"{len(waiting)} of {count} payslips wait"
        taken = []
        before = time.process_time()
        for document_id in waiting:
            begun = time.perf_counter()
            assert render_document(coop_id=coop_id, document_id=document_id, at=at)
            taken.append(time.perf_counter() - begun)
        processor = (time.process_time() - before) / count
        with coop_scope(coop_id):
            sizes = [len(data) for data in DocumentContent.objects.values_list("data", flat=True)]
    demand, batch = taken[1 : 1 + ON_DEMAND], taken[1:]
    print(
        f"payslip PDFs: on demand {1000 * statistics.median(demand):.0f} ms (median of {len(demand)}; the first of a "
        f"process {1000 * taken[0]:.0f} ms); a batch of {len(batch)} in {sum(batch):.1f} s, "
        f"{len(batch) / sum(batch):.1f} a second and process, "
        f"{1000 * processor:.0f} ms of the processor each; {statistics.mean(sizes) / 1000:.0f} kB each; {load()}",
        flush=True,
    )


if __name__ == "__main__":
    with database():
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else PAYSLIPS)
