"""A real worker is killed in the middle of a salary run, at twenty points; running again gives the same result once."""

import multiprocessing
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection

from coop.banking.models import PaymentLine, PaymentOrder
from coop.documents.models import Document
from coop.ledger.actions import commit, digest_of, set_cover
from coop.ledger.models import Commitment, Entry, Posting
from coop.ledger.verify import problems
from coop.tenancy.models import User
from coop.tenancy.scope import coop_scope
from members.models import Person
from payroll import actions
from payroll.actions import approve_run, start_run, take_up_again
from payroll.models import EmploymentContract, PayrollRun, Payslip
from payroll.states import RunState
from tests.factories.banking import make_account
from tests.factories.payroll import employ, make_member
from tests.factories.tenancy import make_cooperative, make_user
from tests.payroll.killable_worker import CLOCK, work
from tests.queues import no_broker_there, own_queues

MONTH = CLOCK.date().replace(day=1)
PEOPLE = 12
CHUNK = 5
SEEDS = range(20)
PATIENCE_SECONDS = 60.0


# --- a small cooperative and what its run leaves behind ------------------------------------------------------------


@dataclass(frozen=True)
class Office:
    """A cooperative with employed people, real rows that workers see."""

    coop_id: int
    board: User

    def start(self) -> int:
        """The run, started by the calendar."""
        with coop_scope(self.coop_id):
            return start_run(month=MONTH, by=None, at=CLOCK).pk

    def approve(self, run_id: int) -> None:
        """The run, approved."""
        with coop_scope(self.coop_id):
            approve_run(run_id=run_id, by=self.board, at=CLOCK)

    def take_up(self) -> int:
        """What beat does every few minutes."""
        with coop_scope(self.coop_id):
            return take_up_again(at=CLOCK)

    def state(self, run_id: int) -> str:
        """How far the run is."""
        with coop_scope(self.coop_id):
            return str(PayrollRun.objects.get(id=run_id).state)


def make_office() -> Office:
    """People paid out of cover, one whose cover is too small, one whose tax data is missing."""
    cooperative = make_cooperative(advance_limit_cents=100_000_000)  # all of it is paid ahead
    with coop_scope(cooperative.pk):
        make_account()
        for place in range(PEOPLE):
            person = make_member(f"P{place:02d}")
            contract = employ(
                person,
                90_000 + 35_000 * place,
                tax_class=1 + place % 6,
                childless=place % 2 == 0,
                leave_out="tax" if place == 3 else "",
            )
            cents = 10_000 if place == 7 else 5_000_000
            set_cover(budget_id=person.budget_id, source=f"job:{place}", cents=cents, since=MONTH)
            if place not in {3, 7}:
                commit(
                    budget_id=person.budget_id,
                    source=f"contract:{contract.pk}",
                    monthly_cents=contract.gross_cents * 13 // 10,
                    since=MONTH,
                    until=MONTH.replace(month=6),
                    on=MONTH,
                )
    return Office(cooperative.pk, make_user("Board"))


