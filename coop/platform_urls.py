"""The pages of the platform itself, at the base domain."""

from django.urls import URLPattern, URLResolver, path

from coop.tenancy.web.health import alive

urlpatterns: list[URLPattern | URLResolver] = [
    path("alive/", alive, name="alive"),
]
