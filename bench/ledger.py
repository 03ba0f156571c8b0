"""Ledger entries of 8 postings a second: posted in bulk, committed, all triggers and the fence in place.

python -m bench.ledger [entries]
"""

import sys
from datetime import date

from bench.ground import database, load, processor_seconds, seconds

ENTRIES = 5_000
ROUNDS = 3
DAY = date(2026, 3, 31)


def measure(count: int) -> None:
    """Print the best of three for entries as a salary has them, and how long it takes to prove them."""
    from coop.ledger.actions import open_books, open_budget, post_all  # noqa: PLC0415
    from coop.ledger.chart import AccountCode as A  # noqa: PLC0415
    from coop.ledger.lines import Draft, credit, debit, draft  # noqa: PLC0415
    from coop.ledger.verify import problems  # noqa: PLC0415
    from coop.tenancy.scope import coop_scope  # noqa: PLC0415
    from tests.factories.tenancy import make_cooperative  # noqa: PLC0415

    coop_id = make_cooperative().pk
    month = DAY.replace(day=1)
    with coop_scope(coop_id):
        open_books()
        budgets = [open_budget(name=f"Budget {number}", on=month).pk for number in range(50)]

    def salary(number: int) -> Draft:
        budget, person = budgets[number % len(budgets)], f"person:{number}"
        return draft(
            f"bench:{number}",
            DAY,
            "Salary 03/2026",
            [
                debit(A.WAGES, 115_000, service_month=month),
                debit(A.EMPLOYER_COST, 29_461, service_month=month),
                credit(A.NET_PAY, 95_903, party=person, service_month=month),
                credit(A.WAGE_TAX, 2_000, party="wage tax:2026-03", service_month=month, tax_month=month),
                credit(A.FUNDS, 43_798, party="fund:1", service_month=month),
                credit(A.LEVIES, 2_760, party="fund:1", service_month=month),
                debit(A.FREE, 144_461, budget_id=budget, service_month=month),
                credit(A.RELEASE, 144_461, service_month=month),
            ],
            document=f"payslip 2026-03/{number}",
        )

    taken = []
    for turn in range(ROUNDS):
        drafts = [salary(turn * count + number) for number in range(count)]

        def post(drafts: list[Draft] = drafts) -> None:
            with coop_scope(coop_id):
                post_all(drafts)

        before = processor_seconds()
        took = seconds(post)
        after = processor_seconds()
        taken.append((took, after[0] - before[0], after[1] - before[1]))

    def prove() -> None:
        with coop_scope(coop_id):
            wrong = [line for line in problems() if "differs from its document" not in line]
        assert wrong == []

    proved = seconds(prove)
    took, python, server = min(taken)
    print(
        f"ledger: {count / took:,.0f} entries of 8 postings a second, committed "
        f"({count} in one call, best of {ROUNDS}; goal 5,000); of the processor {python:.2f} s in Python and "
        f"{server:.2f} s in PostgreSQL, one after the other; {ROUNDS * count / proved:,.0f} a second verified; {load()}"
    )


if __name__ == "__main__":
    with database():
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
