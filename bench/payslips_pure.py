"""Payslips a second on one core, without a database: contributions and wage tax of a mixed workforce.

python -m bench.payslips_pure [payslips]
"""

import random
import sys
import time
from datetime import date
from decimal import Decimal

from payroll.germany.contributions import Group
from payroll.germany.inverse import gross_of_cost, gross_of_net
from payroll.germany.salary import salary, salary_law
from payroll.germany.terms import Terms

PAYSLIPS = 20_000
INVERSES = 500


def workforce(count: int) -> list[tuple[Terms, int]]:
    """Terms and gross of `count` people: all tax classes, a tenth in Minijobs, a third in the transition range."""
    chance = random.Random(1)
    people = []
    for _ in range(count):
        childless = chance.random() < 0.6
        terms = Terms(
            additional_rate=Decimal(chance.choice(["0.0218", "0.0269", "0.0298", "0.0329"])),
            tax_class=chance.choice([1, 1, 1, 2, 3, 4, 5, 6]),
            childless=childless,
            children_under25=0 if childless else chance.randint(0, 4),
            church_rate=Decimal(chance.choice(["0", "0", "0.09"])),
            levies_rate=Decimal("0.024"),
        )
        low, high = chance.choices([(10_000, 60_300), (60_301, 200_000), (200_001, 900_000)], [1, 3, 6])[0]
        people.append((terms, chance.randint(low, high)))
    return people


def main() -> None:
    """Print payslips a second, and inverse answers a second."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAYSLIPS
    law = salary_law(date(2026, 6, 1))
    people = workforce(count)
    groups = dict.fromkeys(Group, 0)
    started = time.process_time()
    for terms, gross in people:
        groups[salary(law, terms, gross).group] += 1
    seconds = time.process_time() - started
    mix = ", ".join(f"{number} {group.value}" for group, number in groups.items() if number)
    print(f"payslips: {count / seconds:,.0f} a second per core ({mix})")
    for inverse in (gross_of_cost, gross_of_net):
        started = time.process_time()
        for terms, target in people[:INVERSES]:
            inverse(law, terms, target)
        seconds = time.process_time() - started
        print(f"{inverse.__name__}: {1000 * seconds / min(INVERSES, count):.2f} ms a line")


if __name__ == "__main__":
    main()
