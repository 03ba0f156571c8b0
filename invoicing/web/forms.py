"""What people type about clients and jobs. Forms parse; the actions decide."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from coop.tenancy.history import WHY
from coop.tenancy.models import User
from coop.tenancy.web.pages import why_field
from invoicing.actions import CLIENT_FIELDS
from invoicing.countries import countries
from invoicing.law.vat import VatCase
from invoicing.models import Client, Job, JobLine, PlannedInvoice
from invoicing.states import (
    ASKED_WITH,
    NOTED_WAYS,
    PLANNED_KINDS,
    SERVICES,
    UNITS,
    VAT_CASES,
    Answer,
    InvoiceState,
    JobState,
)


class NumberField(forms.DecimalField):
    """A number as people write it, with up to four places."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 14, "decimal_places": 4, "localize": True, **kwargs})

    def to_python(self, value: Any) -> Any:
        """The number, with or without points between the thousands: Django alone takes them only where it writes them."""
        group = formats.get_format("THOUSAND_SEPARATOR")
        text = "".join(str(value).split()) if value else value
        if text and re.fullmatch(rf"-?\d{{1,3}}({re.escape(group)}\d{{3}})+(\D\d{{1,2}})?", text):
            text = text.replace(group, "")
        return super().to_python(text)

    def prepare_value(self, value: Any) -> Any:
        """A number as the reader writes it, without idle zeros; what was typed stays as it was."""
        if isinstance(value, Decimal):
            return formats.number_format(f"{value.normalize():f}", use_l10n=True)
        return value


class PriceField(NumberField):
    """A price in euros with up to four places."""

    suffix = "€"

    def prepare_value(self, value: Any) -> Any:
        """With two places at least."""
        if isinstance(value, Decimal):
            places = max(2, -int(value.normalize().as_tuple().exponent))
            return formats.number_format(f"{value:f}", places, use_l10n=True)
        return value


class EuroField(NumberField):
    """An amount in euros as people write it; its clean value is integer cents."""

    suffix = "€"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, **kwargs)

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


def _answer(label: Any, help_text: Any) -> forms.TypedChoiceField:
    """Yes, no, or not said."""
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        choices=[("", _("not said")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )


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
        if self.instance.pk:
            self.fields[WHY] = why_field()

    def given(self) -> dict[str, Any]:
        """The client's fields as the actions take them."""
        return {name: self.cleaned_data[name] for name in CLIENT_FIELDS}


class JobForm(forms.ModelForm):  # type: ignore[type-arg]
    """A job for one of the member's own clients."""

    client: "forms.ModelChoiceField[Client]" = forms.ModelChoiceField(queryset=None, label=_("Client"))
    service = forms.ChoiceField(
        label=_("What do you do?"),
        help_text=_("The VAT follows from this, from where it happens and from who the client is."),
        choices=SERVICES,
        widget=forms.RadioSelect,
    )
    performed_in = forms.ChoiceField(
        label=_("In which country does it take place?"),
        help_text=_("Only asked for performances, tickets, food, buildings and plots."),
        required=False,
    )
    certified = _answer(_("Has the authority certified the purpose?"), _("Only asked for culture and teaching."))
    recipient_same_trade = _answer(
        _("Does the client itself build or clean buildings?"), _("Only asked for building and cleaning.")
    )
    below_threshold = _answer(
        _("Do all such services to private persons in the EU stay below the limit of the year?"),
        _("Only asked for downloads, apps and online services. The office knows."),
    )

    class Meta:
        model = Job
        fields = (
            "title",
            "description",
            "service_from",
            "service_until",
            "order_reference",
            "service",
            *ASKED_WITH,
        )
        help_texts = {
            "title": _("As it will stand on the invoice."),
            "order_reference": _("If the client gave you one."),
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "service_from": day_input(),
            "service_until": day_input(),
        }

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["client"])
        if self.instance.pk:
            self.initial["client"] = self.instance.client_id
        self.fields["client"].queryset = Client.objects.filter(owner=owner).order_by("name")  # type: ignore[attr-defined]
        self.fields["performed_in"].choices = [("", "–"), *countries(get_language() or "en")]  # type: ignore[attr-defined]
        for name, services in ASKED_WITH.items():
            self.fields[name].widget.attrs["data-asked-with"] = " ".join(services)

    def _post_clean(self) -> None:
        """The action checks the whole job; the form only parses."""

    def content(self) -> dict[str, Any]:
        """The fields as the actions take them."""
        content = dict(self.cleaned_data)
        content["client_id"] = content.pop("client").pk
        return content

    def first_fields(self) -> list[Any]:
        """What comes before the lines."""
        return [field for field in self.visible_fields() if field.name not in {"service", *ASKED_WITH}]

    def vat_fields(self) -> list[Any]:
        """What the VAT follows from."""
        return [field for field in self.visible_fields() if field.name in {"service", *ASKED_WITH}]


