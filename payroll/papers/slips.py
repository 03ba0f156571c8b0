"""Posted payslips as the papers read them: what each *booked*, so that a correction counts with its difference.

The one place of the papers that knows how payslips are stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coop.ledger.models import Entry
from payroll.documents import group_of
from payroll.germany.contributions import Group
from payroll.models import Payslip
from payroll.papers.figures.groups import added, by_group
from payroll.papers.figures.notices import Insured
from payroll.states import PayslipState

AMOUNTS = (
    "gross",
    "employee",
    "employer",
    "levies",
    "flat_tax",
    "wage_tax",
    "soli",
    "church_tax",
    "net",
    "one_off",
    "in_kind",
    "subsidy",
    "free",
    "advance",
    "kept",
    "payout",
    "cost",
)
BRANCHES = ("health", "additional", "care", "pension", "unemployment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a payslip booked. All amounts in cents; of a correction the difference to what it corrects."""

    id: int
    person_id: int
    number: int | None
    name: str
    month: date
    booked_on: date
    corrects: int | None
    minijob: bool
    amounts: dict[str, int]
    shares: dict[int, dict[str, int]] = field(default_factory=dict)
    """Fund id -> contribution group -> cents."""
    branches: dict[str, int] = field(default_factory=dict)
    """"health.employee" and so on -> cents, by branch and side, and "pension.base"; for the certificate also the
    subsidies to private insurance, what is free of tax by kind, and "premiums", the certified ones of private cover.
    """
    of_free_will: bool = False
    """Insured in a statutory fund of free will."""
    federal_state: str = ""

    @property
    def taxes_cents(self) -> int:
        """What the tax office gets."""
        return self.amounts["wage_tax"] + self.amounts["soli"] + self.amounts["church_tax"]


def booked_in(since: date, until: date) -> list[Booked]:
    """What was booked from `since` until `until` (exclusive), by person and month."""
    return _booked(Payslip.objects.filter(posted_on__gte=since, posted_on__lt=until))


def booked_after_entry(number: int) -> list[Booked]:
    """What was booked by entries of the ledger after the one with that number."""
    sources = Entry.objects.filter(number__gt=number, source__startswith="payslip:").values_list("source", flat=True)
    ids = [int(source.split(":")[1]) for source in sources if source.count(":") == 1]
    return _booked(Payslip.objects.filter(id__in=ids))


def booked_of_year(year: int, *, person_id: int | None = None) -> list[Booked]:
    """What was booked for the months of a year, of everybody or one person."""
    slips = Payslip.objects.filter(month__gte=date(year, 1, 1), month__lt=date(year + 1, 1, 1))
    return _booked(slips if person_id is None else slips.filter(person_id=person_id))


def shares_of(slip: Payslip) -> dict[str, int]:
    """What a payslip (also a draft) owes its fund, by contribution group."""
    groups = by_group(slip.lines, key=contribution_key_of(slip))
    return {group.value: cents for group, cents in groups.items()}


def contribution_key_of(slip: Payslip) -> str:
    """The contribution key of a payslip's month, such as "1-1-1-1"; payslips keep it since they know more groups."""
    kept: str | None = slip.inputs.get("contribution_group")
    if kept is not None:
        return kept
    group = group_of(slip)
    if group is Group.MINIJOB:
        insured = any(line["code"] == "pension.employee" for line in slip.lines)
        return "6-1-0-0" if insured else "6-5-0-0"
    return "0-1-0-0" if group is Group.WERKSTUDENT else "1-1-1-1"


def fund_id_of(slip: Payslip) -> int:
    """The fund that a payslip's contributions go to."""
    return int(slip.inputs["fund_id"])


def last_entry_number() -> int:
    """The newest entry of the ledger; 0 where there is none."""
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def last_entry_before(day: date) -> int:
    """The newest entry booked before a day; 0 where there is none."""
    return Entry.objects.filter(booked_on__lt=day).order_by("-number").values_list("number", flat=True).first() or 0


