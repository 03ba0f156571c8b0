"""Addresses of the bank in the API."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from coop.banking.api.views import StatementUpload, TransactionViewSet

app_name = "banking-api"
router = SimpleRouter()
router.register("transactions", TransactionViewSet, basename="transaction")
urlpatterns = [
    path("statements/", StatementUpload.as_view(), name="statement-upload"),
    path("", include(router.urls)),
]
