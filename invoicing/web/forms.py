"""What people type about clients and jobs. Forms parse; the actions decide."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coop.tenancy.models import User
from invoicing.actions import CLIENT_FIELDS
from invoicing.countries import countries
from invoicing.models import Client, Job
from invoicing.states import ConfirmationWay, InvoiceState, JobState


class EuroField(forms.DecimalField):
    """An amount in euros as people write it; its clean value is integer cents."""

    suffix = "€"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, localize=True, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Euros, with or without points between the thousands: Django alone takes them only where it writes them."""
        group = formats.get_format("THOUSAND_SEPARATOR")
        text = "".join(str(value).split()) if value else value
        if text and re.fullmatch(rf"-?\d{{1,3}}({re.escape(group)}\d{{3}})+(\D\d{{1,2}})?", text):
            text = text.replace(group, "")
        return super().to_python(text)

    def clean(self, value: Any) -> Any:
        """Cents, or None where nothing is required and written."""
        euros = super().clean(value)
        return None if euros is None else int(euros * 100)

    def prepare_value(self, value: Any) -> Any:
        """Cents as the reader writes them; what was typed stays as it was."""
        if isinstance(value, int):
            return formats.number_format(f"{value // 100}.{value % 100:02d}", 2, use_l10n=True)
        return value


def day_input() -> forms.DateInput:
    """The browser's own calendar; it speaks ISO dates."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """A client. The country's names are in the reader's language."""

    class Meta:
        model = Client
        fields = CLIENT_FIELDS
        help_texts = {
            "vat_id": _("With the letters of the country in front, such as FR40303265045."),
            "email": _("Invoices go to this address."),
            "leitweg_id": _("Public bodies name it with the order. With it the client gets an XRechnung."),
        }
        widgets = {
            "invoice_format": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(label=_("Country"), choices=countries(get_language() or "en"))
        self.fields["country"].initial = "DE"


class JobForm(forms.ModelForm):  # type: ignore[type-arg]
    """A job for one of the member's own clients."""

    client: "forms.ModelChoiceField[Client]" = forms.ModelChoiceField(queryset=None, label=_("Client"))
    net_cents = EuroField(
        label=_("Net amount"), help_text=_("Without VAT. The cooperative's fee goes off this amount.")
    )

    class Meta:
        model = Job
        fields = (
            "title",
            "description",
            "service_from",
            "service_until",
            "net_cents",
            "vat_case",
            "order_reference",
        )
        help_texts = {
            "title": _("As it will stand on the invoice."),
            "vat_case": _(
                "The lower rate holds where rights of use are granted or artists perform. Unsure? Ask in the conversation."
            ),
            "order_reference": _("If the client gave you one."),
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "service_from": day_input(),
            "service_until": day_input(),
            "vat_case": forms.RadioSelect,
        }

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["client"])
        if self.instance.pk:
            self.initial["client"] = self.instance.client_id
        self.fields["client"].queryset = Client.objects.filter(owner=owner).order_by("name")  # type: ignore[attr-defined]
        self.fields["vat_case"].choices = [  # type: ignore[attr-defined]
            choice
            for choice in self.fields["vat_case"].choices  # type: ignore[attr-defined]
            if choice[0]
        ]

    def _post_clean(self) -> None:
        """The action checks the whole job; the form only parses."""

    def content(self) -> dict[str, Any]:
        """The fields as the actions take them."""
        content = dict(self.cleaned_data)
        content["client_id"] = content.pop("client").pk
        return content


class SayForm(forms.Form):
    """The one field of the conversation."""

    text = forms.CharField(label=_("Your message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    """Why a job goes back."""

    reason = forms.CharField(
        label=_("What has to be put right?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class CancelForm(forms.Form):
    """Why an invoice is taken back, and what becomes of the job."""

    reason = forms.CharField(
        label=_("Why is the invoice cancelled?"),
        help_text=_("The client reads it on the cancellation."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    then = forms.ChoiceField(
        label=_("What becomes of the job?"),
        choices=[
            (JobState.RETURNED.value, _("Its member corrects it")),
            (JobState.CONFIRMED.value, _("It is right: invoice it anew")),
            (JobState.CANCELLED.value, _("It is given up")),
        ],
        widget=forms.RadioSelect,
    )


class ConfirmationForm(forms.Form):
    """That the client has confirmed."""

    confirmed_on = forms.DateField(label=_("When did the client confirm?"), widget=day_input())
    confirmed_by_name = forms.CharField(label=_("Who confirmed there?"), max_length=200)
    way = forms.ChoiceField(label=_("How?"), choices=ConfirmationWay.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("Where is the proof?"),
        help_text=_("Such as: e-mail of 4 May to the office; contract signed on both sides, in the folder."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SearchForm(forms.Form):
    """The search above a list of invoices."""

    q = forms.CharField(label=_("Number, client or member"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *InvoiceState.choices, ("overdue", _("overdue"))],
    )
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2999)


class IssueForm(forms.Form):
    """Which confirmed jobs to invoice, and with which date."""

    issued_on = forms.DateField(label=_("Date of the invoices"), widget=day_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["issued_on"].initial = today
