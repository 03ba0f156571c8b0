"""Papers of employments: what they say, the form they need, how they are signed."""

import io
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from coop.documents.actions import render_document
from coop.documents.models import Document
from coop.errors import InvalidInput, NotFound
from coop.messaging.models import OutboxMessage
from coop.states import InvalidTransition
from payroll.agreements import actions
from payroll.agreements.documents import render_paper
from payroll.agreements.models import EmploymentPaper
from payroll.agreements.queries import ending_employment, hints_of, papers_of_person
from payroll.agreements.states import Paper, PaperState, Signing
from payroll.models import EmploymentContract
from payroll.states import ContractForm
from tests.factories.agreements import draw_up
from tests.factories.payroll import employ, make_member

EN = {"accept-language": "en"}
BEFORE, JANUARY, MAY = date(2025, 12, 30), date(2026, 1, 1), date(2026, 5, 1)


@pytest.fixture
def ada(cast):
    person = make_member("Ada")
    person.user = cast.member
    person.save(update_fields=["user"])
    return person


def words(paper) -> str:
    pages = PdfReader(io.BytesIO(render_paper(paper.source))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_contract_says_what_the_nachweisgesetz_lists(ada, cast):
    paper = draw_up(employ(ada, ends_on=MAY), cast.payroll, probation_months=1, project="Ausstellung")
    text = words(paper)
    for number in ("Nr. 1 ", "Nr. 2, 3", "Nr. 4", "Nr. 5", "Nr. 6", "Nr. 7", "Nr. 8, 10", "Nr. 11", "Nr. 12", "Nr. 13"):
        assert f"§ 2 (1) {number}" in text, number
    for number in ("Nr. 14", "Nr. 15"):
        assert f"§ 2 (1) {number} NachwG" in text
    for said in (
        ada.name,
        "1.150,00 EUR brutto",
        "30.04.2026",
        "Schriftform",
        "20 Arbeitstage",
        "ohne sachlichen Grund",
    ):
        assert said in text, said
    assert "courtesy" not in text


def test_who_reads_another_language_gets_a_courtesy_text(ada, cast):
    ada.language = "en"
    ada.save(update_fields=["language"])
    text = words(draw_up(employ(ada), cast.payroll))
    assert "Das Arbeitsverhältnis beginnt am 01.01.2026. Es ist unbefristet." in text
    assert "It is permanent." in text
    assert "EUR 1,150.00" in text
    assert "The German text binds" in text


def test_what_a_paper_says_does_not_change_later(ada, cast):
    contract = employ(ada)
    paper = draw_up(contract, cast.payroll)
    ada.name = "Ada Anders"
    ada.save(update_fields=["name"])
    assert "Ada Anders" not in words(paper)
    paper.terms["gross"] = "9999.00"
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        paper.save()


@pytest.mark.parametrize(
    ("kind", "ends_on", "needed", "refused"),
    [
        (Paper.TERMS, None, Signing.TEXT, []),
        (Paper.TERMS, MAY, Signing.QUALIFIED, [Signing.TEXT]),
        (Paper.ADDENDUM, MAY, Signing.QUALIFIED, [Signing.TEXT]),
        (Paper.NOTICE, None, Signing.PAPER, [Signing.TEXT, Signing.QUALIFIED]),
        (Paper.END_AGREEMENT, MAY, Signing.PAPER, [Signing.TEXT, Signing.QUALIFIED]),
    ],
)
def test_each_paper_is_signed_in_its_form(ada, cast, kind, ends_on, needed, refused):
    contract = employ(ada, ends_on=ends_on)
    paper = draw_up(contract, cast.payroll, kind, text="More hours", last_day=date(2026, 4, 30))
    assert paper.form_needed == needed
    for how in refused:
        with pytest.raises(actions.FormTooWeak):
            actions.note_signature(paper_id=paper.pk, how=how, on=BEFORE, by=cast.payroll)
        with pytest.raises(IntegrityError), transaction.atomic():
            EmploymentPaper.objects.filter(pk=paper.pk).update(state="signed", signed_on=BEFORE, signed_how=how)
    done = actions.note_signature(paper_id=paper.pk, how=needed, on=BEFORE, by=cast.payroll)
    assert done.state == PaperState.SIGNED
    with pytest.raises(InvalidTransition):
        actions.discard_paper(paper_id=paper.pk, by=cast.payroll)


def test_a_fixed_term_is_signed_before_the_work_begins(ada, cast):
    paper = draw_up(employ(ada, ends_on=MAY), cast.payroll)
    with pytest.raises(actions.SignedTooLate):
        actions.note_signature(paper_id=paper.pk, how=Signing.PAPER, on=date(2026, 1, 2), by=cast.payroll)
    actions.note_signature(paper_id=paper.pk, how=Signing.PAPER, on=JANUARY, by=cast.payroll)


def test_a_doubtful_term_needs_a_reason(ada, cast):
    employ(ada, starts_on=date(2025, 1, 1), ends_on=date(2025, 5, 1))
    contract = employ(ada, ends_on=MAY, leave_out="everything else", starts_on=JANUARY)
    with pytest.raises(actions.FixedTermDoubtful, match="14"):
        draw_up(contract, cast.payroll)
    paper = draw_up(contract, cast.payroll, objective_reason="the exhibition ends in April")
    assert "the exhibition ends in April" in words(paper)


@pytest.mark.parametrize(
    ("kind", "wording"),
    [
        (Paper.NOTICE, {}),
        (Paper.END_AGREEMENT, {"last_day": date(2025, 1, 1)}),
        (Paper.ADDENDUM, {}),
        (Paper.TERMS, {"workplace": " "}),
        (Paper.TERMS, {"probation_months": 7}),
    ],
)
def test_what_is_missing_is_named(ada, cast, kind, wording):
    contract = employ(ada)
    with pytest.raises(InvalidInput):
        draw_up(contract, cast.payroll, kind, **wording)


@pytest.mark.parametrize("kind", [Paper.NOTICE, Paper.END_AGREEMENT, Paper.ADDENDUM])
def test_the_other_papers_are_drawn(ada, cast, kind):
    text = words(draw_up(employ(ada), cast.payroll, kind, last_day=date(2026, 4, 30), text="Mehr Stunden."))
    assert {Paper.ADDENDUM: "Mehr Stunden", Paper.NOTICE: "§ 4 KSchG"}.get(kind, "§ 159 SGB III") in text
    assert ("30.04.2026" in text) == (kind != Paper.ADDENDUM)


def test_members_are_told_see_their_papers_and_confirm_once(ada, cast):
    paper = draw_up(employ(ada), cast.payroll)
    assert OutboxMessage.objects.filter(key=f"employment paper:{paper.pk}", to=ada.email).exists()
    with pytest.raises(NotFound):
        actions.confirm_receipt(paper_id=paper.pk, person_id=ada.pk + 1, at=datetime(2026, 1, 1, tzinfo=UTC))
    first = datetime(2025, 12, 21, 9, tzinfo=UTC)
    actions.confirm_receipt(paper_id=paper.pk, person_id=ada.pk, at=first)
    again = actions.confirm_receipt(paper_id=paper.pk, person_id=ada.pk, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert again.received_at == first
    actions.discard_paper(paper_id=paper.pk, by=cast.payroll)
    assert papers_of_person(ada.pk) == []


def test_hints_belong_to_the_form_of_the_contract(coop):
    known = {form: len(hints_of(EmploymentContract(form=form))) for form in ContractForm}
    assert {form for form, count in known.items() if count} == {
        ContractForm.STUDENT,
        ContractForm.MINIJOB,
        ContractForm.PROJECT_DAYS,
    }


def test_who_has_no_next_contract_registers_as_job_seeking(ada):
    contract = employ(ada, ends_on=date(2026, 9, 1))
    assert ending_employment(ada.pk, date(2026, 3, 1)) is None
    found = ending_employment(ada.pk, date(2026, 6, 1))
    assert (found.contract, found.register_by) == (contract, date(2026, 6, 1))
    assert ending_employment(ada.pk, date(2026, 9, 1)) is None


# --- pages and API ----------------------------------------------------------------------------------------------


@pytest.fixture
def browsers(ada, cast, client_of, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2025, 12, 20, 9, tzinfo=UTC))
    return client_of(cast.member, cast.coop), client_of(cast.payroll, cast.coop)


def test_from_the_office_to_the_member(ada, cast, browsers):
    member, office = browsers
    contract = employ(ada, ends_on=MAY)
    url = reverse("agreements:papers", args=[contract.pk])
    assert url in office.get(reverse("payroll:person", args=[ada.pk])).content.decode()
    wrong = office.post(url, {"kind": "notice", "probation_months": "0"}, headers=EN)
    assert "Last day" in str(wrong.context["form"].non_field_errors())
    assert office.post(url, {"kind": "terms", "workplace": "Berlin"}).status_code == 302
    paper = EmploymentPaper.objects.get()
    listed = office.get(url, headers=EN).context["rows"]
    assert listed[0]["needed"] == "qualified electronic signature (§ 14 (4) TzBfG)"
    assert office.get(reverse("agreements:paper_pdf", args=[paper.pk])).status_code == 302
    document = Document.objects.get(source=paper.source)
    assert render_document(coop_id=cast.coop.pk, document_id=document.pk, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert office.get(reverse("agreements:paper_pdf", args=[paper.pk])).content.startswith(b"%PDF")
    rows = member.get(reverse("agreements:mine")).context["rows"]
    assert member.get(rows[0]["url"]).content.startswith(b"%PDF")
    member.post(rows[0]["actions"][0]["url"])
    late = office.post(listed[0]["url"], {"on": "2025-12-21", "how": "text"}, headers=EN)
    assert "void" in str(late.context["form"].non_field_errors())
    assert office.post(listed[0]["url"], {"on": "2025-12-21", "how": "paper"}).status_code == 302
    paper.refresh_from_db()
    assert (paper.state, paper.received_at is not None) == (PaperState.SIGNED, True)


def test_a_doubt_is_shown_and_a_paper_discarded(ada, cast, browsers):
    _member, office = browsers
    employ(ada, starts_on=date(2025, 1, 1), ends_on=date(2025, 5, 1))
    contract = employ(ada, ends_on=MAY)
    page = office.get(reverse("agreements:papers", args=[contract.pk]), headers=EN)
    assert len(page.context["doubts"]) == 1
    paper = draw_up(contract, cast.payroll, objective_reason="an exhibition")
    office.post(reverse("agreements:discard", args=[paper.pk]))
    paper.refresh_from_db()
    assert paper.state == PaperState.DISCARDED


def test_the_api_does_the_same(ada, cast, browsers):
    member, office = browsers
    contract = employ(ada, ends_on=MAY)
    url = reverse("agreements_api:papers", args=[contract.pk])
    assert office.post(url, {"kind": "addendum"}, "application/json").status_code == 400
    made = office.post(url, {"kind": "terms", "workplace": "Berlin"}, "application/json").json()
    assert (made["form_needed"], made["form_source"]) == ("qualified", "§ 14 (4) TzBfG")
    weak = {"on": "2025-12-21", "how": "text"}
    signed = reverse("agreements_api:signed", args=[made["id"]])
    assert office.post(signed, weak, "application/json").json()["code"] == "form_too_weak"
    assert member.post(reverse("agreements_api:received", args=[made["id"]])).json()["received_at"]
    assert [row["id"] for row in member.get(reverse("agreements_api:mine")).json()] == [made["id"]]
    second = office.post(url, {"kind": "terms", "workplace": "Berlin"}, "application/json").json()
    discarded = office.post(reverse("agreements_api:discard", args=[second["id"]])).json()
    assert discarded["state"] == "discarded"
    assert office.post(signed, {**weak, "how": "paper"}, "application/json").json()["state"] == "signed"
    assert len(office.get(url).json()) == 2
