"""The papers app."""

from django.apps import AppConfig

from coop.banking.registry import register_claim_kind
from coop.ledger.evidence import register_evidence


class PapersConfig(AppConfig):
    """See the package's docstring."""

    name = "payroll.papers"
    label = "papers"

    def ready(self) -> None:
        """Say what refunds of sick pay mean to the books."""
        from payroll.papers.refunds import (  # noqa: PLC0415 (models come after the apps)
            CLAIM_KIND,
            EVIDENCE,
            refund_evidence,
            refund_settlements,
        )

        register_claim_kind(CLAIM_KIND, drafts=refund_settlements, after=lambda _claim_ids: None)
        register_evidence(EVIDENCE, refund_evidence)
