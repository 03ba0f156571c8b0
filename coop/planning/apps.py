"""The planning app."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """See the package's docstring."""

    name = "coop.planning"
    label = "planning"
