"""The dunning app."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    """See the package's docstring."""

    name = "invoicing.dunning"
    label = "dunning"

    def ready(self) -> None:
        """Hear of money that arrives, and say who draws letters."""
        from coop.banking.registry import listen_to_claims, register_claim_kind  # noqa: PLC0415 (models come later)
        from coop.documents.registry import register_renderer  # noqa: PLC0415
        from coop.ledger.evidence import register_evidence  # noqa: PLC0415
        from invoicing.actions.invoices import CLAIM_KIND  # noqa: PLC0415
        from invoicing.dunning import charges  # noqa: PLC0415
        from invoicing.dunning.actions import follow_claims  # noqa: PLC0415
        from invoicing.dunning.letters import letter_pdf  # noqa: PLC0415
        from invoicing.dunning.queries import DOCUMENT_KIND  # noqa: PLC0415

        listen_to_claims(CLAIM_KIND, follow_claims)
        register_claim_kind(charges.CLAIM_KIND, drafts=charges.record_charges, after=charges.refresh_charges)
        register_evidence("dunning", charges.expected_movements)
        register_renderer(DOCUMENT_KIND, letter_pdf)
