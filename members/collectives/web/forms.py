"""Forms of shared budgets and transfers: they parse; what is allowed the actions say."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coop.errors import InvalidInput
from coop.money import parse_cents


class AmountField(forms.CharField):
    """An amount in euros with a comma or a point; its value is integer cents."""

    suffix = "€"

    def clean(self, value: Any) -> Any:
        """Cents. Raises: ValidationError."""
        text = super().clean(value).replace("\u00a0", "").replace(" ", "").removesuffix("€")
        plain = text.replace(".", "").replace(",", ".") if "," in text else text
        try:
            cents = parse_cents(plain)
        except InvalidInput as error:
            raise forms.ValidationError(_("Write an amount such as 250,00.")) from error
        if cents <= 0:
            raise forms.ValidationError(_("Write an amount above zero."))
        return cents


class FoundForm(forms.Form):
    """A new shared budget."""

    name = forms.CharField(label=_("Name"), max_length=120)
    emails = forms.CharField(
        label=_("E-mail addresses of the others"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Members of this cooperative, one address a line. Each of them is asked first."),
    )

    def clean_emails(self) -> list[str]:
        """The addresses, one by one."""
        return [one for one in self.cleaned_data["emails"].replace(",", "\n").split() if one]


class InviteForm(forms.Form):
    """Another member who is asked to share a budget."""

    email = forms.EmailField(label=_("E-mail address of the member"))


class TransferForm(forms.Form):
    """Money for another budget. `to` is a shared budget, or empty with an e-mail address of a member."""

    giver = forms.TypedChoiceField(label=_("From"), coerce=int)
    receiver = forms.TypedChoiceField(label=_("To"), coerce=int, required=False, empty_value=None)
    email = forms.EmailField(
        label=_("Or to a member"), required=False, help_text=_("The e-mail address that the cooperative knows.")
    )
    amount = AmountField(label=_("Amount"))
    text = forms.CharField(label=_("What it is for"), max_length=120)

    def __init__(
        self, givers: Sequence[tuple[int, Any]], receivers: Sequence[tuple[int, Any]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["giver"].choices = list(givers)  # type: ignore[attr-defined]
        self.fields["receiver"].choices = [("", _("a member, see below")), *receivers]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of both receivers."""
        data: dict[str, Any] = super().clean() or {}
        if bool(data.get("receiver")) == bool(data.get("email")):
            self.add_error("email", _("Choose a shared budget, or give the address of a member."))
        return data
