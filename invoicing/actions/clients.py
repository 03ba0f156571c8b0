"""Enter and change clients."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from coop.errors import InvalidInput, NotFound
from coop.tenancy.models import User
from coop.tenancy.queries import roles_of
from coop.tenancy.states import Role
from invoicing.einvoice.paper import InvoiceFormat
from invoicing.law.leitweg import checked_leitweg_id
from invoicing.law.vat import checked_vat_id, in_eu
from invoicing.models import Client

CLIENT_FIELDS = (
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
    "language",
    "email",
    "phone",
    "leitweg_id",
    "invoice_format",
)
"""What people write about a client; the rest is the product's."""


@transaction.atomic
def add_client(*, on: date, by: User, **fields: Any) -> Client:
    """A new client of the member `by`; `fields` are those of `CLIENT_FIELDS`.

    Raises: InvalidInput, naming the fields; LawUnknown.
    """
    client = Client(owner=by)
    _write(client, fields, on)
    client.save(force_insert=True)
    return client


@transaction.atomic
def change_client(*, client_id: int, on: date, by: User, **fields: Any) -> Client:
    """Change a client: by the member who entered it, or by invoicing staff. Issued invoices stay as they are.

    Raises: NotFound, InvalidInput, LawUnknown.
    """
    client: Client | None = Client.objects.select_for_update().filter(id=client_id).first()
    if client is None or not (client.owner_id == by.pk or Role.INVOICING in roles_of(by, on)):
        raise NotFound(_("There is no such client."))
    _write(client, fields, on)
    client.save()
    return client


def _write(client: Client, fields: dict[str, Any], on: date) -> None:
    unknown = fields.keys() - set(CLIENT_FIELDS)
    if unknown:
        raise InvalidInput(_("A client has no “%(field)s”.") % {"field": ", ".join(sorted(unknown))})
    for name, value in fields.items():
        setattr(client, name, value)
    client.country = client.country.upper()
    if not (client.country.isascii() and client.country.isalpha() and len(client.country) == 2):  # noqa: PLR2004 (ISO 3166)
        raise InvalidInput(_("Write the country as its two letters, such as DE or FR."))
    try:
        client.full_clean(exclude=["coop", "owner"], validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(
            "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        ) from error
    client.leitweg_id = checked_leitweg_id(client.leitweg_id)
    if client.leitweg_id:
        client.invoice_format = InvoiceFormat.XRECHNUNG
    try:
        client.vat_id = checked_vat_id(client.vat_id, client.country, member_state=in_eu(client.country, on))
    except InvalidInput as error:
        raise InvalidInput(_("VAT number: %(problem)s") % {"problem": error}) from error
