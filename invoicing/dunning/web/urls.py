"""Addresses of dunning."""

from django.urls import path

from invoicing.dunning.web import views

app_name = "dunning"
urlpatterns = [
    path("dunning/", views.office, name="office"),
    path("dunning/switch/", views.switch, name="switch"),
    path("dunning/policy/", views.policy, name="policy"),
    path("dunning/mine/", views.mine, name="mine"),
    path("dunning/invoices/<int:invoice_id>/", views.case, name="case"),
    path("dunning/invoices/<int:invoice_id>/answer/", views.answer, name="answer"),
    path("dunning/invoices/<int:invoice_id>/agree/", views.agree, name="agree"),
    path("dunning/invoices/<int:invoice_id>/pause/", views.pause, name="pause"),
    path("dunning/invoices/<int:invoice_id>/go-on/", views.go_on, name="go_on"),
    path("dunning/invoices/<int:invoice_id>/hand-over/", views.hand_over, name="hand_over"),
    path("dunning/invoices/<int:invoice_id>/waive/", views.waive, name="waive"),
    path("dunning/clients/<int:client_id>/", views.client, name="client"),
    path("dunning/letters/<int:letter_id>/pdf/", views.letter_pdf, name="letter_pdf"),
]
