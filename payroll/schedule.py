"""When a salary run starts by itself."""

import logging
from datetime import datetime

from django.db import transaction

from coop.errors import StetigError
from coop.ledger.actions import month_of
from coop.tenancy.queries import local_day, policy_on
from coop.tenancy.scope import current_coop_id
from payroll.actions import NobodyToPay, follow_payments, start_run, take_up_again
from payroll.models import PayrollRun

logger = logging.getLogger(__name__)


@transaction.atomic
def start_due_run(*, at: datetime) -> PayrollRun | None:
    """Start this month's run from the cooperative's run day on, once, by its own clock; take up broken ones."""
    take_up_again(at=at)
    follow_payments(at=at)
    today = local_day(at)
    month = month_of(today)
    try:
        if today.day < policy_on(today).run_day or PayrollRun.objects.filter(month=month).exists():
            return None
        return start_run(month=month, by=None, at=at)
    except NobodyToPay:
        return None
    except StetigError as error:
        # A month without confirmed law, say: the office sees it on the run's page and the log names the cooperative.
        logger.warning("cooperative %s: the run did not start (%s)", current_coop_id(), error.code)
        return None
