"""Reads of dunning: what stands where, what a day would bring, what was sent. Constant in their number of statements."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Concat, Lower

from coop.banking.matching import name_key
from coop.banking.models import BankTransaction
from coop.banking.queries import known_payers
from coop.banking.states import TransactionState
from coop.documents.models import Document
from coop.law import read_law
from coop.tenancy.models import User
from coop.tenancy.states import Role
from invoicing.dunning.models import (
    DunningCase,
    DunningException,
    DunningItem,
    DunningLetter,
    DunningLevel,
    DunningPause,
    DunningPolicy,
    DunningRound,
    DunningSwitch,
)
from invoicing.dunning.states import HANDED_OVER, CaseState
from invoicing.dunning.steps import Hold, Letter, Overdue, Round, Rung, Standing, round_of
from invoicing.law.vat import PARAMETERS
from invoicing.models import Client, Invoice, InvoicePayment
from invoicing.queries import SEES_ALL_INVOICES
from invoicing.states import InvoiceState

DOCUMENT_KIND = "dunning"
BASE_RATE = "interest.base_rate"
STANDINGS = {
    CaseState.RUNNING: Standing.RUNNING,
    CaseState.SETTLED: Standing.RUNNING,
    CaseState.ASKED: Standing.ASKED,
    CaseState.AGREED: Standing.AGREED,
    CaseState.DECIDE: Standing.DECIDE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The policy of a day with its levels, the first one first."""

    policy: DunningPolicy
    levels: tuple[DunningLevel, ...]

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The levels as `steps` looks at them."""
        return tuple(
            Rung(position=one.position, days=one.days, pay_days=one.pay_days, asks_member=one.asks_member)
            for one in self.levels
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvoice:
    """An overdue invoice as letters need it: the client as entered now, the amounts as they stand. Cents."""

    id: int
    number: str
    issued_on: date
    due_on: date
    gross_cents: int
    open_cents: int
    owner_id: int
    client_id: int
    debtor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day brings, with the invoices it speaks of."""

    on: date
    rules: Rules
    round: Round
    invoices: Mapping[int, OpenInvoice]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """An invoice on a list of the office or of its member; amounts in cents."""

    invoice_id: int
    number: str
    client_name: str
    owner_name: str
    due_on: date
    open_cents: int
    state: str
    level: int
    pay_by: date | None
    answer_by: date | None
    answer: str
    answer_note: str


def rules_on(day: date) -> Rules | None:
    """The policy in force on `day`, where one has been decided."""
    policy = DunningPolicy.objects.filter(since__lte=day).order_by("-since").first()
    if policy is None:
        return None
    return Rules(policy=policy, levels=tuple(DunningLevel.objects.filter(policy=policy).order_by("position")))


def is_switched_on() -> bool:
    """Whether letters may go to clients."""
    return bool(DunningSwitch.objects.order_by("-id").values_list("on", flat=True).first())


def day_of(on: date) -> Day | None:
    """What `on` brings as things stand; None where no policy is in force. Writes nothing."""
    rules = rules_on(on)
    if rules is None:
        return None
    overdue, invoices = _standing(on)
    found = round_of(on, overdue, rules.rungs, smallest_cents=rules.policy.smallest_cents)
    if on > read_law(PARAMETERS).last_confirmed_day(BASE_RATE):
        found = _without_interest(found, rules)
    return Day(on=on, rules=rules, round=found, invoices=invoices)


def _without_interest(found: Round, rules: Rules) -> Round:
    """Letters whose interest cannot be computed wait: the base rate of the half-year is not known yet."""
    stuck = [one for one in found.letters if any(rules.levels[level - 1].interest for _invoice_id, level in one.items)]
    held = [(invoice_id, Hold.LAW_UNKNOWN) for one in stuck for invoice_id, _level in one.items]
    return Round(
        letters=tuple(one for one in found.letters if one not in stuck),
        questions=found.questions,
        decisions=found.decisions,
        held=(*found.held, *held),
    )


