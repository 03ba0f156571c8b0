"""What the pages of all apps do alike."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coop.errors import NotFound, StetigError
from coop.tenancy.history import LONGEST_WHY, Change

T = TypeVar("T")
PAGE_SIZE = 50


def tried(
    request: HttpRequest, use_case: Callable[[], T], done: str = "", form: forms.BaseForm | None = None
) -> T | None:
    """Run a use case for a page: its result and the message `done`, or None and its error.

    The error stands at `form` where one is shown again, else as a message on the next page.

    Raises: Http404, where the thing is not there.
    """
    try:
        with transaction.atomic():
            result = use_case()
    except NotFound as error:
        raise Http404 from error
    except StetigError as error:
        if form is None:
            messages.error(request, str(error))
        else:
            form.add_error(None, str(error))
        return None
    if done:
        messages.success(request, done)
    return result


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
    """The page of a long list that the address asks for."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def day_input() -> forms.DateInput:
    """The browser's own calendar; it speaks ISO dates."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def why_field(*, asked: bool = False) -> forms.CharField:
    """Why something is changed: kept with the change. The field is to be called `change_reason`; `asked` wants an answer."""
    return forms.CharField(
        label=gettext_lazy("Reason of the change"),
        required=asked,
        max_length=LONGEST_WHY,
        help_text=gettext_lazy("Kept in the history, where it can be read by all who see it."),
    )


def history_table(changes: Sequence[Change]) -> dict[str, Any]:
    """Rows and columns of the history of master data, for components/data_table.html."""
    return {
        "changes": [
            {
                "at": change.at,
                "record": change.record,
                "what": "; ".join(f"{field}: {before} → {after}" for field, before, after in change.fields),
                "why": change.why or "–",
                "who": change.who or _("a job or command"),
                "through": change.through,
            }
            for change in changes
        ],
        "change_columns": [
            {"key": "at", "label": _("When"), "kind": "time"},
            {"key": "record", "label": _("Data record")},
            {"key": "what", "label": _("What changed")},
            {"key": "why", "label": _("Why")},
            {"key": "who", "label": _("By")},
            {"key": "through", "label": _("Through")},
        ],
    }
