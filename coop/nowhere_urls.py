"""What hosts that belong to nobody answer: nothing."""

from django.urls import re_path

from coop.tenancy.middleware import nothing_here

handler404 = "coop.front.web.errors.not_found"

urlpatterns = [re_path(r"^", nothing_here)]
