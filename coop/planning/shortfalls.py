"""Pay that neither budget nor cover will bear: announced 60 and 30 days ahead to the member, the office and the board.

Agreed pay is owed in full; what can be done lies before the pay day, and is a decision of people.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coop.messaging.actions import NewMail, queue_mails
from coop.messaging.models import OutboxMessage
from coop.planning.queries import ShortfallWarning, shortfall_warnings
from coop.tenancy.queries import assignments
from coop.tenancy.states import Role

TOLD = frozenset({Role.PAYROLL, Role.BOARD})
"""Who hears of it besides the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulStep:
    """Something that may be done about it, or must not be, with the paragraph that says so. In the reader's language."""

    title: Any
    text: Any
    source: str


STEPS = (
    LawfulStep(
        title=gettext_lazy("Pay what was agreed"),
        text=gettext_lazy(
            "The run pays the salary with all contributions, whatever the budget holds; the cooperative carries what is "
            "missing. It is never claimed from wages."
        ),
        source="§ 611a (2) BGB, § 394 BGB",
    ),
    LawfulStep(
        title=gettext_lazy("Close the gap with money"),
        text=gettext_lazy(
            "A confirmed job of a guaranteed client counts at once, any other when it is paid. Remind clients who owe."
        ),
        source="",
    ),
    LawfulStep(
        title=gettext_lazy("Agree a lower salary for the future"),
        text=gettext_lazy(
            "The member asks for a lower salary, or for unpaid leave, from a coming month on; both sides sign. Months "
            "that have begun stay as they are, and the minimum wage of the hours is the least."
        ),
        source="§ 611a BGB, § 1 MiLoG, § 3 NachwG",
    ),
    LawfulStep(
        title=gettext_lazy("Let a fixed term end, or part in writing"),
        text=gettext_lazy(
            "A fixed term ends by itself. Notice and agreements to end need paper and both originals; who gives notice "
            "without need may get no unemployment benefit for twelve weeks, and registers as job-seeking three months ahead."
        ),
        source="§ 623 BGB, § 38 (1) SGB III, § 159 SGB III",
    ),
    LawfulStep(
        title=gettext_lazy("Never hold contributions back"),
        text=gettext_lazy(
            "Contributions are due on pay that is owed, paid or not; to withhold the employees' share is a crime of the board."
        ),
        source="§ 22 SGB IV, § 266a StGB",
    ),
)


@transaction.atomic
def announce_shortfalls(*, on: date) -> int:
    """Write to everybody whose pay will not be borne, once per month and level; how many stand on the list.

    Office and board get one letter for all that is new on a day. No letter names an amount or another person. Runs
    twice without harm.
    """
    warnings = shortfall_warnings(on)
    mails = {_key(warning): warning for warning in warnings}
    known = set(OutboxMessage.objects.filter(key__in=list(mails)).values_list("key", flat=True))
    fresh = [warning for key, warning in mails.items() if key not in known]
    if fresh:
        queue_mails([*(_to_member(warning) for warning in fresh), *_to_staff(len(fresh), on)])
    return len(warnings)


def _key(warning: ShortfallWarning) -> str:
    return f"shortfall:{warning.person.pk}:{warning.month:%Y-%m}:{warning.level}"


def _to_member(warning: ShortfallWarning) -> NewMail:
    person = warning.person
    with translation.override(person.language):
        subject = _("Your salary of %(month)s is not covered yet") % {"month": f"{warning.month:%m/%Y}"}
    return NewMail(
        key=_key(warning),
        to=person.email,
        subject=subject,
        template="shortfall_warning",
        context={"warning": warning, "greeting_name": person.name},
        language=person.language,
    )


def _to_staff(count: int, on: date) -> list[NewMail]:
    users = {held.user_id: held.user for held in assignments(on) if held.role in TOLD and held.since <= on}
    mails = []
    for user in users.values():
        if not user.is_active:
            continue
        with translation.override(user.language):
            subject = _("Salaries that are not covered yet")
        mails.append(
            NewMail(
                key=f"shortfalls:{user.pk}:{on.isoformat()}",
                to=user.email,
                subject=subject,
                template="shortfalls_found",
                context={"count": count, "greeting_name": user.name},
                language=user.language,
            )
        )
    return mails
