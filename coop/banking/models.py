"""Bank accounts and what moved on them; what others owe; how the two were brought together; orders to the bank."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coop.banking.movements import MessageKind
from coop.banking.states import (
    CLAIM_STATES,
    ORDER_STATES,
    TRANSACTION_STATES,
    Channel,
    ClaimState,
    OrderState,
    Purpose,
    TransactionState,
)
from coop.ledger.chart import AccountCode
from coop.ledger.models import Budget
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.history_triggers import keeps_birth, keeps_history
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned


class BankAccount(CoopOwned):
    """An account of the cooperative at a bank."""

    name = models.CharField(_("name"), max_length=100)
    holder = models.CharField(_("account holder"), max_length=70)
    iban = models.CharField(_("IBAN"), max_length=34)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    is_default = models.BooleanField(_("salaries and other payments leave from here"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "iban"], name="bankaccount_iban_once"),
            models.UniqueConstraint(fields=["coop"], condition=Q(is_default=True), name="bankaccount_one_default"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="bankaccount_in_euro"),
        ]
        triggers = [
            keeps_history("bankaccount", "name", "holder", "iban", "bic", "is_default"),
            keeps_birth("bankaccount", "name", "holder", "iban", "bic", "is_default"),
        ]

    def __str__(self) -> str:
        return self.name


class Statement(CoopOwned):
    """One statement of one account, as a file brought it. Balances in cents, None where the bank gave none."""

    account = CoopForeignKey(BankAccount, related_name="statements")
    file_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, default=MessageKind.STATEMENT.value)
    position = models.PositiveSmallIntegerField(help_text=_("Which statement of the file, from 0."))
    filename = models.CharField(max_length=200)
    number = models.CharField(max_length=60, blank=True)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    opening_cents = models.BigIntegerField(null=True)
    closing_cents = models.BigIntegerField(null=True)
    gap_cents = models.BigIntegerField(null=True, help_text=_("What the file's own entries leave unexplained."))
    new_count = models.PositiveIntegerField()
    known_count = models.PositiveIntegerField()
    imported_at = models.DateTimeField()
    imported_by = LoginKey()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coop", "account", "file_sha256", "position"], name="statement_of_a_file_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="statement_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number or self.filename


class BankTransaction(CoopOwned):
    """One movement on an account; a credit is positive. What the bank said never changes, only what it is matched to."""

    account = CoopForeignKey(BankAccount, related_name="transactions", indexed=False)
    statement = CoopForeignKey(Statement, related_name="transactions")
    fingerprint = models.CharField(max_length=64)
    source = models.CharField(max_length=10, default=MessageKind.STATEMENT.value, help_text=_("The format it came in."))
    entry_fingerprint = models.CharField(
        max_length=64, blank=True, help_text=_("Of the batch that this payment is a part of.")
    )
    entry_cents = models.BigIntegerField(null=True, help_text=_("The whole batch."))
    bank_reference = models.CharField(max_length=100, blank=True)
    amount_cents = models.BigIntegerField()
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    counterparty_name = models.CharField(max_length=200, blank=True)
    counterparty_iban = models.CharField(max_length=34, blank=True)
    text = models.TextField(blank=True)
    folded_text = models.TextField(
        blank=True, help_text=_("What the payer wrote, as other formats are compared with it.")
    )
    end_to_end_id = models.CharField(max_length=100, blank=True)
    structured_reference = models.CharField(max_length=100, blank=True)
    batch_id = models.CharField(max_length=100, blank=True)
    returned = models.BooleanField(default=False)
    return_reason = models.CharField(max_length=40, blank=True)
    charges_cents = models.BigIntegerField(default=0, help_text=_("What banks kept of it, in the account's currency."))
    instructed = models.CharField(
        max_length=40, blank=True, help_text=_("What was ordered, where something else arrived: amount and currency.")
    )
    matched_cents = models.BigIntegerField(default=0, help_text=_("Explained so far, without sign."))
    state = models.CharField(max_length=10, choices=TransactionState.choices, default=TransactionState.UNMATCHED)
    ignored_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "account", "fingerprint"], name="banktransaction_once"),
            models.CheckConstraint(condition=~Q(amount_cents=0), name="banktransaction_not_zero"),
            models.CheckConstraint(
                condition=Q(matched_cents__gte=0)
                & (Q(matched_cents__lte=F("amount_cents")) | Q(matched_cents__lte=-F("amount_cents"))),
                name="banktransaction_not_overmatched",
            ),
            models.CheckConstraint(
                condition=(Q(state=TransactionState.IGNORED) & ~Q(ignored_reason=""))
                | (~Q(state=TransactionState.IGNORED) & Q(ignored_reason="")),
                name="banktransaction_ignored_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TransactionState.UNMATCHED, TransactionState.IGNORED, TransactionState.SPLIT])
                | Q(matched_cents=0),
                name="banktransaction_state_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["coop", "state", "booked_on"]),
            models.Index(fields=["coop", "account", "booked_on"]),
            models.Index(
                fields=["coop", "account", "entry_fingerprint"],
                condition=~Q(entry_fingerprint=""),
                name="banktransaction_batch",
            ),
            models.Index(fields=["coop", "end_to_end_id"], condition=~Q(end_to_end_id=""), name="banktransaction_e2e"),
        ]
        triggers = [
            *machine("banktransaction", TRANSACTION_STATES),
            pgtrigger.Protect(name="banktransaction_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="banktransaction_unchanged",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "account", "fingerprint", "source", "entry_fingerprint", "entry_cents", "amount_cents", "booked_on"
                ),
            ),
            # Another file may say more about the same movement, never something else.
            pgtrigger.Protect(
                name="banktransaction_only_told_more",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.counterparty_iban NOT IN ('', NEW.counterparty_iban) "
                    "OR OLD.end_to_end_id NOT IN ('', NEW.end_to_end_id) OR NOT starts_with(NEW.text, OLD.text)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.counterparty_name}"

    @property
    def open_cents(self) -> int:
        """What is not explained yet, with the sign of the movement."""
        return self.amount_cents - (self.matched_cents if self.amount_cents > 0 else -self.matched_cents)


class Sighting(CoopOwned):
    """Another file's line about a movement that was known: the same money, seen in another format.

    `entry` is the fingerprint by which the movement (or the whole batch) is known, `fingerprint` the one
    it has in the other file.
    """

    account = CoopForeignKey(BankAccount, related_name="sightings", indexed=False)
    statement = CoopForeignKey(Statement, related_name="sightings")
    fingerprint = models.CharField(max_length=64)
    source = models.CharField(max_length=10)
    entry = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "account", "fingerprint", "source"], name="sighting_once")
        ]
        indexes = [models.Index(fields=["coop", "account", "entry"])]
        triggers = [pgtrigger.Protect(name="sighting_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.fingerprint


class BatchNotice(CoopOwned):
    """The bank's details (camt.054) of a booking that no statement has brought yet. `entry` says which it became."""

    account = CoopForeignKey(BankAccount, related_name="notices", indexed=False)
    statement = CoopForeignKey(Statement, related_name="notices")
    fingerprint = models.CharField(max_length=64)
    amount_cents = models.BigIntegerField()
    booked_on = models.DateField()
    content = models.JSONField(help_text=_("The booking with its payments, as the bank told them."))
    entry = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "account", "fingerprint"], name="batchnotice_once")]
        indexes = [models.Index(fields=["coop", "account", "booked_on"])]
        triggers = [
            pgtrigger.Protect(name="batchnotice_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="batchnotice_unchanged",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("account", "fingerprint", "amount_cents", "booked_on", "content"),
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class TableFormat(CoopOwned):
    """How one bank writes its tables (CSV): which column is what. Recognised by its column names."""

    name = models.CharField(_("name"), max_length=100)
    account = CoopForeignKey(BankAccount, null=True, blank=True, related_name="table_formats")
    columns = models.JSONField()
    delimiter = models.CharField(_("between the columns"), max_length=1)
    date_format = models.CharField(_("days"), max_length=10)
    decimal_comma = models.BooleanField(_("amounts have a decimal comma"), default=True)
    pending_mark = models.CharField(_("what marks a movement that is not booked yet"), max_length=40, blank=True)
    changed_at = models.DateTimeField()
    changed_by = LoginKey()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "name"], name="tableformat_name_once")]

    def __str__(self) -> str:
        return self.name