class LineForm(forms.Form):
    """One line of a job. An empty one is no line."""

    title = forms.CharField(
        label=_("What?"), help_text=_("Empty: the name of the job."), max_length=200, required=False
    )
    quantity = NumberField(label=_("Quantity"), initial=1)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, initial="C62")
    unit_price = PriceField(label=_("Price of one, without VAT"))
    discount_cents = EuroField(label=_("Discount"), required=False)
    service = forms.ChoiceField(label=_("Kind of service"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("as below")), *SERVICES]  # type: ignore[attr-defined]


class LinesFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The lines of a job; rows left empty are left out."""

    def content(self) -> list[dict[str, Any]]:
        """The lines as the actions take them."""
        return [
            {**form.cleaned_data, "discount_cents": form.cleaned_data["discount_cents"] or 0}
            for form in self.forms
            if form.has_changed()
        ]

    def clean(self) -> None:
        """At least one line says what it costs."""
        if not any(form.has_changed() for form in self.forms):
            raise forms.ValidationError(_("Write at least one line with its price."))


LINES_SHOWN = 500
"""How many lines the page takes; programs may send more."""
_Lines = forms.formset_factory(LineForm, formset=LinesFormSet, extra=0, max_num=LINES_SHOWN, absolute_max=LINES_SHOWN)


def lines_formset(data: Any = None, lines: Sequence[JobLine | dict[str, Any]] = ()) -> Any:
    """The lines as typed (`data`) or as they are, with one to begin with."""
    if data is not None:
        return _Lines(data, prefix="lines")
    fields = tuple(LineForm.base_fields)
    initial = [
        line if isinstance(line, dict) else {name: getattr(line, name) for name in fields} for line in lines or [{}]
    ]
    return _Lines(prefix="lines", initial=initial)


def typed_lines(data: Any) -> list[dict[str, Any]]:
    """The lines as they were typed and one more, to be shown again."""
    count = data.get("lines-TOTAL_FORMS", "")
    rows = int(count) if count.isascii() and count.isdigit() else 0
    typed = [
        {name: data.get(f"lines-{row}-{name}", "") for name in LineForm.base_fields}
        for row in range(min(rows, LINES_SHOWN - 1))
    ]
    return [*typed, {}]


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """An invoice of a part of a job, planned beforehand."""

    net_cents = EuroField(label=_("Net amount"))

    class Meta:
        model = PlannedInvoice
        fields = ("kind", "title", "net_cents", "planned_on", "service_from", "service_until")
        widgets = {
            "kind": forms.RadioSelect,
            "planned_on": day_input(),
            "service_from": day_input(),
            "service_until": day_input(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = PLANNED_KINDS  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The action checks the whole; the form only parses."""


class RetainerForm(forms.Form):
    """The same amount for each month of a job."""

    title = forms.CharField(label=_("What for?"), help_text=_("The month is added to it."), max_length=190)
    net_cents = EuroField(label=_("Net amount of a month"))


class AnswerForm(forms.Form):
    """A client's answer to a job."""

    answer = forms.ChoiceField(label=_("Your answer"), choices=Answer.choices, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Your name"), help_text=_("It is kept with the time of your answer."), max_length=200
    )
    note = forms.CharField(
        label=_("What should be changed, or why not?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_answer(self) -> Answer:
        """The answer itself."""
        return Answer(self.cleaned_data["answer"])


class VatDecisionForm(forms.Form):
    """What a person decides about the VAT of a job."""

    case = forms.ChoiceField(
        label=_("How is it taxed?"),
        choices=[(value, label) for value, label in VAT_CASES],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=_("Why?"),
        help_text=_("Kept with your name and the day, for the tax auditor."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_case(self) -> VatCase:
        """The case itself."""
        return VatCase(self.cleaned_data["case"])


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
    way = forms.ChoiceField(label=_("How?"), choices=NOTED_WAYS, widget=forms.RadioSelect)
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
