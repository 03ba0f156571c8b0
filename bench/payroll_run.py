"""The salary run: payslips computed, posted and stored a second, and SQL statements for each.

python -m bench.payroll_run [people ...] [--processes 2]
python -m bench.payroll_run --cooperatives 20 --people 5000

A run is started, computed in the chunks that workers take, approved by a second person and posted, each step in its
own transaction and committed. Chunks are computed by so many processes at once, as workers do; posting is one
transaction of one process. The processes run before the clock does, as workers do. Drawing the PDFs and making the
people is not counted.

With `--cooperatives` each has so many people, and their runs follow one another: does a payslip cost the same at the
end as at the beginning, and does memory stay flat?
"""

import argparse
import multiprocessing
import resource
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bench.ground import database, load, processor_seconds, seconds

SIZES = (350, 5_000)
MONTHS = {350: 4, 5_000: 2}
"""How many months are run of a size, one where it is not named; the best counts."""
GOAL_SECOND = 1_000
PROCESSES = 2


@dataclass(kw_only=True)
class Month:
    """What one month took: seconds on the clock by step, and in all what the processor did."""

    taken: dict[str, float] = field(default_factory=dict)
    statements: int = 0
    python: float = 0.0
    server: float = 0.0

    @property
    def total(self) -> float:
        """Seconds on the clock."""
        return sum(self.taken.values())


@dataclass(frozen=True, kw_only=True)
class Payroll:
    """A cooperative with people to pay, and two who run it."""

    coop_id: int
    count: int
    first: Any
    second: Any


def employ(count: int) -> Payroll:
    """A cooperative with so many employed members and money in their budgets."""
    from bench.crowd import employ_all, give_money, make_members  # noqa: PLC0415
    from coop.ledger.actions import open_books  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from coop.tenancy.states import Role  # noqa: PLC0415
    from tests.factories.banking import make_account  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative, make_role, unique  # noqa: PLC0415

    coop_id = make_cooperative().pk
    with coop_scope(coop_id):
        open_books()
        first, second = make_role(Role.PAYROLL, f"First {unique()}"), make_role(Role.PAYROLL, f"Second {unique()}")
        make_account()
        people = make_members(count, by=second)
        employ_all(people)
        give_money(people, 2_000_000)
    return Payroll(coop_id=coop_id, count=count, first=first, second=second)


def run_month(payroll: Payroll, month: date, workers: Any) -> Month:
    """One run from its start to its posting."""
    from bench.crowd import counted  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from payroll.actions import CHUNK, approve_run, people_to_pay, post_run, start_run  # noqa: PLC0415
    from payroll.models import PayrollRun, Payslip  # noqa: PLC0415
    from payroll.states import PayslipState  # noqa: PLC0415

    at = datetime(2026, month.month, 20, 9, tzinfo=UTC)
    result = Month()

    def start() -> None:
        with coop_scope(payroll.coop_id):
            start_run(month=month, by=payroll.first, at=at)

    def compute() -> None:
        with coop_scope(payroll.coop_id):
            run = PayrollRun.objects.get(month=month)
            ids = people_to_pay(month)
        chunks = [
            (payroll.coop_id, run.pk, ids[begin : begin + CHUNK], run.started_at, at)
            for begin in range(0, len(ids), CHUNK)
        ]
        for statements, python, server in workers.starmap(_compute, chunks, chunksize=1):
            result.statements += statements
            result.python += python
            result.server += server

    def approve() -> None:
        with coop_scope(payroll.coop_id):
            approve_run(run_id=PayrollRun.objects.get(month=month).pk, by=payroll.second, at=at)

    def post() -> None:
        with coop_scope(payroll.coop_id):
            post_run(run_id=PayrollRun.objects.get(month=month).pk, at=at)

    before = processor_seconds()
    with counted() as sent:
        for step in (start, compute, approve, post):
            result.taken[step.__name__] = seconds(step)
    after = processor_seconds()
    result.statements += len(sent)
    result.python += after[0] - before[0]
    result.server += after[1] - before[1]
    with coop_scope(payroll.coop_id):
        posted = Payslip.objects.filter(month=month, state=PayslipState.POSTED, net_cents__gt=0).count()
    assert posted == payroll.count, f"{posted} of {payroll.count} payslips posted"
    return result


