"""Addresses of the front's part of the API."""

from django.urls import path

from coop.front.api import views
from coop.front.web.api_docs import SchemaView, documentation

app_name = "front-api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", documentation, name="docs"),
    path("me/", views.Who.as_view(), name="me"),
    path("salary-calculation/", views.SalaryCalculation.as_view(), name="salary_calculation"),
    path("budget/", views.OwnBudget.as_view(), name="budget"),
    path("budget/movements/", views.OwnMovements.as_view(), name="movements"),
]
