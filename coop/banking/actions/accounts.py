"""The cooperative's bank accounts."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from stdnum import bic as bic_numbers
from stdnum import iban as iban_numbers
from stdnum.exceptions import ValidationError

from coop.banking.models import BankAccount
from coop.banking.sepa import permitted_name
from coop.errors import InvalidInput, StetigError
from coop.tenancy.actions import note_access
from coop.tenancy.models import User


class AccountExists(StetigError):
    """This bank account is there already."""

    code = "account_exists"


@transaction.atomic
def open_account(
    *, name: str, holder: str, iban: str, bic: str = "", default: bool = False, by: User | None
) -> BankAccount:
    """Make a bank account known. The first one is the default; a new default replaces the old one.

    Raises: InvalidInput, AccountExists.
    """
    number = checked_iban(iban)
    if bic:
        try:
            bic = bic_numbers.validate(bic)
        except ValidationError:
            raise InvalidInput(_("This is no valid BIC: 8 or 11 letters and digits.")) from None
    if not name.strip():
        raise InvalidInput(_("Give the account a name."))
    first = not BankAccount.objects.select_for_update().filter(is_default=True).exists()
    if default:
        BankAccount.objects.filter(is_default=True).update(is_default=False)
    try:
        with transaction.atomic():
            account: BankAccount = BankAccount.objects.create(
                name=name.strip(),
                holder=permitted_name(holder, "holder"),
                iban=number,
                bic=bic,
                is_default=default or first,
            )
    except IntegrityError as error:
        raise AccountExists from error
    note_access(user=by, action="bank account opened", about=f"bank account {account.pk}")
    return account


def checked_iban(text: str) -> str:
    """An IBAN without spaces, its check digits proved. Raises: InvalidInput."""
    try:
        return str(iban_numbers.validate(text))
    except ValidationError:
        raise InvalidInput(_("This is no valid IBAN: compare it with the bank card or statement.")) from None