class Claim(CoopOwned):
    """What somebody owes the cooperative. Written by the app whose document `source` names."""

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=40)
    reference_key = models.CharField(max_length=40, help_text=_("The reference as payers' texts are searched for it."))
    debtor = models.CharField(max_length=200)
    beside = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Source of the claim that this one goes with, such as interest on an invoice; payers name that one."
        ),
    )
    amount_cents = models.BigIntegerField()
    open_cents = models.BigIntegerField()
    due_on = models.DateField()
    opened_on = models.DateField()
    state = models.CharField(max_length=10, choices=ClaimState.choices, default=ClaimState.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "source"], name="claim_source_once"),
            models.UniqueConstraint(fields=["coop", "reference"], name="claim_reference_once"),
            models.UniqueConstraint(fields=["coop", "reference_key"], name="claim_reference_key_once"),
            models.CheckConstraint(
                condition=Q(open_cents__gte=0, open_cents__lte=F("amount_cents")), name="claim_open_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(state=ClaimState.CANCELLED, open_cents=0)
                | Q(state=ClaimState.SETTLED, open_cents=0)
                | (Q(state=ClaimState.OPEN, open_cents=F("amount_cents"), amount_cents__gt=0))
                | (Q(state=ClaimState.PART, open_cents__gt=0, open_cents__lt=F("amount_cents"))),
                name="claim_state_fits",
            ),
        ]
        indexes = [models.Index(fields=["coop", "state", "due_on"])]
        triggers = machine("claim", CLAIM_STATES)

    def __str__(self) -> str:
        return self.reference

    @property
    def paid_cents(self) -> int:
        """What has arrived for it and counts."""
        return self.amount_cents - self.open_cents


