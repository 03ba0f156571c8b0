"""Policy and exceptions of dunning, its cases, and letters that stay as they were sent."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from invoicing.dunning.states import CASE_STATES, Answer, Beneficiary, CaseState, Tone
from invoicing.models import LANGUAGES, Client, Invoice

_KEPT = pgtrigger.Update | pgtrigger.Delete


class DunningPolicy(CoopOwned):
    """How the cooperative asks for late money, from a day on. Never changed: a new decision is a new row with its levels."""

    since = models.DateField(_("since"))
    smallest_cents = models.BigIntegerField(_("remind from this sum on, in cents"))
    answer_days = models.PositiveSmallIntegerField(_("days a member has to answer before the formal demand"))
    agreed_terms = models.BooleanField(
        _("the day of payment is agreed with clients in the order, not only written on the invoice"), default=False
    )
    benefits = models.CharField(
        _("who gets interest and flat sums"),
        max_length=12,
        choices=Beneficiary.choices,
        default=Beneficiary.COOPERATIVE,
    )
    decided_on = models.DateField(_("decided on"))
    decided_by = LoginKey(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "since"], name="dunningpolicy_once_a_day"),
            models.CheckConstraint(condition=Q(smallest_cents__gte=0), name="dunningpolicy_smallest"),
        ]
        triggers = [pgtrigger.Protect(name="dunningpolicy_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return f"{self.since}"


class DunningLevel(CoopOwned):
    """One level: when its letter goes out, what it asks for and how it speaks.

    `days` count from the due day for the first level, else from the last letter or a later part payment.
    """

    policy = CoopForeignKey(DunningPolicy, related_name="levels", indexed=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name of the letter, German"), max_length=60)
    name_en = models.CharField(_("name of the letter, English"), max_length=60)
    days = models.PositiveSmallIntegerField(_("days after the due day or the last letter"))
    pay_days = models.PositiveSmallIntegerField(_("days to pay from the letter on"))
    interest = models.BooleanField(_("claims late interest and the flat sum of § 288 BGB"))
    fee_cents = models.BigIntegerField(_("real costs of the letter, in cents"), default=0)
    tone = models.CharField(_("tone"), max_length=8, choices=Tone.choices)
    signed_by = models.CharField(_("signed by"), max_length=100)
    asks_member = models.BooleanField(_("the member is asked first"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "policy", "position"], name="dunninglevel_once"),
            # The letter that brings the default about costs the debtor nothing.
            models.CheckConstraint(
                condition=Q(fee_cents=0) | Q(fee_cents__gt=0, position__gt=1), name="dunninglevel_first_is_free"
            ),
            models.CheckConstraint(condition=Q(position__gte=1, pay_days__gte=1), name="dunninglevel_whole"),
        ]
        triggers = [pgtrigger.Protect(name="dunninglevel_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return self.name


class DunningSwitch(CoopOwned):
    """That letters to clients were switched on or off. The newest row counts; none means off. Append-only."""

    on = models.BooleanField()
    at = models.DateTimeField()
    by = LoginKey()

    class Meta:
        triggers = [pgtrigger.Protect(name="dunningswitch_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return "on" if self.on else "off"


class DunningException(CoopOwned):
    """A client who is not reminded, or later than others; `until` is the last day. A new row replaces the one before."""

    client = CoopForeignKey(Client, related_name="dunning_exceptions")
    excluded = models.BooleanField(_("no reminders to this client"))
    extra_days = models.PositiveSmallIntegerField(_("days more at each level"), default=0)
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    made_at = models.DateTimeField()
    made_by = LoginKey()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="dunningexception_with_reason")]
        triggers = [pgtrigger.Protect(name="dunningexception_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return self.reason


class DunningPause(CoopOwned):
    """An invoice that is not reminded of for a while; `until` is the last day, none: until somebody lifts it."""

    invoice = CoopForeignKey(Invoice, related_name="dunning_pauses")
    since = models.DateField()
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    paused_by = LoginKey()
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="dunningpause_in_order"
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True, lifted_by__isnull=True)
                | Q(lifted_on__isnull=False, lifted_by__isnull=False),
                name="dunningpause_lifted_pair",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="dunningpause_with_reason"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="dunningpause_stands", exclude=["lifted_on", "lifted_by"]),
            pgtrigger.Protect(name="dunningpause_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.reason


class DunningCase(CoopOwned):
    """How far asking for one invoice's money has come. `demanded_*` is what letters have asked for beyond it, in cents."""

    invoice = CoopOneToOneField(Invoice, related_name="dunning")
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.RUNNING)
    level = models.PositiveSmallIntegerField(default=0)
    anchor_on = models.DateField(null=True, blank=True, help_text=_("The day from which the next wait counts."))
    pay_by = models.DateField(null=True, blank=True)
    first_letter_on = models.DateField(null=True, blank=True)
    demanded_interest_cents = models.BigIntegerField(default=0)
    demanded_flat_cents = models.BigIntegerField(default=0)
    demanded_fee_cents = models.BigIntegerField(default=0)
    received_cents = models.BigIntegerField(default=0, help_text=_("What of these has been paid."))
    answer_by = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answer_note = models.CharField(_("note"), max_length=500, blank=True)
    answered_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level=0, first_letter_on__isnull=True)
                | Q(level__gt=0, first_letter_on__isnull=False, pay_by__isnull=False, anchor_on__isnull=False),
                name="dunningcase_letter_with_days",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.ASKED) | Q(answer_by__isnull=False), name="dunningcase_asked_until"
            ),
            models.CheckConstraint(
                condition=Q(demanded_interest_cents__gte=0, demanded_flat_cents__gte=0, demanded_fee_cents__gte=0),
                name="dunningcase_demands",
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("dunningcase", CASE_STATES),
            pgtrigger.Protect(name="dunningcase_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="dunningcase_keeps_its_letters",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.invoice_id <> NEW.invoice_id OR NEW.level < OLD.level OR NEW.level > OLD.level + 1 "
                    "OR OLD.first_letter_on IS DISTINCT FROM NEW.first_letter_on AND OLD.first_letter_on IS NOT NULL"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"dunning:{self.invoice_id}"

    @property
    def demanded_cents(self) -> int:
        """All that letters have asked for beyond the invoice."""
        return int(self.demanded_interest_cents + self.demanded_flat_cents + self.demanded_fee_cents)


class DunningLetter(CoopOwned):
    """One letter to one client. `content` holds all it says; its PDF is drawn from that alone."""

    number = models.CharField(max_length=40)
    on = models.DateField()
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    email = models.EmailField()
    language = models.CharField(max_length=2, choices=LANGUAGES)
    pay_by = models.DateField()
    total_cents = models.BigIntegerField()
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "number"], name="dunningletter_number_once")]
        indexes = [models.Index(fields=["coop", "-on", "-id"])]
        triggers = [pgtrigger.Protect(name="dunningletter_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return self.number

    @property
    def source(self) -> str:
        """The source of its PDF and the key of its mail."""
        return f"dunning:{self.pk}"


class DunningItem(CoopOwned):
    """One invoice in a letter, with the level it reached there: each level once."""

    letter = CoopForeignKey(DunningLetter, related_name="items")
    invoice = CoopForeignKey(Invoice, related_name="dunning_items", indexed=False)
    level = models.PositiveSmallIntegerField()
    open_cents = models.BigIntegerField()
    interest_cents = models.BigIntegerField()
    flat_cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "invoice", "level"], name="dunningitem_level_once"),
            models.CheckConstraint(
                condition=Q(open_cents__gt=0, interest_cents__gte=0, flat_cents__gte=0, fee_cents__gte=0),
                name="dunningitem_amounts",
            ),
        ]
        triggers = [pgtrigger.Protect(name="dunningitem_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return f"{self.level}"


class DunningRound(CoopOwned):
    """That the daily round of a day was made, and what came of it. Once a day."""

    on = models.DateField()
    made_at = models.DateTimeField()
    letters = models.PositiveIntegerField()
    questions = models.PositiveIntegerField()
    decisions = models.PositiveIntegerField()
    held = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "on"], name="dunninground_once_a_day")]
        triggers = [pgtrigger.Protect(name="dunninground_is_kept", operation=_KEPT)]

    def __str__(self) -> str:
        return f"{self.on}"


class DunningPayment(CoopOwned):
    """What one matched payment brought beyond an invoice: costs and flat sum, interest; the budget's part where it benefits.

    It is what the ledger is proved against. An undone match stays, marked.
    """

    case = CoopForeignKey(DunningCase, related_name="payments")
    match_id = models.BigIntegerField(help_text=_("The match of the bank that it belongs to."))
    on = models.DateField()
    fee_cents = models.BigIntegerField()
    interest_cents = models.BigIntegerField()
    free_cents = models.BigIntegerField()
    undone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "match_id"], name="dunningpayment_match_once"),
            models.CheckConstraint(
                condition=Q(fee_cents__gte=0, interest_cents__gte=0, free_cents__gte=0), name="dunningpayment_amounts"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="dunningpayment_stands", exclude=["undone"]),
            pgtrigger.Protect(name="dunningpayment_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="dunningpayment_stays_undone",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.undone AND NOT NEW.undone"),
            ),
        ]

    def __str__(self) -> str:
        return f"match:{self.match_id}"
