"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """See the package's docstring."""

    name = "payroll.intake"
    label = "intake"
