"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.messaging"
    label = "messaging"
