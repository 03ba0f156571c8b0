"""Copies of who sells and who buys, as an invoice keeps them."""

from coop.banking.models import BankAccount
from coop.tenancy.models import Cooperative
from invoicing.models import Client

Snapshot = dict[str, str]

SELLER_FIELDS = (
    "name",
    "legal_form",
    "street",
    "postcode",
    "city",
    "country",
    "register_court",
    "register_number",
    "board_members",
    "supervisory_chair",
    "vat_id",
    "tax_number",
    "email",
    "phone",
)
BUYER_FIELDS = (
    "name",
    "contact",
    "kind",
    "street",
    "address_extra",
    "postcode",
    "city",
    "region",
    "country",
    "vat_id",
    "phone",
    "email",
    "leitweg_id",
    "invoice_format",
)


BANK_FIELDS = ("holder", "iban", "bic")


def seller_of(cooperative: Cooperative) -> Snapshot:
    """The cooperative's legal data (§ 14 (4) UStG, § 25a GenG) and where to pay; no bank account, no bank fields."""
    account = BankAccount.objects.order_by("-is_default", "id").first()
    bank = {f"bank_{name}": getattr(account, name) for name in BANK_FIELDS} if account else {}
    return {name: getattr(cooperative, name) for name in SELLER_FIELDS} | bank


def buyer_of(client: Client) -> Snapshot:
    """The client's name, addresses and numbers, and what form of invoice it gets."""
    return {name: getattr(client, name) for name in BUYER_FIELDS}
