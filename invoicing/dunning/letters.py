"""What a letter says, frozen when it is made, and its PDF drawn from that alone, in the client's language."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from stdnum import iban

from coop.documents.pdf import pdf_of
from coop.errors import NotFound
from invoicing.dunning.models import DunningCase, DunningLetter, DunningLevel, DunningPolicy
from invoicing.dunning.queries import OpenInvoice
from invoicing.law.late import (
    DAY_COUNT,
    InterestLine,
    Notice,
    PartPayment,
    default_of,
    flat_fee_cents,
    late_interest,
)
from invoicing.law.vat import ClientKind
from invoicing.letters import footer_columns, recipient_lines


def item_content(
    *,
    invoice: OpenInvoice,
    level: DunningLevel,
    case: DunningCase | None,
    policy: DunningPolicy,
    kind: ClientKind,
    payments: Sequence[PartPayment],
    on: date,
) -> dict[str, Any]:
    """One invoice as the letter shows it, with interest to the day of the letter. Cents; days as ISO text.

    What earlier letters asked for stays asked for; interest is computed anew, the flat sum counts once.

    Raises: LawUnknown.
    """
    default = default_of(
        Notice(
            due_on=invoice.due_on,
            received_on=invoice.issued_on,
            kind=kind,
            agreed=policy.agreed_terms,
            reminded_on=case.first_letter_on if case else None,
        )
    )
    lines: list[InterestLine] = []
    interest, flat = (case.demanded_interest_cents, case.demanded_flat_cents) if case else (0, 0)
    if level.interest and default is not None and default.since <= on:
        lines = late_interest(
            amount_cents=invoice.gross_cents, since=default.since, until=on, kind=kind, payments=payments
        )
        interest = sum(line.cents for line in lines)
        flat = flat or flat_fee_cents(kind, on)
    fee = (case.demanded_fee_cents if case else 0) + level.fee_cents
    return {
        "invoice_id": invoice.id,
        "number": invoice.number,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "gross_cents": invoice.gross_cents,
        "paid_cents": invoice.gross_cents - invoice.open_cents,
        "open_cents": invoice.open_cents,
        "level": level.position,
        "name": {"de": level.name, "en": level.name_en},
        "default_since": default.since.isoformat() if lines and default else "",
        "default_source": default.source if lines and default else "",
        "lines": [
            {
                "begins_on": line.begins_on.isoformat(),
                "ends_on": line.ends_on.isoformat(),
                "days": line.days,
                "year_days": line.year_days,
                "principal_cents": line.principal_cents,
                "rate": str(line.rate),
                "cents": line.cents,
            }
            for line in lines
        ],
        "interest_cents": interest,
        "flat_cents": flat,
        "fee_cents": fee,
    }


def letter_pdf(source: str) -> bytes:
    """The PDF of a letter, `source` such as "dunning:7". Raises: NotFound."""
    letter = DunningLetter.objects.filter(id=int(source.removeprefix("dunning:"))).first()
    if letter is None:
        raise NotFound
    with translation.override(letter.language):
        context = letter_context(letter)
    return pdf_of("documents/dunning.html", context, letter.language)


def letter_context(letter: DunningLetter) -> dict[str, Any]:
    """What the page shows, in the language that is active."""
    content = letter.content
    seller: Mapping[str, str] = content["seller"]
    form = seller["legal_form"]
    name = seller["name"] if form in seller["name"].split() else f"{seller['name']} {form}"
    items = [_shown(item, letter.language) for item in content["items"]]
    also = [{**one, "issued_on": _day(one["issued_on"]), "due_on": _day(one["due_on"])} for one in content["also"]]
    return {
        "letter": letter,
        "subject": content["title"][letter.language],
        "tone": content["tone"],
        "signed_by": content["signed_by"],
        "sender": {"name": name, "return_line": f"{name} · {seller['street']} · {seller['postcode']} {seller['city']}"},
        "recipient": recipient_lines(content["buyer"], home=seller["country"]),
        "info": [
            (_("Letter"), letter.number),
            (_("Date"), f"{letter.on:%d.%m.%Y}"),
        ],
        "items": items,
        "also": also,
        "sums": [
            {"label": label, "cents": cents}
            for label, cents in (
                (_("Open from invoices"), content["open_cents"]),
                (_("Late interest"), content["interest_cents"]),
                (_("Flat sum, § 288 (5) BGB"), content["flat_cents"]),
                (_("Costs of reminders"), content["fee_cents"]),
                (_("Already received of these"), -content["received_cents"]),
            )
            if cents
        ],
        "with_interest": any(item["lines"] for item in items),
        "day_count": DAY_COUNT,
        "payee": seller.get("bank_holder", ""),
        "iban": iban.format(seller["bank_iban"]) if seller.get("bank_iban") else "",
        "bic": seller.get("bank_bic", ""),
        "reference": ", ".join(item["number"] for item in (*items, *also)),
        "footer_columns": footer_columns(dict(seller), name, with_vat_id=True),
    }


def _shown(item: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        **item,
        "name": item["name"][language],
        "issued_on": _day(item["issued_on"]),
        "due_on": _day(item["due_on"]),
        "default_since": _day(item["default_since"]) if item["default_since"] else None,
        "lines": [
            {
                **line,
                "begins_on": _day(line["begins_on"]),
                "ends_on": _day(line["ends_on"]),
                "rate": Decimal(line["rate"]),
            }
            for line in item["lines"]
        ],
    }


def _day(text: str) -> date:
    return date.fromisoformat(text)
