"""References in what payers write."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.banking.references import Likeness, find_references, make_reference, normalised
from coop.errors import InvalidInput

KNOWN = {
    normalised(reference): reference
    for reference in ("RE-2026-000123", "RE-2026-000124", "RE-2025-000123", "AN-000045", "RE-2026-001205")
}


def ids(text: str, **options) -> list[str]:
    return [found.id for found in find_references(text, KNOWN, **options)]


def test_references_are_made():
    assert make_reference("RE", 123, year=2026) == "RE-2026-000123"
    assert make_reference("AN", 45) == "AN-000045"
    assert make_reference("AN", 12345678) == "AN-12345678"


@pytest.mark.parametrize(
    ("prefix", "number", "year"),
    [("", 1, None), ("re", 1, None), ("R1", 1, None), ("RECHNUNG", 1, None), ("RE", 0, None), ("RE", 1, 1999)],
)
def test_references_that_cannot_be_made(prefix, number, year):
    with pytest.raises(InvalidInput):
        make_reference(prefix, number, year=year)


@pytest.mark.parametrize(
    ("text", "likeness"),
    [
        ("RE-2026-000123", Likeness.EXACT),
        ("Rechnung RE-2026-000123 vom 2. April", Likeness.EXACT),
        ("(RE-2026-000123)", Likeness.EXACT),
        ("re-2026-000123", Likeness.SPELLED),
        ("RE 2026 000123", Likeness.SPELLED),
        ("RE2026000123", Likeness.SPELLED),
        ("RE2026/123", Likeness.SPELLED),
        ("RE-2026-123", Likeness.SPELLED),
        ("RE.2026.0123", Likeness.SPELLED),
        ("RE-2O26-OOO123", Likeness.SPELLED),
        ("RE-2026-OOO123", Likeness.SPELLED),
        ("RE - 2026 - 000123", Likeness.SPELLED),
        ("RE-2026-000 123", Likeness.JOINED),
        ("RE-20 26-000123", Likeness.JOINED),
        ("RE-2026-0001 23", Likeness.JOINED),
        ("RechnungRE-2026-000123", Likeness.JOINED),
        ("RE-2026-\n000123", Likeness.SPELLED),
    ],
)
def test_one_reference_in_many_spellings(text, likeness):
    found = find_references(text, KNOWN)
    assert (found[0].id, found[0].likeness) == ("RE-2026-000123", likeness)
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Danke!",
        "RE-2026-0001234",  # another number
        "RE-2027-000123",
        "XY-2026-000123",
        "RE-2026",
        "2026-000123",  # without prefix only where prefixes are given
        "AN 450",
        "45",
        "RE 2026 Konto 000123 Betrag",
    ],
)
def test_what_is_no_known_reference(text):
    assert ids(text) == []


def test_literal_ones_come_first():
    found = find_references("AN45, RE-2026-000123 RE-2026-000124 re 2025/123", KNOWN)
    assert [(one.id, one.likeness) for one in found[:4]] == [
        ("RE-2026-000123", Likeness.EXACT),
        ("RE-2026-000124", Likeness.EXACT),
        ("AN-000045", Likeness.SPELLED),
        ("RE-2025-000123", Likeness.SPELLED),
    ]
    assert found[0].start == len("AN45, ")


def test_a_number_after_the_reference_never_outranks_it():
    found = find_references("RE-2026-000012 05", KNOWN | {"RE202612": "RE-2026-000012"})
    assert [(one.id, one.likeness) for one in found] == [
        ("RE-2026-000012", Likeness.EXACT),
        ("RE-2026-001205", Likeness.JOINED),
    ]


def test_each_id_once():
    assert ids("RE-2026-000123 re2026123 RE 2026 123") == ["RE-2026-000123"]


@pytest.mark.parametrize("text", ["2026-000123", "Rg. 2026/123", "2026000123"])
def test_without_prefix_where_it_is_asked_for(text):
    found = find_references(text, KNOWN, prefixes=("RE", "AN"))
    assert [(one.id, one.likeness) for one in found] == [("RE-2026-000123", Likeness.WITHOUT_PREFIX)]
    assert ids("000045", prefixes=("RE", "AN")) == []


numbers = st.integers(1, 10**8)
years = st.one_of(st.none(), st.integers(2000, 2099))
noise = st.text(alphabet="abcxyzÄß .,;:!", max_size=20).map(lambda text: text + " ")


made = st.builds(make_reference, st.sampled_from(["RE", "AN", "GUT"]), numbers, year=years)


@given(made, noise, noise, st.sampled_from(["-", "", " ", "/", " - "]))
def test_whatever_is_made_is_found(reference, before, after, separator):
    known = {normalised(reference): 1}
    assert find_references(before + reference + " " + after, known)[0].likeness is Likeness.EXACT
    assert find_references(before + reference.replace("-", separator).lower() + " " + after, known)[0].id == 1


@given(st.tuples(years, numbers), st.tuples(years, numbers))
def test_different_references_have_different_keys(one, other):
    if (one[0] is None) == (other[0] is None) and one != other:
        first, second = (make_reference("RE", number, year=year) for year, number in (one, other))
        assert normalised(first) != normalised(second)


@given(st.text(max_size=200))
def test_any_text_is_searched_without_error(text):
    assert find_references(text, {}) == []


def test_time_depends_on_the_text_alone():
    known = {normalised(make_reference("RE", number, year=2026)): number for number in range(1, 50_001)}
    begun = time.process_time()
    for number in range(1, 501):
        assert find_references(f"Zahlung zu re 2026 / {number} danke", known)[0].id == number
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("text", ["A1" * 50_000, "1 " * 50_000, "O" * 100_000, "A" * 100_000 + "1"])
def test_long_texts_take_no_long_time(text):
    begun = time.process_time()
    find_references(text, KNOWN, prefixes=("RE",))
    assert time.process_time() - begun < 3
