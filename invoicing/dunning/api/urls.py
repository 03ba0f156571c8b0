"""Addresses of the API of dunning."""

from django.urls import path

from invoicing.dunning.api.views import DunningViewSet as View

app_name = "dunning_api"
urlpatterns = [
    path("dunning/preview/", View.as_view({"get": "preview"}), name="preview"),
    path("dunning/letters/", View.as_view({"get": "letters"}), name="letters"),
    path("dunning/questions/", View.as_view({"get": "questions"}), name="questions"),
    path("dunning/invoices/<int:pk>/answer/", View.as_view({"post": "answer"}), name="answer"),
    path("dunning/invoices/<int:pk>/agree/", View.as_view({"post": "agree"}), name="agree"),
    path("dunning/invoices/<int:pk>/pause/", View.as_view({"post": "pause", "delete": "lift"}), name="pause"),
]