def _booked(slips: Any) -> list[Booked]:
    posted: Sequence[Payslip] = list(
        slips.filter(state=PayslipState.POSTED)
        .select_related("person", "corrects")
        .order_by("person__name", "person_id", "month", "id")
    )
    return [_of(slip) for slip in posted]


def _of(slip: Payslip) -> Booked:
    before = slip.corrects
    amounts = _amounts(slip)
    shares: dict[int, dict[str, int]] = {fund_id_of(slip): shares_of(slip)}
    branches = _branches(slip.lines) | _certified(slip)
    if before is not None:
        old = _amounts(before)
        amounts = {name: amounts[name] - old[name] for name in AMOUNTS}
        fund = fund_id_of(before)
        shares[fund] = added(shares.get(fund, {}), shares_of(before), sign=-1)
        branches = added(branches, _branches(before.lines) | _certified(before), sign=-1)
    person = slip.person
    return Booked(
        id=slip.pk,
        person_id=slip.person_id,
        number=person.member_number,
        name=person.name,
        month=slip.month,
        booked_on=slip.posted_on,  # type: ignore[arg-type] # a posted payslip has its day
        corrects=slip.corrects_id,
        minijob=group_of(slip) is Group.MINIJOB,
        amounts=amounts,
        shares=shares,
        branches=branches,
        of_free_will=contribution_key_of(slip).startswith(_FREE_WILL),
    )


def _amounts(slip: Payslip) -> dict[str, int]:
    """The payslip's totals; what payslips of this version do not have is nothing, and net pay is what is paid out."""
    amounts = {name: int(getattr(slip, f"{name}_cents", 0)) for name in AMOUNTS}
    if not hasattr(slip, "payout_cents"):
        amounts["payout"] = slip.net_cents
    return amounts


def _branches(lines: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Cents by branch and side, and the base of pension insurance."""
    found: dict[str, int] = {}
    for line in lines:
        branch, side = line["code"].split(".")[0], line["code"].rsplit(".", 1)[-1]
        if branch in BRANCHES and side in {"employee", "employer"}:
            key = f"{branch}.{side}"
            found[key] = found.get(key, 0) + line["amount_cents"]
            if branch == "pension" and "basis_cents" in line:
                # In the transition range the employer's line holds the whole base.
                found["pension.base"] = max(found.get("pension.base", 0), line["basis_cents"])
    return found


_FREE_WILL = "9"
"""First figure of the contribution key of those whose contributions the employer passes on."""


def _certified(slip: Payslip) -> dict[str, int]:
    """What only the annual certificate asks of a payslip, in cents."""
    found: dict[str, int] = {}
    for line in slip.lines:
        code = line["code"]
        if code.endswith(".subsidy") or code.startswith("free."):
            found[code] = found.get(code, 0) + line["amount_cents"]
    if premiums := slip.inputs.get("premiums"):
        found["premiums"] = premiums["basic_cents"]
    return found


_PERSONS = {Group.MINIJOB: "109", Group.WERKSTUDENT: "106"}
"""Groups of persons in notices; everybody else is 101. Source: annex 2 to the common principles of the notices."""


def insured_months(since: date) -> dict[int, list[Insured]]:
    """Person -> how they were insured in each month from `since` on, as it stands after corrections."""
    slips = (
        Payslip.objects.filter(state=PayslipState.POSTED, month__gte=since, corrections__isnull=True)
        .order_by("person_id", "month")
        .only("person_id", "month", "inputs", "lines", "gross_cents")
    )
    found: dict[int, list[Insured]] = {}
    for slip in slips.iterator(chunk_size=2000):
        group = group_of(slip)
        branches = _branches(slip.lines)
        found.setdefault(slip.person_id, []).append(
            Insured(
                month=slip.month,
                fund_id=fund_id_of(slip),
                persons=slip.inputs.get("person_group") or _PERSONS.get(group, "101"),
                groups=contribution_key_of(slip).replace("-", ""),
                base_cents=branches.get("pension.base", 0),
                pay_cents=slip.gross_cents,
            )
        )
    return found
