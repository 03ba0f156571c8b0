"""Papers of an employment as PDF: German, with a courtesy text in the member's language beside it."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from coop.documents.pdf import pdf_of
from coop.tenancy.queries import this_cooperative
from payroll.agreements.clauses import clauses_of
from payroll.agreements.models import EmploymentPaper
from payroll.agreements.queries import paper_by_id
from payroll.agreements.states import Paper, Signing
from payroll.documents import footer

_GERMAN = "de"
_COURTESY = "en"


def render_paper(source: str) -> bytes:
    """The PDF of a paper (`source` such as "paper:7"), out of what was frozen when it was drawn up. Raises: NotFound."""
    paper = paper_by_id(int(source.removeprefix("paper:")))
    return pdf_of("documents/employment_paper.html", paper_context(paper), _GERMAN)


def paper_context(paper: EmploymentPaper) -> dict[str, Any]:
    """What the paper shows."""
    terms, cooperative = paper.terms, this_cooperative()
    foreign = terms["employee"]["language"] != _GERMAN
    with translation.override(_GERMAN):
        german = clauses_of(terms)
        title = str(Paper(paper.kind).label)
        subject = title[:1].upper() + title[1:]
        info = [
            (_("Personnel no."), paper.contract.person.member_number),
            (_("Drawn up on"), f"{paper.made_at:%d.%m.%Y}"),
        ]
        form = _form_words(paper)
        columns = footer(cooperative)
    courtesy: list[Any] = [None] * len(german)
    own_form = ""
    if foreign:
        with translation.override(_COURTESY):
            courtesy = list(clauses_of(terms))
            own_form = _form_words(paper)
            subject = f"{subject} / {Paper(paper.kind).label}"
    employee = terms["employee"]
    street, _comma, city = employee["address"].partition(", ")
    return {
        "subject": subject,
        "sender": {
            "name": terms["employer"]["name"],
            "return_line": f"{terms['employer']['name']} · {terms['employer']['street']} · {terms['employer']['city']}",
        },
        "recipient": [employee["name"], street, city],
        "info": info,
        "clauses": [
            {"number": number, "german": one, "own": own}
            for number, (one, own) in enumerate(zip(german, courtesy, strict=True), start=1)
        ],
        "foreign": foreign,
        "courtesy": _COURTESY,
        "form": form,
        "own_form": own_form,
        "one_side": paper.kind == Paper.NOTICE,
        "by_text": paper.form_needed == Signing.TEXT,
        "employer": terms["employer"],
        "employee": employee,
        "footer_columns": columns,
    }


def _form_words(paper: EmploymentPaper) -> str:
    words = {
        Signing.TEXT: _(
            "This paper holds in text form (%(source)s). Please save it and confirm that you have received it."
        ),
        Signing.QUALIFIED: _(
            "This paper has to be signed by both sides before the work begins, by hand on paper or each with a qualified "
            "electronic signature (%(source)s). Otherwise the term is not fixed and the employment is permanent."
        ),
        Signing.PAPER: _(
            "This paper counts only when it is signed by hand on paper; electronic form is excluded (%(source)s)."
        ),
    }
    return words[Signing(paper.form_needed)] % {"source": paper.form_source}
