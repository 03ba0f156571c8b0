"""What people type about logins, roles and policy. Forms parse; the actions decide."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from coop.tenancy.history import LONGEST_WHY
from coop.tenancy.models import Policy, User
from coop.tenancy.states import Role
from coop.tenancy.web.pages import day_input

ROLES = [("", "–"), *Role.choices]


class PasswordForm(forms.Form):
    """A password for a new login, once."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters. A sentence is easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def __init__(self, *args: Any, invited: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invited = invited

    def clean_password(self) -> str:
        """The password, if it is no easy guess."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.invited)
        return password


class InviteForm(forms.Form):
    """Who is invited into which role."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)


class GrantForm(forms.Form):
    """A further role for a login that has one here, or a deputy's for some time."""

    user_id = forms.TypedChoiceField(label=_("Person"), coerce=int)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    since = forms.DateField(label=_("From"), widget=day_input())
    until = forms.DateField(
        label=_("Until"), help_text=_("The first day without the role."), required=False, widget=day_input()
    )
    deputy_of_id = forms.TypedChoiceField(
        label=_("Deputy of"), coerce=int, required=False, empty_value=None, help_text=_("A deputy needs an end.")
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(user.pk, f"{user.name} ({user.email})") for user in people]
        self.fields["user_id"].choices = choices  # type: ignore[attr-defined]
        self.fields["deputy_of_id"].choices = [("", _("nobody")), *choices]  # type: ignore[attr-defined]


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new decision of the cooperative. Amounts in euros, shares of one as decimals."""

    share_euros = forms.DecimalField(label=_("One share"), max_digits=9, decimal_places=2, localize=True)
    share_euros.suffix = "€"  # type: ignore[attr-defined]
    advance_limit_euros = forms.DecimalField(
        label=_("Salary paid ahead of client money, at most for all members together"),
        max_digits=12,
        decimal_places=2,
        localize=True,
    )
    advance_limit_euros.suffix = "€"  # type: ignore[attr-defined]
    advance_limit_member_euros = forms.DecimalField(
        label=_("Salary paid ahead of client money, at most for one member"),
        max_digits=12,
        decimal_places=2,
        localize=True,
        required=False,
        help_text=_("Empty: no limit of its own."),
    )
    advance_limit_member_euros.suffix = "€"  # type: ignore[attr-defined]
    recommended_net_euros = forms.DecimalField(
        label=_("Recommended average net income a month"),
        max_digits=9,
        decimal_places=2,
        localize=True,
        required=False,
        help_text=_("Shown as a note; nothing is refused for it."),
    )
    recommended_net_euros.suffix = "€"  # type: ignore[attr-defined]
    why = forms.CharField(
        label=_("Reason"), max_length=LONGEST_WHY, help_text=_("What the assembly or the board gave as its ground.")
    )

    class Meta:
        model = Policy
        fields = (
            "since",
            "decided_on",
            "fee_rate",
            "payment_terms_days",
            "vat_scheme",
            "guarantee",
            "run_day",
            "pay_day",
            "levies_rate",
            "open_ended_months",
            "why",
        )
        widgets = {"since": day_input(), "decided_on": day_input()}
        help_texts = {
            "fee_rate": _("As a share of one: 0.09 is 9 %."),
            "levies_rate": _("As a share of one."),
            "open_ended_months": _(
                "Not shorter than the longest notice that is owed. Empty: every salary has a last month."
            ),
        }

    def values(self) -> dict[str, Any]:
        """The fields as the action takes them."""
        values = {}
        for name, value in self.cleaned_data.items():
            if name.endswith("_euros"):
                values[name.removesuffix("euros") + "cents"] = None if value is None else int(value * 100)
            else:
                values[name] = value
        return values

    def _post_clean(self) -> None:
        """The action checks the whole; the form only parses."""
