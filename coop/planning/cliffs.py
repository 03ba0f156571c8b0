"""Steps of the law near a salary: where a little more pay changes what it costs, leaves or insures."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from payroll.germany.contributions import Group
from payroll.germany.salary import Salary, SalaryLaw

NEAR = Decimal("0.06")
"""A step is near where the pay lies within this share of it."""


class Step(StrEnum):
    """Which step it is."""

    MINIJOB = "minijob"
    MIDIJOB = "midijob"
    HEALTH_CEILING = "health_ceiling"
    PENSION_CEILING = "pension_ceiling"
    RECOMMENDED_NET = "recommended_net"
    STUDENT = "student"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cliff:
    """A step near a salary; cents."""

    step: Step
    limit_cents: int
    above: bool
    """Whether the salary lies above the step."""


def cliffs(law: SalaryLaw, paid: Salary, *, recommended_net_cents: int | None) -> list[Cliff]:
    """The steps near a salary, by the law of its first month."""
    by_law = law.contributions
    limits = {
        Step.MINIJOB: by_law.minijob_limit,
        Step.MIDIJOB: by_law.midijob_limit,
        Step.HEALTH_CEILING: by_law.health_ceiling_year // 12,
        Step.PENSION_CEILING: by_law.pension_ceiling_year // 12,
    }
    gross = paid.gross_cents
    found = [
        Cliff(step=step, limit_cents=limit, above=gross > limit)
        for step, limit in limits.items()
        if abs(gross - limit) <= limit * NEAR or (step is Step.MINIJOB and paid.group is Group.MINIJOB)
    ]
    if paid.group is Group.WERKSTUDENT:
        found.append(Cliff(step=Step.STUDENT, limit_cents=by_law.midijob_limit, above=gross > by_law.midijob_limit))
    if recommended_net_cents is not None and paid.net_cents < recommended_net_cents:
        found.append(Cliff(step=Step.RECOMMENDED_NET, limit_cents=recommended_net_cents, above=False))
    return found
