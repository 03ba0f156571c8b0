"""Addresses of the papers of employments."""

from django.urls import path

from payroll.agreements.web import views

app_name = "agreements"
urlpatterns = [
    path("employment/papers/", views.mine, name="mine"),
    path("employment/papers/<int:paper_id>/pdf/", views.my_paper_pdf, name="my_paper_pdf"),
    path("employment/papers/<int:paper_id>/received/", views.received, name="received"),
    path("payroll/contracts/<int:contract_id>/papers/", views.papers, name="papers"),
    path("payroll/contracts/papers/<int:paper_id>/", views.paper, name="paper"),
    path("payroll/contracts/papers/<int:paper_id>/pdf/", views.paper_pdf, name="paper_pdf"),
    path("payroll/contracts/papers/<int:paper_id>/discard/", views.discard, name="discard"),
]
