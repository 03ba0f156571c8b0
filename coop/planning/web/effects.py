"""What a request would mean, in words: notes and cards of facts, and what bars it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coop.planning.effects import MONTHS_INSURED, WITHIN_MONTHS, Effect, End, OneOff, Pause
from coop.planning.queries import Picture
from coop.planning.web.words import day

Note = tuple[str, str]


def shown(effect: Effect) -> dict[str, Any]:
    """`notes` (tone and text), `cards` (title and facts) and `blocked`: why it cannot be approved, or ""."""
    if isinstance(effect, Pause):
        return {"notes": list(_pause_notes(effect)), "cards": _pause_cards(effect), "blocked": ""}
    if isinstance(effect, OneOff):
        return {"notes": list(_one_off_notes(effect)), "cards": _one_off_cards(effect), "blocked": _barred(effect)}
    if isinstance(effect, End):
        return {"notes": list(_end_notes(effect)), "cards": _end_cards(effect), "blocked": ""}
    return {"notes": _salary_notes(effect), "cards": _salary_cards(effect), "blocked": _salary_bars(effect)}


def check_of(effect: Effect) -> dict[str, str]:
    """What the list of waiting requests says of one: label and tone."""
    if isinstance(effect, Picture) and effect.below_minimum_wage:
        return {"label": _("below the minimum wage"), "tone": "bad"}
    if isinstance(effect, Picture | OneOff) and not effect.covered:
        return {"label": _("not covered"), "tone": "bad"}
    if isinstance(effect, Picture | OneOff) and effect.passed_limit:
        return {"label": _("above the limit for advances"), "tone": "bad"}
    if isinstance(effect, Picture) and effect.estimated:
        return {"label": _("data is missing"), "tone": "warn"}
    if effect.stands_out:
        return {"label": _("look at it"), "tone": "warn"}
    return {"label": _("can be approved"), "tone": "good"}


def months(count: int) -> str:
    """So many months."""
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": count}


def _salary_bars(seen: Picture) -> str:
    if seen.estimated:
        return _("Tax data and insurance come first.")
    if seen.below_minimum_wage:
        return _("The hours are too many for this pay.")
    return _barred(seen)


def _barred(seen: Picture | OneOff) -> str:
    if not seen.covered:
        return _("Budget and cover do not bear it.")
    return _("The limit for advances would be passed.") if seen.passed_limit else ""


def _salary_notes(seen: Picture) -> list[Note]:
    notes = []
    if seen.estimated:
        notes.append(
            (
                "info",
                _(
                    "Tax and insurance data are missing, so this is an estimate: tax class I, no children, an average "
                    "health fund."
                ),
            )
        )
    if seen.below_minimum_wage:
        text = _("For these hours the pay is below the minimum wage. It allows at most %(hours)s hours a week.")
        notes.append(("bad", text % {"hours": seen.most_hours}))
    if not seen.covered:
        notes.append(
            (
                "bad",
                _(
                    "Budget and confirmed jobs do not bear this salary until it ends. It can be approved when they do: with a "
                    "lower salary, a shorter time, or more confirmed jobs."
                ),
            )
        )
    if seen.passed_limit:
        notes.append(
            (
                "bad",
                _("This salary would be paid further ahead of client money than the limit for advances allows.")
                if not seen.passed_limit.of_all
                else _(
                    "All salaries together would be paid further ahead of client money than the limit for advances allows."
                ),
            )
        )
    if seen.low_net:
        notes.append(
            ("warn", _("The cooperative recommends a salary that leaves more than this on average over the year."))
        )
    return notes


def _salary_cards(seen: Picture) -> list[tuple[str, list[dict[str, Any]]]]:
    month: list[dict[str, Any]] = [
        {"label": _("Gross pay"), "cents": seen.salary.gross_cents},
        {"label": _("Paid out"), "cents": seen.salary.net_cents},
        {"label": _("Total cost a month"), "cents": seen.salary.cost_cents, "sum": True},
    ]
    cover: list[dict[str, Any]] = [
        {"label": _("Money in the budget"), "cents": seen.free_cents},
        {"label": _("Confirmed by clients and guaranteed"), "cents": seen.cover_cents},
        {"label": _("Promised already"), "cents": -seen.bound_cents},
        {"label": _("Available"), "cents": seen.available_cents, "sum": True},
        {
            "label": _("Needed for the %(months)s promised ahead") % {"months": months(seen.months)}
            if seen.open_ended
            else _("Needed until the end"),
            "cents": seen.total_cents,
        },
        {"label": _("That lasts for"), "value": months(seen.lasts_months)},
    ]
    return [(_("A month of it"), month), (_("How long it lasts"), cover)]


def _pause_notes(seen: Pause) -> Iterator[Note]:
    if seen.insurance_ends:
        yield (
            "warn",
            _(
                "Insured until %(day)s only: from the second month on all branches of social insurance end. Insure health and "
                "care yourself from then on, and count on no benefit for this time."
            )
            % {"day": day(_last(seen.insured_until))},
        )
    else:
        yield "info", _("You stay insured for the whole time: a month without pay does not end the insurance.")
    yield "info", _("The employment goes on. No salary is paid, and your budget keeps what it would have cost.")


def _pause_cards(seen: Pause) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (
            _("The leave"),
            [
                {"label": _("First day"), "value": day(seen.starts_on)},
                {"label": _("Last day"), "value": day(_last(seen.ends_on))},
                {"label": _("How long"), "value": months(seen.months)},
                {"label": _("Insured until"), "value": day(_last(seen.insured_until))},
            ],
        ),
        (
            _("The budget"),
            [
                {"label": _("Money in the budget"), "cents": seen.free_cents},
                {"label": _("Salary that is not paid, with all contributions"), "cents": seen.saved_cents},
            ],
        ),
    ]


def _one_off_notes(seen: OneOff) -> Iterator[Note]:
    if not seen.covered:
        yield (
            "bad",
            _(
                "Budget and confirmed jobs do not bear this beside what is promised already. Choose a lower amount, or wait."
            ),
        )
    elif seen.passed_limit:
        yield "bad", _("This would be paid further ahead of client money than the limit for advances allows.")
    elif seen.stands_out:
        yield (
            "warn",
            _("It is borne by confirmed jobs, not by money that has come: somebody in the office looks at it."),
        )
    yield "info", _("One-off pay bears tax and contributions of its own: what is paid out can be much less.")


def _one_off_cards(seen: OneOff) -> list[tuple[str, list[dict[str, Any]]]]:
    quote = seen.quote
    return [
        (
            _("The pay-out"),
            [
                {"label": _("Gross pay"), "cents": quote.gross_cents},
                {"label": _("Paid out"), "cents": quote.net_cents},
                {"label": _("Cost with all contributions"), "cents": quote.cost_cents, "sum": True},
            ],
        ),
        (
            _("Whether it is borne"),
            [
                {"label": _("Money in the budget"), "cents": seen.free_cents},
                {"label": _("Confirmed by clients and guaranteed"), "cents": seen.cover_cents},
                {"label": _("Promised already"), "cents": -seen.bound_cents},
                {"label": _("Available"), "cents": seen.available_cents, "sum": True},
                {"label": _("Left after it"), "cents": seen.available_cents - quote.cost_cents},
            ],
        ),
    ]


def _end_notes(seen: End) -> Iterator[Note]:
    if seen.late:
        yield (
            "warn",
            _("Less than three months are left: register as job-seeking at once, by %(day)s at the latest.")
            % {"day": day(seen.register_by)},
        )
    else:
        yield "info", _("Register as job-seeking by %(day)s.") % {"day": day(seen.register_by)}
    if seen.claim:
        yield (
            "info",
            _(
                "The %(months)s months here within %(within)s are enough to claim unemployment benefit. Who gives notice "
                "without a weighty reason may get none for twelve weeks: talk to the office and the agency first."
            )
            % {"months": seen.insured_months, "within": WITHIN_MONTHS},
        )
    else:
        yield (
            "warn",
            _(
                "Unemployment benefit asks for %(needed)s insured months within %(within)s. Here it would be %(months)s; "
                "months elsewhere count too."
            )
            % {"needed": MONTHS_INSURED, "within": WITHIN_MONTHS, "months": seen.insured_months},
        )
    if seen.unpaid_leave_days:
        yield (
            "info",
            ngettext(
                "%(n)s day of leave is left: take it before the end.",
                "%(n)s days of leave are left: take them before the end.",
                seen.unpaid_leave_days,
            )
            % {"n": seen.unpaid_leave_days},
        )


def _end_cards(seen: End) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (
            _("The end"),
            [
                {"label": _("Last day of the employment"), "value": day(_last(seen.ends_on))},
                {"label": _("Register as job-seeking by"), "value": day(seen.register_by)},
                {"label": _("Months employed here, of the last thirty"), "value": seen.insured_months},
                {"label": _("Days of leave that are left"), "value": seen.unpaid_leave_days},
            ],
        ),
        (
            _("The budget"),
            [
                {"label": _("Monthly gross salary until then"), "cents": seen.contract.gross_cents},
                {"label": _("Money left when all salaries are paid"), "cents": seen.left_cents},
            ],
        ),
    ]


def _last(until: date) -> date:
    return until - timedelta(days=1)
