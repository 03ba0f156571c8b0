"""The agreements app."""

from django.apps import AppConfig

from coop.documents.registry import register_renderer


class AgreementsConfig(AppConfig):
    """See the package's docstring."""

    name = "payroll.agreements"
    label = "agreements"

    def ready(self) -> None:
        """Say who draws papers of employments."""
        from payroll.agreements.documents import render_paper  # noqa: PLC0415 (models come after the apps)
        from payroll.agreements.queries import DOCUMENT_KIND  # noqa: PLC0415

        register_renderer(DOCUMENT_KIND, render_paper)
