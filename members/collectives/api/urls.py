"""Addresses of the API of shared budgets and transfers."""

from django.urls import path

from members.collectives.api.views import CollectiveViewSet as Shared
from members.collectives.api.views import TransferViewSet as Moves

app_name = "collectives_api"
urlpatterns = [
    path("shared-budgets/", Shared.as_view({"get": "list", "post": "create"}), name="collectives"),
    path("shared-budgets/<int:pk>/answer/", Shared.as_view({"post": "answer"}), name="answer"),
    path("transfers/", Moves.as_view({"get": "list", "post": "create"}), name="transfers"),
    path("transfers/<int:pk>/accept/", Moves.as_view({"post": "accept"}), name="accept"),
    path("transfers/<int:pk>/decline/", Moves.as_view({"post": "decline"}), name="decline"),
    path("transfers/<int:pk>/withdraw/", Moves.as_view({"post": "withdraw"}), name="withdraw"),
]
