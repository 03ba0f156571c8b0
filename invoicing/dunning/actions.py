"""Decide how to ask for late money, ask for it, pause, answer, decide what becomes of the rest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from coop.banking.models import Claim, Match
from coop.documents.actions import request_documents
from coop.documents.models import Document
from coop.errors import InvalidInput, NotFound, StetigError
from coop.messaging.actions import NewMail, queue_mails
from coop.states import InvalidTransition
from coop.tenancy.actions import note_access
from coop.tenancy.links import absolute_url
from coop.tenancy.models import User
from coop.tenancy.numbers import draw_numbers
from coop.tenancy.queries import this_cooperative
from invoicing.actions import claim_source
from invoicing.dunning.charges import cancel_charges, charges_source, claim_charges
from invoicing.dunning.letters import item_content
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
from invoicing.dunning.queries import DOCUMENT_KIND, Day, OpenInvoice, day_of, is_switched_on
from invoicing.dunning.states import CASE_STATES, HANDED_OVER, Answer, Beneficiary, CaseState, Tone
from invoicing.dunning.steps import Letter, Round
from invoicing.law.late import PartPayment
from invoicing.law.retention import letter_kept_until
from invoicing.law.vat import ClientKind
from invoicing.models import Client, Invoice, InvoicePayment
from invoicing.snapshots import buyer_of, seller_of
from invoicing.states import InvoiceState

CHARGES = ("interest_cents", "flat_cents", "fee_cents")
"""What a letter may ask for beyond invoices."""
TONES = {Tone.FRIENDLY: 0, Tone.FIRM: 1, Tone.FORMAL: 2}


class DunningPolicyExists(StetigError):
    """There is a dunning policy from that day on or a later one: choose a later day."""

    code = "dunning_policy_exists"


class NoDunningPolicy(StetigError):
    """How reminders go out has not been decided yet: decide the levels first."""

    code = "no_dunning_policy"


class NotAsked(StetigError):
    """Nobody waits for an answer about this invoice any more: it was paid, answered, or the time is over."""

    code = "not_asked"


class NothingToPause(StetigError):
    """Only an open invoice can be paused, and only once at a time."""

    code = "nothing_to_pause"


class StillOpen(StetigError):
    """The invoice is still open: what goes with it is waived when it has been paid."""

    code = "still_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLevel:
    """A level of a policy to be decided; see `DunningLevel`."""

    name: str
    name_en: str
    days: int
    pay_days: int
    tone: Tone
    signed_by: str
    interest: bool = False
    fee_cents: int = 0
    asks_member: bool = False


# --- policy ------------------------------------------------------------------------------------------------------


@transaction.atomic
def decide_dunning(
    *,
    since: date,
    levels: Sequence[NewLevel],
    smallest_cents: int,
    answer_days: int,
    agreed_terms: bool = False,
    benefits: Beneficiary = Beneficiary.COOPERATIVE,
    decided_on: date,
    by: User | None,
) -> DunningPolicy:
    """Decide how late money is asked for from a day on. Tones grow along the levels; a formal demand asks the member first.

    Raises: DunningPolicyExists, InvalidInput.
    """
    if DunningPolicy.objects.filter(since__gte=since).exists():
        raise DunningPolicyExists
    if not levels:
        raise InvalidInput(_("Decide at least one level."))
    tones = [TONES[level.tone] for level in levels]
    if tones != sorted(tones):
        raise InvalidInput(_("A later letter is never friendlier than the one before."))
    if any(level.tone == Tone.FORMAL and not level.asks_member for level in levels):
        raise InvalidInput(_("Before a formal demand the member is asked."))
    if levels[0].fee_cents:
        raise InvalidInput(_("The first letter costs the client nothing: only later ones have recoverable costs."))
    policy = DunningPolicy(
        since=since,
        smallest_cents=smallest_cents,
        answer_days=answer_days,
        agreed_terms=agreed_terms,
        benefits=benefits,
        decided_on=decided_on,
        decided_by=by,
    )
    rows = [
        DunningLevel(
            policy=policy,
            position=position,
            name=level.name,
            name_en=level.name_en,
            days=level.days,
            pay_days=level.pay_days,
            interest=level.interest,
            fee_cents=level.fee_cents,
            tone=level.tone,
            signed_by=level.signed_by,
            asks_member=level.asks_member,
        )
        for position, level in enumerate(levels, start=1)
    ]
    try:
        policy.full_clean(exclude=["coop", "decided_by"])
        for row in rows:
            row.clean_fields(exclude=["coop", "policy"])
    except ValidationError as error:
        raise InvalidInput("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error
    policy.save(force_insert=True)
    DunningLevel.objects.bulk_create(rows)
    return policy


@transaction.atomic
def switch_dunning(*, on: bool, day: date, at: datetime, by: User) -> None:
    """Let letters go to clients, or stop them. Raises: NoDunningPolicy."""
    if on and not DunningPolicy.objects.filter(since__lte=day).exists():
        raise NoDunningPolicy
    if is_switched_on() != on:
        DunningSwitch.objects.create(on=on, at=at, by=by)


@transaction.atomic
def except_client(
    *, client_id: int, excluded: bool, extra_days: int, until: date | None, reason: str, at: datetime, by: User
) -> DunningException:
    """Treat a client otherwise: not remind at all, or later. Neither ends an exception.

    Raises: NotFound, InvalidInput.
    """
    if not Client.objects.filter(id=client_id).exists():
        raise NotFound
    if not reason.strip():
        raise InvalidInput(_("Say why: others will want to know."))
    if not 0 <= extra_days <= 365:  # noqa: PLR2004 (a year)
        raise InvalidInput(_("Choose 0 to 365 days."))
    exception: DunningException = DunningException.objects.create(
        client_id=client_id,
        excluded=excluded,
        extra_days=extra_days,
        until=until,
        reason=reason.strip(),
        made_at=at,
        made_by=by,
    )
    return exception


@transaction.atomic
def pause_dunning(*, invoice_id: int, until: date | None, reason: str, on: date, by: User) -> DunningPause:
    """Send no reminders about an invoice for a while. What was asked or agreed starts anew afterwards.

    Raises: NotFound, NothingToPause, InvalidInput.
    """
    invoice = Invoice.objects.select_for_update().filter(id=invoice_id).first()
    if invoice is None:
        raise NotFound
    if not reason.strip():
        raise InvalidInput(_("Say why: others will want to know."))
    if until is not None and until < on:
        raise InvalidInput(_("The last day of the pause lies in the past."))
    holding = DunningPause.objects.filter(Q(until__isnull=True) | Q(until__gte=on), lifted_on__isnull=True)
    if invoice.state != InvoiceState.ISSUED or holding.filter(invoice=invoice).exists():
        raise NothingToPause
    pause: DunningPause = DunningPause.objects.create(
        invoice=invoice, since=on, until=until, reason=reason.strip(), paused_by=by
    )
    for case in DunningCase.objects.filter(invoice=invoice, state__in=[CaseState.AGREED, CaseState.DECIDE]):
        _move(case, CaseState.RUNNING)
    return pause


@transaction.atomic
def lift_pause(*, invoice_id: int, on: date, by: User) -> None:
    """Let reminders about an invoice go on. Raises: NotFound."""
    changed = DunningPause.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), invoice_id=invoice_id, lifted_on__isnull=True
    ).update(lifted_on=on, lifted_by=by)
    if not changed:
        raise NotFound


# --- the member ---------------------------------------------------------------------------------------------------


@transaction.atomic
def answer_question(*, invoice_id: int, answer: Answer, note: str, by: User) -> DunningCase:
    """Say, as the member whose client it is, whether the formal demand may go out.

    Anything but "go on" is for the office to decide. Raises: NotFound, NotAsked.
    """
    case = _locked_case(invoice_id)
    if case is None or case.invoice.owner_id != by.pk:
        raise NotFound
    if case.state != CaseState.ASKED:
        raise NotAsked
    case.answer, case.answer_note, case.answered_by = answer, note.strip()[:500], by
    _move(case, CaseState.AGREED if answer == Answer.GO_ON else CaseState.DECIDE)
    return case


@transaction.atomic
def agree_letter(*, invoice_id: int, by: User) -> DunningCase:
    """Let the office send the next letter although the member did not agree or did not answer.

    Raises: NotFound, InvalidTransition.
    """
    case = _locked_case(invoice_id)
    if case is None:
        raise NotFound
    _move(case, CaseState.AGREED)
    note_access(user=by, action="formal demand agreed", about=f"invoice {invoice_id}")
    return case


@transaction.atomic
def hand_over(*, invoice_id: int, to: CaseState, by: User) -> DunningCase:
    """Note that the dunning court or an agency asks for the money now, or that the office decides again (`DECIDE`).

    Raises: NotFound, InvalidTransition.
    """
    case = _locked_case(invoice_id)
    if case is None:
        raise NotFound
    if to not in {*HANDED_OVER, CaseState.DECIDE} or case.state not in {*HANDED_OVER, CaseState.DECIDE}:
        raise InvalidTransition(
            _("Only what the office decides about is handed over, and what was handed over comes back.")
        )
    _move(case, to)
    note_access(user=by, action=f"claim {to}", about=f"invoice {invoice_id}")
    return case


@transaction.atomic
def waive_charges(*, invoice_id: int, by: User) -> None:
    """Let interest and costs be that the client has not paid with the invoice. Raises: NotFound, StillOpen."""
    case = _locked_case(invoice_id)
    if case is None:
        raise NotFound
    if case.invoice.state == InvoiceState.ISSUED:
        raise StillOpen
    if not cancel_charges([invoice_id]):
        raise NotFound
    note_access(user=by, action="late charges waived", about=f"invoice {invoice_id}")


# --- the daily round ----------------------------------------------------------------------------------------------


@transaction.atomic
def make_round(*, on: date, at: datetime) -> DunningRound | None:
    """Do what a day brings: letters to clients, questions to members, decisions for the office. Once a day.

    None where letters are switched off, no policy is in force or the day's round is made. What is paid is never asked for:
    the invoices are locked before it is looked at again.
    """
    if not is_switched_on() or DunningRound.objects.filter(on=on).exists():
        return None
    _settle_what_is_gone()
    day = day_of(on)
    if day is None:
        return None
    if _touched(day.round):
        _lock(_touched(day.round))
        before = day
        day = day_of(on)
        if day is None:
            return None
        day = _only(day, set(_touched(before.round)))
    cases = {case.invoice_id: case for case in DunningCase.objects.filter(invoice_id__in=_touched(day.round))}
    _ask_members(day, cases)
    _hand_to_office(day, cases)
    if day.round.letters:
        _send_letters(day, cases)
    made: DunningRound = DunningRound.objects.create(
        on=on,
        made_at=at,
        letters=len(day.round.letters),
        questions=len(day.round.questions),
        decisions=len(day.round.decisions),
        held=len(day.round.held),
    )
    return made


def _touched(found: Round) -> list[int]:
    items = [invoice_id for letter in found.letters for invoice_id, _level in letter.items]
    return [*items, *found.questions, *found.decisions]


def _only(day: Day, locked: set[int]) -> Day:
    """The day without what became due between the two looks: tomorrow's round finds it."""
    found = day.round
    return Day(
        on=day.on,
        rules=day.rules,
        invoices=day.invoices,
        round=Round(
            letters=tuple(one for one in found.letters if {invoice_id for invoice_id, _level in one.items} <= locked),
            questions=tuple(one for one in found.questions if one in locked),
            decisions=tuple(one for one in found.decisions if one in locked),
            held=found.held,
        ),
    )


