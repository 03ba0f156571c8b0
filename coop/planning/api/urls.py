"""Addresses of planning's API."""

from django.urls import path

from coop.planning.api.views import ExpectationViewSet, PlanView, SavedPlanViewSet, ShortfallView
from coop.planning.api.views import SalaryRequestViewSet as View

app_name = "planning_api"
urlpatterns = [
    path("plan/", PlanView.as_view(), name="plan"),
    path("expectations/", ExpectationViewSet.as_view({"get": "list", "post": "create"}), name="expectations"),
    path("expectations/<int:pk>/", ExpectationViewSet.as_view({"delete": "destroy"}), name="expectation"),
    path("expectations/jobs/<int:pk>/", ExpectationViewSet.as_view({"put": "judge"}), name="judge"),
    path("plans/", SavedPlanViewSet.as_view({"get": "list", "post": "create"}), name="plans"),
    path("plans/<int:pk>/", SavedPlanViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="saved"),
    path("shortfalls/", ShortfallView.as_view(), name="shortfalls"),
    path("salary-requests/", View.as_view({"get": "list", "post": "create"}), name="requests"),
    path("salary-requests/quote/", View.as_view({"post": "quote"}), name="quote"),
    path("salary-requests/leave/", View.as_view({"post": "pause"}), name="pause"),
    path("salary-requests/leave/effect/", View.as_view({"post": "pause_effect"}), name="pause_effect"),
    path("salary-requests/one-off/", View.as_view({"post": "one_off"}), name="one_off"),
    path("salary-requests/one-off/effect/", View.as_view({"post": "one_off_effect"}), name="one_off_effect"),
    path("salary-requests/end/", View.as_view({"post": "end"}), name="end"),
    path("salary-requests/end/effect/", View.as_view({"post": "end_effect"}), name="end_effect"),
    path("salary-requests/<int:pk>/withdraw/", View.as_view({"post": "withdraw"}), name="withdraw"),
    path("salary-requests/<int:pk>/approve/", View.as_view({"post": "approve"}), name="approve"),
    path("salary-requests/<int:pk>/decline/", View.as_view({"post": "decline"}), name="decline"),
]