def _standing(on: date) -> tuple[list[Overdue], dict[int, OpenInvoice]]:
    """Every open invoice whose due day is over, and where asking for it stands."""
    rows = (
        Invoice.objects.filter(state=InvoiceState.ISSUED, due_on__lt=on)
        .exclude(dunning__state__in=[*HANDED_OVER, CaseState.WRITTEN_OFF])
        .order_by("due_on", "id")
        .values(
            *("id", "number", "issued_on", "due_on", "gross_cents", "owner_id", "client_id"),
            open_cents=F("gross_cents") - F("paid_cents"),
            name=F("client__name"),
            address=Concat(Lower("client__email"), Value("|"), "client__language", Value("|"), "client__postcode"),
            country=F("client__country"),
            standing=F("dunning__state"),
            level=F("dunning__level"),
            anchor_on=F("dunning__anchor_on"),
            pay_by=F("dunning__pay_by"),
            answer_by=F("dunning__answer_by"),
        )
    )
    exceptions = _exceptions(on)
    paused = paused_on(on)
    last_paid = dict(
        InvoicePayment.objects.filter(invoice__state=InvoiceState.ISSUED, undone=False)
        .values_list("invoice_id")
        .annotate(Max("on"))
    )
    waiting = _payers_waiting()
    keys: dict[str, str] = {}
    overdue: list[Overdue] = []
    invoices: dict[int, OpenInvoice] = {}
    for row in rows.iterator(chunk_size=5000):
        pk, name = row["id"], row["name"]
        key = keys.get(name) or keys.setdefault(name, name_key(name))
        # The same firm as client of two members is one debtor.
        debtor = f"{key}|{row['country']}|{row['address']}"
        exception = exceptions.get(row["client_id"])
        hold = None
        if exception and exception.excluded:
            hold = Hold.EXCLUDED
        elif pk in paused:
            hold = Hold.PAUSED
        elif key in waiting:
            hold = Hold.MONEY_WAITS
        overdue.append(
            Overdue(
                invoice_id=pk,
                debtor=debtor,
                country=row["country"],
                due_on=row["due_on"],
                open_cents=row["open_cents"],
                level=row["level"] or 0,
                anchor_on=max((day for day in (row["anchor_on"], last_paid.get(pk)) if day), default=None),
                pay_by=row["pay_by"],
                standing=STANDINGS[CaseState(row["standing"])] if row["standing"] else Standing.NONE,
                answer_by=row["answer_by"],
                extra_days=exception.extra_days if exception else 0,
                hold=hold,
            )
        )
        invoices[pk] = OpenInvoice(
            id=pk,
            number=row["number"],
            issued_on=row["issued_on"],
            due_on=row["due_on"],
            gross_cents=row["gross_cents"],
            open_cents=row["open_cents"],
            owner_id=row["owner_id"],
            client_id=row["client_id"],
            debtor=debtor,
            name=name,
        )
    return overdue, invoices


def _exceptions(on: date) -> dict[int, DunningException]:
    """By client the newest exception, unless it is over."""
    newest = {one.client_id: one for one in DunningException.objects.order_by("id")}
    return {client: one for client, one in newest.items() if one.until is None or one.until >= on}


def exception_of(client: Client, on: date) -> DunningException | None:
    """The exception that holds for a client."""
    newest: DunningException | None = DunningException.objects.filter(client=client).order_by("-id").first()
    return newest if newest and (newest.until is None or newest.until >= on) else None


def paused_on(on: date) -> set[int]:
    """Invoices that are paused on a day."""
    return set(pauses_on(on).values_list("invoice_id", flat=True))


def pauses_on(on: date) -> QuerySet[DunningPause]:
    """Pauses that hold on a day."""
    return DunningPause.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), since__lte=on, lifted_on__isnull=True
    ).order_by("id")


def _payers_waiting() -> set[str]:
    """Payers (by `name_key`) whose money is on the account and not yet assigned: it may be for the invoice."""
    rows = BankTransaction.objects.filter(
        state__in=[TransactionState.UNMATCHED, TransactionState.PART], amount_cents__gt=0
    )
    found = list(rows.values_list("counterparty_name", "counterparty_iban"))
    payers = known_payers() if any(iban for _name, iban in found) else {}
    names = {name_key(name) for name, _iban in found} | {name_key(payers.get(iban, "")) for _name, iban in found}
    return names - {""}


def cases_for_office() -> QuerySet[DunningCase]:
    """Cases that wait for a decision of the office, the longest overdue first."""
    return DunningCase.objects.filter(state=CaseState.DECIDE).order_by("invoice__due_on", "id")


def handed_over() -> QuerySet[DunningCase]:
    """Cases at the court or with an agency."""
    return DunningCase.objects.filter(state__in=HANDED_OVER).order_by("invoice__due_on", "id")


def questions_for(user: User) -> QuerySet[DunningCase]:
    """Cases in which a member is asked before the next letter."""
    return DunningCase.objects.filter(state=CaseState.ASKED, invoice__owner=user).order_by("answer_by", "id")


