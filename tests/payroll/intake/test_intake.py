"""Members enter their data, the office confirms what differs into the dated master data."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from coop.errors import InvalidInput, NotFound, StetigError
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from payroll.intake import actions
from payroll.intake.models import Intake, PersonalDetails
from payroll.intake.queries import changes_of, ending_permits, needs_intake, open_intake, warnings_of
from payroll.intake.states import IntakeState
from payroll.master_data import AlreadyEntered
from payroll.models import InsuranceData, OtherEmployment, PayoutAccount, TaxData
from payroll.states import Cover, OtherJob
from tests.factories.intake import ENTERED_AT, entered, make_intake
from tests.factories.payroll import employ, health_fund, iban, make_member
from tests.factories.tenancy import make_user

MARCH = date(2026, 3, 1)
EN = {"accept-language": "en"}


@pytest.fixture
def ada(cast):
    person = make_member("Ada")
    person.user = cast.member
    person.save(update_fields=["user"])
    return person


def confirm(intake, cast, since=MARCH):
    return actions.confirm_intake(intake_id=intake.pk, since=since, at=ENTERED_AT, by=cast.payroll)


def changed(intake) -> set[str]:
    return {change.name for change in changes_of(intake) if change.changed}


def test_a_confirmed_intake_fills_the_master_data(ada, cast):
    assert needs_intake(ada.pk, MARCH)
    intake = make_intake(ada, other_job=OtherJob.MINIJOB, other_gross_cents=30_000, nationality="FR")
    assert not needs_intake(ada.pk, MARCH)
    confirm(intake, cast)
    tax, insurance, account = TaxData.objects.get(), InsuranceData.objects.get(), PayoutAccount.objects.get()
    assert (tax.tax_id, tax.since, tax.entered_by) == (intake.tax_id, MARCH, cast.payroll)
    assert (insurance.insurance_number, insurance.childless) == (intake.insurance_number, True)
    assert account.iban == intake.iban
    assert PersonalDetails.objects.get().nationality == "FR"
    other = OtherEmployment.objects.get()
    assert (other.kind, other.gross_cents) == ("minijob", 30_000)
    assert not changed(intake)
    with pytest.raises(InvalidTransition):
        confirm(intake, cast)


def test_only_what_differs_is_entered_and_the_past_stays(ada, cast):
    confirm(make_intake(ada), cast)
    april = date(2026, 4, 1)
    second = make_intake(ada, since=april, iban=iban(777_777), other_job=OtherJob.INSURED, other_gross_cents=100)
    assert changed(second) == {"iban", "other_job"}
    confirm(second, cast, april)
    assert (TaxData.objects.count(), InsuranceData.objects.count(), PersonalDetails.objects.count()) == (1, 1, 1)
    assert [row.since for row in PayoutAccount.objects.order_by("since")] == [MARCH, april]
    third = make_intake(ada, since=date(2026, 5, 1), iban=iban(777_777))
    assert changed(third) == {"other_job"}
    confirm(third, cast, date(2026, 5, 1))
    assert OtherEmployment.objects.latest("since").gross_cents == 0


def test_what_members_do_not_enter_is_kept(ada, cast):
    employ(ada, allowance_month_cents=12_300)
    InsuranceData.objects.get()
    intake = make_intake(ada, tax_class=3)
    confirm(intake, cast)
    tax = TaxData.objects.latest("since")
    assert (tax.tax_class, tax.allowance_month_cents) == (3, 12_300)


def test_an_open_intake_is_replaced_not_doubled(ada):
    first = make_intake(ada)
    second = make_intake(ada, tax_class=4, factor=Decimal("0.9"))
    assert (first.pk, Intake.objects.get().tax_class) == (second.pk, 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax_id": "12345678901"},
        {"iban": "DE00"},
        {"insurance_number": "15070649C11"},
        {"federal_state": "XX"},
        {"factor": Decimal("0.9")},
        {"childless": True, "children_under25": 1},
        {"fund_id": None},
        {"fund_id": 10**12},
        {"other_job": OtherJob.MINIJOB},
        {"other_gross_cents": 5},
        {"since": date(2026, 3, 2)},
        {"holder": ""},
    ],
)
def test_what_does_not_pass_its_check_is_refused(ada, wrong):
    with pytest.raises(StetigError):
        make_intake(ada, **wrong)
    assert not Intake.objects.exists()


def test_an_unknown_fund_and_private_cover_wait_for_the_office(ada, cast):
    with pytest.raises(actions.FundUnknown):
        confirm(make_intake(ada, fund_id=None, fund_name="Neue Kasse"), cast)
    with pytest.raises(actions.PrivateCover):
        confirm(make_intake(ada, private=True), cast)
    assert not TaxData.objects.exists(), "all or nothing"
    assert InsuranceData.objects.count() == 0


def test_private_cover_that_the_office_entered_stays(ada, cast):
    from payroll.master_data import enter_insurance

    intake = make_intake(ada, private=True)
    enter_insurance(
        person_id=ada.pk, since=date(2026, 1, 1), insurance_number=intake.insurance_number, fund_id=health_fund().pk,
        childless=False, children_under25=0, at=ENTERED_AT, by=None, cover=Cover.PRIVATE, health_premium_cents=40_000,
    )  # fmt: skip
    confirm(intake, cast)
    row = InsuranceData.objects.latest("since")
    assert (row.cover, row.health_premium_cents, row.childless) == (Cover.PRIVATE, 40_000, True)


def test_the_same_day_twice_is_refused_with_all_else(ada, cast):
    confirm(make_intake(ada), cast)
    again = make_intake(ada, tax_class=2, iban=iban(4))
    with pytest.raises(AlreadyEntered):
        confirm(again, cast)
    assert PayoutAccount.objects.count() == 1


def test_the_office_asks_and_nobody_confirms_the_own_data(ada, cast):
    intake = make_intake(ada)
    with pytest.raises(actions.OwnData):
        actions.confirm_intake(intake_id=intake.pk, since=MARCH, at=ENTERED_AT, by=cast.member)
    with pytest.raises(InvalidInput):
        actions.return_intake(intake_id=intake.pk, message=" ", at=ENTERED_AT, by=cast.payroll)
    actions.return_intake(intake_id=intake.pk, message="Which class?", at=ENTERED_AT, by=cast.payroll)
    assert needs_intake(ada.pk, MARCH)
    assert "Which class?" in OutboxMessage.objects.get(key__startswith=f"intake:{intake.pk}:").text
    assert make_intake(ada).state == IntakeState.HANDED_IN
    actions.withdraw_intake(person_id=ada.pk, at=ENTERED_AT, by=cast.member)
    assert open_intake(ada.pk) is None
    with pytest.raises(NotFound):
        actions.withdraw_intake(person_id=ada.pk, at=ENTERED_AT, by=cast.member)


def test_the_office_is_warned(ada):
    def warned(**changes):
        return len(warnings_of(make_intake(ada, **changes), date(2026, 2, 5)))

    assert warned() == 0
    for changes in (
        {"birth_on": date(1980, 1, 1)},
        {"nationality": "BR"},
        {"nationality": "BR", "permit_until": date(2026, 4, 1)},
        {"fund_id": None, "fund_name": "Neue Kasse"},
        {"private": True},
        {"other_job": OtherJob.INSURED, "other_gross_cents": 5},
        {"childless": False, "children_under25": 1},
    ):
        assert warned(**changes) == 1, changes
    assert warned(nationality="BR", permit_until=date(2027, 4, 1)) == 0


def test_permits_that_end_are_listed_for_the_employed(ada, cast):
    employ(ada, leave_out="account")
    confirm(make_intake(ada, nationality="BR", permit_until=date(2026, 5, 1)), cast)
    assert [permit.person_id for permit in ending_permits(MARCH)] == [ada.pk]
    assert ending_permits(date(2026, 3, 1).replace(year=2025)) == []


def test_applicants_have_no_intake(cast):
    from tests.factories.members import make_applicant

    person = make_applicant()
    with pytest.raises(NotFound):
        actions.hand_in(person_id=person.pk, entered=entered(person), at=ENTERED_AT, by=make_user("X"))


# --- pages and API ----------------------------------------------------------------------------------------------


@pytest.fixture
def browsers(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 2, 10, 9, tzinfo=UTC))
    return client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)


def form_of(person, **changes):
    values = entered(person, **changes)
    return {
        "since": f"{values.since:%Y-%m}", "birth_on": values.birth_on.isoformat(), "nationality": values.nationality,
        "tax_id": values.tax_id, "tax_class": values.tax_class, "child_allowances": "0", "church": "none",
        "federal_state": "BE", "insurance_number": values.insurance_number, "fund_id": values.fund_id,
        "childless": "on", "children_under25": "0", "other_job": "", "iban": values.iban, "holder": values.holder,
    }  # fmt: skip


def test_from_the_members_form_to_one_click_of_the_office(ada, browsers):
    member, office = browsers
    home = member.get(reverse("front:mine"), headers=EN)
    assert reverse("intake:mine") in home.content.decode()
    wrong = member.post(reverse("intake:mine"), form_of(ada) | {"tax_id": "12345678901"}, headers=EN)
    assert "11 digits" in str(wrong.context["form"].non_field_errors())
    assert member.post(reverse("intake:mine"), form_of(ada)).status_code == 302
    intake = Intake.objects.get()
    listed = office.get(reverse("intake:intakes")).context["rows"]
    assert [row["url"] for row in listed] == [reverse("intake:intake", args=[intake.pk])]
    page = office.get(listed[0]["url"], headers=EN)
    assert page.context["changed"] == len([row for row in page.context["rows"] if row["state"]])
    office.post(reverse("intake:give_back", args=[intake.pk]), {"message": "Which church?"})
    assert "Which church?" in member.get(reverse("intake:mine")).content.decode()
    member.post(reverse("intake:mine"), form_of(ada))
    assert office.post(listed[0]["url"], {"since": "2026-03"}).status_code == 302
    assert TaxData.objects.get().since == MARCH
    filled = member.get(reverse("intake:mine")).context["form"].initial
    assert filled["tax_id"] == intake.tax_id
    assert reverse("intake:mine") in member.get(reverse("payroll:my_employment")).content.decode()


def test_the_api_does_the_same(ada, browsers):
    member, office = browsers
    values = entered(ada)
    given = {
        "since": "2026-03-01", "birth_on": values.birth_on.isoformat(), "nationality": "DE", "tax_id": values.tax_id,
        "tax_class": 1, "federal_state": "BE", "insurance_number": values.insurance_number,
        "fund_id": values.fund_id, "childless": True, "iban": values.iban, "holder": values.holder,
    }  # fmt: skip
    made = member.post(reverse("intake_api:intakes"), given, "application/json")
    assert (made.status_code, made.json()["state"]) == (201, "handed_in")
    number = made.json()["id"]
    assert [row["id"] for row in office.get(reverse("intake_api:intakes")).json()] == [number]
    assert "iban" in office.get(reverse("intake_api:intake", args=[number])).json()["changed"]
    asked = office.post(reverse("intake_api:give_back", args=[number]), {"message": "?"}, "application/json")
    assert asked.json()["state"] == "returned"
    assert [row["message"] for row in member.get(reverse("intake_api:intakes")).json()] == ["?"]
    member.post(reverse("intake_api:intakes"), given, "application/json")
    done = office.post(reverse("intake_api:confirm", args=[number]), {"since": "2026-03-01"}, "application/json")
    assert (done.json()["state"], done.json()["changed"]) == ("confirmed", [])
    member.post(reverse("intake_api:intakes"), {**given, "since": "2026-04-01"}, "application/json")
    assert member.post(reverse("intake_api:withdraw")).json()["state"] == "withdrawn"
