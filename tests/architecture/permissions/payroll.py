"""Payroll: the office's pages, the reviewers', and what members see of themselves."""

from coop.banking.actions import approve_payment_order
from coop.banking.models import Match, PaymentOrder
from coop.tenancy.states import Role
from members.queries import person_of
from payroll.models import Payslip, WageElement
from payroll.queries import people_rows
from tests.factories.banking import AT, bring_in, paid
from tests.factories.payroll import MARCH, employ, enter_everything_else, make_member, run_month
from tests.factories.tenancy import make_user

_OFFICE = {Role.PAYROLL}
_REVIEWERS = {Role.PAYROLL, Role.ACCOUNTANT, Role.BOARD}
_OWN = {Role.MEMBER, Role.FORMER}

PERMISSIONS = {
    "payroll:my_payslips": _OWN,
    "payroll:my_payslip": _OWN,
    "payroll:my_payslip_pdf": _OWN,
    "payroll:my_employment": _OWN,
    "payroll:people": _OFFICE,
    "payroll:person": _OFFICE,
    "payroll:new_contract": _OFFICE,
    "payroll:end_contract": _OFFICE,
    "payroll:new_tax_data": _OFFICE,
    "payroll:new_insurance": _OFFICE,
    "payroll:new_account": _OFFICE,
    "payroll:new_other_job": _OFFICE,
    "payroll:new_element": _OFFICE,
    "payroll:end_element": _OFFICE,
    "payroll:funds": _OFFICE,
    "payroll:accident": _OFFICE,
    "payroll:import_rates": _OFFICE,
    "payroll:runs": _REVIEWERS,
    "payroll:start": _OFFICE,
    "payroll:run": _REVIEWERS,
    "payroll:progress": _REVIEWERS,
    "payroll:again": _OFFICE,
    "payroll:review": _REVIEWERS,
    "payroll:approve": _REVIEWERS,
    "payroll:close": _REVIEWERS,
    "payroll:late": _OFFICE,
    "payroll:order_again": _OFFICE,
    "payroll:order_returned": _OFFICE,
    "payroll:payslip": _OFFICE,
    "payroll:payslip_pdf": _OFFICE,
    "payroll:correct": _OFFICE,
    "payroll_api:payslips": _OWN | _OFFICE,
    "payroll_api:payslip": _OWN | _OFFICE,
    "payroll_api:runs": {"GET": _REVIEWERS, "POST": _OFFICE},
    "payroll_api:run": _REVIEWERS,
    "payroll_api:run_payslips": _REVIEWERS,
    "payroll_api:approve": _REVIEWERS,
    "payroll_api:review": _REVIEWERS,
    "payroll_api:close": _REVIEWERS,
    "payroll_api:late_changes": _OFFICE,
    "payroll_api:correct": _OFFICE,
    "payroll_api:wage_elements": _OFFICE,
    "payroll_api:end_wage_element": _OFFICE,
    "payroll_api:compute_again": _OFFICE,
    "payroll_api:order_payment": _OFFICE,
    "payroll_api:returned_pay": _OFFICE,
    "payroll_api:order_returned": _OFFICE,
}


def _member(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    return person


def _paid(cast):
    person = _member(cast)
    contract = employ(person)
    run = run_month(None, cast.board)
    return person, contract, run


def _payslip(cast):
    person, _contract, run = _paid(cast)
    return {"payslip_id": Payslip.objects.get(person=person, run=run).pk}


def _person(cast):
    person = _member(cast)
    assert any(row.person_id == person.pk for row in people_rows(MARCH))
    return {"person_id": person.pk}


def _contract(cast):
    person = _member(cast)
    return {"person_id": person.pk, "contract_id": employ(person).pk}


def _element(cast):
    person = _member(cast)
    enter_everything_else(person)
    return {"person_id": person.pk, "element_id": WageElement.objects.get(person=person).pk}


def _returned(cast):
    person, _contract, run = _paid(cast)
    order = PaymentOrder.objects.get(source=f"payroll run:{run.pk}")
    approve_payment_order(order_id=order.pk, by=make_user(), at=AT)
    line = order.lines.get(party=f"person:{person.pk}")
    back = paid(line.cents, on=order.execute_on, return_reason="AC04", end_to_end_id=line.end_to_end_id)
    bring_in(make_user(), back)
    return {"match_id": Match.objects.get(line=line).pk}


def _run(cast):
    return {"run_id": _paid(cast)[2].pk}


SAMPLES = {
    **dict.fromkeys(
        (
            "payroll:my_payslip",
            "payroll:my_payslip_pdf",
            "payroll:payslip",
            "payroll:payslip_pdf",
            "payroll:correct",
        ),
        _payslip,
    ),
    **dict.fromkeys(
        (
            "payroll:person",
            "payroll:new_contract",
            "payroll:new_tax_data",
            "payroll:new_insurance",
            "payroll:new_account",
            "payroll:new_other_job",
            "payroll:new_element",
        ),
        _person,
    ),
    "payroll:end_contract": _contract,
    "payroll:end_element": _element,
    "payroll:order_returned": _returned,
    "payroll_api:order_returned": lambda cast: {"pk": _returned(cast)["match_id"]},
    **dict.fromkeys(
        (
            "payroll:run",
            "payroll:progress",
            "payroll:again",
            "payroll:review",
            "payroll:close",
            "payroll:approve",
            "payroll:order_again",
        ),
        _run,
    ),
    "payroll_api:correct": lambda cast: {"pk": _payslip(cast)["payslip_id"]},
    "payroll_api:end_wage_element": lambda cast: {"pk": _element(cast)["element_id"]},
    "payroll_api:payslip": lambda cast: {"pk": _payslip(cast)["payslip_id"]},
    **dict.fromkeys(
        (
            "payroll_api:run",
            "payroll_api:run_payslips",
            "payroll_api:review",
            "payroll_api:approve",
            "payroll_api:close",
            "payroll_api:compute_again",
            "payroll_api:order_payment",
        ),
        lambda cast: {"pk": _run(cast)["run_id"]},
    ),
}
