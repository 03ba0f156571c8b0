"""The salary run: payslips computed, posted and stored a second, and SQL statements for each.

python -m bench.payroll_run [people ...]

A run is started, computed in the chunks that workers take, approved by a second person and posted, each step in its
own transaction and committed, one chunk after the other. Drawing the PDFs and making the people is not counted.
"""

import sys
from datetime import UTC, date, datetime

from bench.ground import database, load, processor_seconds, seconds

SIZES = (350, 5_000)
MONTHS = {350: 3}
"""How many months are run of a size, one where it is not named; the best counts."""
GOAL_SECOND = 1_000


def measure(count: int) -> None:  # noqa: PLR0915 (one story)
    """Run months for so many employees; print the best, by its steps."""
    from bench.crowd import counted, employ_all, give_money, make_members  # noqa: PLC0415
    from coop.ledger.actions import open_books  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from coop.tenancy.states import Role  # noqa: PLC0415
    from payroll.actions import CHUNK, approve_run, compute_chunk, people_to_pay, post_run, start_run  # noqa: PLC0415
    from payroll.models import PayrollRun, Payslip  # noqa: PLC0415
    from payroll.states import PayslipState  # noqa: PLC0415
    from tests.factories.banking import make_account  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative, make_role, unique  # noqa: PLC0415
    from tests.queues import own_queues  # noqa: PLC0415

    coop_id = make_cooperative().pk
    with coop_scope(coop_id):
        open_books()
        first, second = make_role(Role.PAYROLL, f"First {unique()}"), make_role(Role.PAYROLL, f"Second {unique()}")
        make_account()
        people = make_members(count, by=second)
        employ_all(people)
        give_money(people, 2_000_000)

    def run_of(month: date) -> tuple[dict[str, float], int, float, float]:
        at = datetime(2026, month.month, 20, 9, tzinfo=UTC)
        taken: dict[str, float] = {}

        def start() -> None:
            with coop_scope(coop_id):
                start_run(month=month, by=first, at=at)

        def compute() -> None:
            with coop_scope(coop_id):
                run = PayrollRun.objects.get(month=month)
                ids = people_to_pay(month)
            for begin in range(0, count, CHUNK):
                with coop_scope(coop_id):
                    compute_chunk(
                        run_id=run.pk, person_ids=ids[begin : begin + CHUNK], started_at=run.started_at, at=at
                    )

        def approve() -> None:
            with coop_scope(coop_id):
                approve_run(run_id=PayrollRun.objects.get(month=month).pk, by=second, at=at)

        def post() -> None:
            with coop_scope(coop_id):
                post_run(run_id=PayrollRun.objects.get(month=month).pk, at=at)

        before = processor_seconds()
        with counted() as statements:
            for step in (start, compute, approve, post):
                taken[step.__name__] = seconds(step)
        python, server = (now - then for now, then in zip(processor_seconds(), before, strict=True))
        with coop_scope(coop_id):
            posted = Payslip.objects.filter(month=month, state=PayslipState.POSTED, net_cents__gt=0).count()
        assert posted == count, f"{posted} of {count} payslips posted"
        return taken, len(statements), python, server

    with own_queues():
        runs = [run_of(date(2026, month, 1)) for month in range(1, 1 + MONTHS.get(count, 1))]
    taken, statements, python, server = min(runs, key=lambda run: sum(run[0].values()))
    total = sum(taken.values())
    steps = ", ".join(f"{name} {took:.2f} s" for name, took in taken.items())
    goal = "goal: 350 in under 2 s" if count <= 350 else f"goal: {GOAL_SECOND:,} a second"
    print(
        f"payroll run: {count:,} payslips in {total:.2f} s, {count / total:,.0f} a second ({goal}; best of {len(runs)}); "
        f"{statements / count:.2f} SQL statements a payslip; {steps}; of the processor {python:.2f} s in Python and "
        f"{server:.2f} s in PostgreSQL, one after the other; {load()}",
        flush=True,
    )


if __name__ == "__main__":
    with database():
        for size in [int(one) for one in sys.argv[1:]] or SIZES:
            measure(size)
