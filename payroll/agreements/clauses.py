"""What papers of an employment say, clause by clause, in the language in force.

The terms follow the list of § 2 (1) S. 2 NachwG; each clause names its number there.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from coop.money import to_cents
from payroll.agreements.states import Paper
from payroll.states import ContractForm, EmploymentKind

LAST_BANK_DAY = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause: its heading, its text, and the number in § 2 (1) S. 2 NachwG that asks for it."""

    heading: str
    text: str
    nachwg: str = ""


def clauses_of(terms: dict[str, Any]) -> list[Clause]:
    """The clauses of a paper with these frozen terms."""
    return {
        Paper.TERMS: _of_terms,
        Paper.ADDENDUM: _of_addendum,
        Paper.END_AGREEMENT: _of_end_agreement,
        Paper.NOTICE: _of_notice,
    }[Paper(terms["kind"])](terms)


def _of_terms(terms: dict[str, Any]) -> list[Clause]:
    clauses = [_parties(terms), _duration(terms)]
    if terms["probation_months"]:
        clauses.append(
            Clause(
                heading=_("Probation"),
                text=ngettext(
                    "The first month is probation: either side may give notice with two weeks (§ 622 (3) BGB).",
                    "The first %(n)s months are probation: either side may give notice with two weeks (§ 622 (3) BGB).",
                    terms["probation_months"],
                )
                % {"n": terms["probation_months"]},
                nachwg="Nr. 6",
            )
        )
    clauses += [
        Clause(heading=_("Place of work"), text=terms["workplace"], nachwg="Nr. 4"),
        Clause(heading=_("Work"), text=_work(terms), nachwg="Nr. 5"),
        Clause(heading=_("Pay"), text=_pay(terms), nachwg="Nr. 7"),
        Clause(heading=_("Working time"), text=_hours(terms), nachwg="Nr. 8, 10"),
        Clause(heading=_("Leave"), text=_leave(terms), nachwg="Nr. 11"),
        Clause(
            heading=_("Illness"),
            text=_(
                "Illness and how long it will last are reported at once. If it lasts more than three calendar days, a "
                "doctor certifies it on the following working day at the latest. Pay goes on by the Act on Continued Pay."
            ),
        ),
        Clause(
            heading=_("Social insurance"),
            text=_("%(kind)s. There is no company pension scheme by a pension provider, unless agreed apart.")
            % {"kind": _social_insurance(terms)},
            nachwg="Nr. 13",
        ),
        Clause(
            heading=_("Training"),
            text=_(
                "The cooperative's trainings are open to all members; no further entitlement to training is agreed."
            ),
            nachwg="Nr. 12",
        ),
        _ending(terms),
        Clause(
            heading=_("Collective agreements"),
            text=_("No collective agreement and no works agreement applies to this employment."),
            nachwg="Nr. 15",
        ),
    ]
    if terms["text"]:
        clauses.append(Clause(heading=_("Further agreements"), text=terms["text"]))
    if terms["last_day"]:
        clauses.append(_job_seeker())
    return clauses


def _of_addendum(terms: dict[str, Any]) -> list[Clause]:
    return [
        _parties(terms),
        Clause(
            heading=_("What changes"),
            text=_("From %(day)s on the following changes: %(text)s")
            % {"day": _day(terms["starts_on"]), "text": terms["text"]},
        ),
        Clause(heading=_("Pay"), text=_pay(terms), nachwg="Nr. 7"),
        Clause(heading=_("Working time"), text=_hours(terms), nachwg="Nr. 8, 10"),
        Clause(heading=_("Everything else"), text=_("All other terms stay as they were agreed.")),
    ]


def _of_end_agreement(terms: dict[str, Any]) -> list[Clause]:
    clauses = [
        _parties(terms),
        Clause(
            heading=_("End"),
            text=_("Both sides agree that the employment of %(since)s ends at the close of %(day)s.")
            % {"since": _day(terms["starts_on"]), "day": _day(terms["end_on"])},
        ),
        Clause(
            heading=_("Until then"),
            text=_("Pay and contributions are settled until that day. Leave that is left is taken before it or paid."),
        ),
        Clause(
            heading=_("Unemployment benefit"),
            text=_(
                "Whoever ends an employment by agreement without an important reason may get no unemployment benefit for "
                "up to twelve weeks (§ 159 SGB III). Please ask the employment agency before you sign."
            ),
        ),
        _job_seeker(),
    ]
    return [*clauses, Clause(heading=_("Further agreements"), text=terms["text"])] if terms["text"] else clauses


def _of_notice(terms: dict[str, Any]) -> list[Clause]:
    return [
        _parties(terms),
        Clause(
            heading=_("Notice"),
            text=_("The cooperative ends the employment of %(since)s by notice at the close of %(day)s.")
            % {"since": _day(terms["starts_on"]), "day": _day(terms["end_on"])}
            + (f" {terms['text']}" if terms["text"] else ""),
        ),
        Clause(
            heading=_("If you do not agree"),
            text=_(
                "Whoever holds a notice to be void has to bring a claim to the labour court within three weeks of "
                "receiving it (§ 4 KSchG); later it counts as valid from the start (§ 7 KSchG)."
            ),
        ),
        _job_seeker(),
    ]


