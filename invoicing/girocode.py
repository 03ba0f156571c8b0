"""GiroCode: what a banking app needs for the transfer, as a square that it can scan."""

from django.utils.html import format_html

from coop.money import decimal_string
from invoicing.einvoice.cii import clean
from invoicing.einvoice.paper import Paper, PaperType

MAX_CENTS = 99_999_999_999
NAME_LENGTH, TEXT_LENGTH = 70, 140


def girocode_text(paper: Paper) -> str:
    """The lines of the code; empty where the paper asks for no transfer in euros.

    Source: European Payments Council, EPC069-12, version 2.1 (service tag BCD, version 002, UTF-8).
    """
    seller = paper.seller
    if (
        paper.kind == PaperType.CREDIT_NOTE
        or paper.currency != "EUR"
        or not seller.get("bank_iban")
        or not 0 < paper.due_cents <= MAX_CENTS
    ):
        return ""
    fields = ["BCD", "002", "1", "SCT", seller["bank_bic"], clean(seller["bank_holder"])[:NAME_LENGTH]]
    fields += [seller["bank_iban"], f"EUR{decimal_string(paper.due_cents)}", "", "", paper.number[:TEXT_LENGTH]]
    return "\n".join(fields)


def girocode_picture(paper: Paper) -> str:
    """The code as an SVG for the page; empty where there is none."""
    text = girocode_text(paper)
    if not text:
        return ""
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415 (loads only where paper is drawn)
    from qrcode.main import QRCode  # noqa: PLC0415

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text.encode(), optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg role="img" aria-label="GiroCode" width="26mm" height="26mm" viewBox="0 0 {size} {size}">'
        '<rect width="100%" height="100%" fill="#fff"/><path d="{path}"/></svg>',
        size=len(rows),
        path=path,
    )
