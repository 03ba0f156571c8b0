"""How a result of the law explains itself: one line for each step.

The codes are stable: papers, exports and stored payslips speak them.

| code | what |
| --- | --- |
| `health`, `additional`, `pension`, `unemployment`, `care` with `.employee` or `.employer` | contributions of a branch |
| `care.saxony.employee`, `care.child_discount.employee`, `care.childless.employee` | what employees bear alone |
| `health.subsidy`, `care.subsidy` | the employer's part of private premiums |
| `wage_tax`, `soli`, `church_tax` | withheld taxes |
| `wage_tax.refund`, `soli.refund`, `church_tax.refund` | given back by the annual equalisation, below zero |
| `flat_tax` | the employer's tax of a Minijob |
| `levies` | U1 to U3 and accident insurance as one rate |
| `sickness.levy`, `maternity.levy`, `insolvency.levy`, `accident.levy` | U1, U2, U3 and accident insurance one by one |

Lines of pay and of what is kept back stand in `payroll.pay`, as `pay.*`, `free.*` and `kept.*`.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step of a calculation."""

    code: str
    """Names the step; pages translate it."""
    amount_cents: int
    source: str
    """Where the law says so."""
    basis_cents: int | None = None
    rate: Decimal | None = None
    """Share of the basis."""
    one_off: bool = False
    """Whether it concerns one-off pay."""
