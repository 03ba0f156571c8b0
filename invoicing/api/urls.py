"""Addresses of the API."""

from rest_framework.routers import SimpleRouter

from invoicing.api.views import ClientViewSet, InvoiceViewSet, JobViewSet

app_name = "invoicing_api"
router = SimpleRouter()
router.register("clients", ClientViewSet, basename="client")
router.register("jobs", JobViewSet, basename="job")
router.register("invoices", InvoiceViewSet, basename="invoice")
urlpatterns = router.urls
