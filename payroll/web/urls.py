"""Addresses of payroll's pages."""

from django.urls import path

from payroll.web import mine, people, runs

app_name = "payroll"
urlpatterns = [
    path("payslips/", mine.payslips, name="my_payslips"),
    path("payslips/<int:payslip_id>/", mine.my_payslip, name="my_payslip"),
    path("payslips/<int:payslip_id>/pdf/", mine.my_payslip_pdf, name="my_payslip_pdf"),
    path("employment/", mine.employment, name="my_employment"),
    path("payroll/people/", people.people, name="people"),
    path("payroll/people/<int:person_id>/", people.person, name="person"),
    path("payroll/people/<int:person_id>/salary/", people.new_contract, name="new_contract"),
    path("payroll/people/<int:person_id>/salary/<int:contract_id>/end/", people.end_contract, name="end_contract"),
    path("payroll/people/<int:person_id>/tax/", people.new_tax_data, name="new_tax_data"),
    path("payroll/people/<int:person_id>/insurance/", people.new_insurance, name="new_insurance"),
    path("payroll/people/<int:person_id>/account/", people.new_account, name="new_account"),
    path("payroll/people/<int:person_id>/elsewhere/", people.new_other_job, name="new_other_job"),
    path("payroll/people/<int:person_id>/elements/", people.new_element, name="new_element"),
    path("payroll/people/<int:person_id>/elements/<int:element_id>/end/", people.end_element, name="end_element"),
    path("payroll/funds/", people.funds, name="funds"),
    path("payroll/funds/accident/", people.accident, name="accident"),
    path("payroll/funds/import/", people.import_table, name="import_rates"),
    path("payroll/runs/", runs.runs, name="runs"),
    path("payroll/runs/start/", runs.start, name="start"),
    path("payroll/runs/<int:run_id>/", runs.run, name="run"),
    path("payroll/runs/<int:run_id>/progress/", runs.progress, name="progress"),
    path("payroll/runs/<int:run_id>/again/", runs.again, name="again"),
    path("payroll/runs/<int:run_id>/order/", runs.order_again, name="order_again"),
    path("payroll/runs/<int:run_id>/review/", runs.review, name="review"),
    path("payroll/runs/<int:run_id>/approve/", runs.approve, name="approve"),
    path("payroll/runs/<int:run_id>/close/", runs.close, name="close"),
    path("payroll/late-changes/", runs.late, name="late"),
    path("payroll/returned/<int:match_id>/order/", runs.order_returned, name="order_returned"),
    path("payroll/payslips/<int:payslip_id>/", runs.payslip, name="payslip"),
    path("payroll/payslips/<int:payslip_id>/pdf/", runs.payslip_pdf, name="payslip_pdf"),
    path("payroll/payslips/<int:payslip_id>/correct/", runs.correct, name="correct"),
]
