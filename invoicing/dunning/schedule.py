"""When the daily round of a cooperative is due, by its own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from coop.tenancy.queries import this_cooperative
from invoicing.dunning.actions import make_round
from invoicing.dunning.models import DunningRound

FIRST_HOUR = 8
"""Letters leave when people work."""


def make_due_round(*, at: datetime) -> DunningRound | None:
    """Make the round of the day that `at` falls on, once and not before the morning."""
    local = at.astimezone(ZoneInfo(this_cooperative().time_zone))
    return make_round(on=local.date(), at=at) if local.hour >= FIRST_HOUR else None
