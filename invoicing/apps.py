"""The invoicing app."""

from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """See the package's docstring."""

    name = "invoicing"