def _lock(invoice_ids: Sequence[int]) -> None:
    """In the order in which payments lock: claims, then invoices."""
    sources = [source for one in invoice_ids for source in (claim_source(one), charges_source(one))]
    list(Claim.objects.filter(source__in=sources).order_by("id").select_for_update().values_list("id"))
    list(Invoice.objects.filter(id__in=invoice_ids).order_by("id").select_for_update().values_list("id"))


def _ask_members(day: Day, cases: dict[int, DunningCase]) -> None:
    if not day.round.questions:
        return
    answer_by = day.on + timedelta(days=day.rules.policy.answer_days)
    fresh = []
    for invoice_id in day.round.questions:
        case = cases.get(invoice_id)
        if case is None:
            fresh.append(DunningCase(invoice_id=invoice_id, state=CaseState.ASKED, answer_by=answer_by))
            continue
        case.answer_by, case.answer, case.answer_note, case.answered_by = answer_by, "", "", None
        _move(case, CaseState.ASKED)
    for case in DunningCase.objects.bulk_create(fresh, batch_size=1000):
        cases[case.invoice_id] = case
    asked: dict[int, list[OpenInvoice]] = defaultdict(list)
    for invoice_id in day.round.questions:
        asked[day.invoices[invoice_id].owner_id].append(day.invoices[invoice_id])
    owners = User.objects.in_bulk(asked)
    mails = []
    for owner_id, invoices in sorted(asked.items()):
        owner = owners[owner_id]
        with translation.override(owner.language):
            subject = _("May we send a formal demand to your client?")
        mails.append(
            NewMail(
                key=f"dunning-question:{owner_id}:{day.on}",
                to=owner.email,
                subject=subject,
                template="dunning_question",
                context={
                    "greeting_name": owner.name,
                    "invoices": invoices,
                    "answer_by": answer_by,
                    "url": absolute_url(reverse("dunning:mine")),
                },
                language=owner.language,
            )
        )
    queue_mails(mails)


