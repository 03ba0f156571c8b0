"""Rates from tables: all or none, each with its source."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from coop.errors import InvalidInput
from payroll.models import AccidentRate, HealthFundRate
from payroll.rates_import import import_rates

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
FUNDS = """name;number;since;additional_rate;u1;u2;refund;source
Musterkasse;90000001;2026-01-01;2.69;2.1;0.40;60;fictitious
Beispielkasse;90000002;2026-01-01;2.33;;;;fictitious
"""
ACCIDENT = "since,hazard_class,per_thousand,source\n2026-01-01,0.52,4.1,fictitious\n"


def test_funds_come_with_their_levies_and_a_second_time_changes_nothing(cast):
    assert import_rates(data=FUNDS.encode(), at=AT, by=cast.payroll).new == 2
    again = import_rates(data=b"\xef\xbb\xbf" + FUNDS.encode(), at=AT, by=cast.payroll)
    assert (again.new, again.known) == (0, 2)
    rows = {row.fund.name: row for row in HealthFundRate.objects.select_related("fund")}
    full, plain = rows["Musterkasse"], rows["Beispielkasse"]
    assert (full.additional_rate, full.sickness_levy_rate) == (Decimal("0.0269"), Decimal("0.021"))
    assert (full.maternity_levy_rate, full.sickness_refund_rate) == (Decimal("0.004"), Decimal("0.6"))
    assert (plain.sickness_levy_rate, plain.since) == (None, date(2026, 1, 1))


def test_accident_insurance_is_hazard_class_times_contribution(cast):
    import_rates(data=ACCIDENT.encode(), at=AT, by=cast.payroll)
    assert AccidentRate.objects.get().rate == Decimal("0.002132")


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (FUNDS.replace("2.33", "zwei").encode(), "3"),
        (FUNDS.replace("2.33", "200").encode(), "3"),
        (FUNDS.replace("90000002", "9").encode(), "3"),
        (FUNDS.replace("2026-01-01;2.33", "1.1.2026;2.33").encode(), "3"),
        (FUNDS.replace("2.1;", ";").encode(), "2"),
        (FUNDS.replace("fictitious", "").encode(), "2"),
        (b"name;rate\n", "additional_rate"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 2_000_001, "2 MB"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_entered(cast, data, named):
    with pytest.raises(InvalidInput, match=named):
        import_rates(data=data, at=AT, by=cast.payroll)
    assert not HealthFundRate.objects.exists()


def test_the_command_enters_the_table_of_a_cooperative(cast, tmp_path, capsys):
    table = tmp_path / "rates.csv"
    table.write_text(FUNDS)
    call_command("import_rates", cast.coop.slug, table)
    assert HealthFundRate.objects.count() == 2
    assert "2 new" in capsys.readouterr().out
    for wrong in (("nobody", table), (cast.coop.slug, tmp_path / "missing.csv")):
        with pytest.raises(CommandError):
            call_command("import_rates", *wrong)
    table.write_text("nothing")
    with pytest.raises(CommandError, match=r"columns|Spalten"):
        call_command("import_rates", cast.coop.slug, table)
