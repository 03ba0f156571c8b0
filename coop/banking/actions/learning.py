"""What matching learns from payments, and how sure it must be: data that people can look at, change and forget."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from coop.banking.models import KnownPayer, Match, MatchingPolicy
from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.models import User
from coop.tenancy.scope import current_coop_id

LOWEST_THRESHOLD = 80
NEVER = 101
"""A threshold that no score reaches: everything waits for a person."""


class PolicyOfThatDayExists(StetigError):
    """There is a decision from this day on already: choose a later day."""

    code = "policy_of_that_day_exists"


@transaction.atomic
def decide_matching(*, since: date, post_from: int, by: User, at: datetime) -> MatchingPolicy:
    """Decide from which score (80 to 100, or 101 for never) payments are matched without a person.

    Raises: InvalidInput, PolicyOfThatDayExists.
    """
    if not LOWEST_THRESHOLD <= post_from <= NEVER:
        raise InvalidInput(_("Choose a score from 80 to 100, or 101 for never."))
    try:
        with transaction.atomic():
            policy: MatchingPolicy = MatchingPolicy.objects.create(
                since=since, post_from=post_from, decided_at=at, decided_by=by
            )
    except IntegrityError as error:
        raise PolicyOfThatDayExists from error
    return policy


def learn(matches: Iterable[Match]) -> None:
    """Remember who paid from where, in one statement."""
    times: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], date] = {}
    for match in matches:
        if match.claim is not None and match.transaction.counterparty_iban and match.claim.debtor:
            pair = (match.transaction.counterparty_iban, match.claim.debtor)
            times[pair] += 1
            last[pair] = max(last.get(pair, match.on), match.on)
    if not times:
        return
    pairs = sorted(times)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO banking_knownpayer AS k (coop_id, iban, debtor, times, last_on) "
            "SELECT %s, v.* FROM unnest(%s::text[], %s::text[], %s::int[], %s::date[]) AS v(iban, debtor, times, last_on) "
            "ON CONFLICT (coop_id, iban, debtor) DO UPDATE "
            "SET times = k.times + excluded.times, last_on = GREATEST(k.last_on, excluded.last_on)",
            [
                current_coop_id(),
                [iban for iban, _debtor in pairs],
                [debtor for _iban, debtor in pairs],
                [times[pair] for pair in pairs],
                [last[pair] for pair in pairs],
            ],
        )


def unlearn(match: Match) -> None:
    """Take back what an undone match has taught."""
    if match.claim is None or not match.transaction.counterparty_iban:
        return
    row = (
        KnownPayer.objects.select_for_update()
        .filter(iban=match.transaction.counterparty_iban, debtor=match.claim.debtor)
        .first()
    )
    if row is None:
        return
    if row.times == 1:
        row.delete()
    else:
        row.times -= 1
        row.save(update_fields=["times"])


@transaction.atomic
def forget_payer(*, payer_id: int, by: User) -> None:  # noqa: ARG001 (who did it, as everywhere)
    """Forget that a debtor paid from an account. Raises: NotFound."""
    row = KnownPayer.objects.filter(id=payer_id).first()
    if row is None:
        raise NotFound(_("This is not known any more."))
    row.delete()