def outcome(office: Office) -> dict[str, Any]:
    """All that the run left behind, with people in place of ids, so that two cooperatives can be compared."""
    with coop_scope(office.coop_id):
        people = {pk: name.split()[0] for pk, name in Person.objects.values_list("id", "name")}
        budgets = {pk: name.split()[0] for pk, name in Person.objects.values_list("budget_id", "name")}
        contracts = {pk: people[of] for pk, of in EmploymentContract.objects.values_list("id", "person_id")}
        slips = list(Payslip.objects.select_related("contract").order_by("person_id", "id"))
        whose = {slip.pk: people[slip.person_id] for slip in slips}

        def named(text: str) -> str:
            for pattern, names in (
                (r"\bpayslip:(\d+)", whose),
                (r"\bperson:(\d+)", people),
                (r"\bcontract:(\d+)", contracts),
                (r"(?<=^payslip 2026-03/)(\d+)", whose),
            ):
                text = re.sub(pattern, lambda match, names=names: f"<{names[int(match[1])]}>", text)
            return re.sub(r"\bfund:\d+", "<fund>", re.sub(r"(?<= run:)\d+", "<run>", text))

        plain = [
            field.name
            for field in Payslip._meta.concrete_fields
            if not field.is_relation and field.name not in {"id", "inputs", "digest"}
        ]
        entries = list(Entry.objects.order_by("number"))
        postings: dict[int, list[Any]] = {}
        for entry_id, code, cents, budget, party, service, tax in Posting.objects.values_list(
            "entry_id", "account__code", "amount_cents", "budget_id", "party", "service_month", "tax_month"
        ):
            row = (code, cents, budgets.get(budget), named(party), service, tax)
            postings.setdefault(entry_id, []).append(row)
        return {
            "runs": list(PayrollRun.objects.values_list("month", "number", "state", "pay_on", "posted_at")),
            "payslips": [
                (
                    people[slip.person_id],
                    [getattr(slip, name) for name in plain],
                    {key: value for key, value in slip.inputs.items() if not key.endswith("fund_id")},
                )
                for slip in slips
            ],
            "entries": [
                digest_of(
                    number=entry.number,
                    booked_on=entry.booked_on,
                    event_on=entry.event_on,
                    source=named(entry.source),
                    document=named(entry.document),
                    text=entry.text,
                    reverses_id=entry.reverses_id,
                    postings=[(code, cents, who or "", *rest) for code, cents, who, *rest in postings[entry.pk]],
                )
                for entry in entries
            ],
            "postings": sum(map(len, postings.values())),
            "commitments": sorted(
                (named(source), settled)
                for source, settled in Commitment.objects.values_list("source", "settled_until")
            ),
            "documents": sorted(
                (kind, named(source), title, filename)
                for kind, source, title, filename in Document.objects.values_list("kind", "source", "title", "filename")
            ),
            "orders": [
                (named(order.source), order.total_cents, order.execute_on, order.state, bool(order.file))
                for order in PaymentOrder.objects.all()
            ],
            "transfers": sorted(
                (named(line.party), line.cents, line.text, whose[int(line.end_to_end_id.rpartition("-")[2])])
                for line in PaymentLine.objects.all()
            ),
            "problems": [re.sub(r"^budget \d+", "budget", named(line)) for line in problems()],
        }


# --- workers -------------------------------------------------------------------------------------------------------


@dataclass
class Workplace:
    """Where workers are started, on a queue of its own, and a cooperative's run is seen through."""

    prefix: str
    folder: Path
    context: Any
    broker: Any

    def worker(self, name: str, kill_at: int = 0) -> Any:
        """A new worker process."""
        process = self.context.Process(
            target=work,
            kwargs={
                "prefix": self.prefix,
                "moments": self.folder / name,
                "log": self.folder / "workers.log",
                "kill_at": kill_at,
            },
        )
        process.start()
        return process

    def moments(self, name: str) -> list[str]:
        """What a worker did, one line a moment."""
        return (self.folder / name).read_text().splitlines()

    def idle(self) -> bool:
        """No message waits and none is under way, now and half a second later.

        While the broker's client gives a message back, it stands for a moment in neither place.
        """
        return self._quiet() and not time.sleep(0.5) and self._quiet()

    def _quiet(self) -> bool:
        return not self.broker.llen(f"{self.prefix}celery") and not self.broker.zcard(f"{self.prefix}unacked_index")

    def wait(self, until: Callable[[], bool], worker: Any) -> bool:
        """Whether it came about; False where the worker died first."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not until():
            if not worker.is_alive():
                return until()
            assert time.monotonic() < end, (self.folder / "workers.log").read_text()
            time.sleep(0.02)
        return True

    def see_through(self, office: Office, name: str, kill_at: int = 0) -> int | None:
        """A whole run with one worker, or with a second one where the first dies; how the first ended.

        Afterwards every message has been worked off, those too that were delivered again.
        """
        run_id = office.start()
        worker = first = self.worker(name, kill_at)
        try:
            for goal in (RunState.COMPUTED, RunState.POSTED):
                if not self.wait(lambda goal=goal: office.state(run_id) == goal, worker):
                    worker = self.next_worker(first, name)
                    office.take_up()
                    assert self.wait(lambda goal=goal: office.state(run_id) == goal, worker)
                if goal == RunState.COMPUTED:
                    office.approve(run_id)
            if not self.wait(self.idle, worker):
                worker = self.next_worker(first, name)
                assert self.wait(self.idle, worker)
        finally:
            first.join(0)
            ended: int | None = first.exitcode
            self.end(worker)
        return ended

    def end(self, worker: Any) -> None:
        """End a worker that has nothing left to do."""
        worker.kill()
        worker.join(PATIENCE_SECONDS)
        # It may have held the lock under which messages are given back, which nobody else would get for minutes.
        self.broker.delete(f"{self.prefix}unacked_mutex")

    def next_worker(self, dead: Any, name: str) -> Any:
        """A fresh worker in place of one that was killed."""
        dead.join(PATIENCE_SECONDS)
        assert dead.exitcode == -signal.SIGKILL, (self.folder / "workers.log").read_text()
        return self.worker(f"{name}-next")


@pytest.fixture(scope="module")
def workplace(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Workers are forked from one process that has everything imported: starting one takes a fraction of a second."""
    role = settings.DATABASES["default"]["OPTIONS"]["assume_role"]
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    with (
        pytest.MonkeyPatch.context() as patch,
        own_queues() as prefix,
        redis.Redis.from_url(settings.REDIS_URL) as broker,
    ):
        patch.setenv("DATABASE_URL", url)
        patch.setenv("DATABASE_APP_ROLE", role)
        patch.setattr(actions, "CHUNK", CHUNK)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pytest", "tests.payroll.worker_ground"])
        yield Workplace(prefix, tmp_path_factory.mktemp("workers"), context, broker)


