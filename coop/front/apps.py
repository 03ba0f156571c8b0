"""The app of the pages themselves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FrontConfig(AppConfig):
    """Templates, filters and the pages that span several packages; holds no tables."""

    name = "coop.front"
    label = "front"
    verbose_name = _("Pages")
