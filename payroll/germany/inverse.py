"""From what a salary may cost, or should leave, to the largest gross that fits.

Neither cost nor net rises evenly with gross. Both fall where the Minijob ends, and by single cents
where roundings meet, so the inverse does not bisect: it discards whole ranges of gross that provably
lie above the target, highest first, and tries the rest cent by cent.
"""

from collections.abc import Callable, Iterator
from functools import partial

from coop.errors import InvalidInput
from payroll.germany.contributions import MILLION, ContributionLaw, Group
from payroll.germany.salary import Payroll, Salary, SalaryLaw
from payroll.germany.terms import Kind, Terms


def gross_of_cost(law: SalaryLaw, terms: Terms, cost_cents: int) -> Salary:
    """The salary with the largest gross whose cost does not exceed `cost_cents`.

    Raises: InvalidInput, where no pay of the terms' kind costs so little.
    """

    def value(payroll: Payroll, gross: int) -> int:
        return gross + payroll.employer_cents(gross)

    return _inverse(law, terms, cost_cents, value, wobble=_COST_WOBBLE, wanted="cost")


def gross_of_net(law: SalaryLaw, terms: Terms, net_cents: int) -> Salary:
    """The salary with the largest gross whose net does not exceed `net_cents`.

    Raises: InvalidInput, where no pay of the terms' kind leaves so little.
    """

    def value(payroll: Payroll, gross: int) -> int:
        return gross - payroll.deductions_cents(gross)

    return _inverse(law, terms, net_cents, value, wobble=_net_wobble(law, terms), wanted="net")


# A wobble is how many cents rounding alone can move a result against its trend. A bound too large costs a
# few more trials, one too small would cost exactness; the tests compare with every cent tried.
#
# Employer: five branches, each twice a half cent for the total and half a cent for the employee's share,
# twice because two pays are compared; levies likewise.
_COST_WOBBLE = 20
_CONTRIBUTION_WOBBLE = 3


def _net_wobble(law: SalaryLaw, terms: Terms) -> int:
    """How many cents all deductions together can fall as pay rises.

    The provision allowance is rounded up and the yearly tax cut to whole euros, so tax can fall by
    a euro as pay rises; by two where it is doubled (class III) or twice a difference (V and VI). The
    month sees a twelfth of it, the surcharge and church tax their part, and each is cut to cents.
    """
    year = 100 if terms.tax_class in _CLASSES_WITH_PLAIN_TARIFF else 200
    tax = -(-year // 12) + 1
    soli = -(-year * law.wage_tax.soli_relief_rate // (12 * MILLION)) + 1
    church = int(tax * terms.church_rate) + 2
    return tax + soli + church + _CONTRIBUTION_WOBBLE


_CLASSES_WITH_PLAIN_TARIFF = (1, 2, 4)
_TRIED_CENT_BY_CENT = 8


def _inverse(
    law: SalaryLaw,
    terms: Terms,
    target: int,
    value: Callable[[Payroll, int], int],
    *,
    wobble: int,
    wanted: str,
) -> Salary:
    for group, elsewhere, low, high in _ranges(law.contributions, terms):
        payroll = Payroll(law, terms, group, elsewhere)
        # Contributions and tax leave more than a third of what pay rises by, even at the top.
        end = high if high is not None else max(low, 3 * target) + 100_000_00
        gross = _largest(low, end, target, partial(value, payroll), wobble)
        if gross is not None:
            return payroll.salary(gross)
    raise InvalidInput(f"{wanted}: no pay of the kind {terms.kind.value} has so low a {wanted}; ask for more")


def _largest(low: int, high: int, target: int, value: Callable[[int], int], wobble: int) -> int | None:
    """The largest gross in [low, high] whose `value` does not exceed `target`; None where there is none.

    Value less gross moves one way over the range but for `wobble`, so no value between two pays is below
    the lower pay plus the smaller of both differences, less the wobble. Ranges whose bound lies above the
    target are discarded; the rest is halved, higher half first, and at last tried cent by cent.
    """
    known: dict[int, int] = {}

    def beside(gross: int) -> int:
        if gross not in known:
            known[gross] = value(gross) - gross
        return known[gross]

    ranges = [(low, high)]
    while ranges:
        start, end = ranges.pop()
        if start + min(beside(start), beside(end)) - wobble > target:
            continue
        if end - start > _TRIED_CENT_BY_CENT:
            middle = (start + end) // 2
            ranges += [(start, middle), (middle, end)]
            continue
        for gross in range(end, start - 1, -1):
            if gross + beside(gross) <= target:
                return gross
    return None


def _ranges(law: ContributionLaw, terms: Terms) -> Iterator[tuple[Group, int, int, int | None]]:
    """The pays that the terms can have, highest first, cut where their rules change.

    Group, insured pay elsewhere that counts, lowest and highest pay.
    """
    kind, limit = terms.kind, law.minijob_limit
    elsewhere, small = terms.other_insured_cents, terms.other_minijob_cents
    # With other insured pay the transition range ends that much earlier, perhaps before it begins.
    upper = max(law.midijob_limit - elsewhere, limit)
    private = terms.premiums is not None
    if kind in {Kind.AUTO, Kind.FULL}:
        low = upper + 1 if kind is Kind.AUTO or private else 0
        yield Group.PRIVATE if private else Group.FULL, elsewhere, low, None
    if kind is Kind.SHORT_TERM:
        yield Group.SHORT_TERM, 0, 0, None
    if kind is Kind.WERKSTUDENT:
        yield Group.WERKSTUDENT, elsewhere, upper + 1, None
        if upper > limit:
            yield Group.WERKSTUDENT, elsewhere, limit + 1, upper
    if kind in {Kind.AUTO, Kind.MIDIJOB} and not private and upper > limit:
        yield Group.MIDIJOB, elsewhere, limit + 1, upper
    if kind not in {Kind.AUTO, Kind.MINIJOB} or (kind is Kind.AUTO and elsewhere and small):
        return
    highest = limit
    if small and not elsewhere:
        highest = max(limit - small, -1)
        if kind is Kind.AUTO and not private:
            yield Group.MIDIJOB, small, highest + 1, limit
    minimum = law.minijob_pension_base_minimum
    if highest >= minimum:
        yield Group.MINIJOB, 0, minimum, highest
    if highest > 0:
        yield Group.MINIJOB, 0, 1, min(minimum - 1, highest)
    if highest >= 0:
        yield Group.MINIJOB, 0, 0, 0
