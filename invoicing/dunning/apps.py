"""The dunning app."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    """See the package's docstring."""

    name = "invoicing.dunning"
    label = "dunning"

    def ready(self) -> None:
        """Hear of money that arrives, and say who draws letters."""
        from coop.banking.registry import listen_to_claims  # noqa: PLC0415 (models are not loaded before)
        from coop.documents.registry import register_renderer  # noqa: PLC0415
        from invoicing.actions.invoices import CLAIM_KIND  # noqa: PLC0415
        from invoicing.dunning.actions import follow_claims  # noqa: PLC0415
        from invoicing.dunning.letters import letter_pdf  # noqa: PLC0415
        from invoicing.dunning.queries import DOCUMENT_KIND  # noqa: PLC0415

        listen_to_claims(CLAIM_KIND, follow_claims)
        register_renderer(DOCUMENT_KIND, letter_pdf)
