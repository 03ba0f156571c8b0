"""The invoicing app."""

from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """See the package's docstring."""

    name = "invoicing"

    def ready(self) -> None:
        """Tell banking what a paid invoice means, the ledger what invoices vouch for, and who draws them."""
        from coop.banking.registry import register_claim_kind  # noqa: PLC0415 (models are not loaded before)
        from coop.documents.registry import register_renderer  # noqa: PLC0415
        from coop.ledger.evidence import register_evidence  # noqa: PLC0415
        from invoicing.actions.cancellations import CANCELLATION_KIND  # noqa: PLC0415
        from invoicing.actions.invoices import CLAIM_KIND, DOCUMENT_KIND, XML_KIND  # noqa: PLC0415
        from invoicing.actions.payments import record_payments, refresh_paid  # noqa: PLC0415
        from invoicing.letters import cancellation_pdf, invoice_pdf, invoice_xrechnung  # noqa: PLC0415
        from invoicing.queries import expected_movements  # noqa: PLC0415

        register_claim_kind(CLAIM_KIND, drafts=record_payments, after=refresh_paid)
        register_evidence("invoice", expected_movements)
        register_renderer(DOCUMENT_KIND, invoice_pdf)
        register_renderer(CANCELLATION_KIND, cancellation_pdf)
        register_renderer(XML_KIND, invoice_xrechnung)
