"""What was booked late: its month is closed, so it stands in the first open one, and people are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from coop.ledger.models import Entry
from coop.tenancy.models import User


@contextmanager
def late_bookings(by: User) -> Iterator[list[str]]:
    """The list is filled at the end: one sentence for each closed month that `by` booked something into meanwhile."""
    told: list[str] = []
    before = Entry.objects.aggregate(last=Max("number"))["last"] or 0
    yield told
    moved = (
        Entry.objects.filter(number__gt=before, posted_by=by)
        .annotate(meant=TruncMonth("event_on"), booked=TruncMonth("booked_on"))
        .values_list("meant", "booked")
        .distinct()
        .order_by("meant", "booked")
    )
    told += [
        _("%(closed)s is closed. What is dated then was booked in %(open)s and keeps its true day.")
        % {"closed": date_format(meant, "F Y"), "open": date_format(booked, "F Y")}
        for meant, booked in moved
        if meant != booked
    ]


def tells_late_bookings(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that books: whoever books into a closed month reads where it stands instead."""

    @wraps(view)
    def told_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with late_bookings(request.user) as told:  # type: ignore[arg-type]
            answer = view(request, *args, **kwargs)
        for text in told:
            messages.info(request, text)
        return answer

    return told_view
