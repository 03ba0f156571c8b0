"""Whether the cooperative's payment guarantee bears a job. Pure: rule and facts come in."""

from enum import StrEnum


class GuaranteeReason(StrEnum):
    """Why a job is covered, or why not."""

    COVERED = "covered"
    NO_GUARANTEE = "no_guarantee"
    OUTSIDE_EU = "outside_eu"


def guarantee_of(*, rule: str, client_in_eu: bool) -> GuaranteeReason:
    """The reason under `rule` ("none" or "eu", as the cooperative's dated policy holds it) once the client has confirmed."""
    if rule != "eu":
        return GuaranteeReason.NO_GUARANTEE
    return GuaranteeReason.COVERED if client_in_eu else GuaranteeReason.OUTSIDE_EU
