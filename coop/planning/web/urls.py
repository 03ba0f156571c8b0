"""Addresses of planning's pages."""

from django.urls import path

from coop.planning.web import cooperative, expected, other_requests, plan, saved, shortfalls, views

app_name = "planning"
urlpatterns = [
    path("plan/", plan.plan, name="plan"),
    path("plan/pdf/", plan.plan_pdf, name="plan_pdf"),
    path("plan/saved/", saved.plans, name="plans"),
    path("plan/saved/<int:plan_id>/", saved.saved, name="saved"),
    path("plan/saved/<int:plan_id>/forget/", saved.forget, name="forget"),
    path("plan/expected/", expected.expected, name="expected"),
    path("plan/expected/jobs/<int:job_id>/", expected.judge, name="judge"),
    path("plan/expected/<int:expectation_id>/delete/", expected.delete, name="expect_no_more"),
    path("board/ahead/", cooperative.cooperative, name="cooperative"),
    path("salary/", views.salary, name="salary"),
    path("salary/ask/", views.ask, name="ask"),
    path("salary/ask/leave/", other_requests.ask_pause, name="ask_pause"),
    path("salary/ask/one-off/", other_requests.ask_one_off, name="ask_one_off"),
    path("salary/ask/end/", other_requests.ask_end, name="ask_end"),
    path("salary/<int:request_id>/withdraw/", views.withdraw, name="withdraw"),
    path("payroll/not-covered/", shortfalls.shortfalls, name="shortfalls"),
    path("payroll/requests/", views.requests, name="requests"),
    path("payroll/requests/approve/", views.approve_clear, name="approve_clear"),
    path("payroll/requests/<int:request_id>/", views.one_request, name="request"),
    path("payroll/requests/<int:request_id>/approve/", views.approve, name="approve"),
]
