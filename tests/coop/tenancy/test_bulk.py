"""Many values at once arrive as they were given, within the fence."""

import gc
from datetime import date

import pytest
from django.db import DataError, transaction

from coop.documents.models import Document
from coop.ledger.actions import open_budget
from coop.ledger.models import Budget, Cover
from coop.tenancy.bulk import insert_rows, uncollected
from coop.tenancy.scope import coop_scope

ODD = ['quote " and \\ backslash', "comma, {brace}", "NULL", "", "Ümläut – 'one'", "line\nbreak"]
DAY = date(2026, 3, 1)


def test_texts_arrive_letter_by_letter_and_are_found_again(cast):
    with coop_scope(cast.coop.pk):
        same = {
            "kind": "odd",
            "title": "T",
            "filename": "f.pdf",
            "keep_until": DAY,
            "requested_at": "2026-03-01T09:00Z",
        }
        insert_rows(Document, {"source": ODD}, same)
        insert_rows(Document, {"source": ODD[:2]}, same, on_conflict="DO NOTHING")
        stored = Document.objects.filter(kind="odd").order_by("id")
        assert list(stored.values_list("source", flat=True)) == ODD
        assert set(stored.filter(source__among=ODD[:3]).values_list("source", flat=True)) == set(ODD[:3])
        assert not stored.filter(source__among=[]).exists()
    with coop_scope(cast.next_door.pk):
        assert not Document.objects.filter(source__among=ODD).exists()


def test_foreign_keys_are_found_by_their_ids(cast):
    with coop_scope(cast.coop.pk):
        budgets = [open_budget(name=f"B{number}", on=DAY) for number in range(3)]
        insert_rows(
            Cover,
            {"budget_id": [budget.pk for budget in budgets], "cents": [1, 2, 3], "source": ["a", "b", "c"]},
            {"since": DAY},
        )
        found = Cover.objects.filter(budget_id__among=[budgets[0].pk, budgets[2].pk]).order_by("source")
        assert list(found.values_list("source", "cents", "until")) == [("a", 1, None), ("c", 3, None)]
        assert Budget.objects.filter(id__among=[budgets[1].pk]).get() == budgets[1]


def test_a_text_that_is_too_long_is_refused_and_not_cut(cast):
    with coop_scope(cast.coop.pk), pytest.raises(DataError), transaction.atomic():
        insert_rows(Budget, {"name": ["x" * 201]}, {"opened_on": DAY})


def test_the_collector_of_cycles_comes_back_also_after_an_error():
    assert gc.isenabled()

    @uncollected()
    def work() -> None:
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise KeyError

    with pytest.raises(KeyError):
        work()
    assert gc.isenabled()
