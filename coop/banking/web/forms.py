"""What people type and upload about the bank. Forms parse; the actions decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coop.banking.actions import DIRECT_ACCOUNTS, Part
from coop.banking.camt import LARGEST_FILE
from coop.banking.models import BankAccount, Claim
from coop.banking.states import TransactionState
from coop.ledger.chart import AccountCode

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
        label=_("Bank statement"), help_text=_("camt.053 (XML), as the bank offers it for download.")
    )

    def clean_file(self) -> Any:
        """Not larger than what is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large for a bank statement."))
        return file


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A bank account of the cooperative."""

    iban = forms.CharField(label=_("IBAN"), max_length=42)

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
