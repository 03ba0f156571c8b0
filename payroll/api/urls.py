"""Addresses of payroll's API."""

from django.urls import path

from payroll.api.views import (
    LateChangeViewSet,
    PayslipViewSet,
    ReturnedPayViewSet,
    RunViewSet,
    WageElementViewSet,
)

app_name = "payroll_api"
urlpatterns = [
    path("payslips/", PayslipViewSet.as_view({"get": "list"}), name="payslips"),
    path("payslips/<int:pk>/", PayslipViewSet.as_view({"get": "retrieve"}), name="payslip"),
    path("salary-runs/", RunViewSet.as_view({"get": "list", "post": "create"}), name="runs"),
    path("salary-runs/<int:pk>/", RunViewSet.as_view({"get": "retrieve"}), name="run"),
    path("salary-runs/<int:pk>/payslips/", RunViewSet.as_view({"get": "payslips"}), name="run_payslips"),
    path("salary-runs/<int:pk>/review/", RunViewSet.as_view({"post": "review"}), name="review"),
    path("salary-runs/<int:pk>/close/", RunViewSet.as_view({"post": "close"}), name="close"),
    path("salary-runs/<int:pk>/approve/", RunViewSet.as_view({"post": "approve"}), name="approve"),
    path("salary-runs/<int:pk>/compute-again/", RunViewSet.as_view({"post": "compute_again"}), name="compute_again"),
    path("salary-runs/<int:pk>/order-payment/", RunViewSet.as_view({"post": "order_payment"}), name="order_payment"),
    path("late-changes/", LateChangeViewSet.as_view({"get": "list"}), name="late_changes"),
    path("payslips/<int:pk>/correct/", LateChangeViewSet.as_view({"post": "correct"}), name="correct"),
    path("wage-elements/", WageElementViewSet.as_view({"get": "list", "post": "create"}), name="wage_elements"),
    path("wage-elements/<int:pk>/end/", WageElementViewSet.as_view({"post": "end"}), name="end_wage_element"),
    path("returned-pay/", ReturnedPayViewSet.as_view({"get": "list"}), name="returned_pay"),
    path("returned-pay/<int:pk>/order/", ReturnedPayViewSet.as_view({"post": "order"}), name="order_returned"),
]
