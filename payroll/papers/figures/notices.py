"""Which notices to social insurance an employment demands, with their reason keys and last days.

Source: §§ 6, 8, 9, 10, 12 DEÜV; reason keys of annex 1 to the common principles of the notices (§ 28b (1) SGB IV).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

WEEKS_FOR_ENTRY = timedelta(weeks=6)
WEEKS_FOR_INTERRUPTION = timedelta(weeks=2)
FEBRUARY = 2


class Reason(StrEnum):
    """Reason keys (Abgabegruende)."""

    ENTRY = "10"
    ENTRY_FUND = "11"
    ENTRY_GROUP = "12"
    ENTRY_OTHER = "13"
    EXIT = "30"
    EXIT_FUND = "31"
    EXIT_GROUP = "32"
    EXIT_OTHER = "33"
    EXIT_UNPAID = "34"
    ANNUAL = "50"
    INTERRUPTION = "51"
    PARENTAL = "52"
    ACCIDENT_ANNUAL = "92"


@dataclass(frozen=True, slots=True, kw_only=True)
class Insured:
    """How somebody was insured in a month: fund, keys, and the pay that pension insurance counts, in cents.

    `pay_cents` is gross pay, which the accident insurer counts.
    """

    month: date
    fund_id: int
    persons: str
    groups: str
    base_cents: int
    pay_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """What a time without pay asks for: `on` is the last day before it, or the first one of insurance again.

    `reason` is `INTERRUPTION` or `PARENTAL` where a benefit or parental leave stands in, `EXIT_UNPAID` where the
    insurance has ended after a month of unpaid leave, `ENTRY_OTHER` where it begins again.
    """

    on: date
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice that is to be made. `until` is the last day of the time it reports; amounts in whole euros."""

    person_id: int
    reason: Reason
    since: date
    until: date | None
    due_on: date
    fund_id: int
    persons: str
    groups: str
    pay_euros: int | None = None
    actual_euros: int | None = None

    @property
    def subject(self) -> str:
        """How a filing names it."""
        return f"person:{self.person_id}:{self.reason}:{(self.until or self.since):%Y-%m-%d}"


def whole_euros(cents: int) -> int:
    """Pay as notices state it: commercially rounded. Source: § 28a SGB IV, common principles."""
    return (cents + 50) // 100


def notices_of(
    person_id: int,
    spans: Sequence[tuple[date, date | None]],
    months: Iterable[Insured],
    breaks: Iterable[Break] = (),
    *,
    today: date,
) -> list[Notice]:
    """All notices that a person's employments demand up to `today`, oldest first.

    `spans` are employments (until exclusive, None: open); `months` what was paid. A change of fund, or of the keys,
    between two months of one employment ends one insurance and begins the next. A month that is paid not yet has the
    insurance of the month before.
    """
    paid = sorted(months, key=lambda one: one.month)
    found: list[Notice] = []
    for since, until in sorted(spans):
        if since > today:
            continue
        inside = [one for one in paid if one.month >= since.replace(day=1) and (until is None or one.month < until)]
        if inside:
            found += _of_span(person_id, since, until, inside, today)
            found += _annual(person_id, since, until, inside, today)
    found += _breaks(person_id, paid, breaks, today)
    return sorted(found, key=lambda one: (one.due_on, one.reason, one.since))


def _of_span(person_id: int, since: date, until: date | None, paid: Sequence[Insured], today: date) -> list[Notice]:
    found: list[Notice] = []
    begun, reason = since, Reason.ENTRY
    for place, one in enumerate(paid):
        if place == 0 or _differs(paid[place - 1], one):
            if place:
                before = paid[place - 1]
                end, begin = _change(before, one)
                found.append(_report(person_id, end, begun, one.month, paid[:place]))
                begun, reason = one.month, begin
            found.append(
                Notice(
                    person_id=person_id,
                    reason=reason,
                    since=begun,
                    until=None,
                    due_on=begun + WEEKS_FOR_ENTRY,
                    fund_id=one.fund_id,
                    persons=one.persons,
                    groups=one.groups,
                )
            )
    if until is not None and until <= today:
        found.append(_report(person_id, Reason.EXIT, begun, until, paid))
    return found


