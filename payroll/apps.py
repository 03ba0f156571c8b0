"""The payroll app."""

from django.apps import AppConfig

from coop.documents.registry import register_renderer
from coop.ledger.evidence import register_evidence


class PayrollConfig(AppConfig):
    """See the package's docstring."""

    name = "payroll"

    def ready(self) -> None:
        """Say who draws payslips, and what payslips say about budgets."""
        from payroll.documents import render_payslip  # noqa: PLC0415 (models come after the apps)
        from payroll.evidence import payslip_evidence  # noqa: PLC0415

        register_renderer("payslip", render_payslip)
        register_evidence("payslip", payslip_evidence)
