"""The board's page."""

from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coop.front import charts
from coop.front.board import AGES, Board, board_of
from coop.front.work import work_lists
from coop.tenancy.access import allow
from coop.tenancy.states import Role


@allow(Role.BOARD, Role.AUDITOR)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Members, income, fee, arrears, budgets and what was advanced."""
    today = timezone.localdate()
    figures = board_of(today)
    return render(
        request,
        "front/board.html",
        {
            "today": today,
            "board": figures,
            "notes": _notes(figures),
            "facts": _budget_facts(figures),
            "income": _income(figures),
            "fee": _fee(figures),
            "arrears": _arrears(figures),
            "shortfalls": _shortfalls(figures),
            "lists": [one for one in work_lists(frozenset({Role.BOARD})) if one.count],
            "decides": Role.BOARD in request.roles,  # type: ignore[attr-defined]
        },
    )


def _notes(figures: Board) -> dict[str, str]:
    return {
        "members": ngettext("%(n)s application waits", "%(n)s applications wait", figures.applicants)
        % {"n": figures.applicants}
        if figures.applicants
        else "",
        "overdue": ngettext("%(n)s invoice", "%(n)s invoices", figures.overdue_count) % {"n": figures.overdue_count},
        "short": ngettext(
            "%(n)s budget does not bear its salary", "%(n)s budgets do not bear their salary", figures.short_budgets
        )
        % {"n": figures.short_budgets}
        if figures.short_budgets
        else "",
    }


def _budget_facts(figures: Board) -> list[dict[str, Any]]:
    return [
        {"label": _("Held for members"), "cents": figures.free_cents, "note": _("budgets above zero")},
        {"label": _("Advanced to members"), "cents": -figures.advanced_cents, "note": _("budgets below zero")},
        {
            "label": _("Sum of all budgets"),
            "cents": figures.free_cents - figures.advanced_cents,
            "sum": True,
        },
        {"label": _("Invoiced, not yet paid"), "cents": figures.pending_cents, "note": _("after the fee")},
        {
            "label": _("Guaranteed"),
            "cents": figures.cover_cents,
            "note": _("confirmed work that the cooperative covers"),
        },
        {"label": _("Promised salaries"), "cents": figures.committed_cents, "note": _("until the agreed end")},
        {
            "label": _("Promised ahead of client money"),
            "cents": figures.ahead_cents,
            "note": _("once all promised salaries are paid"),
        },
        {"label": _("Limit for advances"), "cents": figures.advance_limit_cents, "note": _("decided by the board")},
    ]


def _income(figures: Board) -> charts.Chart:
    return _pair(
        "income",
        _("Income by month"),
        figures,
        (_("invoiced"), tuple(one.invoiced_cents for one in figures.months)),
        (_("paid by clients"), tuple(one.earned_cents for one in figures.months)),
    )


def _fee(figures: Board) -> charts.Chart:
    return _pair(
        "fee",
        _("Fee by month"),
        figures,
        (_("invoiced"), tuple(one.fee_invoiced_cents for one in figures.months)),
        (_("earned with the money"), tuple(one.fee_earned_cents for one in figures.months)),
    )


def _pair(name: str, title: str, figures: Board, *series: tuple[str, tuple[int, ...]]) -> charts.Chart:
    return charts.draw(
        "bars",
        language=get_language() or "en",
        id=f"board-{name}",
        title=title,
        labels=[one.month for one in figures.months],
        series=[{"name": label, "values": values} for label, values in series],
    )


def _arrears(figures: Board) -> charts.Chart | None:
    if not figures.open_cents:
        return None
    ages = [_("not yet due")]
    ages += [_("%(first)s to %(last)s days") % {"first": first + 1, "last": last} for first, last in pairwise(AGES)]
    ages.append(_("over %(n)s days") % {"n": AGES[-1]})
    return charts.draw(
        "parts",
        language=get_language() or "en",
        id="board-arrears",
        title=_("What clients owe, by age"),
        parts=[{"name": name, "value": cents} for name, cents in zip(ages, figures.arrears, strict=True)],
    )


def _shortfalls(figures: Board) -> charts.Chart | None:
    if not any(one.shortfall_cents for one in figures.months):
        return None
    return _pair(
        "shortfall",
        _("Shortfall borne by the cooperative"),
        figures,
        (_("shortfall"), tuple(one.shortfall_cents for one in figures.months)),
    )