def _differs(before: Insured, after: Insured) -> bool:
    return (before.fund_id, before.persons, before.groups) != (after.fund_id, after.persons, after.groups)


def _change(before: Insured, after: Insured) -> tuple[Reason, Reason]:
    if before.fund_id != after.fund_id:
        return Reason.EXIT_FUND, Reason.ENTRY_FUND
    if before.groups != after.groups:
        return Reason.EXIT_GROUP, Reason.ENTRY_GROUP
    return Reason.EXIT_OTHER, Reason.ENTRY_OTHER


def _report(person_id: int, reason: Reason, begun: date, until: date, paid: Sequence[Insured]) -> Notice:
    """The end of an insurance with the pay of its last calendar year; earlier years have annual notices."""
    insured = paid[-1]
    last = until - timedelta(days=1)
    since = max(begun, date(last.year, 1, 1))
    counted = [one for one in paid if since.replace(day=1) <= one.month <= last]
    return Notice(
        person_id=person_id,
        reason=reason,
        since=since,
        until=last,
        due_on=last + WEEKS_FOR_ENTRY,
        fund_id=insured.fund_id,
        persons=insured.persons,
        groups=insured.groups,
        pay_euros=whole_euros(sum(one.base_cents for one in counted)),
        actual_euros=whole_euros(sum(one.pay_cents for one in counted)),
    )


def _annual(person_id: int, since: date, until: date | None, paid: Sequence[Insured], today: date) -> list[Notice]:
    found: list[Notice] = []
    for year in range(since.year, today.year + 1):
        counted = [one for one in paid if one.month.year == year]
        if not counted or today <= date(year, 12, 31):
            continue
        first, last = max(since, date(year, 1, 1)), date(year, 12, 31)
        through = until is None or until > last
        if through:
            begun = max([first, *(b.month for a, b in pairwise(counted) if _differs(a, b))])
            alike = [one for one in counted if one.month >= begun.replace(day=1)]
            found.append(
                Notice(
                    person_id=person_id,
                    reason=Reason.ANNUAL,
                    since=begun,
                    until=last,
                    due_on=date(year + 1, FEBRUARY, 15),
                    fund_id=alike[-1].fund_id,
                    persons=alike[-1].persons,
                    groups=alike[-1].groups,
                    pay_euros=whole_euros(sum(one.base_cents for one in alike)),
                    actual_euros=whole_euros(sum(one.pay_cents for one in alike)),
                )
            )
        found.append(
            Notice(
                person_id=person_id,
                reason=Reason.ACCIDENT_ANNUAL,
                # Always the whole calendar year, however long the employment lasted (§ 28a (2a) SGB IV).
                since=date(year, 1, 1),
                until=last,
                due_on=date(year + 1, FEBRUARY, 16),
                fund_id=counted[-1].fund_id,
                persons=counted[-1].persons,
                groups=counted[-1].groups,
                pay_euros=whole_euros(sum(one.pay_cents for one in counted)),
            )
        )
    return found


def _breaks(person_id: int, paid: Sequence[Insured], breaks: Iterable[Break], today: date) -> list[Notice]:
    found: list[Notice] = []
    for one in breaks:
        before = [month for month in paid if month.month <= one.on]
        if not before or one.on > today:
            continue
        if one.reason is Reason.ENTRY_OTHER:
            known = before[-1]
            found.append(
                Notice(
                    person_id=person_id,
                    reason=one.reason,
                    since=one.on,
                    until=None,
                    due_on=one.on + WEEKS_FOR_ENTRY,
                    fund_id=known.fund_id,
                    persons=known.persons,
                    groups=known.groups,
                )
            )
            continue
        report = _report(person_id, one.reason, date(one.on.year, 1, 1), one.on + timedelta(days=1), before)
        if one.reason is not Reason.EXIT_UNPAID:
            first = one.on + timedelta(days=1)
            whole = _next_month(first if first.day == 1 else _next_month(first))
            report = replace(report, due_on=whole - timedelta(days=1) + WEEKS_FOR_INTERRUPTION)
        found.append(report)
    return found


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
