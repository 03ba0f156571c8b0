"""A member's plan: what is known goes through the mathematics, and what comes back is a salary with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import numpy as np

from coop.errors import InvalidInput
from coop.planning.known import Item, Known
from coop.planning.months import ahead, later
from payroll.employment import last_lawful_month, most_weekly_hours, terms_on
from payroll.germany.inverse import gross_of_cost
from payroll.germany.law import german_law
from payroll.germany.salary import Salary, SalaryLaw, salary, salary_law
from payroll.germany.terms import Terms
from payroll.smoothing.course import Course, Outlook, cost_at_risk, outlook, steady_costs
from payroll.smoothing.evidence import Ints
from payroll.smoothing.forecast import (
    LONGEST_HISTORY,
    MOST_OPEN_ITEMS,
    PATHS,
    SHORTEST_HISTORY,
    OpenItem,
    draw_incomes,
)

MONTHS = 18
"""How far a forecast looks, the month of today included."""
HORIZON = 12
"""How many months a steady salary is to hold."""
SOON = 4
"""How long a first contract normally lasts: the horizon of "most now"."""
RISK = Decimal("0.05")
SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a member would like to see. `gross_cents` None: what is advised."""

    starts_on: date
    gross_cents: int | None = None
    risk: Decimal = RISK
    horizon: int = HORIZON
    """How many months from the start the salary is to hold."""
    off: frozenset[date] = frozenset()
    """Months without pay, first days."""
    kept: Decimal = Decimal(0)
    """How many months' cost are to remain at the end."""
    dropped: str = ""
    """The key of an item that falls through."""
    late_client: int | None = None
    """A client that pays `late_months` later than expected."""
    late_months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A salary and what becomes of the budget under it. Cents."""

    wish: Wish
    bearable_cents: int
    """The highest steady cost at the risk chosen."""
    salary: Salary | None
    """None where no salary holds."""
    most_hours: Decimal
    """Hours a week that the pay allows at the minimum wage."""
    outlook: Outlook

    last: int
    """The place of its horizon's last month among the months ahead."""

    @property
    def gross_cents(self) -> int:
        """Gross pay a month; 0 where none holds."""
        return self.salary.gross_cents if self.salary else 0

    @property
    def risk(self) -> Decimal:
        """The chance that a month until the end of the horizon is dry."""
        return self.outlook.dry_by[self.last]

    @property
    def left_cents(self) -> int:
        """The budget at the end of the horizon: as many courses end above it as below."""
        return self.outlook.p50_cents[self.last]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a member sees. All figures of one page come from one of these."""

    known: Known
    months: tuple[date, ...]
    advised: Offer
    """The highest salary that holds under the wish, whatever gross the wish names."""
    chosen: Offer
    """The salary of the wish."""
    estimated: bool
    """Whether tax and insurance data had to be guessed."""
    from_history: bool
    """Whether the history was long enough to forecast from; else only money that is known to come counts."""
    law_months: tuple[date, ...]
    """The months whose law was used; the last one stands for all that come after it."""
    law_digest: str
    seed: int = SEED

    @property
    def law_confirmed_until(self) -> date | None:
        """The last month with law of its own, where the plan goes beyond it."""
        return self.law_months[-1] if self.law_months[-1] < self.months[-1] else None


@dataclass(slots=True)
class Planner:
    """Answers for one member on one day; what does not depend on the wish is computed once.

    `paths` trades exactness for speed where all members are summed up.
    """

    known: Known
    terms: Terms
    estimated: bool = False
    paths: int = PATHS
    months: tuple[date, ...] = field(init=False)
    law_months: tuple[date, ...] = field(init=False)
    _laws: list[SalaryLaw] = field(init=False)
    _law_of: list[int] = field(init=False)
    _courses: dict[tuple[str, int | None, int], tuple[Ints, Ints]] = field(init=False)

    def __post_init__(self) -> None:
        known = self.known
        self.months = tuple(later(known.month, count) for count in range(MONTHS))
        lawful = [last_lawful_month(month) for month in self.months]
        self.law_months = tuple(sorted(set(lawful)))
        self._laws, self._law_of = [], []
        for month in lawful:
            law = salary_law(month)
            if law not in self._laws:
                self._laws.append(law)
            self._law_of.append(self._laws.index(law))
        self._courses = {}

    @classmethod
    def of(cls, known: Known) -> "Planner":
        """The planner with what is entered for the person's next salary. Raises: LawUnknown, NoPolicy."""
        terms, estimated = terms_on(person_id=known.person_id, month=last_lawful_month(later(known.month, 1)))
        return cls(known=known, terms=terms, estimated=estimated)

    @property
    def from_history(self) -> bool:
        """Whether the history carries a forecast."""
        return len(self.known.history) >= SHORTEST_HISTORY

    def plan(self, wish: Wish) -> Plan:
        """The salary advised and the one wished, both with their outlook.

        Raises: InvalidInput, where the wish lies outside the months ahead; LawUnknown.
        """
        advised = self.advise(wish)
        chosen = advised if wish.gross_cents is None else self.show(wish, wish.gross_cents)
        return Plan(
            known=self.known,
            months=self.months,
            advised=advised,
            chosen=chosen,
            estimated=self.estimated,
            from_history=self.from_history,
            law_months=self.law_months,
            law_digest=german_law(self.law_months[-1]).digest,
        )

    def advise(self, wish: Wish) -> Offer:
        """The highest steady gross salary whose chance of a dry month in its horizon stays within the risk."""
        bearable = self.bearable_cents(wish)
        gross = min(self._gross(law, bearable) for law in self._laws_from(wish))
        return self.show(replace(wish, gross_cents=None), gross, bearable=bearable)

    def bearable_cents(self, wish: Wish, extra_cents: int = 0) -> int:
        """The steady monthly cost that holds; with `extra_cents` more in the budget."""
        first, last = self._span(wish)
        course = self.course(wish)
        off = wish.off | self.known.away
        weights = np.array([first <= k < last and month not in off for k, month in enumerate(self.months)])
        fixed = self._fixed(wish)
        until = Course(
            budget_cents=course.budget_cents + extra_cents,
            incomes=course.incomes[:, :last],
            fixed=fixed[:last],
            guaranteed=course.guaranteed[:last],
        )
        return cost_at_risk(steady_costs(until, weights[:last].astype(np.int64), kept=wish.kept), wish.risk)

    def show(self, wish: Wish, gross_cents: int, *, bearable: int | None = None) -> Offer:
        """What becomes of the budget under a salary. Raises: InvalidInput, LawUnknown."""
        first, last = self._span(wish)
        course = self.course(wish)
        costs = [int(cents) for cents in self._fixed(wish)]
        paid: Salary | None = None
        if gross_cents > 0:
            by_law = [salary(law, self.terms, gross_cents) for law in self._laws]
            paid = by_law[self._law_of[first]]
            for k in range(first, MONTHS):
                if self.months[k] not in wish.off | self.known.away:
                    costs[k] += by_law[self._law_of[k]].cost_cents
        return Offer(
            wish=wish,
            bearable_cents=self.bearable_cents(wish) if bearable is None else bearable,
            salary=paid,
            most_hours=most_weekly_hours(gross_cents, last_lawful_month(wish.starts_on)),
            outlook=outlook(course, costs),
            last=last - 1,
        )

    def as_it_is(self) -> Outlook:
        """What becomes of the budget when the salary that runs goes on as agreed."""
        return outlook(self.course(Wish(starts_on=self.months[1])), [self._running(month) for month in self.months])

    def course(self, wish: Wish) -> Course:
        """Incomes to come and the guarantee, under what the wish supposes."""
        key = (wish.dropped, wish.late_client, wish.late_months)
        if key not in self._courses:
            self._courses[key] = self._drawn(wish)
        incomes, guaranteed = self._courses[key]
        return Course(
            budget_cents=self.known.budget_cents,
            incomes=incomes,
            fixed=np.zeros(MONTHS, dtype=np.int64),
            guaranteed=guaranteed,
        )

    def _drawn(self, wish: Wish) -> tuple[Ints, Ints]:
        known = self.known
        history = known.history[-LONGEST_HISTORY:] if self.from_history else (0,) * SHORTEST_HISTORY
        moved = [item for item in known.items if _moves(item, wish)]
        still = [item for item in known.items if not _moves(item, wish)]
        # What falls through or comes later is drawn as certain, and taken out again to the cent.
        certain = [replace(item, probability=Decimal(1)) for item in moved]
        opened = [self._open(item) for item in (*still, *certain)]
        arrived = {
            place: cents for month, cents in known.arrived.items() if (place := ahead(known.month, month)) < MONTHS
        }
        opened.extend(OpenItem(cents=cents, month=place, probability=1.0) for place, cents in arrived.items())
        incomes = draw_incomes(history, horizon=MONTHS, seed=SEED, open_items=_within_limit(opened), paths=self.paths)
        for place, cents in arrived.items():
            incomes[:, place] -= cents  # the budget holds it already
        for item in moved:
            month = self._expected(item)
            if month < MONTHS:
                incomes[:, month] -= item.cents
            again = month + wish.late_months
            if item.key != wish.dropped and again < MONTHS:
                incomes[:, again] += item.cents
        for spent_in, cents in known.expenses.items():
            if 0 <= (place := ahead(known.month, spent_in)) < MONTHS:
                incomes[:, place] -= cents
        guaranteed = np.zeros(MONTHS, dtype=np.int64)
        for item in known.items:
            if item.guaranteed and item.key != wish.dropped:
                until = self._expected(item) + (wish.late_months if _moves(item, wish) else 0)
                guaranteed[: until + 1] += item.cents
        if known.advance_limit_cents is not None:
            guaranteed = np.minimum(guaranteed, known.advance_limit_cents)
        return incomes, guaranteed

    def _open(self, item: Item) -> OpenItem:
        return OpenItem(cents=item.cents, month=self._expected(item), probability=float(item.probability))

    def _expected(self, item: Item) -> int:
        return max(0, ahead(self.known.month, item.expected_on))

    def _span(self, wish: Wish) -> tuple[int, int]:
        """The first month of the salary and the one after its last, as places among the months ahead."""
        first = ahead(self.known.month, wish.starts_on)
        if not 1 <= first < MONTHS or wish.horizon < 1:
            raise InvalidInput(f"starts_on: choose one of the {MONTHS - 1} months after this one")
        return first, min(first + wish.horizon, MONTHS)

    def _fixed(self, wish: Wish) -> Ints:
        """What is paid before the salary begins: the salary that runs, as it is promised."""
        return np.array(
            [self._running(month) if month < wish.starts_on else 0 for month in self.months], dtype=np.int64
        )

    def _running(self, month: date) -> int:
        known = self.known
        if month in known.promised or known.contract is None or not known.promised:
            return known.promised.get(month, 0)
        # Until further notice goes on beyond the months that are promised ahead.
        goes_on = known.contract.ends_on is None and month > max(known.promised)
        return known.promised[max(known.promised)] if goes_on else 0

    def _laws_from(self, wish: Wish) -> Sequence[SalaryLaw]:
        first, last = self._span(wish)
        return [self._laws[number] for number in sorted(set(self._law_of[first:last]))]

    def _gross(self, law: SalaryLaw, cost_cents: int) -> int:
        try:
            return gross_of_cost(law, self.terms, cost_cents).gross_cents
        except InvalidInput:
            return 0  # so little holds that no salary of this kind costs it


def _moves(item: Item, wish: Wish) -> bool:
    return item.key == wish.dropped or (wish.late_months > 0 and item.client_id == wish.late_client)


def _within_limit(items: list[OpenItem]) -> list[OpenItem]:
    """The same money in fewer items, where there are too many: those of one month and chance come or fail together."""
    if len(items) <= MOST_OPEN_ITEMS:
        return items
    sums: dict[tuple[int, float], int] = {}
    for item in items:
        chance = round(item.probability, 1)
        sums[item.month, chance] = sums.get((item.month, chance), 0) + item.cents
    return [OpenItem(cents=cents, month=month, probability=chance) for (month, chance), cents in sums.items()]
