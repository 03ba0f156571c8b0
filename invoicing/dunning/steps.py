"""Who is reminded of what on a day: a decision over plain values. The daily job and the preview ask the same question. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from invoicing.dunning.calendar import is_working_day, next_working_day


class Hold(StrEnum):
    """Why nothing goes out although its day has come."""

    PAUSED = "paused"
    EXCLUDED = "excluded"
    MONEY_WAITS = "money_waits"
    SMALL = "small"
    ASKED = "asked"
    DECIDE = "decide"
    NO_WORKING_DAY = "no_working_day"
    LAW_UNKNOWN = "law_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One level of the policy, as far as its day depends on it."""

    position: int
    days: int
    pay_days: int
    asks_member: bool


class Standing(StrEnum):
    """What an invoice's case allows. `NONE`: there is none yet."""

    NONE = "none"
    RUNNING = "running"
    ASKED = "asked"
    AGREED = "agreed"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """An open invoice whose day to pay is over.

    `debtor` is who gets the letter; `level` what was sent last (0: nothing), `anchor_on` the day its wait counts from, that of
    the last letter or of a later part payment; `pay_by` the new day that letter set. `answer_by`: until when the member may answer.
    """

    invoice_id: int
    debtor: str
    country: str
    due_on: date
    open_cents: int
    level: int = 0
    anchor_on: date | None = None
    pay_by: date | None = None
    standing: Standing = Standing.NONE
    answer_by: date | None = None
    extra_days: int = 0
    hold: Hold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one debtor: invoices with the level each reaches, and what else is overdue."""

    debtor: str
    items: tuple[tuple[int, int], ...]
    also: tuple[int, ...]
    pay_by: date

    @property
    def level(self) -> int:
        """The highest level among its items; it gives the letter its tone."""
        return max(level for _invoice_id, level in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one day brings."""

    letters: tuple[Letter, ...]
    questions: tuple[int, ...]
    """Invoices whose member is asked before the next letter."""
    decisions: tuple[int, ...]
    """Invoices that the office decides about: nobody answered, or all letters are sent."""
    held: tuple[tuple[int, Hold], ...]


def overdue_from(due_on: date, country: str) -> date:
    """The first day after the one on which it could be paid in time. Source: § 193 BGB."""
    return next_working_day(due_on, country) + timedelta(days=1)


def step_day(one: Overdue, rungs: Sequence[Rung]) -> date | None:
    """The first day for the next letter (or question) of an invoice; None after the last level."""
    if one.level >= len(rungs):
        return None
    rung = rungs[one.level]
    if one.level == 0 or one.anchor_on is None:
        begin = max(next_working_day(one.due_on, one.country), one.anchor_on or date.min)
        return begin + timedelta(days=max(rung.days + one.extra_days, 1))
    # Never before the day that the last letter has set is over.
    wait = one.anchor_on + timedelta(days=rung.days + one.extra_days)
    return max(wait, (one.pay_by or one.anchor_on) + timedelta(days=1))


def round_of(
    on: date,
    overdue: Iterable[Overdue],
    rungs: Sequence[Rung],
    *,
    smallest_cents: int = 0,
    works: Callable[[date, str], bool] = is_working_day,
) -> Round:
    """What goes out on a day: letters by debtor, questions to members, decisions for the office, and what is held and why.

    A letter takes along whatever of its debtor is overdue and was never reminded of: one letter for all.
    """
    due: dict[str, list[tuple[Overdue, int]]] = defaultdict(list)
    rest: dict[str, list[Overdue]] = defaultdict(list)
    found: dict[Turn, list[int]] = defaultdict(list)
    held: list[tuple[int, Hold]] = []
    for one in overdue:
        if on < overdue_from(one.due_on, one.country):
            continue
        turn = _turn(one, rungs, on)
        if turn == Turn.LETTER:
            due[one.debtor].append((one, one.level + 1))
            continue
        if not one.hold:
            rest[one.debtor].append(one)
        if isinstance(turn, Hold):
            held.append((one.invoice_id, turn))
        else:
            found[turn].append(one.invoice_id)
    letters = []
    for debtor, items in due.items():
        also = rest[debtor]
        total = sum(one.open_cents for one, _level in items) + sum(one.open_cents for one in also)
        reason = Hold.SMALL if total < smallest_cents else None
        if not works(on, items[0][0].country):
            reason = Hold.NO_WORKING_DAY
        if reason:
            held += [(one.invoice_id, reason) for one, _level in items]
        else:
            letters.append(_letter(debtor, on, [*items, *_fresh(also, rungs)], also, rungs))
    return Round(
        letters=tuple(letters),
        questions=tuple(found[Turn.QUESTION]),
        decisions=tuple(found[Turn.DECISION]),
        held=tuple(held),
    )


class Turn(StrEnum):
    """What the day brings for one invoice."""

    NOTHING = "nothing"
    LETTER = "letter"
    QUESTION = "question"
    DECISION = "decision"


def _turn(one: Overdue, rungs: Sequence[Rung], on: date) -> Turn | Hold:
    day = step_day(one, rungs)
    if day is None:
        # All letters are sent, and the last day has passed.
        over = one.standing == Standing.RUNNING and (one.pay_by is None or on > one.pay_by)
        return (one.hold or Turn.DECISION) if over else Turn.NOTHING
    if on < day or one.hold:
        return one.hold if one.hold and on >= day else Turn.NOTHING
    step = _asked(one, rungs[one.level], on)
    if step is None:
        return Turn.LETTER
    if step == Standing.RUNNING:
        return Turn.QUESTION
    if step == Standing.DECIDE and one.standing != Standing.DECIDE:
        return Turn.DECISION
    return Hold.ASKED if step == Standing.ASKED else Hold.DECIDE


def _fresh(also: Iterable[Overdue], rungs: Sequence[Rung]) -> list[tuple[Overdue, int]]:
    """What was never reminded of and goes along with the letter."""
    return [(one, 1) for one in also if one.level == 0 and one.standing == Standing.NONE and not rungs[0].asks_member]


def _asked(one: Overdue, rung: Rung, on: date) -> Standing | None:
    """What keeps the letter back: a question to be put (RUNNING), one that waits, a decision; None where it may go."""
    if one.standing == Standing.DECIDE:
        return Standing.DECIDE
    if not rung.asks_member or one.standing == Standing.AGREED:
        return None
    if one.standing == Standing.ASKED:
        return Standing.DECIDE if one.answer_by is not None and on > one.answer_by else Standing.ASKED
    return Standing.RUNNING


def _letter(
    debtor: str, on: date, items: Sequence[tuple[Overdue, int]], also: Sequence[Overdue], rungs: Sequence[Rung]
) -> Letter:
    taken = {one.invoice_id for one, _level in items}
    highest = max(level for _one, level in items)
    pay_by = next_working_day(on + timedelta(days=rungs[highest - 1].pay_days), items[0][0].country)
    return Letter(
        debtor=debtor,
        items=tuple((one.invoice_id, level) for one, level in items),
        also=tuple(one.invoice_id for one in also if one.invoice_id not in taken),
        pay_by=pay_by,
    )
