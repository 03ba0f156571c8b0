"""What being away does to a month: which days are paid, insured and taxed, and what has to be reported. Pure.

A day counts once: where several reasons overlap, the stronger decides (`Cause`, strongest first), so that a
sick note during vacation gives the vacation back (§ 9 BUrlG) and an illness during parental leave is not paid.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from coop.law import LawOfDay

DAYS_OF_MONTH = 30
"""A whole month of insurance or wage tax, however long it is (§ 1 (1) BVV, § 39b (2) EStG)."""
WORKING_WEEK = frozenset(range(5))
"""Monday to Friday, as `date.weekday` counts."""
_DAY = timedelta(days=1)
_HALF = Decimal("0.5")

Employment = tuple[date, date | None]
"""First day and the day that no longer counts (None: open)."""


class Cause(StrEnum):
    """Why somebody does not work, strongest first."""

    MATERNITY = "maternity"
    """Protection before and after birth: benefit of the fund and the employer's supplement (§§ 3, 19, 20 MuSchG)."""
    PARENTAL = "parental"
    """Parental leave: the employment rests (§ 15 BEEG)."""
    UNPAID = "unpaid"
    """Leave without pay, as agreed."""
    SICK = "sick"
    """Unfit for work (§ 3 EFZG)."""
    CHILD_SICK = "child_sick"
    """A child is ill: benefit of the fund (§ 45 SGB V), or paid by the employer where that was agreed (§ 616 BGB)."""
    VACATION = "vacation"
    """Paid leave (§ 1 BUrlG)."""


class Day(StrEnum):
    """How a day of an employment counts."""

    PAID = "paid"
    VACATION = "vacation"
    SICK_PAY = "sick_pay"
    SICK_BENEFIT = "sick_benefit"
    CHILD_PAID = "child_paid"
    CHILD_BENEFIT = "child_benefit"
    MATERNITY = "maternity"
    PARENTAL = "parental"
    UNPAID_INSURED = "unpaid_insured"
    UNPAID = "unpaid"


PAID = frozenset({Day.PAID, Day.VACATION, Day.SICK_PAY, Day.CHILD_PAID})
INSURED = PAID | {Day.UNPAID_INSURED}
"""Days that count for the ceilings. While a benefit is drawn the membership goes on without contributions."""
BENEFIT = frozenset({Day.SICK_BENEFIT, Day.CHILD_BENEFIT, Day.MATERNITY, Day.PARENTAL})


class Notice(StrEnum):
    """What an absence asks the office to report or to mark."""

    SICK_PAY_ENDS = "sick_pay_ends"
    INTERRUPTION = "interruption"
    DEREGISTRATION = "deregistration"
    REGISTRATION = "registration"
    TAX_GAP = "tax_gap"


