"""Papers of employments: drawn up by payroll staff, read by the member."""

from coop.tenancy.states import Role
from members.queries import person_of
from payroll.agreements.models import EmploymentPaper
from payroll.models import EmploymentContract
from tests.factories.agreements import draw_up
from tests.factories.payroll import employ, make_member

_OFFICE = {Role.PAYROLL}
_MEMBER = {Role.MEMBER}

PERMISSIONS = {
    "agreements:mine": _MEMBER,
    "agreements:my_paper_pdf": _MEMBER,
    "agreements:received": _MEMBER,
    "agreements:papers": _OFFICE,
    "agreements:paper": _OFFICE,
    "agreements:paper_pdf": _OFFICE,
    "agreements:discard": _OFFICE,
    "agreements_api:mine": _MEMBER,
    "agreements_api:received": _MEMBER,
    "agreements_api:papers": _OFFICE,
    "agreements_api:signed": _OFFICE,
    "agreements_api:discard": _OFFICE,
}


def _contract(cast):
    person = person_of(cast.member)
    if person is None:
        person = make_member()
        person.user = cast.member
        person.save(update_fields=["user"])
    return EmploymentContract.objects.filter(person=person).first() or employ(person)


def _paper(cast):
    contract = _contract(cast)
    return (EmploymentPaper.objects.filter(contract=contract).first() or draw_up(contract, cast.payroll)).pk


SAMPLES = {
    "agreements:papers": lambda cast: {"contract_id": _contract(cast).pk},
    "agreements_api:papers": lambda cast: {"contract_id": _contract(cast).pk},
    **dict.fromkeys(
        (
            "agreements:paper",
            "agreements:paper_pdf",
            "agreements:discard",
            "agreements:my_paper_pdf",
            "agreements:received",
        ),
        lambda cast: {"paper_id": _paper(cast)},
    ),
    **dict.fromkeys(
        ("agreements_api:received", "agreements_api:signed", "agreements_api:discard"),
        lambda cast: {"pk": _paper(cast)},
    ),
}
