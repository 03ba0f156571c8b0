"""The statement of a budget's year on paper: what it began with, every movement in words, what is left."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from coop.errors import NotFound
from coop.front.budget_words import words_of
from coop.front.localized import amount
from coop.ledger.queries import Movement
from payroll.papers.sheets import Column, Kind, Paper, Sheet


def years_of(movements: Sequence[Movement]) -> list[int]:
    """The years in which something was booked, newest first."""
    return sorted({movement.booked_on.year for movement in movements}, reverse=True)


def sums_by_kind(movements: Sequence[Movement]) -> list[tuple[str, int]]:
    """What moved free money, by kind of document; the kinds add up to the balance. What is zero falls out, but two."""
    labels = {
        "match": _("Paid by clients, after the fee"),
        "payslip": _("Salaries with all contributions"),
        "invoice": _("Cancelled invoices"),
        "transfer": _("Transfers between budgets"),
    }
    sums = dict.fromkeys(labels, 0)
    other = 0
    for movement in movements:
        kind = movement.source.partition(":")[0]
        if kind in sums:
            sums[kind] += movement.free_cents
        else:
            other += movement.free_cents
    rows = [(label, sums[kind]) for kind, label in labels.items() if sums[kind] or kind in {"match", "payslip"}]
    return [*rows, (_("Other movements"), other)] if other else rows


def year_paper(movements: Sequence[Movement], year: int, *, name: str, language: str) -> Paper:
    """The statement of one year by the days of booking. Raises: NotFound, where nothing was booked in it."""
    before = [movement for movement in movements if movement.booked_on.year < year]
    mine = [movement for movement in movements if movement.booked_on.year == year]
    if not mine:
        raise NotFound
    opening = sum(movement.free_cents for movement in before)
    came = sum(movement.free_cents for movement in mine if movement.free_cents > 0)
    went = sum(movement.free_cents for movement in mine if movement.free_cents < 0)
    words = words_of(mine, language)
    rows, balance = [], opening
    for movement in mine:
        balance += movement.free_cents
        rows.append(
            {
                "on": movement.booked_on,
                "number": movement.number,
                "text": words[movement.number].text,
                "document": movement.document,
                "free": movement.free_cents or None,
                "balance": balance,
            }
        )
    columns = (
        Column(key="on", label=_("Day"), kind=Kind.DAY),
        Column(key="number", label=_("Entry"), kind=Kind.NUMBER),
        Column(key="text", label=_("What happened")),
        Column(key="document", label=_("Document")),
        Column(key="free", label=_("Mine"), kind=Kind.MONEY),
        Column(key="balance", label=_("Balance"), kind=Kind.MONEY),
    )
    kinds = tuple({"label": label, "cents": cents} for label, cents in sums_by_kind(mine))
    of_kinds = (Column(key="label", label=_("What")), Column(key="cents", label=_("EUR"), kind=Kind.MONEY))
    return Paper(
        key="budget",
        title=_("Budget statement %(year)s") % {"year": year},
        about=_("%(name)s. Every amount leads to its document; amounts in euros.") % {"name": name},
        facts=(
            (_("At the beginning of the year"), amount(opening, language)),
            (_("Came in"), amount(came, language)),
            (_("Went out"), amount(went, language)),
            (_("At the end of the year, or today"), amount(balance, language)),
        ),
        sheets=(
            Sheet(
                key="kinds",
                title=_("What it is made of"),
                columns=of_kinds,
                rows=kinds,
                totals={"label": _("Change in the year"), "cents": came + went},
            ),
            Sheet(key="movements", title=_("Every movement"), columns=columns, rows=rows),
        ),
        filename=f"budget-{year}",
    )
