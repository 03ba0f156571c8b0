"""Addresses of the API."""

from django.urls import path

from coop.tenancy.states import Role
from invoicing.api.views import ClientViewSet, EcListView, InvoiceViewSet, JobViewSet, PlannedInvoiceViewSet

MEMBER, OFFICE = (Role.MEMBER,), (Role.INVOICING,)

app_name = "invoicing_api"
urlpatterns = [
    path("clients/", ClientViewSet.as_view({"get": "list", "post": "create"}), name="client-list"),
    path(
        "clients/<int:pk>/", ClientViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="client-detail"
    ),
    path("jobs/", JobViewSet.as_view({"get": "list", "post": "create"}), name="job-list"),
    path("jobs/<int:pk>/", JobViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="job-detail"),
    # The roles of one step hold for every method, so that the wrong role finds nothing, whatever it sends.
    path("jobs/<int:pk>/submit/", JobViewSet.as_view({"post": "submit"}, allowed_roles=MEMBER), name="job-submit"),
    path("jobs/accept/", JobViewSet.as_view({"post": "accept_many"}, allowed_roles=OFFICE), name="job-accept-many"),
    path("jobs/<int:pk>/vat/", JobViewSet.as_view({"post": "decide_vat"}, allowed_roles=OFFICE), name="job-decide-vat"),
    path("jobs/<int:pk>/accept/", JobViewSet.as_view({"post": "accept"}, allowed_roles=OFFICE), name="job-accept"),
    path(
        "jobs/<int:pk>/return/",
        JobViewSet.as_view({"post": "return_to_member"}, allowed_roles=OFFICE),
        name="job-return-to-member",
    ),
    path("jobs/<int:pk>/ask/", JobViewSet.as_view({"post": "ask"}), name="job-ask"),
    path("jobs/<int:pk>/confirm/", JobViewSet.as_view({"post": "confirm"}), name="job-confirm"),
    path("jobs/<int:pk>/cancel/", JobViewSet.as_view({"post": "cancel"}), name="job-cancel"),
    path(
        "jobs/<int:pk>/messages/",
        JobViewSet.as_view({"get": "messages", "post": "say"}, pagination_class=None),
        name="job-messages",
    ),
    path(
        "jobs/<int:pk>/planned/",
        JobViewSet.as_view({"get": "planned", "post": "plan"}, pagination_class=None),
        name="job-planned",
    ),
    path("planned-invoices/<int:pk>/", PlannedInvoiceViewSet.as_view({"delete": "destroy"}), name="planned-detail"),
    path(
        "planned-invoices/<int:pk>/issue/",
        PlannedInvoiceViewSet.as_view({"post": "issue"}, allowed_roles=OFFICE),
        name="planned-issue",
    ),
    path("invoices/", InvoiceViewSet.as_view({"get": "list", "post": "create"}), name="invoice-list"),
    path(
        "invoices/<int:pk>/cancel/",
        InvoiceViewSet.as_view({"post": "cancel"}, allowed_roles=OFFICE),
        name="invoice-cancel",
    ),
    path(
        "invoices/<int:pk>/refunded/",
        InvoiceViewSet.as_view({"post": "refunded"}, allowed_roles=(Role.ACCOUNTANT,)),
        name="invoice-refunded",
    ),
    path("reports/ec-list/", EcListView.as_view(), name="ec-list"),
    path("invoices/<int:pk>/xml/", InvoiceViewSet.as_view({"get": "xml"}), name="invoice-xml"),
    path("invoices/<int:pk>/", InvoiceViewSet.as_view({"get": "retrieve"}), name="invoice-detail"),
]
