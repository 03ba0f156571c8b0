"""Shared budgets, who shares them, and transfers between budgets."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coop.ledger.models import Budget
from coop.tenancy.fence import CoopForeignKey, CoopOneToOneField, LoginKey
from coop.tenancy.machines import machine
from coop.tenancy.models import CoopOwned
from members.collectives.states import PLACE_STATES, TRANSFER_STATES, PlaceState, TransferState
from members.models import Person


class Collective(CoopOwned):
    """A budget that two or more members share. One of them manages it; nobody is employed out of it."""

    name = models.CharField(_("name"), max_length=120)
    budget = CoopOneToOneField(Budget, related_name="collective")
    manager = CoopForeignKey(Person, related_name="managed_collectives")
    founded_at = models.DateTimeField()
    founded_by = LoginKey(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="collective_is_named")]
        triggers = [pgtrigger.Protect(name="collective_is_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name


class CollectivePlace(CoopOwned):
    """A member's place in a shared budget."""

    collective = CoopForeignKey(Collective, related_name="places")
    person = CoopForeignKey(Person, related_name="collective_places")
    state = models.CharField(max_length=10, choices=PlaceState.choices, default=PlaceState.INVITED)
    state_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coop", "collective", "person"], name="collectiveplace_once"),
        ]
        triggers = [
            *machine("collectiveplace", PLACE_STATES),
            pgtrigger.Protect(name="collectiveplace_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.collective_id} {self.person_id}"


class BudgetTransfer(CoopOwned):
    """Money that goes from one budget to another inside the cooperative, once both sides have agreed. No fee."""

    giver = CoopForeignKey(Budget, related_name="transfers_given")
    receiver = CoopForeignKey(Budget, related_name="transfers_received")
    cents = models.BigIntegerField()
    text = models.CharField(_("what it is for"), max_length=120)
    state = models.CharField(max_length=10, choices=TransferState.choices, default=TransferState.OFFERED)
    offered_at = models.DateTimeField()
    offered_by = LoginKey(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = LoginKey(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0) & ~Q(giver=F("receiver")), name="budgettransfer_moves"),
            models.CheckConstraint(
                condition=Q(state=TransferState.OFFERED, decided_at__isnull=True)
                | (~Q(state=TransferState.OFFERED) & Q(decided_at__isnull=False)),
                name="budgettransfer_decided_with_day",
            ),
        ]
        indexes = [models.Index(fields=["coop", "state"])]
        triggers = [
            *machine("budgettransfer", TRANSFER_STATES),
            pgtrigger.Protect(name="budgettransfer_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="budgettransfer_stays_as_offered",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("giver", "receiver", "cents", "text", "offered_at", "offered_by"),
            ),
        ]

    def __str__(self) -> str:
        return self.text
