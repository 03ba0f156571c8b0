"""What a member expects beyond what documents say: the chance of a likely job, regular work, expenses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound
from coop.planning.models import Expectation
from coop.planning.months import ahead, later
from coop.planning.states import UNCERTAIN, ExpectationKind
from coop.tenancy.models import User
from invoicing.models import Job
from members.models import Person

MOST_MONTHS = 24
"""How long regular work or an expense may be expected to go on."""
MOST_EXPECTED = 40
"""Things that one member may expect at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyJob:
    """A job that no client has confirmed, and the member's own idea of its chance."""

    job: Job
    probability: Decimal | None


@transaction.atomic
def judge_job(
    *, person_id: int, job_id: int, probability: Decimal | None, at: datetime, by: User | None
) -> Expectation | None:
    """Say how likely one's own job is; None leaves it to the figures of the cooperative.

    Raises: InvalidInput, NotFound.
    """
    person = _locked(person_id)
    job = Job.objects.filter(id=job_id, budget_id=person.budget_id, state__in=UNCERTAIN).first()
    if job is None:
        raise NotFound
    Expectation.objects.filter(person=person, job=job).delete()
    if probability is None:
        return None
    _check_chance(probability)
    made: Expectation = Expectation.objects.create(
        person=person,
        kind=ExpectationKind.JOB,
        job=job,
        title=job.title[:120],
        cents=0,
        probability=probability,
        entered_at=at,
        entered_by=by,
    )
    return made


@transaction.atomic
def expect(
    *,
    person_id: int,
    kind: ExpectationKind,
    title: str,
    cents: int,
    first_month: date,
    last_month: date,
    probability: Decimal = Decimal(1),
    at: datetime,
    by: User | None,
) -> Expectation:
    """Expect work (net, as it would be invoiced) or an expense in each month from the first to the last.

    Raises: InvalidInput, NotFound.
    """
    person = _locked(person_id)
    if kind == ExpectationKind.JOB or not title.strip() or cents <= 0:
        raise InvalidInput(_("Say what it is and how much it is a month."))
    if first_month.day != 1 or last_month.day != 1 or not 0 <= ahead(first_month, last_month) < MOST_MONTHS:
        raise InvalidInput(_("Choose whole months, at most %(most)s of them.") % {"most": MOST_MONTHS})
    if Expectation.objects.filter(person=person).count() >= MOST_EXPECTED:
        raise InvalidInput(_("You expect %(most)s things already. Delete one first.") % {"most": MOST_EXPECTED})
    _check_chance(probability)
    made: Expectation = Expectation.objects.create(
        person=person,
        kind=kind,
        title=title.strip(),
        cents=cents,
        first_month=first_month,
        last_month=last_month,
        probability=probability,
        entered_at=at,
        entered_by=by,
    )
    return made


@transaction.atomic
def expect_no_more(*, expectation_id: int, person_id: int) -> None:
    """Delete one of one's own expectations. Raises: NotFound."""
    found = Expectation.objects.filter(id=expectation_id, person_id=person_id).first()
    if found is None:
        raise NotFound
    found.delete()


def expectations_of(person_id: int) -> list[Expectation]:
    """What a person expects besides jobs, soonest first."""
    rows = Expectation.objects.filter(person_id=person_id).exclude(kind=ExpectationKind.JOB)
    return list(rows.order_by("first_month", "id"))


def likely_jobs(person: Person) -> list[LikelyJob]:
    """A person's jobs that no client has confirmed, newest first."""
    jobs = Job.objects.filter(budget_id=person.budget_id, state__in=UNCERTAIN).select_related("client")
    judged = dict(Expectation.objects.filter(person=person, job__isnull=False).values_list("job_id", "probability"))
    return [LikelyJob(job=job, probability=judged.get(job.pk)) for job in jobs.order_by("-id")]


def judged_jobs(budget_ids: Collection[int]) -> dict[int, Decimal]:
    """The members' own chances of jobs, by job; one statement."""
    rows = Expectation.objects.filter(job__budget_id__in=budget_ids, job__state__in=UNCERTAIN)
    return dict(rows.values_list("job_id", "probability"))


def expected_by_budget(budget_ids: Collection[int], month: date) -> dict[int, list[Expectation]]:
    """Work and expenses expected from `month` on, by budget; one statement."""
    found: dict[int, list[Expectation]] = {budget_id: [] for budget_id in budget_ids}
    rows = Expectation.objects.filter(person__budget_id__in=budget_ids, last_month__gte=month).select_related("person")
    for row in rows.order_by("id"):
        found[row.person.budget_id].append(row)
    return found


def months_of_expectation(row: Expectation, month: date) -> list[date]:
    """The months of an expectation from `month` on."""
    if row.first_month is None or row.last_month is None:
        return []
    first = max(row.first_month, month)
    return [later(first, count) for count in range(ahead(first, row.last_month) + 1)]


def _locked(person_id: int) -> Person:
    person: Person | None = Person.objects.select_for_update().filter(id=person_id, budget__isnull=False).first()
    if person is None:
        raise NotFound
    return person


def _check_chance(probability: Decimal) -> None:
    if not 0 <= probability <= 1:
        raise InvalidInput(_("Give a chance from 0 to 100 percent."))
