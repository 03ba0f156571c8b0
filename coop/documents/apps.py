"""The documents app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.documents"
    label = "documents"
