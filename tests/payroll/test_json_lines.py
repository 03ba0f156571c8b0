"""The machinery of the calculation filters: what comes in broken, comes out named."""

import io
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from coop.errors import InvalidInput
from payroll.json_lines import JsonLinesCommand, Keys


class Doubled(JsonLinesCommand):
    """Answers `{"id", "number"}` with twice the number; fails on 13 as a program with a fault would."""

    def answer(self, record: dict[str, Any]) -> dict[str, Any]:
        keys = Keys(record)
        number = keys.whole("number")
        keys.nothing_else()
        if number == 13:
            raise ZeroDivisionError("secret 13")
        return {"double": 2 * number}


def answers(data: bytes) -> list[dict[str, Any]]:
    target = io.BytesIO()
    wrong, count = Doubled().filter(io.BytesIO(data), target)
    lines = [json.loads(line) for line in target.getvalue().decode().splitlines()]
    assert (wrong, count) == (sum("error" in line for line in lines), len(lines))
    return lines


def test_each_non_blank_line_gives_one_line_in_order():
    data = b'\n{"id":"a","number":1}\r\n  \t\n{"number":2,"id":"b"}\n\n{"id":"a","number":3}'
    assert answers(data) == [{"id": "a", "double": 2}, {"id": "b", "double": 4}, {"id": "a", "double": 6}]


def test_many_lines_keep_their_order_over_block_borders():
    data = b"".join(b'{"id":"%d","number":%d}\n' % (n, n) for n in range(20_000) if n != 13)
    assert [line["double"] for line in answers(data)] == [2 * n for n in range(20_000) if n != 13]


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert answers(b'\xef\xbb\xbf{"id":"a","number":1}\n') == [{"id": "a", "double": 2}]
    assert answers(b'\xef\xbb\xbf{"id":"a","number":1}') == [{"id": "a", "double": 2}]
    assert answers(b"\xef\xbb\xbf\n") == []


@pytest.mark.parametrize(
    ("line", "identifier", "named"),
    [
        (b"{", None, "JSON"),
        (b"[1]", None, "object"),
        (b"null", None, "object"),
        (b"[" * 100_000, None, "JSON"),
        (b'{"id":"a","number":1}\xff', None, "UTF-8"),
        (b'{"number":1}', None, "id"),
        (b'{"id":7,"number":1}', None, "id"),
        (b'{"id":null,"number":1}', None, "id"),
        (b'{"id":"a"}', "a", "number"),
        (b'{"id":"a","number":null}', "a", "number"),
        (b'{"id":"a","number":true}', "a", "number"),
        (b'{"id":"a","number":1.0}', "a", "number"),
        (b'{"id":"a","number":"1"}', "a", "number"),
        (b'{"id":"a","number":-1}', "a", "number"),
        (b'{"id":"a","number":NaN}', "a", "number"),
        (b'{"id":"a","number":Infinity}', "a", "number"),
        (b'{"id":"a","number":1e400}', "a", "number"),
        (b'{"id":"a","number":' + b"9" * 50 + b"}", "a", "number"),
        (b'{"id":"a","number":' + b"9" * 50_000 + b"}", "a", "number"),
        (b'{"id":"a","number":1,"number":2}', "a", "number"),
        (b'{"id":"a","number":1,"nmber":2}', "a", "nmber"),
        (b'{"id":"a","number":1,"' + b"x" * 5_000_000 + b'":2}', "a", "xxx…"),
        (b'{"id":"a","number":1,"\\u001b[2J":2}', "a", "x1b"),
    ],
)
def test_a_wrong_line_is_named_and_the_others_go_on(line, identifier, named):
    first, wrong, last = answers(b'{"id":"1","number":1}\n' + line + b'\n{"id":"2","number":2}\n')
    assert (first, last) == ({"id": "1", "double": 2}, {"id": "2", "double": 4})
    assert set(wrong) == {"id", "error"}
    assert wrong["id"] == identifier
    assert named in wrong["error"]
    assert len(wrong["error"]) < 300


def test_a_line_of_endless_length_is_refused_and_not_kept():
    endless = b'{"id":"a","number":' + b" " * 20_000_000 + b"1}"
    wrong, last = answers(endless + b'\n{"id":"2","number":2}')
    assert wrong["id"] is None
    assert "longer" in wrong["error"]
    assert last == {"id": "2", "double": 4}


def test_half_a_surrogate_pair_comes_back_as_it_came():
    assert answers(b'{"id":"\\ud800","number":1}\n{"id":"\xc3\xbc","number":1}') == [
        {"id": "\ud800", "double": 2},
        {"id": "ü", "double": 2},
    ]


def test_a_fault_in_one_line_stops_no_other_and_shows_no_value(caplog):
    wrong, last = answers(b'{"id":"a","number":13}\n{"id":"b","number":1}')
    assert wrong["id"] == "a"
    assert "13" not in wrong["error"]
    assert last == {"id": "b", "double": 2}
    assert "ZeroDivisionError in" in caplog.text
    assert "answer:" in caplog.text
    assert "secret" not in caplog.text


def keys(**record: Any) -> Keys:
    return Keys(record)


