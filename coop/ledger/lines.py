"""What is to be posted, before it is: entries as values. Plain data, no Django."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from coop.errors import InvalidInput, StetigError
from coop.ledger.chart import CHART, AccountCode, Layer


class Unbalanced(StetigError):
    """An entry must have postings, and they must sum to zero in each of its layers."""

    code = "unbalanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One posting. `cents`: debit positive, credit negative; made by `debit()` and `credit()` only."""

    account: AccountCode
    cents: int
    budget_id: int | None = None
    party: str = ""
    service_month: date | None = None
    tax_month: date | None = None


def debit(
    account: AccountCode,
    cents: int,
    *,
    budget_id: int | None = None,
    party: str = "",
    service_month: date | None = None,
    tax_month: date | None = None,
) -> Line:
    """`cents` on the debit side. `party` names the other side of an open item, such as "invoice:7".

    `service_month` and `tax_month` are first days of months.

    Raises: InvalidInput, for a month that is no first day, and where the budget is missing or not allowed.
    """
    for month in (service_month, tax_month):
        if month is not None and month.day != 1:
            raise InvalidInput(f"{account}: a month is written as its first day")
    if CHART[account].per_budget != (budget_id is not None):
        raise InvalidInput(f"{account}: {'name the budget' if budget_id is None else 'has no budgets'}")
    return Line(
        account=account,
        cents=cents,
        budget_id=budget_id,
        party=party,
        service_month=service_month,
        tax_month=tax_month,
    )


def credit(
    account: AccountCode,
    cents: int,
    *,
    budget_id: int | None = None,
    party: str = "",
    service_month: date | None = None,
    tax_month: date | None = None,
) -> Line:
    """`cents` on the credit side; otherwise as `debit`."""
    return debit(account, -cents, budget_id=budget_id, party=party, service_month=service_month, tax_month=tax_month)


def turned(line: Line) -> Line:
    """The line with its sign turned."""
    return replace(line, cents=-line.cents)


def netted(lines: Iterable[Line]) -> list[Line]:
    """Lines that differ in their amount alone as one; what nets to nothing falls out."""
    sums: dict[Line, int] = {}
    for line in lines:
        key = replace(line, cents=0)
        sums[key] = sums.get(key, 0) + line.cents
    return [replace(key, cents=cents) for key, cents in sums.items() if cents]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry to be posted.

    `source` names the decision and is posted once per cooperative (such as "invoice:17:issue");
    `document` is what a person reads (such as "RE-2026-000017"); lines of zero cents are left out.
    """

    source: str
    event_on: date
    text: str
    lines: tuple[Line, ...]
    document: str = ""
    reverses_id: int | None = None

    def checked_lines(self) -> tuple[Line, ...]:
        """The lines that carry an amount. Raises: Unbalanced, naming the source."""
        lines = tuple(line for line in self.lines if line.cents)
        if not lines:
            raise Unbalanced(f"{self.source}: an entry without postings")
        sums = dict.fromkeys(Layer, 0)
        for line in lines:
            sums[CHART[line.account].layer] += line.cents
        for layer, cents in sums.items():
            if cents:
                raise Unbalanced(f"{self.source}: the {layer.name.lower()} layer does not sum to zero")
        return lines


def draft(
    source: str, event_on: date, text: str, lines: Iterable[Line], *, document: str = "", reverses_id: int | None = None
) -> Draft:
    """An entry to be posted; see `Draft`."""
    return Draft(
        source=source,
        event_on=event_on,
        text=text,
        lines=tuple(lines),
        document=document,
        reverses_id=reverses_id,
    )
