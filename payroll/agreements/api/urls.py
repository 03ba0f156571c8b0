"""Addresses of the API of the papers of employments."""

from django.urls import path

from payroll.agreements.api.views import PaperViewSet as View

app_name = "agreements_api"
urlpatterns = [
    path("papers/", View.as_view({"get": "mine"}), name="mine"),
    path("papers/<int:pk>/received/", View.as_view({"post": "received"}), name="received"),
    path("papers/<int:pk>/signed/", View.as_view({"post": "signed"}), name="signed"),
    path("papers/<int:pk>/discard/", View.as_view({"post": "discard"}), name="discard"),
    path("contracts/<int:contract_id>/papers/", View.as_view({"get": "list", "post": "create"}), name="papers"),
]
