"""The banking app."""

from django.apps import AppConfig


class BankingConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.banking"
    label = "banking"
