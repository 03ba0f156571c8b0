"""Addresses of the pages."""

from django.urls import path

from invoicing.web import clients_side, tax_reports, views

app_name = "invoicing"
urlpatterns = [
    path("clients/", views.client_list, name="client_list"),
    path("clients/new/", views.client_new, name="client_new"),
    path("clients/<int:client_id>/portal/", views.client_open_portal, name="client_open_portal"),
    path("answer/<str:secret>/", clients_side.answer, name="client_answer"),
    path("portal/<str:secret>/", clients_side.portal, name="client_portal"),
    path("portal/<str:secret>/<int:invoice_id>/", clients_side.portal_pdf, name="client_portal_pdf"),
    path("jobs/<int:job_id>/ask/", views.job_ask, name="job_ask"),
    path("clients/<int:client_id>/", views.client_edit, name="client"),
    path("jobs/", views.job_list, name="job_list"),
    path("jobs/new/", views.job_new, name="job_new"),
    path("jobs/<int:job_id>/", views.job_page, name="job"),
    path("jobs/<int:job_id>/edit/", views.job_edit, name="job_edit"),
    path("jobs/<int:job_id>/submit/", views.job_submit, name="job_submit"),
    path("jobs/<int:job_id>/vat/", views.job_vat, name="job_vat"),
    path("jobs/<int:job_id>/accept/", views.job_accept, name="job_accept"),
    path("jobs/<int:job_id>/return/", views.job_return, name="job_return"),
    path("jobs/<int:job_id>/confirm/", views.job_confirm, name="job_confirm"),
    path("jobs/<int:job_id>/cancel/", views.job_cancel, name="job_cancel"),
    path("jobs/<int:job_id>/say/", views.job_say, name="job_say"),
    path("jobs/<int:job_id>/plan/", views.job_plan, name="job_plan"),
    path("jobs/<int:job_id>/retainer/", views.job_retainer, name="job_retainer"),
    path("jobs/planned/<int:planned_id>/drop/", views.planned_drop, name="planned_drop"),
    path("jobs/planned/<int:planned_id>/issue/", views.planned_issue, name="planned_issue"),
    path("office/jobs/", views.office_jobs, name="office_jobs"),
    path("office/jobs/accept/", views.accept, name="accept"),
    path("office/jobs/issue/", views.issue, name="issue"),
    path("books/ec-list/", tax_reports.ec_sales_list, name="ec_list"),
    path("books/ec-list/file/", tax_reports.ec_list_file, name="ec_list_file"),
    path("invoices/<int:invoice_id>/refunded/", views.invoice_refunded, name="invoice_refunded"),
    path("invoices/", views.invoice_list, name="invoice_list"),
    path("invoices/<int:invoice_id>/", views.invoice_page, name="invoice"),
    path("invoices/<int:invoice_id>/pdf/", views.invoice_pdf, name="invoice_pdf"),
    path("invoices/<int:invoice_id>/cancel/", views.invoice_cancel, name="invoice_cancel"),
    path("invoices/<int:invoice_id>/cancellation/", views.cancellation_pdf, name="cancellation_pdf"),
    path("invoices/<int:invoice_id>/xml/", views.invoice_xml, name="invoice_xml"),
]
