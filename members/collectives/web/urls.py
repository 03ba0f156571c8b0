"""Addresses of shared budgets and transfers."""

from django.urls import path

from members.collectives.web import views

app_name = "collectives"
urlpatterns = [
    path("shared/", views.mine, name="mine"),
    path("shared/new/", views.found, name="found"),
    path("shared/<int:collective_id>/", views.collective, name="collective"),
    path("shared/<int:collective_id>/join/", views.join, name="join"),
    path("shared/<int:collective_id>/decline/", views.decline_invitation, name="decline_invitation"),
    path("shared/<int:collective_id>/leave/", views.leave, name="leave"),
    path("shared/<int:collective_id>/manager/<int:person_id>/", views.hand_over, name="hand_over"),
    path("transfers/new/", views.transfer, name="transfer"),
    path("transfers/<int:transfer_id>/accept/", views.accept, name="accept"),
    path("transfers/<int:transfer_id>/decline/", views.decline, name="decline"),
    path("transfers/<int:transfer_id>/withdraw/", views.withdraw, name="withdraw"),
]
