"""The payroll app."""

from django.apps import AppConfig


class PayrollConfig(AppConfig):
    """See the package's docstring."""

    name = "payroll"