def test_readers_give_the_type_they_name():
    record = keys(
        text="ä",
        flag=False,
        whole=0,
        choice="b",
        day="2026-02-28",
        month="2026-06",
        decimal="0.9350",
        percent="2.69",
        cents="1000.5",
        list=["1", "2.00"],
        inner={"whole": 3},
        inners=[{"cents": "4"}],
    )
    assert record.text("text") == "ä"
    assert record.flag("flag") is False
    assert record.whole("whole") == 0
    assert record.choice("choice", ("a", "b")) == "b"
    assert record.day("day") == date(2026, 2, 28)
    assert record.month("month") == date(2026, 6, 1)
    assert record.decimal("decimal", places=3) == Decimal("0.935")
    assert record.percent("percent") == Decimal("2.69")
    assert record.cents("cents") == 100_050
    assert record.cents_list("list", shortest=1, longest=2) == [100, 200]
    assert record.inner("inner").whole("whole") == 3
    assert [inner.cents("cents") for inner in record.inner_list("inners", longest=1)] == [400]
    record.nothing_else()


def test_a_missing_key_takes_its_default_and_counts_as_read():
    empty = keys()
    assert empty.text("text", default="x") == "x"
    assert empty.flag("flag", default=True) is True
    assert empty.whole("whole", default=0) == 0
    assert empty.choice("choice", ("a", "b"), default="a") == "a"
    assert empty.day("day", default=date(2026, 1, 1)) == date(2026, 1, 1)
    assert empty.percent("percent", default=Decimal("2.9")) == Decimal("2.9")
    assert empty.cents("cents", default=0) == 0
    assert empty.inner_list("inners", longest=1) == []
    empty.nothing_else()


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (lambda k: k.text("x"), [1, None, True, [], {}]),
        (lambda k: k.flag("x"), [0, 1, "true", None]),
        (lambda k: k.whole("x", maximum=12), [13, -1, True, 1.0, "1", float("nan"), None]),
        (lambda k: k.choice("x", ("a", "b")), ["c", "", "A", 1, None]),
        (lambda k: k.day("x"), ["2026-02-30", "20260228", "2026-W01-1", "2026-02-28T00:00", "２026-02-28", 20260228]),
        (lambda k: k.month("x"), ["2026-13", "2026-6", "2026-06-01", 202606]),
        (lambda k: k.decimal("x", places=3), ["0.9351", "-1", "+1", "1e1", "NaN", "Infinity", ".5", "1,5", 0.5, 1]),
        (lambda k: k.percent("x"), ["100.01", "2.691", "2.69 %", " 2", "", 2.69]),
        (lambda k: k.cents("x"), ["-1", "-0.01", "1.234", "1e3", "1 000", "NaN", "", 1000, 10.0, "9" * 15]),
        (lambda k: k.cents_list("x", shortest=1, longest=2), [[], ["1"] * 3, "1", [1], ["1", "-1"], [None]]),
        (lambda k: k.inner("x"), [[], "{}", None]),
        (lambda k: k.inner_list("x", longest=1), [{}, [1], [{}, {}], None]),
    ],
)
def test_readers_refuse_what_is_not_meant_and_name_the_key(read, wrong):
    for value in wrong:
        with pytest.raises(InvalidInput, match=r"^x"):
            read(keys(x=value))
    with pytest.raises(InvalidInput, match=r"^other: unknown key"):
        keys(other=1).nothing_else()


def test_a_required_key_that_is_missing_is_named():
    for read in (Keys.text, Keys.flag, Keys.whole, Keys.day, Keys.month, Keys.percent, Keys.cents, Keys.inner):
        with pytest.raises(InvalidInput, match=r"^x: missing"):
            read(keys(), "x")


def test_an_error_within_an_object_names_the_way_to_it():
    with pytest.raises(InvalidInput, match=r"^in\.RE4"):
        Keys({"id": "a", "in": {"RE4": "1"}}).inner("in").whole("RE4")
    with pytest.raises(InvalidInput, match=r"^open\[1\]\.due"):
        Keys({"id": "a", "open": [{}, {"due": 1}]}).inner_list("open", longest=9)[1].day("due")


PROGRAM = """
import sys
from django.conf import settings
settings.configure()
import django; django.setup()
from tests.payroll.test_json_lines import Doubled
Doubled().run_from_argv(["manage.py", "doubled", *sys.argv[1:]])
"""


def run(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - this interpreter, with this file's program
        [sys.executable, "-c", PROGRAM, *options], input=data, capture_output=True, check=False
    )


def test_the_exit_status_says_whether_all_were_answered():
    good, wrong = b'{"id":"a","number":1}\n', b'{"id":"b","number":-1}\n'
    done = run(good)
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{"id": "a", "double": 2}\n', b"")
    assert run(b"").returncode == 0
    done = run(good + wrong)
    assert (done.returncode, done.stdout.count(b"\n")) == (1, 2)
    assert b"1 of 2 lines" in done.stderr
    assert run(good, "--unknown").returncode == 2


def test_a_reader_that_goes_away_ends_it_quietly():
    with subprocess.Popen(  # noqa: S603 - this interpreter, with this file's program
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b'{"id":"a","number":1}\n')
        process.stdin.flush()
        # A program that writes one line and waits gets its answer while the filter is still running.
        assert json.loads(process.stdout.readline()) == {"id": "a", "double": 2}
        process.stdout.close()
        process.stdin.write(b'{"id":"b","number":2}\n' * 1000)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
