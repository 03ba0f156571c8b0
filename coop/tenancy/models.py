"""Cooperatives, their dated policy, and who may do what in them."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from coop.tenancy.fence import CoopOwnedBase, LoginKey, RowLevelSecurity
from coop.tenancy.history_triggers import keeps_history
from coop.tenancy.managers import CoopManager, UserManager
from coop.tenancy.scope import current_coop_id
from coop.tenancy.states import GuaranteeRule, Role, VatScheme


class User(AbstractBaseUser):
    """A login. It stands outside the fence: who someone is comes before where they are."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=5, default="de")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Nobody: there is no site-wide back office."""
        return False


slug_validator = RegexValidator(
    r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\Z", _("Use small letters, digits and hyphens, at most 40.")
)


class Address(models.Model):
    """The unfenced directory: which cooperative answers at which host. Nothing else is readable without a scope."""

    slug = models.CharField(max_length=40, unique=True, validators=[slug_validator])
    coop_id = models.BigIntegerField(unique=True)

    def __str__(self) -> str:
        return self.slug


class Cooperative(models.Model):
    """A cooperative with the legal data that its letters must carry (§ 25a GenG, § 14 UStG)."""

    slug = models.CharField(max_length=40, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=200)
    legal_form = models.CharField(_("legal form"), max_length=40, default="eG")
    street = models.CharField(_("street and number"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=20)
    city = models.CharField(_("city"), max_length=100)
    country = models.CharField(_("country"), max_length=2, default="DE")
    federal_state = models.CharField(_("federal state"), max_length=2, help_text=_("Such as BE or BY."))
    register_court = models.CharField(_("register court"), max_length=100)
    register_number = models.CharField(_("register number"), max_length=40)
    board_members = models.CharField(_("members of the board"), max_length=400)
    supervisory_chair = models.CharField(_("chair of the supervisory board"), max_length=200, blank=True)
    vat_id = models.CharField(_("VAT number"), max_length=20, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True)
    employer_number = models.CharField(_("employer number (Betriebsnummer)"), max_length=8, blank=True)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    invoice_prefix = models.CharField(_("prefix of invoice numbers"), max_length=10, default="RE")
    time_zone = models.CharField(max_length=40, default="Europe/Berlin")

    class Meta:
        constraints = [
            RowLevelSecurity(name="cooperative_fence", column="id"),
        ]
        triggers = [
            keeps_history(
                "cooperative",
                *("name", "legal_form", "street", "postcode", "city", "country", "federal_state"),
                *("register_court", "register_number", "board_members", "supervisory_chair", "vat_id", "tax_number"),
                *("employer_number", "email", "phone", "invoice_prefix"),
                coop="id",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CoopOwned(models.Model, metaclass=CoopOwnedBase):
    """A row that belongs to one cooperative. The foreign key fills itself from the scope."""

    coop = models.ForeignKey(
        Cooperative, on_delete=models.PROTECT, default=current_coop_id, editable=False, db_index=False, related_name="+"
    )

    objects: ClassVar[CoopManager[Any]] = CoopManager()

    class Meta:
        abstract = True


class Policy(CoopOwned):
    """What the cooperative has decided, from a day on. Never changed: a new decision is a new row."""

    since = models.DateField(_("since"))
    fee_rate = models.DecimalField(_("fee on the net amount"), max_digits=5, decimal_places=4)
    share_cents = models.BigIntegerField(_("one share, in cents"))
    payment_terms_days = models.PositiveSmallIntegerField(_("days to pay an invoice"))
    vat_scheme = models.CharField(_("VAT scheme"), max_length=10, choices=VatScheme.choices)
    guarantee = models.CharField(_("payment guarantee"), max_length=10, choices=GuaranteeRule.choices)
    run_day = models.PositiveSmallIntegerField(
        _("day of the month on which the salary run starts"), validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    pay_day = models.PositiveSmallIntegerField(
        _("pay day; 31 means the last bank day of the month"),
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    levies_rate = models.DecimalField(
        _("levies and accident insurance, as a share of gross pay"), max_digits=6, decimal_places=5
    )
    advance_limit_cents = models.BigIntegerField(
        _("salary paid ahead of client money, at most for all members together, in cents")
    )
    advance_limit_member_cents = models.BigIntegerField(
        _("salary paid ahead of client money, at most for one member, in cents; empty: no limit of its own"),
        null=True,
        blank=True,
    )
    open_ended_months = models.PositiveSmallIntegerField(
        _("months that a salary until further notice is promised ahead; empty: there are none"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24)],
    )
    recommended_net_cents = models.BigIntegerField(
        _("average net income a month that is recommended, in cents; empty: none"), null=True, blank=True
    )
    decided_on = models.DateField(_("decided on"))
    why = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "since"], name="policy_once_a_day"),
            models.CheckConstraint(condition=models.Q(fee_rate__gte=0, fee_rate__lt=1), name="policy_fee_rate"),
            models.CheckConstraint(condition=models.Q(share_cents__gt=0), name="policy_share_positive"),
        ]
        triggers = [
            pgtrigger.Protect(name="policy_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.since}"


class RoleAssignment(CoopOwned):
    """A role that a login holds, from a day on and perhaps until one (exclusive)."""

    user = LoginKey()
    role = models.CharField(max_length=20, choices=Role.choices)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    deputy_of = LoginKey(null=True, blank=True)
    granted_by = LoginKey(null=True)

    class Meta:
        indexes = [models.Index(fields=["coop", "user"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="roleassignment_until_after_since",
            ),
            models.CheckConstraint(
                condition=models.Q(deputy_of__isnull=True) | models.Q(until__isnull=False),
                name="roleassignment_deputies_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}"


class Invitation(CoopOwned):
    """An e-mail address that may take up a role through an expiring link. Only the link's hash is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64)
    invited_by = LoginKey(null=True)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "token_hash"], name="invitation_token_once"),
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class AccessLog(CoopOwned):
    """Who looked at someone's pay or data, or changed a right. Append-only."""

    at = models.DateTimeField()
    user = LoginKey(null=True)
    action = models.CharField(max_length=60)
    about = models.CharField(max_length=200, help_text=_("Kind and id of the thing, never its content."))

    class Meta:
        indexes = [models.Index(fields=["coop", "-at"])]
        triggers = [
            pgtrigger.Protect(name="access_log_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.about}"


class NumberRange(CoopOwned):
    """The next number of a gapless series. Its row is locked from drawing a number to the commit."""

    series = models.CharField(max_length=40)
    next_number = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "series"], name="numberrange_series_once"),
        ]

    def __str__(self) -> str:
        return self.series


class MasterDataChange(CoopOwned):
    """A change of master data that people edit. Written by triggers (coop/tenancy/history.py) and kept."""

    at = models.DateTimeField()
    by = LoginKey(null=True)
    through = models.CharField(max_length=100, blank=True)
    about = models.CharField(max_length=63, help_text=_("Table of the changed row."))
    row_id = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    why = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["coop", "about", "row_id"])]
        triggers = [
            pgtrigger.Protect(name="masterdatachange_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.row_id}"
