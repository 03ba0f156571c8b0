"""Addresses of the API of the papers."""

from django.urls import path

from payroll.papers.api.views import PaperViewSet as Papers

app_name = "papers_api"
urlpatterns = [
    path("office/duties/", Papers.as_view({"get": "duties"}), name="duties"),
    path("office/journal/", Papers.as_view({"get": "journal"}), name="journal"),
    path("office/wage-tax/", Papers.as_view({"get": "wage_tax"}), name="wage_tax"),
    path("office/wage-tax/order/", Papers.as_view({"post": "order_wage_tax"}), name="order_wage_tax"),
    path(
        "office/contributions/",
        Papers.as_view({"get": "contributions", "post": "make_statements"}),
        name="contributions",
    ),
    path("office/contributions/order/", Papers.as_view({"post": "order_contributions"}), name="order_contributions"),
    path("office/notices/", Papers.as_view({"get": "notices"}), name="notices"),
    path("office/certificates/", Papers.as_view({"get": "certificates"}), name="certificates"),
    path("office/accident/", Papers.as_view({"get": "accident"}), name="accident"),
    path("office/filings/", Papers.as_view({"post": "file"}), name="file"),
    path("office/refunds/proposals/", Papers.as_view({"get": "refund_proposals"}), name="refund_proposals"),
    path("office/refunds/", Papers.as_view({"post": "refund"}), name="refund"),
    path("wage-account/", Papers.as_view({"get": "wage_account"}), name="wage_account"),
]
