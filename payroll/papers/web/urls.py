"""Addresses of the papers."""

from django.urls import path

from payroll.papers.web import cockpit, office_export, papers

app_name = "papers"
urlpatterns = [
    path("payroll/office/", cockpit.cockpit, name="cockpit"),
    path("payroll/office/file/<str:kind>/<str:subject>/", cockpit.file, name="file"),
    path("payroll/office/filings/<int:filing_id>/", cockpit.filing, name="filing"),
    path("payroll/office/filings/<int:filing_id>/proofs/", cockpit.new_proof, name="new_proof"),
    path("payroll/office/filings/<int:filing_id>/proofs/<int:proof_id>/", cockpit.proof, name="proof"),
    path("payroll/office/contributions/", papers.contributions, name="contributions"),
    path("payroll/office/contributions/make/", cockpit.prepare_statements, name="prepare_statements"),
    path("payroll/office/contributions/pay/", cockpit.pay_contributions, name="order_contributions"),
    path("payroll/office/contributions/<int:fund_id>/", papers.statement, name="statement"),
    path("payroll/office/wage-tax/", papers.wage_tax, name="wage_tax"),
    path("payroll/office/wage-tax/pay/", cockpit.pay_wage_tax, name="order_wage_tax"),
    path("payroll/office/notices/", papers.notices, name="notices"),
    path("payroll/office/refunds/", papers.refunds, name="refunds"),
    path("payroll/office/refunds/<int:person_id>/new/", papers.new_refund, name="new_refund"),
    path("payroll/office/journal/", papers.journal, name="journal"),
    path("payroll/office/year/", papers.year, name="year"),
    path("payroll/office/year/accident/", papers.accident, name="accident"),
    path("payroll/office/accounts/<int:person_id>/", papers.wage_account, name="wage_account"),
    path("payroll/office/exports/", office_export.exports, name="exports"),
    path("payroll/office/exports/lodas/", office_export.movements, name="movement_file"),
    path("payroll/office/creditors/", papers.creditors, name="creditors"),
    path("payslips/account/", papers.my_wage_account, name="my_wage_account"),
]
