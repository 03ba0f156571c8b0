"""The contribution statement of a month: what is expected, and what earlier statements left over.

Source: § 23 (1) SGB IV (the expected liability of the running month is due; what differs goes into the next
month), § 28f (3) SGB IV.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from payroll.papers.figures.groups import LEVIES, added

Shares = Mapping[int, Mapping[str, int]]
"""Fund id -> contribution group -> cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFigures:
    """One fund's statement. Cents by contribution group."""

    fund_id: int
    posted: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[str, int] = field(default_factory=dict)
    carried: Mapping[str, int] = field(default_factory=dict)

    @property
    def groups(self) -> dict[str, int]:
        """What the fund is told, by group."""
        return added(added(self.posted, self.expected), self.carried)

    @property
    def total_cents(self) -> int:
        """What is due."""
        return sum(self.groups.values())

    @property
    def levies_cents(self) -> int:
        """What of it are levies."""
        return sum(cents for group, cents in self.groups.items() if group in LEVIES)


def statements(
    *, posted: Iterable[Shares], expected: Iterable[Shares], late: Iterable[Shares], stated_before: Shares
) -> list[StatementFigures]:
    """The statements of a month, by fund.

    `posted`: payslips of the month booked since the last statement; `expected`: what the month will still cost;
    `late`: payslips of earlier months booked since; `stated_before`: what earlier statements expected and asked
    for already. A fund appears where any of it concerns it.
    """
    found = {name: _sum(shares) for name, shares in (("posted", posted), ("expected", expected), ("late", late))}
    funds = sorted({*found["posted"], *found["expected"], *found["late"], *stated_before})
    figures = [
        StatementFigures(
            fund_id=fund,
            posted=found["posted"].get(fund, {}),
            expected=found["expected"].get(fund, {}),
            carried=added(found["late"].get(fund, {}), stated_before.get(fund, {}), sign=-1),
        )
        for fund in funds
    ]
    return [one for one in figures if one.posted or one.expected or one.carried]


def _sum(many: Iterable[Shares]) -> dict[int, dict[str, int]]:
    sums: dict[int, dict[str, int]] = {}
    for shares in many:
        for fund, groups in shares.items():
            sums[fund] = added(sums.get(fund, {}), groups)
    return {fund: groups for fund, groups in sums.items() if groups}