@pytest.fixture(scope="module")
def undisturbed(workplace: Workplace, django_db_blocker: Any) -> tuple[dict[str, Any], list[str]]:
    """What a run leaves behind when nothing happens to it, and its moments."""
    with django_db_blocker.unblock():
        office = make_office()
        assert workplace.see_through(office, "undisturbed") is None
        result = outcome(office), workplace.moments("undisturbed")
        connection.close()
        return result


def test_an_undisturbed_run_is_what_it_should_be(committing, undisturbed):
    left, moments = undisturbed
    assert [run[2] for run in left["runs"]] == [RunState.POSTED]
    assert len(left["payslips"]) == PEOPLE
    assert len(left["entries"]) == len(left["documents"]) == len(left["transfers"]) == PEOPLE - 1
    assert len(left["orders"]) == 1
    assert left["problems"] == []
    assert [what for what in moments if what.endswith(" end")] == [
        *["payroll.tasks.compute_chunk end"] * -(-PEOPLE // CHUNK),
        "payroll.tasks.post_run end",
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_worker_changes_nothing_of_the_result(committing, workplace, undisturbed, seed):
    """The seeds share the run's moments out among them, so that all of it is reached, computing as well as posting."""
    left, moments = undisturbed
    first, after = (len(moments) * place // len(SEEDS) for place in (seed, seed + 1))
    kill_at = random.Random(seed).randint(first + 1, after)  # noqa: S311 (repeatable on purpose)
    office = make_office()
    assert workplace.see_through(office, f"seed-{seed}", kill_at) == -signal.SIGKILL
    assert outcome(office) == left


def test_a_worker_killed_after_its_commit_posts_nothing_twice(committing, workplace, undisturbed):
    """The message comes again although its work is done."""
    left, moments = undisturbed
    office = make_office()
    assert workplace.see_through(office, "committed", len(moments)) == -signal.SIGKILL
    assert workplace.moments("committed")[-1] == "payroll.tasks.post_run killed end"
    assert "payroll.tasks.post_run end" in workplace.moments("committed-next")
    assert outcome(office) == left


def test_a_run_that_no_broker_heard_of_is_taken_up(committing, workplace, undisturbed):
    """The run was started and approved while the broker was gone: what is in the database is enough."""
    left, _moments = undisturbed
    office = make_office()
    with no_broker_there():
        run_id = office.start()
    worker = workplace.worker("without-broker")
    try:
        assert office.state(run_id) == RunState.COMPUTING
        assert office.take_up() == 1
        assert workplace.wait(lambda: office.state(run_id) == RunState.COMPUTED, worker)
        with no_broker_there():
            office.approve(run_id)
        assert office.take_up() == 1
        assert workplace.wait(lambda: office.state(run_id) == RunState.POSTED, worker)
        assert workplace.wait(workplace.idle, worker)
    finally:
        workplace.end(worker)
    assert outcome(office) == left
