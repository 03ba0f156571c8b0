"""Half a year of a cooperative, driven by date: payers who are early, late, partial, unclear, take money back or never pay."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from coop.banking.models import Match
from coop.ledger.verify import problems
from coop.messaging.models import OutboxMessage
from invoicing.dunning.actions import answer_question
from invoicing.dunning.calendar import is_working_day
from invoicing.dunning.models import DunningCase, DunningItem, DunningLetter
from invoicing.dunning.states import Answer, CaseState
from invoicing.models import Invoice
from invoicing.states import InvoiceState
from tests.cast import Cast
from tests.factories.banking import bring_in, make_account, paid
from tests.factories.dunning import on_day, switched_on
from tests.factories.invoicing import make_budget, make_client, make_invoice

BEGIN, END = date(2026, 6, 1), date(2026, 11, 30)
WAYS = ("early", "late", "partial", "unclear", "returned", "never", "with charges")


def _payments(way: str, invoice: Invoice, rng: Random) -> list[tuple[date, int, str, str]]:
    """What a payer of this kind does: day, cents, text, end-to-end id."""
    due, gross = invoice.due_on, invoice.gross_cents
    day = due + timedelta(days=rng.randrange(20, 60))
    once = f"E2E-{invoice.pk}"
    return {
        "early": [(due - timedelta(days=3), gross, f"Rechnung {invoice.number}", "")],
        "late": [(day, gross, invoice.number.replace("-", " "), "")],
        "partial": [
            (due + timedelta(days=4), gross // 2, invoice.number, ""),
            (day, gross - gross // 2, f"Rest {invoice.number}", ""),
        ],
        "unclear": [(day, gross, "wie besprochen", "")],
        "returned": [
            (due - timedelta(days=1), gross, invoice.number, once),
            (due + timedelta(days=4), -gross, "", once),
        ],
        "never": [],
        "with charges": [(day, 0, invoice.number, "")],
    }[way]


def _asked_beyond(invoice: Invoice) -> int:
    case = DunningCase.objects.filter(invoice=invoice).first()
    return case.demanded_cents if case else 0


def test_half_a_year_of_payers_of_all_kinds(cast: Cast):
    rng = Random(7)  # noqa: S311 (chance that can be repeated is wanted)
    make_account()
    switched_on(cast.invoicing)
    budget = make_budget()
    coming: dict[date, list[tuple[Invoice, int, str, str]]] = defaultdict(list)
    ways: dict[int, str] = {}
    for number, way in enumerate(WAYS * 2):
        name = f"Client {way} {number // len(WAYS)}"
        client = make_client(cast.member, name=name, email=f"c{number}@example.org")
        issued = BEGIN + timedelta(days=rng.randrange(0, 30))
        invoice = make_invoice(
            cast.member,
            cast.invoicing,
            client=client,
            budget=budget,
            on=issued,
            net_cents=rng.randrange(30_000, 400_000),
        )
        ways[invoice.pk] = way
        for day, *payment in _payments(way, invoice, rng):
            coming[day].append((invoice, *payment))
    day = BEGIN
    while day <= END:
        entries = [
            paid(
                cents or invoice.gross_cents + _asked_beyond(invoice),
                text,
                on=day,
                name=invoice.buyer_name,
                iban="",
                **({"end_to_end_id": once} if once else {}),
                **({"return_reason": "MD06"} if cents < 0 else {}),
            )
            for invoice, cents, text, once in coming.get(day, ())
        ]
        if entries:
            bring_in(cast.accountant, *entries)
        on_day(day)
        for case in DunningCase.objects.filter(state=CaseState.ASKED):
            answer_question(invoice_id=case.invoice_id, answer=Answer.GO_ON, note="", by=cast.member)
        day += timedelta(days=1)
    assert list(problems()) == []
    _check_letters()
    states = {way: {Invoice.objects.get(pk=pk).state for pk, one in ways.items() if one == way} for way in WAYS}
    assert states["never"] == states["returned"] == {InvoiceState.ISSUED}
    assert all(states[way] == {InvoiceState.PAID} for way in WAYS if way not in {"never", "returned"})
    assert not DunningItem.objects.filter(invoice_id__in=[pk for pk, way in ways.items() if way == "early"]).exists()
    for way in ("never", "returned"):
        for pk in (pk for pk, one in ways.items() if one == way):
            assert list(DunningItem.objects.filter(invoice_id=pk).order_by("level").values_list("level", flat=True)) == [
                1, 2, 3,
            ]  # fmt: skip
            assert DunningCase.objects.get(invoice_id=pk).state == CaseState.DECIDE
    assert DunningCase.objects.filter(received_cents__gt=0).count() == 2


def _check_letters() -> None:
    """No letter after the money, none twice, no level skipped, none before the day that the last one had set."""
    by_invoice: dict[int, list[DunningItem]] = defaultdict(list)
    for item in DunningItem.objects.select_related("letter").order_by("letter__on", "id"):
        by_invoice[item.invoice_id].append(item)
    assert by_invoice
    for invoice_id, items in by_invoice.items():
        assert [item.level for item in items] == list(range(1, len(items) + 1))
        for before, after in pairwise(items):
            assert after.letter.on > before.letter.pay_by
        invoice = Invoice.objects.get(pk=invoice_id)
        for item in items:
            arrived = Match.objects.filter(claim__source=f"invoice:{invoice_id}", on__lte=item.letter.on)
            kept = [one for one in arrived if one.undone_on is None or one.undone_on > item.letter.on]
            assert sum(one.settled_cents for one in kept) == invoice.gross_cents - item.open_cents < invoice.gross_cents
    keys = list(OutboxMessage.objects.filter(key__startswith="dunning:").values_list("key", flat=True))
    assert sorted(keys) == sorted(letter.source for letter in DunningLetter.objects.all())
    assert all(is_working_day(letter.on, "DE") for letter in DunningLetter.objects.all())
