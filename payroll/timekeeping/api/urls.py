"""Addresses of the API of hours and absences."""

from django.urls import path

from payroll.timekeeping.api.views import AbsenceViewSet as Absences
from payroll.timekeeping.api.views import HoursViewSet as Hours

app_name = "timekeeping_api"
urlpatterns = [
    path("absences/", Absences.as_view({"get": "list", "post": "create"}), name="absences"),
    path("absences/waiting/", Absences.as_view({"get": "waiting"}), name="waiting_absences"),
    path("absences/<int:pk>/withdraw/", Absences.as_view({"post": "withdraw"}), name="withdraw"),
    path("absences/<int:pk>/confirm/", Absences.as_view({"post": "confirm"}), name="confirm_absence"),
    path("absences/<int:pk>/refuse/", Absences.as_view({"post": "refuse"}), name="refuse_absence"),
    path("leave/", Absences.as_view({"get": "leave"}), name="leave"),
    path("people/<int:person_id>/days/", Absences.as_view({"get": "days"}), name="days"),
    path("hours/", Hours.as_view({"get": "retrieve", "post": "create"}), name="hours"),
    path("hours/waiting/", Hours.as_view({"get": "waiting"}), name="waiting_hours"),
    path("hours/<int:pk>/", Hours.as_view({"delete": "destroy"}), name="delete_hours"),
    path("hours/<int:pk>/confirm/", Hours.as_view({"post": "confirm"}), name="confirm_hours"),
    path("hours/<int:pk>/send-back/", Hours.as_view({"post": "send_back"}), name="send_back_hours"),
    path("hours/hand-in/", Hours.as_view({"post": "hand_in"}), name="hand_in"),
    path("hours/take-back/", Hours.as_view({"post": "take_back"}), name="take_back"),
]
