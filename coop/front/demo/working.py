"""Members do jobs, the office checks and invoices them, clients pay well, late, in part, wrongly or never."""

from dataclasses import dataclass
from datetime import date, timedelta

from coop.front.demo.calendar import at, last_day_of, law_reaches
from coop.front.demo.fictitious_numbers import iban
from coop.front.demo.people import Pattern
from coop.front.demo.world import Client, Member, World
from coop.tenancy.states import Role
from invoicing.actions import (
    accept_jobs,
    cancel_job,
    change_job,
    confirm_job,
    draft_job,
    issue_invoices,
    mark_read,
    return_job,
    say_on_job,
    submit_job,
)
from invoicing.law.vat import Service
from invoicing.models import Invoice, Job
from invoicing.states import JobState

CLIENT_ACCOUNTS = 900_000
AHEAD = timedelta(days=12)
"""How long before a month its jobs are agreed."""
SMALLEST_JOB = 150_00
_SEASON = {1: 3, 2: 3, 3: 6, 4: 9, 5: 15, 6: 17, 7: 17, 8: 16, 9: 14, 10: 9, 11: 6, 12: 5}
"""Tenths of an average month."""


def plan_work(world: World) -> None:
    """Plan the jobs of every month, of the one before the first too: salaries need work to rest on."""
    first = world.months[0]
    before = (first - timedelta(days=1)).replace(day=1)
    for month in filter(law_reaches, [before, *world.months, _after(world.months[-1])]):
        world.on(max(month - AHEAD, before), lambda on, month=month: _agree(world, month, on))  # type: ignore[misc]
        for day in _issue_days(month):
            world.on(day, lambda on: _issue(world, on))


def agree_ahead(world: World, member: Member, month: date, on: date) -> None:
    """Agree a month's jobs with the member's first client long before."""
    for net in _amounts(world, member, month):
        _Deal(world, member, member.clients[0], month, net)(on)


def _after(month: date) -> date:
    return last_day_of(month) + timedelta(days=1)


def _issue_days(month: date) -> tuple[date, ...]:
    return month.replace(day=10), month.replace(day=20), last_day_of(month)


def _agree(world: World, month: date, on: date) -> None:
    for member in world.members:
        if member.profile.agrees_ahead:
            continue
        for net in _amounts(world, member, month):
            client = world.rng.choice(member.clients)
            world.on(on + timedelta(days=world.rng.randrange(9)), _Deal(world, member, client, month, net))