SOURCES = {
    Notice.SICK_PAY_ENDS: "§ 3 (1) EFZG, § 44 SGB V",
    Notice.INTERRUPTION: "§ 9 DEÜV",
    Notice.DEREGISTRATION: "§ 7 (3) SGB IV, § 8 DEÜV",
    Notice.REGISTRATION: "§ 6 DEÜV",
    Notice.TAX_GAP: "§ 41 (1) EStG",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """One absence from `starts_on` until `ends_on` (that day no longer counts).

    `illness` is the same for sick notes of the same illness, and different or None otherwise; adjoining notes
    count as one case anyway. `paid` is asked for a sick child alone. `half`: half a day of unpaid leave, on one day.
    """

    cause: Cause
    starts_on: date
    ends_on: date
    illness: int | None = None
    paid: bool = False
    half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to report: what, the day it concerns, and which cause brought it."""

    notice: Notice
    on: date
    cause: Cause

    @property
    def source(self) -> str:
        """The paragraph that asks for it."""
        return SOURCES[self.notice]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDays:
    """A month of one person in days.

    `calendar_days` are those of the month, `employed_days` those of them under contract, `paid_days` those with
    pay from the employer, `half_days` those of them with pay for half a day. `insured_days` and `tax_days` are 30
    for a whole month, else calendar days.
    """

    month: date
    calendar_days: int
    employed_days: int
    paid_days: int
    insured_days: int
    tax_days: int
    half_days: int = 0
    counts: tuple[tuple[Day, int], ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every day is paid, insured and taxed."""
        insured = self.insured_days == self.tax_days == DAYS_OF_MONTH
        return self.paid_days == self.calendar_days and insured and not self.half_days

    @property
    def paid(self) -> Decimal | int:
        """The days with pay, those with half of it as halves."""
        return self.paid_days - self.half_days * _HALF if self.half_days else self.paid_days

    @property
    def worked(self) -> Decimal | int:
        """The days that are paid for work, not for a day off."""
        days = self.days_of(Day.PAID)
        return max(days - self.half_days * _HALF, Decimal(0)) if self.half_days else days

    def days_of(self, kind: Day) -> int:
        """How many days count as `kind`."""
        return dict(self.counts).get(kind, 0)


def month_days(
    law: LawOfDay,
    *,
    month: date,
    employed: Sequence[Employment],
    away: Sequence[Away] = (),
    working_week: frozenset[int] = WORKING_WEEK,
) -> MonthDays:
    """How the days of a month count.

    `employed` are all contracts of the person (adjoining ones are one employment), `away` all confirmed
    absences so far: how long an illness was paid before decides about this month.

    Raises: LawUnknown. Source: § 1 (1) BVV, § 7 (3) SGB IV, § 3 EFZG; R 39b.5 (2) LStR: days without pay
    remain part of the period of wage tax as long as the employment goes on.
    """
    following = next_month(month)
    days = [month + _DAY * number for number in range((following - month).days)]
    if any(start <= month and (end is None or end >= following) for start, end in employed):
        under_contract = days
    else:
        under_contract = [day for day in days if _employed(employed, day)]
    if not any(one.starts_on < following for one in away):
        count = len(under_contract)
        full = DAYS_OF_MONTH if count == len(days) else count
        return MonthDays(
            month=month,
            calendar_days=len(days),
            employed_days=count,
            paid_days=count,
            insured_days=full,
            tax_days=full,
            counts=((Day.PAID, count),) if count else (),
        )
    begin = min(one.starts_on for one in away)
    first = min(begin, month)
    kinds = _kinds(law, employed, away, first, max(following, _last(away) + _DAY))
    mine = [kinds[day] for day in under_contract]
    insured = sum(kind in INSURED for kind in mine)
    halves = set(_range_of_all(one for one in away if one.half))
    return MonthDays(
        month=month,
        calendar_days=len(days),
        employed_days=len(mine),
        paid_days=sum(kind in PAID for kind in mine),
        insured_days=DAYS_OF_MONTH if insured == len(days) else insured,
        tax_days=DAYS_OF_MONTH if len(mine) == len(days) else len(mine),
        half_days=sum(day in halves and kinds[day] in PAID for day in under_contract),
        counts=tuple((kind, mine.count(kind)) for kind in Day if kind in mine),
        events=tuple(
            event for event in _events(law, kinds, employed, working_week) if month <= _arises(event) < following
        ),
    )


def add_months(day: date, months: int) -> date:
    """The day on which a period of months that begins with `day` has ended.

    Where the month has no such day, the period ends with the month. Source: §§ 187 (2), 188 (2) and (3) BGB.
    """
    month = date(day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1, 1)
    try:
        return month.replace(day=day.day)
    except ValueError:
        return next_month(month)


def next_month(month: date) -> date:
    """The first day of the month after the one that `month` lies in."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def periods(employed: Iterable[Employment]) -> list[Employment]:
    """Contracts that adjoin as one employment, oldest first."""
    joined: list[Employment] = []
    for starts_on, ends_on in sorted(employed, key=lambda one: one[0]):
        if joined and joined[-1][1] is not None and joined[-1][1] >= starts_on:
            joined[-1] = (joined[-1][0], ends_on)
        else:
            joined.append((starts_on, ends_on))
    return joined


def sick_pay_days(law: LawOfDay, employed: Sequence[Employment], away: Sequence[Away]) -> set[date]:
    """The sick days that the employer pays: six weeks an illness, none in the first four weeks of an employment.

    Anew for the same illness after six months free of it, or twelve months after it first began.

    Raises: LawUnknown. Source: § 3 (1) and (3) EFZG.
    """
    most: int = law["sick_pay.days"]
    resting = set(_range_of_all(one for one in away if one.cause in _RESTING and not one.half))
    paid: set[date] = set()
    blocks: dict[int, _Block] = {}
    for number, spell in enumerate(_spells(away)):
        block = blocks.get(spell.illness) if spell.illness is not None else None
        if block is None or _paid_anew(law, block, spell):
            block = _Block(began_on=spell.starts_on)
        blocks[spell.illness if spell.illness is not None else -1 - number] = block
        for day in _range(spell.starts_on, spell.ends_on):
            if day in resting or not _waited(law, employed, day) or block.used >= most:
                continue
            block.used += 1
            paid.add(day)
        block.ended_on = spell.ends_on
    return paid


def kinds_of_days(
    law: LawOfDay, employed: Sequence[Employment], away: Sequence[Away], first: date, until: date
) -> dict[date, Day]:
    """How each day under contract from `first` until `until` counts, in order.

    Raises: LawUnknown.
    """
    begin = min((one.starts_on for one in away), default=first)
    kinds = _kinds(law, employed, away, min(begin, first), until)
    return {day: kinds[day] for day in _range(first, until) if _employed(employed, day)}


_RESTING = frozenset({Cause.MATERNITY, Cause.PARENTAL, Cause.UNPAID})
"""While it lasts, no work is owed that an illness could prevent."""


@dataclass(slots=True)
class _Block:
    """One entitlement to six weeks: since when the illness has been paid out of it, and how much is used up."""

    began_on: date
    ended_on: date = date.min
    used: int = 0


def _paid_anew(law: LawOfDay, block: _Block, spell: Away) -> bool:
    free: int = law["sick_pay.months_free_of_illness"]
    since: int = law["sick_pay.months_since_first"]
    return add_months(block.ended_on, free) <= spell.starts_on or add_months(block.began_on, since) <= spell.starts_on


def _spells(away: Sequence[Away]) -> list[Away]:
    """Sick notes with those that adjoin or overlap as one: a new illness during one brings no new six weeks."""
    joined: list[Away] = []
    for one in sorted((one for one in away if one.cause is Cause.SICK), key=lambda one: one.starts_on):
        last = joined[-1] if joined else None
        if last is not None and one.starts_on <= last.ends_on:
            joined[-1] = Away(
                cause=Cause.SICK,
                starts_on=last.starts_on,
                ends_on=max(last.ends_on, one.ends_on),
                illness=last.illness if last.illness is not None else one.illness,
            )
        else:
            joined.append(one)
    return joined


def _waited(law: LawOfDay, employed: Sequence[Employment], day: date) -> bool:
    since = next((start for start, end in periods(employed) if start <= day and (end is None or day < end)), None)
    return since is not None and (day - since).days >= law["sick_pay.waiting_days"]


def _kinds(
    law: LawOfDay, employed: Sequence[Employment], away: Sequence[Away], first: date, until: date
) -> dict[date, Day]:
    """How each day from `first` until `until` counts."""
    sick_pay = sick_pay_days(law, employed, away)
    causes: dict[date, Away] = {}
    for cause in reversed(Cause):  # the strongest last, over the others
        for one in away:
            if one.cause is cause and not one.half:
                causes.update(dict.fromkeys(_range(one.starts_on, one.ends_on), one))
    kinds: dict[date, Day] = {}
    months: int = law["unpaid.insured_months"]
    unpaid_since: date | None = None
    for day in _range(first, until):
        here = causes.get(day)
        if here is None:
            kinds[day] = Day.PAID
        elif here.cause is Cause.SICK:
            kinds[day] = Day.SICK_PAY if day in sick_pay else Day.SICK_BENEFIT
        elif here.cause is Cause.CHILD_SICK:
            kinds[day] = Day.CHILD_PAID if here.paid else Day.CHILD_BENEFIT
        elif here.cause is Cause.UNPAID:
            unpaid_since = unpaid_since or day
            kinds[day] = Day.UNPAID_INSURED if day < add_months(unpaid_since, months) else Day.UNPAID
            continue
        else:
            kinds[day] = Day(here.cause.value)
        unpaid_since = None
    return kinds


_CAUSES = {
    Day.SICK_BENEFIT: Cause.SICK,
    Day.CHILD_BENEFIT: Cause.CHILD_SICK,
    Day.MATERNITY: Cause.MATERNITY,
    Day.PARENTAL: Cause.PARENTAL,
    Day.UNPAID: Cause.UNPAID,
    Day.UNPAID_INSURED: Cause.UNPAID,
}


def _events(
    law: LawOfDay, kinds: dict[date, Day], employed: Sequence[Employment], working_week: frozenset[int]
) -> Iterator[Event]:
    """All that the days from first to last ask for."""
    before: Day | None = None
    for day, kind in sorted(kinds.items()):
        if not _employed(employed, day):
            before = None
            continue
        if before is Day.SICK_PAY and kind is Day.SICK_BENEFIT:
            yield Event(notice=Notice.SICK_PAY_ENDS, on=day - _DAY, cause=Cause.SICK)
        if kind is Day.UNPAID and before is not Day.UNPAID:
            yield Event(notice=Notice.DEREGISTRATION, on=day - _DAY, cause=Cause.UNPAID)
        if before is Day.UNPAID and kind is not Day.UNPAID:
            yield Event(notice=Notice.REGISTRATION, on=day, cause=Cause.UNPAID)
        before = kind
    for first, until, kind in _stretches(kinds, employed, BENEFIT):
        if next_month(_month_from(first)) <= until:
            yield Event(notice=Notice.INTERRUPTION, on=first - _DAY, cause=_CAUSES[kind])
    for first, until, kind in _stretches(kinds, employed, frozenset(_CAUSES)):
        if sum(day.weekday() in working_week for day in _range(first, until)) >= law["unpaid.gap_working_days"]:
            yield Event(notice=Notice.TAX_GAP, on=first, cause=_CAUSES[kind])


def _arises(event: Event) -> date:
    """The day whose month shows an event: an interruption in the first whole month that it takes."""
    return _month_from(event.on + _DAY) if event.notice is Notice.INTERRUPTION else event.on


def _month_from(day: date) -> date:
    """The first day of a month, from `day` on."""
    return day if day.day == 1 else next_month(day)


def _stretches(
    kinds: dict[date, Day], employed: Sequence[Employment], wanted: frozenset[Day]
) -> Iterator[tuple[date, date, Day]]:
    """Days in a row of the wanted kinds: first, the day that no longer counts, and the kind of the first.

    All stretches end: the last day that is looked at lies behind every absence.
    """
    first: date | None = None
    for day, kind in sorted(kinds.items()):
        inside = kind in wanted and _employed(employed, day)
        if inside and first is None:
            first = day
        elif not inside and first is not None:
            yield first, day, kinds[first]
            first = None


def _employed(employed: Iterable[Employment], day: date) -> bool:
    return any(start <= day and (end is None or day < end) for start, end in employed)


def _range_of_all(away: Iterable[Away]) -> Iterator[date]:
    for one in away:
        yield from _range(one.starts_on, one.ends_on)


def _last(away: Iterable[Away]) -> date:
    return max(one.ends_on for one in away)


def _range(first: date, until: date) -> Iterator[date]:
    for number in range((until - first).days):
        yield first + _DAY * number
