"""The messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.messaging"
    label = "messaging"

    def ready(self) -> None:
        """Write mail for the package below."""
        from coop.messaging.actions import queue_mail  # noqa: PLC0415 (models are ready now)
        from coop.tenancy.post import register_post  # noqa: PLC0415

        register_post(queue_mail)
