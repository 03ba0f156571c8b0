"""The office's day: what waits, the longest waiting first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coop.front.navigation import OFFICE
from coop.front.work import ShortBudget, shortest_budgets, work_lists
from coop.tenancy.access import allow
from coop.tenancy.states import Role

SEES_BUDGETS = frozenset({Role.PAYROLL, Role.ACCOUNTANT})


@allow(*OFFICE)
@require_GET
def office(request: HttpRequest) -> HttpResponse:
    """Work lists with their counts, and the budgets that do not bear what they promise."""
    roles: frozenset[Role] = request.roles  # type: ignore[attr-defined]
    lists = work_lists(roles)
    today = timezone.localdate()
    short_count, short = shortest_budgets(today) if SEES_BUDGETS & roles else (0, [])
    return render(
        request,
        "front/office.html",
        {
            "today": today,
            "lists": [one for one in lists if one.count],
            "done": [one for one in lists if not one.count],
            "total": sum(one.count for one in lists),
            "short": [_short_row(row) for row in short],
            "short_more": short_count - len(short),
            "short_columns": [
                {"key": "name", "label": _("Budget")},
                {"key": "free", "label": _("Paid"), "kind": "money"},
                {"key": "cover", "label": _("Guaranteed"), "kind": "money"},
                {"key": "committed", "label": _("Promised salary"), "kind": "money"},
                {"key": "missing", "label": _("Missing"), "kind": "money"},
            ],
        },
    )


def _short_row(row: ShortBudget) -> dict[str, Any]:
    return {
        "name": row.name,
        "free": row.free_cents,
        "cover": row.cover_cents,
        "committed": row.committed_cents,
        "missing": row.missing_cents,
    }