class PaymentOrder(CoopOwned):
    """Transfers that leave as one file. `source` names why, so that nothing is paid twice."""

    account = CoopForeignKey(BankAccount, related_name="orders")
    source = models.CharField(max_length=60)
    purpose = models.CharField(max_length=4, choices=Purpose.choices)
    reference = models.CharField(max_length=35)
    execute_on = models.DateField()
    total_cents = models.BigIntegerField()
    cleared_cents = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=OrderState.choices, default=OrderState.WAITING)
    file = models.BinaryField()
    file_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = LoginKey()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            # A rejected order leaves its source free for a better one.
            models.UniqueConstraint(
                fields=["coop", "source"],
                condition=~Q(state=OrderState.REJECTED),
                name="paymentorder_source_once",
            ),
            models.UniqueConstraint(fields=["coop", "reference"], name="paymentorder_reference_once"),
            models.CheckConstraint(condition=Q(total_cents__gt=0), name="paymentorder_positive"),
            models.CheckConstraint(
                condition=Q(cleared_cents__gte=0, cleared_cents__lte=F("total_cents")),
                name="paymentorder_not_overcleared",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, state=OrderState.WAITING)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(state=OrderState.WAITING)),
                name="paymentorder_decided_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.APPROVED, OrderState.CLEARED]) | ~Q(decided_by=F("created_by")),
                name="paymentorder_two_people",
            ),
        ]
        triggers = [
            *machine("paymentorder", ORDER_STATES),
            pgtrigger.Protect(name="paymentorder_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="paymentorder_unchanged",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "source", "total_cents", "file", "file_sha256", "execute_on", "created_by"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PaymentLine(CoopOwned):
    """One transfer of an order. `account` is the liability it pays, `party` whose in the ledger."""

    order = CoopForeignKey(PaymentOrder, related_name="lines", indexed=False)  # `paymentline_id_once` finds them
    account = models.CharField(max_length=40, choices=[(code.value, code.value) for code in AccountCode])
    party = models.CharField(max_length=60)
    name = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    cents = models.BigIntegerField()
    text = models.CharField(max_length=140, blank=True)
    end_to_end_id = models.CharField(max_length=35)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "order", "end_to_end_id"], name="paymentline_id_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="paymentline_positive"),
        ]
        triggers = [pgtrigger.Protect(name="paymentline_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.end_to_end_id


class PayeeConfirmation(CoopOwned):
    """Somebody asked the payee by a second channel whether the changed IBAN is theirs. Kept for ever."""

    party = models.CharField(max_length=60)
    iban = models.CharField(max_length=34)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    note = models.CharField(max_length=200, help_text=_("Who was asked, and when."))
    confirmed_at = models.DateTimeField()
    confirmed_by = LoginKey()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coop", "party", "iban"], name="payeeconfirmation_once")]
        triggers = [pgtrigger.Protect(name="payeeconfirmation_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.party


class Match(CoopOwned):
    """Says what a movement on the account was for.

    A claim, a payment order, a payment of an order that came back (`line`), or an account of the ledger.

    `cents` of the movement belong to it, without sign; of these `settled_cents` settle the claim, and the
    rest is the payer's credit. A match is undone by a reversal and never deleted; where a return turns out to be
    none, a new match `revives` the one that it had undone, once.
    """

    transaction = CoopForeignKey(BankTransaction, related_name="matches")
    claim = CoopForeignKey(Claim, null=True, blank=True, related_name="matches")
    order = CoopForeignKey(PaymentOrder, null=True, blank=True, related_name="matches")
    line = CoopForeignKey(PaymentLine, null=True, blank=True, related_name="returns")
    account = models.CharField(max_length=40, blank=True)
    cents = models.BigIntegerField()
    settled_cents = models.BigIntegerField(default=0)
    paid_before_cents = models.BigIntegerField(default=0, help_text=_("What the claim had received before."))
    claim_amount_cents = models.BigIntegerField(default=0, help_text=_("What the claim was for at that time."))
    on = models.DateField()
    automatic = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, blank=True)
    score = models.PositiveSmallIntegerField(default=0, help_text=_("How sure it was, 0 to 100; 0 by hand."))
    made_at = models.DateTimeField(db_default=Now())
    made_by = LoginKey(null=True, blank=True)
    undone_on = models.DateField(null=True, blank=True)
    undone_by = LoginKey(null=True, blank=True)
    returned_by = CoopForeignKey(BankTransaction, null=True, blank=True, related_name="returns")
    revives = CoopOneToOneField("self", null=True, blank=True, related_name="revived_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="match_positive"),
            models.CheckConstraint(
                condition=Q(settled_cents__gte=0, settled_cents__lte=F("cents")), name="match_settles_within"
            ),
            models.CheckConstraint(
                condition=Q(claim__isnull=False, order__isnull=True, line__isnull=True, account="")
                | Q(claim__isnull=True, order__isnull=False, line__isnull=True, account="")
                | Q(claim__isnull=True, order__isnull=True, line__isnull=False, account="")
                | (Q(claim__isnull=True, order__isnull=True, line__isnull=True) & ~Q(account="")),
                name="match_one_target",
            ),
            models.UniqueConstraint(
                fields=["coop", "line"], condition=Q(undone_on__isnull=True), name="match_line_returns_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_on__isnull=False) | Q(undone_by__isnull=True, returned_by__isnull=True),
                name="match_undone_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="match_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="match_stays_undone",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__undone_on__isnull=False),
            ),
            pgtrigger.Protect(
                name="match_unchanged",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "transaction", "claim", "order", "line", "account", "cents", "settled_cents", "on", "revives"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"match:{self.pk}"

    @property
    def source(self) -> str:
        """The source of its entry in the ledger."""
        return f"match:{self.pk}"


class MatchingPolicy(CoopOwned):
    """From which score on payments are matched without a person, from a day on. Never changed: a new row decides anew."""

    since = models.DateField(_("since"))
    post_from = models.PositiveSmallIntegerField(_("post without a person from this score on"))
    decided_at = models.DateTimeField()
    decided_by = LoginKey()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "since"], name="matchingpolicy_once_a_day"),
            models.CheckConstraint(
                condition=Q(post_from__gte=80, post_from__lte=101), name="matchingpolicy_careful_enough"
            ),
        ]
        triggers = [pgtrigger.Protect(name="matchingpolicy_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.since} {self.post_from}"


class KnownPayer(CoopOwned):
    """What matching has learned: from this account this debtor's claims were paid, so many times."""

    iban = models.CharField(max_length=34)
    debtor = models.CharField(max_length=200)
    times = models.PositiveIntegerField()
    last_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "iban", "debtor"], name="knownpayer_once"),
            models.CheckConstraint(condition=Q(times__gt=0), name="knownpayer_has_paid"),
        ]

    def __str__(self) -> str:
        return self.debtor


class WorkItem(CoopOwned):
    """Something a person must look at because a payment came back. `source` raises it once."""

    source = models.CharField(max_length=60)
    budget = CoopForeignKey(Budget, related_name="+")
    raised_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "source", "budget"], name="workitem_once"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True)
                | Q(done_on__isnull=False, done_by__isnull=False),
                name="workitem_done_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.source
