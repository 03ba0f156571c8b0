"""The pages of the platform itself, at the base domain."""

from django.urls import include, path

from coop.front.web.public import favicon, platform, robots
from coop.tenancy.web.health import alive

handler404 = "coop.front.web.errors.not_found"
handler403 = "coop.front.web.errors.not_allowed"

urlpatterns = [
    path("", platform, name="platform"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("alive/", alive, name="alive"),
]
