"""What people type and upload about the bank. Forms parse; the actions decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coop.banking.actions import DIRECT_ACCOUNTS, Part
from coop.banking.csv_tables import Column, TableMapping
from coop.banking.models import BankAccount, Claim
from coop.banking.movements import LARGEST_FILE
from coop.banking.states import Channel, TransactionState
from coop.ledger.chart import AccountCode
from coop.tenancy.web.pages import day_input, why_field

DIRECT_LABELS = {
    AccountCode.BANK_CHARGES: _("Bank charges"),
    AccountCode.WAGE_TAX: _("Wage tax"),
    AccountCode.FUNDS: _("Health funds: contributions"),
    AccountCode.LEVIES: _("Levies and accident insurance"),
    AccountCode.VAT: _("VAT"),
    AccountCode.CLIENT_CREDIT: _("Credit of a client"),
    AccountCode.INTEREST_INCOME: _("Interest received"),
}


class UploadForm(forms.Form):
    """A statement file."""

    file = forms.FileField(
        label=_("Bank statement"),
        help_text=_("camt (XML), MT940, a table (CSV) or a zip of several, as the bank offers it for download."),
    )
    account = forms.TypedChoiceField(
        label=_("Account"),
        help_text=_("Needed only where the file does not say it."),
        required=False,
        coerce=int,
        empty_value=None,
    )

    def __init__(self, *args: Any, accounts: Sequence[BankAccount] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("as the file says")), *((account.pk, account.name) for account in accounts)]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """Not larger than what is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large for a bank statement."))
        return file


COLUMN_LABELS = {
    Column.BOOKED_ON: _("Booking day"),
    Column.VALUE_ON: _("Value date"),
    Column.AMOUNT: _("Amount with sign"),
    Column.CREDIT: _("Received (own column)"),
    Column.DEBIT: _("Paid out (own column)"),
    Column.SIDE: _("Debit or credit"),
    Column.NAME: _("Name of the other side"),
    Column.IBAN: _("IBAN of the other side"),
    Column.TEXT: _("Text"),
    Column.TEXT_2: _("More text"),
    Column.END_TO_END_ID: _("End-to-end reference"),
    Column.MANDATE_ID: _("Mandate"),
    Column.REFERENCE: _("The bank's reference"),
    Column.CURRENCY: _("Currency"),
    Column.OWN_ACCOUNT: _("Own account"),
    Column.BALANCE: _("Balance after it"),
    Column.STATUS: _("Booked or not yet"),
}
DATE_LABELS = {
    "%d.%m.%Y": "31.12.2026",
    "%d.%m.%y": "31.12.26",
    "%Y-%m-%d": "2026-12-31",
    "%d/%m/%Y": "31/12/2026",
    "%m/%d/%Y": "12/31/2026",
    "%Y%m%d": "20261231",
}
SAMPLE_LETTERS = 20_000


class SampleForm(forms.Form):
    """A table of the bank for which a mapping is to be made."""

    file = forms.FileField(label=_("A table of the bank (CSV)"), help_text=_("Only its first rows are looked at."))


class TableForm(forms.Form):
    """Which column of a table is what. The table's beginning travels with the form and is stored nowhere."""

    name = forms.CharField(label=_("Name of the mapping"), max_length=100, help_text=_("Such as the bank's name."))
    account = forms.TypedChoiceField(
        label=_("Account"), required=False, coerce=int, empty_value=None,
        help_text=_("Where no column of the table says it."),
    )  # fmt: skip
    delimiter = forms.ChoiceField(
        label=_("Between the columns"), choices=[(";", ";"), (",", ","), ("\t", _("tabulator")), ("|", "|")]
    )
    date_format = forms.ChoiceField(label=_("Days are written"), choices=list(DATE_LABELS.items()))
    decimal_comma = forms.BooleanField(label=_("Amounts have a decimal comma"), required=False)
    pending_mark = forms.CharField(label=_("Word for movements that are not booked yet"), required=False, max_length=40)
    sample = forms.CharField(widget=forms.HiddenInput, max_length=SAMPLE_LETTERS, strip=False)

    def __init__(
        self, *args: Any, header: Sequence[str] = (), accounts: Sequence[BankAccount] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("as the table says")), *((account.pk, account.name) for account in accounts)]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        titles = [("", "–"), *((title, title) for title in dict.fromkeys(header) if title)]
        for column, label in COLUMN_LABELS.items():
            self.fields[f"column_{column}"] = forms.ChoiceField(label=label, choices=titles, required=False)

    def columns(self) -> dict[Column, str]:
        """The columns that were chosen."""
        return {column: title for column in Column if (title := self.cleaned_data.get(f"column_{column}"))}

    def mapping(self, accounts: Sequence[BankAccount]) -> TableMapping:
        """The mapping as the form says it now."""
        data = self.cleaned_data
        return TableMapping(
            name=data["name"],
            columns=self.columns(),
            delimiter=data["delimiter"],
            date_format=data["date_format"],
            decimal_comma=data["decimal_comma"],
            pending_mark=data["pending_mark"],
            account=next((one.iban for one in accounts if one.pk == data["account"]), ""),
        )


class ConfirmForm(forms.Form):
    """How a changed IBAN was confirmed."""

    channel = forms.ChoiceField(label=_("Confirmed"), choices=Channel.choices)
    note = forms.CharField(label=_("Who was asked, and when"), max_length=200)


class MatchingPolicyForm(forms.Form):
    """How sure matching must be, from a day on."""

    since = forms.DateField(label=_("Since"), widget=day_input())
    post_from = forms.IntegerField(
        label=_("Post without a person from this score on"),
        min_value=80,
        max_value=101,
        help_text=_("80 to 100; 101 lets everything wait for a person."),
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A bank account of the cooperative."""

    iban = forms.CharField(label=_("IBAN"), max_length=42)
    change_reason = why_field(asked=True)

    class Meta:
        model = BankAccount
        fields = ("name", "holder", "iban", "bic", "is_default")

    def _post_clean(self) -> None:
        """The action checks the whole; the form only parses."""


class TransactionSearchForm(forms.Form):
    """The search above the movements."""

    q = forms.CharField(label=_("Name or text"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("waiting", _("waiting for a person")), *TransactionState.choices],
    )
    statement = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


class MatchForm(forms.Form):
    """How much of a payment goes to each of the claims that are offered."""

    def __init__(self, *args: Any, claims: Sequence[Claim], first_cents: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claims = list(claims)
        for number, claim in enumerate(self.claims):
            field = forms.DecimalField(
                label=f"{claim.reference} · {claim.debtor}",
                min_value=0,
                max_digits=12,
                decimal_places=2,
                required=False,
                localize=True,
            )
            if number == 0 and first_cents:
                field.initial = f"{first_cents // 100}.{first_cents % 100:02d}"
            field.suffix = "€"  # type: ignore[attr-defined]
            self.fields[f"claim_{claim.pk}"] = field

    def parts(self) -> list[Part]:
        """The claims that get something."""
        return [
            Part(claim_id=claim.pk, cents=int(euros * 100))
            for claim in self.claims
            if (euros := self.cleaned_data.get(f"claim_{claim.pk}"))
        ]


class IgnoreForm(forms.Form):
    """Why a movement is left aside."""

    reason = forms.CharField(label=_("Reason"), help_text=_("Such as: transfer between own accounts."), max_length=200)


class BookForm(forms.Form):
    """An account of the ledger for what is left of a movement."""

    account = forms.ChoiceField(
        label=_("Account"), choices=[(code.value, DIRECT_LABELS[code]) for code in DIRECT_ACCOUNTS]
    )
