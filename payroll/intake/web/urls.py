"""Addresses of the intake."""

from django.urls import path

from payroll.intake.web import views

app_name = "intake"
urlpatterns = [
    path("employment/data/", views.mine, name="mine"),
    path("payroll/intakes/", views.intakes, name="intakes"),
    path("payroll/intakes/<int:intake_id>/", views.intake, name="intake"),
    path("payroll/intakes/<int:intake_id>/question/", views.give_back, name="give_back"),
]
