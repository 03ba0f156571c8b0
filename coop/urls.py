"""Every address of a cooperative's host. Each app keeps its own list."""

from django.urls import include, path

handler404 = "coop.front.web.errors.not_found"
handler403 = "coop.front.web.errors.not_allowed"

urlpatterns = [
    path("", include("coop.front.web.urls")),
    path("", include("coop.front.web.styleguide")),
    path("", include("coop.tenancy.web.urls")),
    path("", include("members.web.urls")),
    path("", include("members.collectives.web.urls")),
    path("", include("coop.banking.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("coop.front.api.urls")),
    path("", include("invoicing.web.urls")),
    path("", include("invoicing.dunning.web.urls")),
    path("api/v1/", include("invoicing.dunning.api.urls")),
    path("api/v1/", include("members.collectives.api.urls")),
    path("api/v1/", include("invoicing.api.urls")),
    path("api/v1/", include("coop.banking.api.urls")),
    path("", include("payroll.timekeeping.web.urls")),
    path("", include("payroll.intake.web.urls")),
    path("", include("payroll.agreements.web.urls")),
    path("", include("payroll.web.urls")),
    path("api/v1/", include("payroll.timekeeping.api.urls")),
    path("api/v1/", include("payroll.intake.api.urls")),
    path("", include("payroll.papers.web.urls")),
    path("api/v1/", include("payroll.agreements.api.urls")),
    path("api/v1/", include("payroll.papers.api.urls")),
    path("api/v1/", include("payroll.api.urls")),
    path("", include("coop.planning.web.urls")),
    path("api/v1/", include("coop.planning.api.urls")),
]
