"""The members app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """See the package's docstring."""

    name = "members"
    label = "members"

    def ready(self) -> None:
        """Say how payments on shares are booked, and welcome members who take up their login."""
        from coop.banking.registry import register_claim_kind  # noqa: PLC0415 (models are ready now)
        from coop.tenancy.actions import on_acceptance  # noqa: PLC0415
        from members.actions import link_invited  # noqa: PLC0415
        from members.shares import KIND, after_share_payments, share_drafts  # noqa: PLC0415

        register_claim_kind(KIND, drafts=share_drafts, after=after_share_payments)
        on_acceptance(link_invited)
