"""Addresses of payroll's API."""

from django.urls import path

from payroll.api.views import PayslipViewSet, ReturnedPayViewSet, RunViewSet

app_name = "payroll_api"
urlpatterns = [
    path("payslips/", PayslipViewSet.as_view({"get": "list"}), name="payslips"),
    path("payslips/<int:pk>/", PayslipViewSet.as_view({"get": "retrieve"}), name="payslip"),
    path("salary-runs/", RunViewSet.as_view({"get": "list", "post": "create"}), name="runs"),
    path("salary-runs/<int:pk>/", RunViewSet.as_view({"get": "retrieve"}), name="run"),
    path("salary-runs/<int:pk>/payslips/", RunViewSet.as_view({"get": "payslips"}), name="run_payslips"),
    path("salary-runs/<int:pk>/approve/", RunViewSet.as_view({"post": "approve"}), name="approve"),
    path("salary-runs/<int:pk>/compute-again/", RunViewSet.as_view({"post": "compute_again"}), name="compute_again"),
    path("salary-runs/<int:pk>/order-payment/", RunViewSet.as_view({"post": "order_payment"}), name="order_payment"),
    path("returned-pay/", ReturnedPayViewSet.as_view({"get": "list"}), name="returned_pay"),
    path("returned-pay/<int:pk>/order/", ReturnedPayViewSet.as_view({"post": "order"}), name="order_returned"),
]