def _compute(coop_id: int, run_id: int, ids: list[int], started_at: datetime, at: datetime) -> tuple[int, float, float]:
    """A chunk, as a worker computes it: SQL statements, seconds of the processor in Python and in PostgreSQL."""
    from bench.crowd import counted  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from payroll.actions import compute_chunk  # noqa: PLC0415

    before = processor_seconds()
    with counted() as sent, coop_scope(coop_id):
        compute_chunk(run_id=run_id, person_ids=ids, started_at=started_at, at=at)
    after = processor_seconds()
    return len(sent), after[0] - before[0], after[1] - before[1]


def measure(count: int, workers: Any, processes: int) -> None:
    """Run months for so many employees; print the best, by its steps."""
    payroll = employ(count)
    runs = [run_month(payroll, date(2026, month, 1), workers) for month in range(1, 1 + MONTHS.get(count, 1))]
    best = min(runs, key=lambda run: run.total)
    steps = ", ".join(f"{name} {took:.2f} s" for name, took in best.taken.items())
    goal = "goal: 350 in under 2 s" if count <= 350 else f"goal: {GOAL_SECOND:,} a second"
    print(
        f"payroll run: {count:,} payslips in {best.total:.2f} s, {count / best.total:,.0f} a second ({goal}; best of "
        f"{len(runs)}; chunks computed by {processes} processes at once, posted by one); "
        f"{best.statements / count:.2f} SQL statements a payslip; {steps}; of the processor {best.python:.2f} s in "
        f"Python and {best.server:.2f} s in PostgreSQL; {load()}",
        flush=True,
    )


def measure_many(cooperatives: int, people: int, workers: Any, processes: int) -> None:
    """Run one month for many cooperatives, one after the other; print what the first and the last cost, and memory."""
    before = _peak_megabytes()
    runs = []
    for number in range(cooperatives):
        payroll = employ(people)
        runs.append(run_month(payroll, date(2026, 1, 1), workers))
        one = runs[-1]
        print(
            f"  {(number + 1) * people:,}: {one.total:.2f} s, {1_000_000 * (one.python + one.server) / people:,.0f} µs of "
            f"the processor a payslip",
            flush=True,
        )
    peak, peak_of_worker = _peak_megabytes(), max(workers.map(_peak_of_worker, range(processes), chunksize=1))
    total = cooperatives * people
    took = sum(run.total for run in runs)
    first, last = ((run.python + run.server) / people * 1_000_000 for run in (runs[0], runs[-1]))
    print(
        f"payroll runs: {total:,} payslips of {cooperatives} cooperatives in {took:.1f} s, {total / took:,.0f} a second "
        f"(chunks computed by {processes} processes at once, posted by one); a payslip of the first {first:,.0f} µs of "
        f"the processor, of the last {last:,.0f} µs; peak resident memory {peak:.0f} MB of the process that posts "
        f"({before:.0f} MB before, the making of the people included), {peak_of_worker:.0f} MB of one that computes; {load()}",
        flush=True,
    )


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _peak_of_worker(_number: int) -> float:
    return _peak_megabytes()


def main() -> None:
    """Measure what the arguments ask for."""
    from django.db import connection  # noqa: PLC0415

    from payroll.germany.salary import salary_law  # noqa: PLC0415
    from tests.queues import own_queues  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="bench.payroll_run")
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--cooperatives", type=int, default=0)
    parser.add_argument("--people", type=int, default=5_000)
    given = parser.parse_args()
    with own_queues():
        salary_law(date(2026, 1, 1))  # read once, as workers have
        connection.close()  # a connection cannot be shared with the processes
        with multiprocessing.get_context("fork").Pool(given.processes) as workers:
            if given.cooperatives:
                measure_many(given.cooperatives, given.people, workers, given.processes)
            for size in [] if given.cooperatives else given.sizes or SIZES:
                measure(size, workers, given.processes)


if __name__ == "__main__":
    with database():
        main()
