"""The lives of bank transactions, claims and payment orders."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class TransactionState(models.TextChoices):
    """How much of a movement on the bank account is explained."""

    UNMATCHED = "unmatched", _("waiting")
    PART = "part", _("matched in part")
    MATCHED = "matched", _("matched")
    IGNORED = "ignored", _("left aside")
    SPLIT = "split", _("resolved into its payments")


TRANSACTION_STATES = Transitions(
    first=[TransactionState.UNMATCHED],
    table={
        TransactionState.UNMATCHED: [
            TransactionState.PART,
            TransactionState.MATCHED,
            TransactionState.IGNORED,
            TransactionState.SPLIT,
        ],
        TransactionState.PART: [TransactionState.MATCHED, TransactionState.UNMATCHED],
        TransactionState.MATCHED: [TransactionState.PART, TransactionState.UNMATCHED],
        TransactionState.IGNORED: [TransactionState.UNMATCHED],
    },
)


class ClaimState(models.TextChoices):
    """How much of what somebody owes has arrived."""

    OPEN = "open", _("open")
    PART = "part", _("paid in part")
    SETTLED = "settled", _("paid")
    CANCELLED = "cancelled", _("cancelled")


CLAIM_STATES = Transitions(
    first=[ClaimState.OPEN],
    table={
        ClaimState.OPEN: [ClaimState.PART, ClaimState.SETTLED, ClaimState.CANCELLED],
        ClaimState.PART: [ClaimState.SETTLED, ClaimState.OPEN, ClaimState.CANCELLED],
        ClaimState.SETTLED: [ClaimState.PART, ClaimState.OPEN, ClaimState.CANCELLED],
    },
)


class OrderState(models.TextChoices):
    """A payment order on its way to the bank."""

    WAITING = "waiting", _("waiting for the second person")
    APPROVED = "approved", _("approved")
    CLEARED = "cleared", _("seen on the statement")
    REJECTED = "rejected", _("rejected")


ORDER_STATES = Transitions(
    first=[OrderState.WAITING],
    table={
        OrderState.WAITING: [OrderState.APPROVED, OrderState.REJECTED],
        OrderState.APPROVED: [OrderState.CLEARED],
        OrderState.CLEARED: [OrderState.APPROVED],
    },
)


class Channel(models.TextChoices):
    """How a changed IBAN was confirmed, other than by the message that changed it."""

    PHONE = "phone", _("by phone, at a number known before")
    IN_PERSON = "in_person", _("in person")
    LETTER = "letter", _("by signed letter")
    VIDEO = "video", _("by video call")


class Purpose(models.TextChoices):
    """What a payment order is for, as the bank is told."""

    SALARY = "SALA", _("salaries")
    OTHER = "OTHR", _("other payments")