def _amounts(world: World, member: Member, month: date) -> list[int]:
    """The net amounts of a member's jobs of a month, in cents."""
    rng, profile = world.rng, member.profile
    average = profile.monthly_cents
    match profile.pattern:
        case Pattern.STEADY:
            amounts = [average * rng.randrange(92, 109) // 100]
        case Pattern.PROJECTS:
            amounts = [average * rng.randrange(200, 290) // 100] if rng.random() < 0.4 else []  # noqa: PLR2004
        case Pattern.SEASON:
            amounts = [average * _SEASON[month.month] // 10]
        case Pattern.SMALL:
            amounts = [average] if rng.random() < 0.75 else []  # noqa: PLR2004
        case Pattern.STARTING:
            months = max(1, (month - member.joined_on).days // 30 + 1)
            amounts = [average * min(months, 5) // 5]
    return [amount // 1000 * 1000 for amount in amounts if amount >= SMALLEST_JOB]


@dataclass(frozen=True, slots=True)
class _Deal:
    """One job on its way from the member's draft to the client's confirmation; each step on its day."""

    world: World
    member: Member
    client: Client
    month: date
    net_cents: int

    def __call__(self, on: date) -> None:
        """The member writes it down and submits it."""
        job = start_job(self.world, self.member, self.client, month=self.month, net_cents=self.net_cents, on=on)
        submit_job(job_id=job.pk, on=on, by=self.member.user)
        _lay_before_office(self, job.pk, on + timedelta(days=1))

    def is_fine(self, job_id: int, on: date, *, mended: bool) -> bool:
        """Whether the office accepts it; else it asks first."""
        office = self.world.who(Role.INVOICING)
        if mended:
            mark_read(job_id=job_id, at=at(on), by=office)
        elif self.world.chance(0.04):
            return_job(
                job_id=job_id,
                reason="Bitte die Bestellnummer des Auftraggebers nachtragen.",
                on=on,
                at=at(on),
                by=office,
            )
            self.world.on(on + timedelta(days=1), lambda day: self.mend(job_id, day))
            return False
        return True

    def mend(self, job_id: int, on: date) -> None:
        """The member answers and submits again."""
        user = self.member.user
        mark_read(job_id=job_id, at=at(on), by=user)
        change_job(job_id=job_id, by=user, order_reference=f"PO-{on:%y%m}-{self.member.profile.n:03d}")
        say_on_job(job_id=job_id, text="Danke für den Hinweis, die Nummer steht jetzt drin.", at=at(on), by=user)
        submit_job(job_id=job_id, on=on, by=user)
        _lay_before_office(self, job_id, on + timedelta(days=1), mended=True)

    def confirm(self, job_id: int, on: date) -> None:
        """The client says yes; now and then the order falls through."""
        user = self.member.user
        if self.world.chance(0.015):
            cancel_job(job_id=job_id, reason="Auftrag vom Auftraggeber abgesagt", on=on, by=user)
            return
        confirm_job(
            job_id=job_id,
            confirmed_on=on,
            confirmed_by_name="Einkauf",
            way=self.world.rng.choice(("order", "contract")),
            evidence=f"E-Mail vom {on:%d.%m.%Y}",
            on=on,
            by=user,
        )


def _lay_before_office(deal: _Deal, job_id: int, on: date, *, mended: bool = False) -> None:
    """Let the office check a job on a day, with all others of that day."""
    world = deal.world
    if on not in world.desk:
        world.on(on, lambda day: _check(world, day))
    world.desk.setdefault(on, []).append((deal, job_id, mended))


def _check(world: World, on: date) -> None:
    fine = [(deal, job_id) for deal, job_id, mended in world.desk.pop(on) if deal.is_fine(job_id, on, mended=mended)]
    if fine:
        accept_jobs(job_ids=[job_id for _deal, job_id in fine], on=on, by=world.who(Role.INVOICING))
    for deal, job_id in fine:
        later = on + timedelta(days=world.rng.randrange(1, 4))
        world.on(later, lambda day, deal=deal, job_id=job_id: deal.confirm(job_id, day))  # type: ignore[misc]


def start_job(
    world: World, member: Member, client: Client, *, month: date, net_cents: int, on: date, whole: bool = False
) -> Job:
    """Write down a job of a month, of the `whole` of it where so wanted."""
    trade = member.profile.trade
    first = max(month, member.joined_on)
    last = last_day_of(month)
    until = last if whole else min(last, first + timedelta(days=world.rng.randrange(10, 28)))
    return draft_job(
        budget_id=member.budget_id,
        on=on,
        by=member.user,
        client_id=client.id,
        title=f"{world.rng.choice(trade.jobs)} {month:%m/%Y}",
        service_from=min(first, until),
        service_until=until,
        net_cents=net_cents,
        service=Service.RIGHTS if trade.reduced else Service.GENERAL,
    )


def _issue(world: World, on: date) -> None:
    """Issue all that is finished and confirmed; what the client's money does is decided with it."""
    ready = list(
        Job.objects.filter(state=JobState.CONFIRMED, service_until__lte=on).order_by("id").values_list("id", flat=True)
    )
    regular = {member.user.pk for member in world.members if member.profile.agrees_ahead}
    for invoice in issue_invoices(job_ids=ready, on=on, by=world.who(Role.INVOICING), at_once=False):
        _pay(world, invoice, regular=invoice.owner_id in regular)


def _pay(world: World, invoice: Invoice, *, regular: bool) -> None:
    """Plan how a client pays; `regular` ones are always in time."""
    rng, gross, due = world.rng, invoice.gross_cents, invoice.due_on
    behaviour = 0 if regular else rng.random()
    literal = rng.choice(
        (f"Rechnung {invoice.number}", invoice.number, f"{invoice.number} vom {invoice.issued_on:%d.%m.%Y}")
    )
    if behaviour < 0.58:  # noqa: PLR2004
        _send(world, invoice, due - timedelta(days=rng.randrange(-2, 9)), gross, literal)
    elif behaviour < 0.76:  # noqa: PLR2004
        _send(world, invoice, due + timedelta(days=rng.randrange(8, 40)), gross, literal)
    elif behaviour < 0.82:  # noqa: PLR2004
        part = gross * rng.randrange(40, 61) // 100
        _send(world, invoice, due, part, f"{literal} Teilzahlung")
        _send(world, invoice, due + timedelta(days=rng.randrange(15, 35)), gross - part, f"{literal} Rest")
    elif behaviour < 0.88:  # noqa: PLR2004
        _send(world, invoice, due + timedelta(days=2), gross, "Honorar wie vereinbart, vielen Dank")
    elif behaviour < 0.90:  # noqa: PLR2004
        _send(world, invoice, due, -(-gross // 100_00) * 100_00, literal)
    elif behaviour < 0.94:  # noqa: PLR2004
        _send(world, invoice, due, gross, literal.replace("-", " ").replace(" 000", " "))
    elif not world.returned_once:
        world.returned_once = True
        _send_and_return(world, invoice, due, literal)
    # The others never pay.


def _send(world: World, invoice: Invoice, on: date, cents: int, text: str) -> date:
    return world.bank.move(
        on=max(on, invoice.issued_on + timedelta(days=1)),
        cents=cents,
        name=invoice.buyer_name,
        iban=iban(CLIENT_ACCOUNTS + invoice.client_id),
        text=text,
        end_to_end_id=f"INV-{invoice.number}",
    )


def _send_and_return(world: World, invoice: Invoice, on: date, text: str) -> None:
    """A direct debit that the client's bank takes back, and the same money once more, later."""
    paid_on = _send(world, invoice, on, invoice.gross_cents, text)
    world.bank.move(
        on=paid_on + timedelta(days=5),
        cents=-invoice.gross_cents,
        name=invoice.buyer_name,
        iban=iban(CLIENT_ACCOUNTS + invoice.client_id),
        text=f"Rückgabe {text}",
        end_to_end_id=f"INV-{invoice.number}",
        reason="MD06",
    )
    _send(world, invoice, paid_on + timedelta(days=25), invoice.gross_cents, text)
