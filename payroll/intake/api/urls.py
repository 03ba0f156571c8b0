"""Addresses of the intake's API."""

from django.urls import path

from payroll.intake.api.views import IntakeViewSet as View

app_name = "intake_api"
urlpatterns = [
    path("intakes/", View.as_view({"get": "list", "post": "create"}), name="intakes"),
    path("intakes/withdraw/", View.as_view({"post": "withdraw"}), name="withdraw"),
    path("intakes/<int:pk>/", View.as_view({"get": "retrieve"}), name="intake"),
    path("intakes/<int:pk>/confirm/", View.as_view({"post": "confirm"}), name="confirm"),
    path("intakes/<int:pk>/question/", View.as_view({"post": "give_back"}), name="give_back"),
]
