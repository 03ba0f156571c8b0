"""Addresses of the bank's pages."""

from django.urls import path

from coop.banking.web import day, views
from coop.banking.web import tables as table_views

app_name = "banking"
urlpatterns = [
    path("bank/", views.work, name="work"),
    path("bank/upload/", views.upload, name="upload"),
    path("bank/rematch/", views.rematch, name="rematch"),
    path("bank/items/<int:item_id>/done/", views.finish_item, name="finish_item"),
    path("bank/statements/", views.statements, name="statements"),
    path("bank/day/", day.day, name="day"),
    path("bank/day/<int:transaction_id>/accept/", day.day_accept, name="day_accept"),
    path("bank/matching/", day.learned, name="learned"),
    path("bank/matching/decide/", day.decide, name="decide_matching"),
    path("bank/matching/payers/<int:payer_id>/forget/", day.forget_payer, name="forget_payer"),
    path("bank/tables/", table_views.tables, name="tables"),
    path("bank/tables/new/", table_views.table_new, name="table_new"),
    path("bank/tables/<int:format_id>/drop/", table_views.table_drop, name="table_drop"),
    path("bank/accounts/", views.accounts, name="accounts"),
    path("bank/transactions/", views.transactions, name="transactions"),
    path("bank/transactions/<int:transaction_id>/", views.transaction, name="transaction"),
    path("bank/transactions/<int:transaction_id>/match/", views.match, name="match"),
    path("bank/transactions/<int:transaction_id>/ignore/", views.ignore, name="ignore"),
    path("bank/transactions/<int:transaction_id>/take-up/", views.take_up, name="take_up"),
    path("bank/transactions/<int:transaction_id>/book/", views.book, name="book"),
    path("bank/transactions/<int:transaction_id>/return/", views.book_return, name="book_return"),
    path("bank/transactions/<int:transaction_id>/order/", views.match_order, name="match_order"),
    path("bank/matches/<int:match_id>/undo/", views.undo, name="undo"),
    path("bank/matches/<int:match_id>/undo-return/", views.undo_return, name="undo_return"),
    path("bank/transactions/<int:transaction_id>/came-back/", views.book_returned_payment, name="came_back"),
    path("bank/orders/", views.orders, name="orders"),
    path("bank/orders/<int:order_id>/", views.order, name="order"),
    path("bank/orders/<int:order_id>/approve/", views.approve_order, name="approve_order"),
    path("bank/orders/lines/<int:line_id>/confirm/", views.confirm_payee, name="confirm_payee"),
    path("bank/orders/<int:order_id>/reject/", views.reject_order, name="reject_order"),
    path("bank/orders/<int:order_id>/file/", views.order_file, name="order_file"),
]
