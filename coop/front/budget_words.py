"""Why a budget is what it is: each movement in words and in parts, told from its document, in the reader's language.

The parts of a movement add up to what it moved in free money, to the cent. What an app says nothing of keeps the text
of its entry.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from coop.front.localized import amount, month
from coop.ledger.queries import Movement
from coop.ledger.verify import REVERSED
from invoicing.models import Invoice, InvoiceCancellation, InvoicePayment
from members.collectives.queries import transfer_parties
from payroll.models import Payslip


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a movement; cents, additions positive."""

    label: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A movement in words, and the parts that it consists of."""

    text: str
    parts: tuple[Part, ...]


def words_of(movements: Sequence[Movement], language: str) -> dict[int, Words]:
    """Every movement by its number, in a constant number of statements."""
    told = _Told.of(movements, language)
    return {movement.number: told.movement(movement) for movement in movements}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    language: str
    payments: Mapping[int, InvoicePayment]
    vat: Mapping[int, int]
    """The VAT within each payment, by its match."""
    invoices: Mapping[int, Invoice]
    cancellations: Mapping[int, InvoiceCancellation]
    slips: Mapping[int, Payslip]
    transfers: Mapping[int, tuple[int, str, str]]
    """The giving budget of each transfer, and the names of both sides."""

    @classmethod
    def of(cls, movements: Iterable[Movement], language: str) -> "_Told":
        ids: dict[str, set[int]] = defaultdict(set)
        for movement in movements:
            kind, number, *_rest = [*movement.source.split(":"), ""]
            if number.isdigit():
                ids[kind].add(int(number))
        payments = {
            payment.match_id: payment
            for payment in InvoicePayment.objects.filter(match_id__in=ids["match"]).select_related("invoice")
        }
        invoice_ids = ids["invoice"] | {payment.invoice_id for payment in payments.values()}
        invoices = {invoice.pk: invoice for invoice in Invoice.objects.filter(id__in=invoice_ids)}
        return cls(
            language=language,
            payments=payments,
            vat=_vat_of(invoices),
            invoices=invoices,
            transfers=transfer_parties(sorted(ids["transfer"])) if ids["transfer"] else {},
            cancellations={
                one.invoice_id: one for one in InvoiceCancellation.objects.filter(invoice_id__in=ids["invoice"])
            },
            slips={
                slip.pk: slip
                for slip in Payslip.objects.filter(id__in=ids["payslip"])
                .select_related("corrects")
                .defer("lines", "inputs")
            },
        )

    def movement(self, movement: Movement) -> Words:
        """One movement."""
        plain = movement.source.removesuffix(REVERSED)
        kind, number, *rest = [*plain.split(":"), "", ""]
        found: Words | None = None
        if number.isdigit():
            pk = int(number)
            if kind == "match":
                found = self._payment(pk)
            elif kind == "invoice" and rest[0] == "issue":
                found = self._issue(pk)
            elif kind == "invoice" and rest[0] == "cancel":
                found = self._cancel(pk)
            elif kind == "payslip":
                found = self._payslip(pk)
            elif kind == "transfer":
                found = self._transfer(pk, movement)
        if found is not None and plain != movement.source:
            turned = tuple(Part(label=part.label, cents=-part.cents) for part in found.parts)
            found = Words(text=_("Taken back: %(what)s") % {"what": found.text}, parts=turned)
        if found is None or sum(part.cents for part in found.parts) != movement.free_cents:
            # No document says more than the entry does; what it says is true in any case.
            parts = (Part(label=movement.text, cents=movement.free_cents),) if movement.free_cents else ()
            return Words(text=found.text if found else movement.text, parts=parts)
        return found

    def _euros(self, cents: int) -> str:
        return amount(cents, self.language)

    def _payment(self, match_id: int) -> Words | None:
        payment = self.payments.get(match_id)
        if payment is None:
            return None
        vat = self.vat.get(match_id, 0)
        fee = payment.cents - vat - payment.free_cents
        about = {
            "client": payment.invoice.buyer_name,
            "number": payment.invoice.number,
            "paid": self._euros(payment.cents),
            "vat": self._euros(vat),
            "fee": self._euros(fee),
            "free": self._euros(payment.free_cents),
        }
        if vat:
            text = _(
                "%(client)s paid %(paid)s for invoice %(number)s; less %(vat)s VAT and %(fee)s fee, %(free)s are yours."
            )
        else:
            text = _("%(client)s paid %(paid)s for invoice %(number)s; less %(fee)s fee, %(free)s are yours.")
        parts = (
            Part(label=_("Paid by the client"), cents=payment.cents),
            Part(label=_("VAT, for the tax office"), cents=-vat),
            Part(label=_("Fee of the cooperative"), cents=-fee),
        )
        return Words(text=text % about, parts=tuple(part for part in parts if part.cents))

    def _issue(self, invoice_id: int) -> Words | None:
        invoice = self.invoices.get(invoice_id)
        if invoice is None:
            return None
        text = _(
            "Invoice %(number)s to %(client)s: %(net)s without VAT, less %(fee)s fee; %(share)s are on their way to you."
        )
        about = {
            "number": invoice.number,
            "client": invoice.buyer_name,
            "net": self._euros(invoice.net_cents),
            "fee": self._euros(invoice.fee_cents),
            "share": self._euros(invoice.share_cents),
        }
        return Words(text=text % about, parts=())

    def _cancel(self, invoice_id: int) -> Words | None:
        invoice, cancelled = self.invoices.get(invoice_id), self.cancellations.get(invoice_id)
        if invoice is None or cancelled is None:
            return None
        text = _("Invoice %(number)s to %(client)s was cancelled: what it brought goes back.") % {
            "number": invoice.number,
            "client": invoice.buyer_name,
        }
        parts = (Part(label=_("Cancelled invoice"), cents=-cancelled.free_cents),) if cancelled.free_cents else ()
        return Words(text=text, parts=parts)

    def _transfer(self, transfer_id: int, movement: Movement) -> Words | None:
        if transfer_id not in self.transfers:
            return None
        _giver_id, giver, receiver = self.transfers[transfer_id]
        about = {"giver": giver, "receiver": receiver, "what": movement.text}
        if movement.free_cents < 0:
            text = _("Given to %(receiver)s, without a fee: %(what)s") % about
        else:
            text = _("Received from %(giver)s, without a fee: %(what)s") % about
        return Words(text=text, parts=(Part(label=_("Transfer"), cents=movement.free_cents),))

    def _payslip(self, slip_id: int) -> Words | None:
        slip = self.slips.get(slip_id)
        if slip is None:
            return None
        beside = slip.cost_cents - slip.gross_cents
        before = slip.corrects
        if before is not None:
            text = _("Salary of %(month)s put right: it cost %(now)s instead of %(before)s.") % {
                "month": month(slip.month, self.language),
                "now": self._euros(slip.cost_cents - slip.shortfall_cents),
                "before": self._euros(before.cost_cents - before.shortfall_cents),
            }
        else:
            text = _(
                "Salary of %(month)s: %(gross)s gross and %(beside)s contributions and levies of the employer."
            ) % {
                "month": month(slip.month, self.language),
                "gross": self._euros(slip.gross_cents),
                "beside": self._euros(beside),
            }
            if slip.shortfall_cents:
                text += " " + _("The cooperative carried %(amount)s of it.") % {
                    "amount": self._euros(slip.shortfall_cents)
                }
        parts = (
            Part(label=_("Gross pay"), cents=(before.gross_cents if before else 0) - slip.gross_cents),
            Part(
                label=_("Contributions and levies of the employer"),
                cents=(before.cost_cents - before.gross_cents if before else 0) - beside,
            ),
            Part(
                label=_("Carried by the cooperative"),
                cents=slip.shortfall_cents - (before.shortfall_cents if before else 0),
            ),
        )
        return Words(text=text, parts=tuple(part for part in parts if part.cents))


def _vat_of(invoices: Mapping[int, Invoice]) -> dict[int, int]:
    """The VAT within each payment of invoices, by its match: pro rata, so that a paid invoice has all of its VAT."""
    rows = InvoicePayment.objects.filter(invoice_id__in=invoices).order_by("invoice_id", "id")
    paid: dict[int, int] = defaultdict(int)
    found = {}
    for payment in rows:
        invoice = invoices[payment.invoice_id]
        before = paid[invoice.pk]
        found[payment.match_id] = _share(before + payment.cents, invoice) - _share(before, invoice)
        if not payment.undone:
            paid[invoice.pk] += payment.cents
    return found


def _share(paid_cents: int, invoice: Invoice) -> int:
    return int(Fraction(2 * paid_cents * invoice.vat_cents + invoice.gross_cents, 2 * invoice.gross_cents))
