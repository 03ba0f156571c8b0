"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.ledger"
    label = "ledger"
