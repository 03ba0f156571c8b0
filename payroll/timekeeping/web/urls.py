"""Addresses of hours and absences."""

from django.urls import path

from payroll.timekeeping.web import mine, office

app_name = "timekeeping"
urlpatterns = [
    path("time/", mine.overview, name="mine"),
    path("time/away/", mine.ask, name="ask"),
    path("time/away/<int:absence_id>/withdraw/", mine.withdraw, name="withdraw"),
    path("time/hours/", mine.hours, name="hours"),
    path("time/hours/hand-in/", mine.hand_in, name="hand_in"),
    path("time/hours/take-back/", mine.take_back, name="take_back"),
    path("time/hours/<int:entry_id>/delete/", mine.delete_hours, name="delete_hours"),
    path("payroll/time/", office.office, name="office"),
    path("payroll/time/leave/", office.leave, name="leave"),
    path("payroll/time/leave/<int:person_id>/remind/", office.remind, name="remind"),
    path("payroll/time/absences/<int:absence_id>/", office.absence, name="absence"),
    path("payroll/time/absences/<int:absence_id>/refuse/", office.refuse, name="refuse"),
    path("payroll/time/hours/<int:sheet_id>/", office.sheet, name="sheet"),
    path("payroll/time/hours/<int:sheet_id>/send-back/", office.send_back, name="send_back"),
    path("payroll/people/<int:person_id>/absence/", office.enter_absence, name="enter_absence"),
    path("payroll/people/<int:person_id>/week/", office.week, name="week"),
]
