"""The lives of a place in a shared budget and of a transfer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from coop.states import Transitions


class PlaceState(models.TextChoices):
    """Nobody shares a budget without having agreed."""

    INVITED = "invited", _("invited")
    JOINED = "joined", _("shares it")
    DECLINED = "declined", _("declined")
    LEFT = "left", _("left")


PLACE_STATES = Transitions(
    first=[PlaceState.INVITED, PlaceState.JOINED],
    table={
        PlaceState.INVITED: [PlaceState.JOINED, PlaceState.DECLINED],
        PlaceState.JOINED: [PlaceState.LEFT],
        PlaceState.DECLINED: [PlaceState.INVITED],
        PlaceState.LEFT: [PlaceState.INVITED],
    },
)


class TransferState(models.TextChoices):
    """The giving side offers a transfer; it moves money once the receiving side agrees."""

    OFFERED = "offered", _("waiting for the other side")
    ACCEPTED = "accepted", _("done")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


TRANSFER_STATES = Transitions(
    first=[TransferState.OFFERED],
    table={TransferState.OFFERED: [TransferState.ACCEPTED, TransferState.DECLINED, TransferState.WITHDRAWN]},
)
