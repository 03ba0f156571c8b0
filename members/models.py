"""Applicants and members, their shares, and the member register."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coop.ledger.models import Budget
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.history_triggers import keeps_history
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from members.states import PERSON_STATES, PersonState, RegisterEvent


class Person(CoopOwned):
    """Somebody who applied, and the member they may become."""

    user = LoginKey(null=True, blank=True)
    budget = CoopOneToOneField(Budget, null=True, blank=True, related_name="person")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail address"))
    street = models.CharField(_("street and number"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=20)
    city = models.CharField(_("city"), max_length=100)
    country = models.CharField(_("country"), max_length=2, default="DE")
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    profession = models.CharField(_("profession"), max_length=100)
    language = models.CharField(_("language"), max_length=5, default="de")
    shares_wanted = models.PositiveIntegerField(_("number of shares"), default=1)
    state = models.CharField(max_length=10, choices=PersonState.choices, default=PersonState.APPLIED)
    applied_at = models.DateTimeField()
    consented_at = models.DateTimeField(help_text=_("When the declaration of accession was made in text form."))
    member_number = models.PositiveIntegerField(null=True, blank=True)
    admitted_on = models.DateField(null=True, blank=True)
    decided_by = LoginKey(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    rejected_reason = models.CharField(max_length=500, blank=True)
    notice_on = models.DateField(null=True, blank=True)
    leaves_on = models.DateField(null=True, blank=True, help_text=_("Last day of the membership."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "member_number"], name="person_member_number_once"),
            models.UniqueConstraint(fields=["coop", "user"], condition=Q(user__isnull=False), name="person_login_once"),
            models.CheckConstraint(condition=Q(shares_wanted__gte=1), name="person_wants_a_share"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[PersonState.ADMITTED, PersonState.LEFT],
                    member_number__isnull=False,
                    admitted_on__isnull=False,
                    budget__isnull=False,
                )
                | Q(
                    state__in=[PersonState.APPLIED, PersonState.REJECTED, PersonState.WITHDRAWN],
                    member_number__isnull=True,
                    admitted_on__isnull=True,
                ),
                name="person_member_whole",
            ),
            models.CheckConstraint(
                condition=Q(leaves_on__isnull=True, notice_on__isnull=True)
                | Q(leaves_on__gte=F("notice_on"), notice_on__isnull=False),
                name="person_notice_before_end",
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"]), models.Index(fields=["coop", "user"])]
        triggers = [
            *machine("person", PERSON_STATES),
            keeps_history(
                "person",
                *("name", "email", "street", "postcode", "city", "country", "phone", "profession", "language"),
                # What a refused applicant wrote is forgotten, and no history may remember it.
                where="NEW.state IN ('admitted', 'left')",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Street, postcode and city on one line, with the country where it is not Germany."""
        abroad = "" if self.country == "DE" else f", {self.country}"
        return f"{self.street}, {self.postcode} {self.city}{abroad}"

    @property
    def is_member(self) -> bool:
        """Whether the person is a member now."""
        return self.state == PersonState.ADMITTED


class ShareSubscription(CoopOwned):
    """Shares that a member has subscribed. What was paid on them stands at the claim `source`."""

    person = CoopForeignKey(Person, related_name="subscriptions")
    count = models.PositiveIntegerField()
    share_cents = models.BigIntegerField()
    subscribed_on = models.DateField()
    reference = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "reference"], name="sharesubscription_reference_once"),
            models.CheckConstraint(condition=Q(count__gte=1, share_cents__gt=0), name="sharesubscription_positive"),
        ]
        triggers = [pgtrigger.Protect(name="sharesubscription_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount_cents(self) -> int:
        """All shares of this subscription."""
        return self.count * self.share_cents

    @property
    def source(self) -> str:
        """The source of its claim."""
        return f"share:{self.pk}"


class DepartedShare(CoopOwned):
    """The capital of somebody who left, from the exit day until it is paid out."""

    person = CoopOneToOneField(Person, related_name="departed_share")
    left_on = models.DateField()
    capital_cents = models.BigIntegerField(help_text=_("Paid in on shares, in cents."))
    settled_on = models.DateField(null=True, blank=True)
    value_cents = models.BigIntegerField(null=True, blank=True, help_text=_("What is paid out of it, in cents."))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True, value_cents__isnull=True)
                | Q(settled_on__isnull=False, value_cents__gte=0, value_cents__lte=F("capital_cents")),
                name="departedshare_settled_pair",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class RegisterEntry(CoopOwned):
    """One line of the member register (§ 30 GenG): what was true from a day on. Append-only."""

    person = CoopForeignKey(Person, related_name="register_entries")
    event = models.CharField(max_length=10, choices=RegisterEvent.choices)
    on = models.DateField()
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=340)
    shares = models.PositiveIntegerField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = LoginKey(null=True, blank=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="registerentry_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.on} {self.event}"