def _hand_to_office(day: Day, cases: Mapping[int, DunningCase]) -> None:
    for invoice_id in day.round.decisions:
        _move(cases[invoice_id], CaseState.DECIDE)


def _send_letters(day: Day, cases: dict[int, DunningCase]) -> None:
    """Write letters, cases, papers and mails, in a number of statements that grows only with the cases that move."""
    letters = day.round.letters
    invoice_ids = [invoice_id for letter in letters for invoice_id, _level in letter.items]
    clients = {one.pk: one for one in Client.objects.filter(id__in={day.invoices[pk].client_id for pk in invoice_ids})}
    payments: dict[int, list[PartPayment]] = defaultdict(list)
    for invoice_id, paid_on, cents in InvoicePayment.objects.filter(
        invoice_id__in=invoice_ids, undone=False
    ).values_list("invoice_id", "on", "cents"):
        payments[invoice_id].append(PartPayment(on=paid_on, cents=cents))
    cooperative = this_cooperative()
    seller = seller_of(cooperative)
    numbers = draw_numbers(f"dunning-{day.on.year}", len(letters))
    written, items = [], []
    for letter, number in zip(letters, numbers, strict=True):
        client = clients[day.invoices[letter.items[0][0]].client_id]
        contents = [
            item_content(
                invoice=day.invoices[invoice_id],
                level=day.rules.levels[level - 1],
                case=cases.get(invoice_id),
                policy=day.rules.policy,
                kind=ClientKind(clients[day.invoices[invoice_id].client_id].kind),
                payments=payments[invoice_id],
                on=day.on,
            )
            for invoice_id, level in letter.items
        ]
        received = sum(cases[pk].received_cents for pk, _level in letter.items if pk in cases)
        name = f"MA-{day.on.year}-{number:06d}"
        content = _content(day, letter, client, contents) | {"seller": seller, "received_cents": received}
        written.append(_letter(day, letter, client, content, name))
        items.append(contents)
    DunningLetter.objects.bulk_create(written, batch_size=500)
    DunningItem.objects.bulk_create(
        [
            DunningItem(
                letter=letter,
                invoice_id=content["invoice_id"],
                level=content["level"],
                open_cents=content["open_cents"],
                interest_cents=content["interest_cents"],
                flat_cents=content["flat_cents"],
                fee_cents=content["fee_cents"],
            )
            for letter, contents in zip(written, items, strict=True)
            for content in contents
        ],
        batch_size=1000,
    )
    _advance(zip(written, items, strict=True), cases)
    claim_charges(
        day.on,
        {content["invoice_id"]: letter.pay_by for letter, some in zip(written, items, strict=True) for content in some},
    )
    _mail(written, day, cooperative.name)