def case_rows(cases: QuerySet[DunningCase]) -> list[CaseRow]:
    """The rows of a list of cases."""
    rows = cases.values(
        "invoice_id",
        "state",
        "level",
        "pay_by",
        "answer_by",
        "answer",
        "answer_note",
        number=F("invoice__number"),
        client_name=F("invoice__buyer_name"),
        owner_name=F("invoice__owner__name"),
        due_on=F("invoice__due_on"),
        open_cents=F("invoice__gross_cents") - F("invoice__paid_cents"),
    )
    return [CaseRow(**row) for row in rows]


def case_of(invoice_id: int) -> DunningCase | None:
    """How far asking for an invoice's money has come."""
    found: DunningCase | None = DunningCase.objects.filter(invoice_id=invoice_id).select_related("invoice").first()
    return found


def letters_for(user: User, roles: Collection[Role]) -> QuerySet[DunningLetter]:
    """Letters that somebody may see: those about own invoices, and all for the office, the board and the auditor."""
    everything: QuerySet[DunningLetter] = DunningLetter.objects.all()
    if not SEES_ALL_INVOICES & set(roles):
        # A letter to a firm that is client of two members shows both their invoices: each sees the fact, not the paper.
        everything = everything.filter(content__owners=[user.pk])
    return everything.order_by("-on", "-id")


def items_of_invoice(invoice_id: int) -> list[DunningItem]:
    """What was sent about an invoice, the first level first."""
    return list(DunningItem.objects.filter(invoice_id=invoice_id).select_related("letter").order_by("level"))


def letters_of_client(client: Client) -> list[DunningLetter]:
    """What was sent to a client about this client's invoices, the newest first."""
    ids = DunningItem.objects.filter(invoice__client=client).values("letter_id")
    return list(DunningLetter.objects.filter(id__in=ids).order_by("-on", "-id"))


def pauses_of_invoice(invoice_id: int) -> list[DunningPause]:
    """The pauses of an invoice, the newest first."""
    return list(DunningPause.objects.filter(invoice_id=invoice_id).select_related("paused_by").order_by("-id"))


def document_of(letter: DunningLetter) -> Document | None:
    """The PDF of a letter, which may still be waiting to be drawn."""
    found: Document | None = Document.objects.filter(kind=DOCUMENT_KIND, source=letter.source).first()
    return found


def latest_round() -> DunningRound | None:
    """The newest daily round."""
    found: DunningRound | None = DunningRound.objects.order_by("-on").first()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a client pays: whole invoices paid, days late (below zero: early) at the median, what is open and overdue. Cents."""

    paid_count: int
    median_days_late: int | None
    open_cents: int
    overdue_cents: int
    letter_count: int


def behaviour_of(client: Client, on: date) -> Behaviour:
    """How a client has paid so far."""
    rows = Invoice.objects.filter(client=client).values_list("state", "due_on", "paid_on", "gross_cents", "paid_cents")
    late: list[int] = []
    still_open = overdue = 0
    for state, due_on, paid_on, gross, paid in rows:
        if state == InvoiceState.PAID and paid_on:
            late.append((paid_on - due_on).days)
        elif state == InvoiceState.ISSUED:
            still_open += gross - paid
            overdue += gross - paid if due_on < on else 0
    late.sort()
    return Behaviour(
        paid_count=len(late),
        median_days_late=late[(len(late) - 1) // 2] if late else None,
        open_cents=still_open,
        overdue_cents=overdue,
        letter_count=len(letters_of_client(client)),
    )


def letter_rows(day: Day) -> list[dict[str, Any]]:
    """The letters of a day as the preview shows them; amounts in cents."""
    return [_letter_row(day, letter) for letter in day.round.letters]


def _letter_row(day: Day, letter: Letter) -> dict[str, Any]:
    invoices = [day.invoices[invoice_id] for invoice_id, _level in letter.items]
    also = [day.invoices[invoice_id] for invoice_id in letter.also]
    return {
        "name": invoices[0].name,
        "level": letter.level,
        "title": {"de": day.rules.levels[letter.level - 1].name, "en": day.rules.levels[letter.level - 1].name_en},
        "numbers": [one.number for one in invoices],
        "also": [one.number for one in also],
        "open_cents": sum(one.open_cents for one in (*invoices, *also)),
        "pay_by": letter.pay_by,
    }
