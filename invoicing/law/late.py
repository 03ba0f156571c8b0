"""What a debtor who pays late owes: from which day on, how much interest, which flat sum; and until when it can be sued for.

Interest is simple (§ 289 BGB), on the whole open amount, by calendar days over the days of their year (act/365, in leap
years act/366). The first day is the day after the one that brought the default; the last is the day of the payment. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from coop.errors import InvalidInput
from invoicing.law.vat import ClientKind, invoicing_law

ONE_DAY = timedelta(days=1)
DAY_COUNT = "act/365, act/366"
"""How days are counted, as papers state it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What may bring a default about.

    `due_on` is the last day to pay, `received_on` when the invoice arrived. `agreed`: the day was agreed with the client, not
    only written on the invoice. `told`: the invoice says that default comes by itself, which consumers must have read.
    `reminded_on`: when the first reminder after the due day arrived.
    """

    due_on: date
    received_on: date
    kind: ClientKind
    agreed: bool = False
    told: bool = False
    reminded_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """The first day of the default, and why it came."""

    since: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPayment:
    """Money that arrived on the principal. A payment that came back is one of negative cents, on the day it went."""

    on: date
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestLine:
    """Interest of one stretch of days, both included, with one principal and one rate.

    `rate` is a share a year, `year_days` what it is divided by. `cents` of all lines add up to the interest, which is
    rounded once.
    """

    begins_on: date
    ends_on: date
    days: int
    year_days: int
    principal_cents: int
    rate: Decimal
    cents: int
    source: str


def default_of(notice: Notice) -> Default | None:
    """When the client came into default, or None while nothing has brought it about.

    Asked on a day before the returned one, the client is not in default yet.

    Raises: LawUnknown.
    Source: § 286 (1) to (3), §§ 187 (1), 193 BGB.
    """
    ways = []
    if notice.agreed:
        ways.append(Default(since=notice.due_on + ONE_DAY, source="§ 286 (2) no. 1 BGB"))
    if notice.reminded_on is not None and notice.reminded_on > notice.due_on:
        ways.append(Default(since=notice.reminded_on + ONE_DAY, source="§ 286 (1) BGB"))
    if notice.kind != ClientKind.PRIVATE or notice.told:
        first = max(notice.due_on, notice.received_on)
        # The rule of a day that lies beyond the confirmed law is that of its last confirmed day's.
        days = timedelta(days=invoicing_law(first)["interest.default_days"])
        ways.append(Default(since=first + days + ONE_DAY, source="§ 286 (3) BGB"))
    return min(ways, key=lambda one: one.since, default=None)


def interest_rate(kind: ClientKind, on: date) -> Decimal:
    """Interest on arrears as a share a year.

    Raises: LawUnknown, past the last half-year whose base rate is known.
    Source: § 247, § 288 (1), (2) BGB.
    """
    law = invoicing_law(on)
    margin = "interest.consumer_margin" if kind == ClientKind.PRIVATE else "interest.business_margin"
    rate: Decimal = law["interest.base_rate"] + law[margin]
    return rate


def flat_fee_cents(kind: ClientKind, on: date) -> int:
    """The flat sum that a claim in default brings once. It is damages: no VAT, and it counts towards costs of the court.

    Raises: LawUnknown.
    Source: § 288 (5) BGB.
    """
    return 0 if kind == ClientKind.PRIVATE else int(invoicing_law(on)["interest.flat_fee_cents"])


def late_interest(
    *, amount_cents: int, since: date, until: date, kind: ClientKind, payments: Iterable[PartPayment] = ()
) -> list[InterestLine]:
    """Interest on what was open from `since` to `until`, both included, as lines that change with principal and rate.

    What arrived before `since` lowers the principal from the beginning; a payment's own day still bears interest.

    Raises: InvalidInput, where more was paid than is owed; LawUnknown.
    Source: §§ 187 (1), 247, 288, 289 BGB.
    """
    moves = sorted(payments, key=lambda one: one.on)
    cuts = {since, *(one.on + ONE_DAY for one in moves if since <= one.on < until), *_half_years(since, until)}
    begins = sorted(cuts)
    stretches: list[tuple[date, date, int, Decimal, str]] = []
    for begin, following in zip(begins, [*begins[1:], until + ONE_DAY], strict=True):
        principal = amount_cents - sum(one.cents for one in moves if one.on < begin)
        if principal < 0:
            raise InvalidInput("payments: more than what is owed; give the excess back or credit it")
        if not principal or following <= begin:
            continue
        rate, source = interest_rate(kind, begin), _source(kind, begin)
        end = following - ONE_DAY
        if stretches and _goes_on(stretches[-1], begin, principal, rate):
            stretches[-1] = (stretches[-1][0], end, principal, rate, source)
        else:
            stretches.append((begin, end, principal, rate, source))
    return _lines(stretches)


def _lines(stretches: Sequence[tuple[date, date, int, Decimal, str]]) -> list[InterestLine]:
    exact, told = Fraction(0), 0
    lines = []
    for begin, end, principal, rate, source in stretches:
        days = (end - begin).days + 1
        exact += Fraction(principal) * Fraction(rate) * days / _year_days(begin)
        # What has come together is rounded, half up, and each line shows what it added.
        until_now = max(int((exact * 2 + 1) // 2), 0)
        lines.append(
            InterestLine(
                begins_on=begin,
                ends_on=end,
                days=days,
                year_days=_year_days(begin),
                principal_cents=principal,
                rate=rate,
                cents=until_now - told,
                source=source,
            )
        )
        told = until_now
    return lines


def _goes_on(last: tuple[date, date, int, Decimal, str], begin: date, principal: int, rate: Decimal) -> bool:
    """Whether a stretch only continues the last one: the base rate was confirmed anew as it was."""
    return (
        last[1] + ONE_DAY == begin
        and (last[2], last[3]) == (principal, rate)
        and _year_days(last[0]) == _year_days(begin)
    )


def _half_years(since: date, until: date) -> list[date]:
    """The days after `since`, up to `until`, on which the base rate may change."""
    days = [date(year, month, 1) for year in range(since.year, until.year + 1) for month in (1, 7)]
    return [day for day in days if since < day <= until]


def _year_days(day: date) -> int:
    return (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days


def _source(kind: ClientKind, on: date) -> str:
    base = invoicing_law(on).dated("interest.base_rate").source
    return f"{'§ 288 (1)' if kind == ClientKind.PRIVATE else '§ 288 (2)'} BGB; {base}"


def time_barred_after(arose_on: date) -> date:
    """The last day on which a claim that arose on `arose_on` can be sued for, unless something suspends the time.

    Raises: LawUnknown.
    Source: §§ 195, 199 (1), 204 BGB.
    """
    years: int = invoicing_law(min(arose_on, date(2026, 12, 31)))["interest.limitation_years"]
    return date(arose_on.year + years, 12, 31)
