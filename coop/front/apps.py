"""The front app."""

from django.apps import AppConfig


class FrontConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.front"
    label = "front"
