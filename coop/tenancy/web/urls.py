"""Addresses of invitations, roles and policy."""

from django.urls import path

from coop.tenancy.web import views

app_name = "tenancy"
urlpatterns = [
    path("invitation/<str:secret>/", views.accept, name="accept_invitation"),
    path("settings/roles/", views.roles, name="roles"),
    path("settings/roles/grant/", views.grant, name="grant_role"),
    path("settings/roles/invite/", views.send_invite, name="invite"),
    path("settings/roles/<int:assignment_id>/end/", views.end, name="end_role"),
    path("settings/history/", views.history, name="history"),
    path("settings/policy/", views.policies, name="policies"),
    path("settings/policy/decide/", views.decide, name="decide_policy"),
]
