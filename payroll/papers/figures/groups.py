"""Which contribution group each line of a payslip belongs to, as funds want them told apart.

Source: common principles of the contribution statement (§ 28b (2) SGB IV): four-digit groups by branch, levies
U1, U2 and 0050, the additional rate (ZBP) and the flat tax of a Minijob (St) apart.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from coop.errors import StetigError


class ContributionGroup(StrEnum):
    """A position of the contribution statement."""

    HEALTH = "1000"
    HEALTH_REDUCED = "3000"
    HEALTH_MINIJOB = "6000"
    HEALTH_VOLUNTARY = "9000"
    ADDITIONAL = "ZBP"
    ADDITIONAL_VOLUNTARY = "ZBF"
    PENSION = "0100"
    PENSION_EMPLOYER = "0300"
    PENSION_MINIJOB = "0500"
    UNEMPLOYMENT = "0010"
    UNEMPLOYMENT_EMPLOYER = "0020"
    CARE = "0001"
    SICKNESS_LEVY = "U1"
    MATERNITY_LEVY = "U2"
    INSOLVENCY_LEVY = "0050"
    FLAT_TAX = "St"
    LEVIES = "UML"
    """Levies by the cooperative's own overall rate that no line tells apart."""


LEVIES = frozenset(
    {
        ContributionGroup.SICKNESS_LEVY,
        ContributionGroup.MATERNITY_LEVY,
        ContributionGroup.INSOLVENCY_LEVY,
        ContributionGroup.LEVIES,
    }
)
"""Groups that the ledger keeps on the account of levies."""


class UnknownLine(StetigError):
    """A payslip has a line that no contribution group takes: the statement would be wrong without it."""

    code = "unknown_line"


_BY_DIGIT: dict[str, tuple[int, dict[str, ContributionGroup]]] = {
    "health": (
        0,
        {
            "1": ContributionGroup.HEALTH,
            "3": ContributionGroup.HEALTH_REDUCED,
            "6": ContributionGroup.HEALTH_MINIJOB,
            "9": ContributionGroup.HEALTH_VOLUNTARY,
        },
    ),
    "additional": (
        0,
        {
            "1": ContributionGroup.ADDITIONAL,
            "3": ContributionGroup.ADDITIONAL,
            "9": ContributionGroup.ADDITIONAL_VOLUNTARY,
        },
    ),
    "pension": (
        1,
        {
            "1": ContributionGroup.PENSION,
            "3": ContributionGroup.PENSION_EMPLOYER,
            "5": ContributionGroup.PENSION_MINIJOB,
        },
    ),
    "unemployment": (2, {"1": ContributionGroup.UNEMPLOYMENT, "2": ContributionGroup.UNEMPLOYMENT_EMPLOYER}),
    "care": (3, {"1": ContributionGroup.CARE}),
}
"""Branch -> its place in the contribution key of the employment, and the group of each digit there."""
_NAMED = {
    "insolvency.levy": ContributionGroup.INSOLVENCY_LEVY,
    "sickness.levy": ContributionGroup.SICKNESS_LEVY,
    "maternity.levy": ContributionGroup.MATERNITY_LEVY,
    "flat_tax": ContributionGroup.FLAT_TAX,
}
_ELSEWHERE = frozenset(
    {
        "wage_tax",
        "soli",
        "church_tax",
        "wage_tax.refund",
        "soli.refund",
        "church_tax.refund",
        "health.subsidy",
        "care.subsidy",
        "accident.levy",
    }
)
"""Lines that go to the tax office, to the accident insurer or to the employee."""
_NO_CONTRIBUTIONS = ("pay.", "free.", "kept.")
"""Lines of pay and of what is kept back begin so."""


def by_group(lines: Iterable[Mapping[str, object]], *, key: str) -> dict[ContributionGroup, int]:
    """Cents by contribution group of a payslip's stored lines, by the contribution key of its month ("1-1-1-1").

    Together they are exactly what the payslip owes its fund: contributions of both sides, levies and the flat tax.
    The line `levies` holds all levies; what named levies leave of it stays in one group.

    Raises: UnknownLine.
    """
    digits = key.split("-")
    found: dict[ContributionGroup, int] = {}
    levies: int | None = None
    for line in lines:
        code, cents = str(line["code"]), int(line["amount_cents"])  # type: ignore[call-overload]
        if code == "levies":
            levies = cents
        elif code in _NAMED:
            found[_NAMED[code]] = found.get(_NAMED[code], 0) + cents
        elif code not in _ELSEWHERE and not code.startswith(_NO_CONTRIBUTIONS):
            group = _group_of(code, digits)
            found[group] = found.get(group, 0) + cents
    return {group: cents for group, cents in _with_rest(found, levies).items() if cents}


def _group_of(code: str, digits: list[str]) -> ContributionGroup:
    branch, side = code.split(".", maxsplit=1)[0], code.rsplit(".", 1)[-1]
    place, groups = _BY_DIGIT.get(branch, (0, {}))
    group = groups.get(digits[place])
    if group is None or side not in {"employee", "employer"}:
        raise UnknownLine(f"a payslip's line “{code}” belongs to no contribution group")
    return group


def _with_rest(found: dict[ContributionGroup, int], levies: int | None) -> dict[ContributionGroup, int]:
    if levies is None:
        return found
    named = sum(cents for group, cents in found.items() if group in LEVIES)
    if levies < named:
        # The cooperative's rate is below what the named levies come to: what was booked counts, untold apart.
        told = {group: cents for group, cents in found.items() if group not in LEVIES}
        return {**told, ContributionGroup.LEVIES: levies}
    return {**found, ContributionGroup.LEVIES: levies - named}


def added(first: Mapping[str, int], second: Mapping[str, int], sign: int = 1) -> dict[str, int]:
    """Amounts by key added up (or, with `sign=-1`, taken away); zeros fall out."""
    keys = [*first, *(key for key in second if key not in first)]
    sums = {key: first.get(key, 0) + sign * second.get(key, 0) for key in keys}
    return {key: cents for key, cents in sums.items() if cents}
