"""What people type about themselves and about members. Forms parse; the actions decide."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from coop.banking.actions import checked_iban
from coop.errors import InvalidInput
from coop.tenancy.web.pages import day_input, why_field
from members.actions import CONTACT, MOST_SHARES
from members.models import Person
from members.states import PersonState


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """Contact data of a person."""

    language = forms.ChoiceField(label=_("Language of letters and mails"), choices=settings.LANGUAGES)
    country = forms.CharField(
        label=_("Country"), help_text=_("Two letters, such as DE or FR."), min_length=2, max_length=2, initial="DE"
    )

    class Meta:
        model = Person
        fields = CONTACT

    def clean_country(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["country"]).upper()

    def _post_clean(self) -> None:
        """The action checks the whole; the form only parses."""

    def contact(self) -> dict[str, Any]:
        """The fields as the actions take them."""
        return {name: self.cleaned_data[name] for name in CONTACT if name in self.cleaned_data}


class OwnContactForm(ContactForm):
    """One's own contact data, later on."""

    change_reason = why_field()


class ApplicationForm(ContactForm):
    """An application with its declaration of accession. `website` is for machines: people do not see it."""

    shares = forms.IntegerField(
        label=_("Number of shares"), min_value=1, max_value=MOST_SHARES, initial=1, help_text=_("At least one.")
    )
    consent = forms.BooleanField(
        label=_(
            "I declare that I join the cooperative and will make the payments that the law and the statute lay down. "
            "I could read the statute beforehand."
        )
    )
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}), label=_("Leave empty")
    )

    @property
    def from_a_machine(self) -> bool:
        """Whether the field that people do not see was filled."""
        return bool(self.data.get("website"))


class SearchForm(forms.Form):
    """The search above the register."""

    q = forms.CharField(label=_("Name, e-mail or number"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Members")), (PersonState.LEFT, _("Left")), ("all", _("All"))],
    )


class RejectForm(forms.Form):
    """Why somebody is not admitted."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The applicant reads it. Then the application's data are deleted."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AdmitForm(forms.Form):
    """From which day somebody is a member."""

    on = forms.DateField(label=_("Member from"), widget=day_input())


class SharesForm(forms.Form):
    """Further shares."""

    count = forms.IntegerField(label=_("Further shares"), min_value=1, max_value=MOST_SHARES)


class LeaveForm(forms.Form):
    """A notice."""

    notice_on = forms.DateField(label=_("Notice arrived on"), widget=day_input())
    leaves_in = forms.IntegerField(
        label=_("Membership ends with the year"),
        help_text=_("As the statute's period asks."),
        min_value=2000,
        max_value=2999,
    )

    def leaves_on(self) -> date:
        """The last day of that year."""
        return date(self.cleaned_data["leaves_in"], 12, 31)


class SettleForm(forms.Form):
    """What the assembly has set."""

    value_percent = forms.DecimalField(
        label=_("Value of the shares"), min_value=0, max_value=100, max_digits=6, decimal_places=3, localize=True
    )
    value_percent.suffix = "%"  # type: ignore[attr-defined]
    on = forms.DateField(label=_("Day of the assembly"), widget=day_input())


class PayForm(forms.Form):
    """Where a departed member's money goes."""

    iban = forms.CharField(label=_("IBAN"), max_length=42)
    execute_on = forms.DateField(label=_("Pay on"), widget=day_input())

    def clean_iban(self) -> str:
        """The IBAN, its check digits proved."""
        try:
            return checked_iban(self.cleaned_data["iban"])
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error
