"""The app of the pages themselves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrontConfig(AppConfig):
    """Templates, filters and the pages that span several packages; holds no tables."""

    name = "coop.front"
    label = "front"
    verbose_name = _("Pages")

    def ready(self) -> None:
        """Say where the documents are that move budgets."""
        from coop.front import document_pages  # noqa: PLC0415 (models are not loaded before)
        from coop.ledger.pages import register_pages  # noqa: PLC0415

        register_pages("invoice", document_pages.invoice_pages)
        register_pages("match", document_pages.match_pages)
        register_pages("payslip", document_pages.payslip_pages)
        register_pages("transfer", document_pages.transfer_pages)
