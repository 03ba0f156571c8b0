"""Mappings of banks' tables (CSV): kept once for each bank, used by every import."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from coop.banking.csv_tables import DATE_FORMATS, DELIMITERS, Column, TableMapping
from coop.banking.models import BankAccount, TableFormat
from coop.errors import InvalidInput, NotFound, StetigError
from coop.tenancy.models import User


class TableFormatExists(StetigError):
    """A mapping of this name is there already: choose another name."""

    code = "table_format_exists"


def mapping_of(row: TableFormat) -> TableMapping:
    """The mapping that a row keeps."""
    return TableMapping(
        name=row.name,
        columns={Column(column): name for column, name in row.columns.items()},
        delimiter=row.delimiter,
        date_format=row.date_format,
        decimal_comma=row.decimal_comma,
        pending_mark=row.pending_mark,
        account=row.account.iban if row.account else "",
    )


def table_mappings() -> list[TableMapping]:
    """All mappings, those with more columns first: they fit fewer tables."""
    rows = TableFormat.objects.select_related("account").order_by("id")
    return sorted((mapping_of(row) for row in rows), key=lambda one: -len(one.columns))


@transaction.atomic
def keep_table_format(
    *,
    name: str,
    columns: Mapping[Column, str],
    delimiter: str,
    date_format: str,
    decimal_comma: bool,
    pending_mark: str = "",
    account_id: int | None = None,
    by: User,
    at: datetime,
) -> TableFormat:
    """Keep a mapping. It needs the day, an amount (or both sides), and a name or a text.

    Raises: InvalidInput, NotFound, TableFormatExists.
    """
    if not name.strip():
        raise InvalidInput(_("Give the mapping a name, such as the bank's."))
    chosen = {column: " ".join(title.split()) for column, title in columns.items() if title.strip()}
    if len(set(chosen.values())) < len(chosen):
        raise InvalidInput(_("Choose each column once."))
    sides = {Column.CREDIT, Column.DEBIT}
    if Column.BOOKED_ON not in chosen or (Column.AMOUNT not in chosen and not sides <= set(chosen)):
        raise InvalidInput(_("Choose the columns of the day and of the amount (or of credit and debit)."))
    if not {Column.NAME, Column.TEXT} & set(chosen):
        raise InvalidInput(_("Choose the column of the name or of the text: without both nothing can be matched."))
    if delimiter not in DELIMITERS or date_format not in DATE_FORMATS:
        raise InvalidInput(_("Choose the separator and how days are written."))
    account = BankAccount.objects.filter(id=account_id).first() if account_id is not None else None
    if account_id is not None and account is None:
        raise NotFound(_("This bank account does not exist."))
    try:
        with transaction.atomic():
            row: TableFormat = TableFormat.objects.create(
                name=name.strip()[:100],
                account=account,
                columns={column.value: title for column, title in chosen.items()},
                delimiter=delimiter,
                date_format=date_format,
                decimal_comma=decimal_comma,
                pending_mark=pending_mark.strip()[:40],
                changed_at=at,
                changed_by=by,
            )
    except IntegrityError as error:
        raise TableFormatExists from error
    return row


@transaction.atomic
def drop_table_format(*, format_id: int, by: User) -> None:  # noqa: ARG001 (who did it, as everywhere)
    """Forget a mapping; what was imported by it stays. Raises: NotFound."""
    row = TableFormat.objects.filter(id=format_id).first()
    if row is None:
        raise NotFound(_("This mapping does not exist."))
    row.delete()
