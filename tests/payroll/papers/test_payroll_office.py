"""Movement data for a payroll office: the format, and everybody's pay to the cent."""

from datetime import date

import pytest
from django.utils import translation

from coop.errors import InvalidInput
from coop.ledger.exports.numbers import enter_client
from payroll.models import Payslip
from payroll.papers.figures.lodas import Movement, lodas
from payroll.papers.payroll_office import WageTypeEntered, WageTypeMissing, enter_wage_type, movement_file
from tests.factories.payroll import JANUARY, MARCH, employ, give_money, make_member, run_month


def test_the_file_is_what_lodas_reads():
    data = lodas(
        consultant_number=1001,
        client_number=7,
        month=MARCH,
        movements=[Movement(person=17, wage_type="2000", entry_key="2", cents=115_000)],
    )
    assert data.decode("cp1252").split("\r\n") == [
        "[Allgemein]",
        "Ziel=LODAS",
        "Version_SST=1.0",
        "BeraterNr=1001",
        "MandantenNr=7",
        "Datumsformat=TT.MM.JJJJ",
        "Feldtrennzeichen=;",
        "Zahlenkomma=,",
        "[Satzbeschreibung]",
        "1;u_lod_bwd_buchung_standard;abrechnung_zeitraum#bwd;bs_wert_butab#bwd;bs_nr#bwd;la_eigene#bwd;pnr#bwd;"
        "kostenstelle#bwd;",
        "[Bewegungsdaten]",
        "1;01.03.2026;1150,00;2;2000;17;;",
        "",
    ]


@pytest.mark.parametrize("changes", [{"person": 0}, {"person": 100_000}, {"wage_type": "A1"}, {"entry_key": ""}])
def test_what_lodas_would_refuse_is_refused(changes):
    facts = {"person": 1, "wage_type": "2000", "entry_key": "2", "cents": 1, **changes}
    with pytest.raises(InvalidInput):
        lodas(consultant_number=1001, client_number=1, month=MARCH, movements=[Movement(**facts)])


def test_everybodys_pay_is_in_it(cast):
    for name, gross in (("Ada", 400_000), ("Bo", 115_000)):
        person = make_member(name)
        give_money(person, 3_000_000)
        employ(person, gross)
    run_month(cast.payroll, cast.board)
    with translation.override("en"), pytest.raises(InvalidInput, match="consultant"):
        movement_file(MARCH)
    enter_client(
        since=JANUARY, consultant_number=1001, client_number=1, account_length=4, year_begins=1, by=cast.accountant
    )
    with pytest.raises(WageTypeMissing, match="salary"):
        movement_file(MARCH)
    enter_wage_type(element="salary", since=JANUARY, number="2000", entry_key="2", by=cast.payroll)
    name, data = movement_file(MARCH)
    rows = [row.split(";") for row in data.decode("cp1252").split("\r\n") if row.startswith("1;01.03")]
    assert name == "LODAS_2026-03.txt"
    assert sum(int(row[2].replace(",", "")) for row in rows) == sum(slip.gross_cents for slip in Payslip.objects.all())
    assert {row[4] for row in rows} == {"2000"}


def test_a_wage_type_is_a_number_and_entered_once(cast):
    given = {"element": "salary", "since": JANUARY, "number": "2000", "entry_key": "2", "by": cast.payroll}
    enter_wage_type(**given)
    with pytest.raises(WageTypeEntered):
        enter_wage_type(**given)
    for wrong in ({"element": "bonus"}, {"number": "20000"}, {"number": "x"}, {"entry_key": "123"}):
        with pytest.raises(InvalidInput):
            enter_wage_type(**{**given, "since": date(2026, 5, 1), **wrong})
