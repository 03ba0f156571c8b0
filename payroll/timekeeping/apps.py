"""The timekeeping app."""

from django.apps import AppConfig


class TimekeepingConfig(AppConfig):
    """See the package's docstring."""

    name = "payroll.timekeeping"
    label = "timekeeping"