def _parties(terms: dict[str, Any]) -> Clause:
    employer, employee = terms["employer"], terms["employee"]
    return Clause(
        heading=_("Parties"),
        text=_("%(employer)s, %(employer_address)s (employer), and %(employee)s, %(employee_address)s (employee).")
        % {
            "employer": employer["name"],
            "employer_address": f"{employer['street']}, {employer['city']}",
            "employee": employee["name"],
            "employee_address": employee["address"],
        },
        nachwg="Nr. 1",
    )


def _duration(terms: dict[str, Any]) -> Clause:
    begin = _day(terms["starts_on"])
    if not terms["last_day"]:
        text = _("The employment begins on %(begin)s. It is permanent.") % {"begin": begin}
        return Clause(heading=_("Beginning and duration"), text=text, nachwg="Nr. 2")
    text = _("The employment begins on %(begin)s and ends at the close of %(end)s without any notice.") % {
        "begin": begin,
        "end": _day(terms["last_day"]),
    }
    if terms["objective_reason"]:
        text += " " + _("The term is fixed for this reason (§ 14 (1) TzBfG): %(reason)s.") % {
            "reason": terms["objective_reason"].rstrip(".")
        }
    else:
        text += " " + _("The term is fixed without an objective reason (§ 14 (2) TzBfG).")
    return Clause(heading=_("Beginning and duration"), text=text, nachwg="Nr. 2, 3")


def _work(terms: dict[str, Any]) -> str:
    text = _("%(position)s, for clients of the cooperative; the member wins and carries out the orders.") % {
        "position": terms["position"]
    }
    if terms["project"]:
        text += " " + _("Project: %(project)s.") % {"project": terms["project"].rstrip(".")}
    return text


def _pay(terms: dict[str, Any]) -> str:
    when = (
        _("on the last bank day of the month")
        if terms["pay_day"] >= LAST_BANK_DAY
        else _("on day %(n)s of the month") % {"n": terms["pay_day"]}
    )
    if terms["hourly"] is not None:
        text = _("%(amount)s gross for each hour worked, paid for the month %(when)s, by transfer.") % {
            "amount": _money(terms["hourly"]),
            "when": when,
        }
    else:
        text = _("%(amount)s gross a month, paid for the month %(when)s, by transfer.") % {
            "amount": _money(terms["gross"]),
            "when": when,
        }
    return text + " " + _("Overtime is not paid apart but given back as time. Supplements are not agreed.")


def _hours(terms: dict[str, Any]) -> str:
    return _(
        "%(hours)s hours a week, which the member arranges within the Working Time Act: breaks of 30 minutes after six "
        "hours and 45 after nine, eleven hours of rest, no shift work. Overtime is agreed beforehand. Begin, end and "
        "breaks are recorded."
    ) % {"hours": _number(terms["weekly_hours"])}


def _leave(terms: dict[str, Any]) -> str:
    leave = terms["leave"]
    return _("%(days)s working days a year with %(week)s days of work a week.") % {
        "days": _number(leave["days"]),
        "week": leave["days_a_week"],
    }


def _ending(terms: dict[str, Any]) -> Clause:
    text = _(
        "Notice needs writing, signed by hand on paper (§ 623 BGB); the periods are those of § 622 BGB: four weeks to the "
        "fifteenth or the end of a month, longer for the employer after two years. Whoever holds a notice to be void has "
        "to bring a claim to the labour court within three weeks of receiving it (§ 4 KSchG); later it counts as valid "
        "from the start (§ 7 KSchG)."
    )
    if terms["last_day"]:
        text += " " + _("Both sides may give such notice also during the fixed term (§ 15 (4) TzBfG).")
    return Clause(heading=_("Notice"), text=text, nachwg="Nr. 14")


def _job_seeker() -> Clause:
    return Clause(
        heading=_("Register as job-seeking"),
        text=_(
            "Please register as job-seeking at the employment agency three months before the end at the latest, or within "
            "three days if you learn of the end later (§ 38 (1) SGB III). Otherwise unemployment benefit may begin a week "
            "later (§ 159 SGB III)."
        ),
    )


def _social_insurance(terms: dict[str, Any]) -> str:
    if terms["form"] == ContractForm.MINIJOB or terms["social_insurance"] == EmploymentKind.MINIJOB:
        return _("Minijob, with pension insurance unless the member applies for exemption")
    if terms["form"] == ContractForm.STUDENT or terms["social_insurance"] == EmploymentKind.WERKSTUDENT:
        return _("Working student: pension insurance only, as long as the certificate of enrolment is there")
    if terms["social_insurance"] == EmploymentKind.SHORT_TERM:
        return _("Short-term employment without contributions to social insurance")
    return _("Insured in health, care, pension and unemployment insurance as the pay decides")


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def _money(text: str) -> str:
    cents = to_cents(Decimal(text))
    grouped = f"{cents // 100:,}.{cents % 100:02d}"
    if (get_language() or "de").startswith("de"):
        return grouped.replace(",", " ").replace(".", ",").replace(" ", ".") + " EUR"
    return f"EUR {grouped}"


def _number(text: str) -> str:
    plain = f"{Decimal(text).normalize():f}"
    return plain.replace(".", ",") if (get_language() or "de").startswith("de") else plain
