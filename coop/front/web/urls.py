"""Addresses of the front at a cooperative's host."""

from django.urls import path

from coop.front.web import board, books, exports, member, offers, office, outbox, public, tokens

app_name = "front"
urlpatterns = [
    path("", public.welcome, name="welcome"),
    path("what-would-i-get/", offers.offer_page, name="offer"),
    path("what-would-i-get/table/", offers.table_pdf, name="offer_table"),
    path("home/", public.home, name="home"),
    path("mine/", member.mine, name="mine"),
    path("mine/budget/", member.budget, name="budget"),
    path("mine/budget/<int:year>/", member.budget_year, name="budget_year"),
    path("mine/budget/csv/", member.budget_csv, name="budget_csv"),
    path("board/", board.board, name="board"),
    path("office/", office.office, name="office"),
    path("books/", books.books, name="books"),
    path("books/journal/", books.journal, name="journal"),
    path("books/entries/<int:number>/", books.entry, name="entry"),
    path("books/months/", books.months, name="months"),
    path("books/months/<int:year>-<int:month>/close/", books.close_month, name="close_month"),
    path("books/proof/", books.proof, name="proof"),
    path("books/export/", exports.exports, name="exports"),
    path("books/export/file/", exports.booking_file, name="booking_file"),
    path("books/export/accounts/", exports.numbers_template, name="numbers_template"),
    path("books/export/numbers/", exports.bring_numbers, name="bring_numbers"),
    path("books/export/client/", exports.bring_client, name="bring_client"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:message_id>/", outbox.message, name="message"),
    path("outbox/<int:message_id>/again/", outbox.send_message_again, name="send_again"),
    path("outbox/<int:message_id>/papers/<int:document_id>/", outbox.attachment, name="attachment"),
    path("outbox/papers/<int:document_id>/again/", outbox.draw_again, name="draw_again"),
    path("access/", tokens.token, name="token"),
    path("access/new/", tokens.make_token, name="make_token"),
    path("access/revoke/", tokens.revoke_token, name="revoke_token"),
    path("robots.txt", public.robots, name="robots"),
    path("favicon.ico", public.favicon, name="favicon"),
]
