"""The tenancy app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext

from coop.errors import StetigError


class TenancyConfig(AppConfig):
    """Cooperatives, logins, roles, and the fence between cooperatives."""

    name = "coop.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        """Hand the application's rights to its role after each migration; let errors speak the reader's language."""
        import coop.tenancy.bulk  # noqa: F401, PLC0415 (registers a lookup)
        from coop.tenancy.grants import grant_application_role  # noqa: PLC0415 (models are ready now)

        StetigError.in_readers_language = gettext
        post_migrate.connect(grant_application_role, sender=self)
