"""Addresses of joining, members and the register."""

from django.urls import path

from members.web import views

app_name = "members"
urlpatterns = [
    path("join/", views.apply, name="apply"),
    path("join/thanks/", views.thanks, name="thanks"),
    path("members/", views.members, name="members"),
    path("members/register.csv", views.export, name="register_csv"),
    path("members/applications/", views.waiting, name="applications"),
    path("members/<int:person_id>/", views.person, name="person"),
    path("members/<int:person_id>/admit/", views.admit, name="admit"),
    path("members/<int:person_id>/reject/", views.reject, name="reject"),
    path("members/<int:person_id>/invite/", views.invite, name="invite"),
    path("members/<int:person_id>/shares/", views.shares, name="shares"),
    path("members/<int:person_id>/leave/", views.leave, name="leave"),
    path("members/<int:person_id>/end/", views.end, name="end"),
    path("members/<int:person_id>/settle/", views.settle, name="settle"),
    path("members/<int:person_id>/pay/", views.pay, name="pay"),
    path("me/details/", views.me, name="me"),
]