def _content(day: Day, letter: Letter, client: Client, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a letter says, all but the sender."""
    level = day.rules.levels[letter.level - 1]
    also = [day.invoices[invoice_id] for invoice_id in letter.also]
    named = [*(invoice_id for invoice_id, _level in letter.items), *letter.also]
    return {
        "owners": sorted({day.invoices[invoice_id].owner_id for invoice_id in named}),
        "buyer": buyer_of(client),
        "title": {"de": level.name, "en": level.name_en},
        "tone": level.tone,
        "signed_by": level.signed_by,
        "items": list(items),
        "also": [
            {
                "number": one.number,
                "issued_on": one.issued_on.isoformat(),
                "due_on": one.due_on.isoformat(),
                "open_cents": one.open_cents,
            }
            for one in also
        ],
        "open_cents": sum(item["open_cents"] for item in items) + sum(one.open_cents for one in also),
        **{name: sum(item[name] for item in items) for name in CHARGES},
    }


def _letter(day: Day, letter: Letter, client: Client, content: dict[str, Any], number: str) -> DunningLetter:
    charges = sum(content[name] for name in CHARGES)
    return DunningLetter(
        number=number,
        on=day.on,
        level=letter.level,
        name=client.name,
        email=client.email,
        language=client.language,
        pay_by=letter.pay_by,
        total_cents=content["open_cents"] + charges - content["received_cents"],
        content=content,
    )


def _advance(
    sent: Iterable[tuple[DunningLetter, Sequence[Mapping[str, Any]]]], cases: Mapping[int, DunningCase]
) -> None:
    """Move each invoice's case to the level of its letter."""
    fresh, moved = [], []
    for letter, contents in sent:
        for content in contents:
            case = cases.get(content["invoice_id"])
            if case is None:
                case = DunningCase(invoice_id=content["invoice_id"])
                fresh.append(case)
            else:
                if case.state != CaseState.RUNNING:
                    CASE_STATES.check(case.state, CaseState.RUNNING)
                    case.state = CaseState.RUNNING
                moved.append(case)
            case.level = content["level"]
            case.anchor_on, case.pay_by = letter.on, letter.pay_by
            case.first_letter_on = case.first_letter_on or letter.on
            case.demanded_interest_cents = content["interest_cents"]
            case.demanded_flat_cents = content["flat_cents"]
            case.demanded_fee_cents = content["fee_cents"]
    DunningCase.objects.bulk_create(fresh, batch_size=1000)
    DunningCase.objects.bulk_update(
        moved,
        [
            *("state", "level", "anchor_on", "pay_by", "first_letter_on"),
            *("demanded_interest_cents", "demanded_flat_cents", "demanded_fee_cents"),
        ],
        batch_size=500,
    )


def _mail(letters: Sequence[DunningLetter], day: Day, cooperative_name: str) -> None:
    keep_until = letter_kept_until(day.on)
    documents = request_documents(
        [
            Document(
                kind=DOCUMENT_KIND,
                source=letter.source,
                title=letter.number,
                filename=f"{letter.number}.pdf",
                keep_until=keep_until,
            )
            for letter in letters
        ]
    )
    mails = []
    for letter, document in zip(letters, documents, strict=True):
        with translation.override(letter.language):
            subject = _("%(title)s %(number)s from %(cooperative)s") % {
                "title": letter.content["title"][letter.language],
                "number": letter.number,
                "cooperative": cooperative_name,
            }
        mails.append(
            NewMail(
                key=letter.source,
                to=letter.email,
                subject=subject,
                template="dunning",
                context={"letter": letter, "tone": letter.content["tone"]},
                language=letter.language,
                document_ids=[document.pk],
            )
        )
    queue_mails(mails)


# --- what payments and cancellations change ------------------------------------------------------------------------


@transaction.atomic
def follow_claims(claim_ids: Sequence[int]) -> None:
    """Stop asking for what has been paid, and go on where a payment came back. Called by banking, in its transaction."""
    sources = Claim.objects.filter(id__in=claim_ids, source__startswith="invoice:").values_list("source", flat=True)
    invoice_ids = [int(source.removeprefix("invoice:")) for source in sources]
    cases = DunningCase.objects.filter(invoice_id__in=invoice_ids).exclude(state=CaseState.WRITTEN_OFF)
    paid = cases.exclude(state=CaseState.SETTLED).exclude(invoice__state=InvoiceState.ISSUED)
    DunningCase.objects.filter(id__in=list(paid.values_list("id", flat=True))).update(state=CaseState.SETTLED)
    for case in cases.filter(state=CaseState.SETTLED, invoice__state=InvoiceState.ISSUED):
        came_back = Match.objects.filter(claim__source=claim_source(case.invoice_id)).aggregate(Max("undone_on"))
        if case.anchor_on is not None:
            # The client has the time of the level once more.
            case.anchor_on = max(case.anchor_on, came_back["undone_on__max"] or case.anchor_on)
        case.answer, case.answer_note, case.answered_by, case.answer_by = "", "", None, None
        _move(case, CaseState.RUNNING)


def _settle_what_is_gone() -> None:
    """Close the cases of invoices that were cancelled since: nothing is owed any more."""
    cancelled = DunningCase.objects.filter(invoice__state=InvoiceState.CANCELLED).exclude(state=CaseState.SETTLED)
    cancel_charges(list(cancelled.values_list("invoice_id", flat=True)))
    gone = DunningCase.objects.exclude(state__in=[CaseState.SETTLED, CaseState.WRITTEN_OFF]).exclude(
        invoice__state=InvoiceState.ISSUED
    )
    DunningCase.objects.filter(id__in=list(gone.values_list("id", flat=True))).update(state=CaseState.SETTLED)


def _locked_case(invoice_id: int) -> DunningCase | None:
    found: DunningCase | None = (
        DunningCase.objects.select_for_update(of=("self",))
        .filter(invoice_id=invoice_id)
        .select_related("invoice")
        .first()
    )
    return found


def _move(case: DunningCase, state: CaseState) -> None:
    CASE_STATES.check(case.state, state)
    case.state = state
    case.save()
