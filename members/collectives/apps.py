"""The app of shared budgets and transfers."""

from django.apps import AppConfig


class CollectivesConfig(AppConfig):
    """See the package's docstring."""

    name = "members.collectives"
    label = "collectives"

    def ready(self) -> None:
        """Tell the ledger what transfers vouch for."""
        from coop.ledger.evidence import register_evidence  # noqa: PLC0415 (models come after the apps)
        from members.collectives.queries import transfer_evidence  # noqa: PLC0415

        register_evidence("transfer", transfer_evidence)
