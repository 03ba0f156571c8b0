"""The picture of a plan: a fan over time with the salary's steps in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from coop.planning.plan import Offer


def picture_of(months: Sequence[date], offer: Offer) -> dict[str, Any]:
    """What the tag `chart` draws: the fan of the budget, its middle, and the salary's steps in it."""
    seen = offer.outlook
    return {
        "labels": list(months),
        "series": [
            {"name": pgettext("middle of a forecast", "Budget"), "values": seen.p50_cents},
            {"name": _("Salary"), "values": seen.costs_cents, "steps": True},
        ],
        "bands": [{"name": _("8 of 10 cases"), "lows": seen.p10_cents, "highs": seen.p90_cents}],
    }
