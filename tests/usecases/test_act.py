"""The engine: order of refusals, one transaction, the history row and the chained audit entry of every move."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditChain, AuditEntry
from accounts.rules.audit import GENESIS, entry_digest
from tasks.errors import RefusedError
from tasks.models import Task
from tasks.usecases.act import local_day, moves_for, office_unit_id, perform
from tasks.usecases.track import TASKS, move_task
from tests.factories import issue_all, noon
from tests.steps import DAY, LEAF, bring, prove, staffed_city
from tests.trace import everything, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return staffed_city()


def content(entry):
    """What an entry's digest was computed over, rebuilt from its stored columns."""
    return {
        "number": entry.number,
        "at": entry.at.astimezone(dt.UTC).isoformat(),
        "actor": entry.actor_id,
        "actor_name": entry.actor_name,
        "subject": entry.subject,
        "act": entry.act,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "details": entry.details,
    }


def test_refusals_come_in_a_fixed_order(city):
    """Everything is wrong at first; each mended fault uncovers the next refusal."""
    task = bring(city, "submitted")

    def attempt(who, move, **given):
        perform(TASKS, task.pk, move, actor=city.actor(who, DAY), at=noon(DAY), **given)

    with refused("GATE-05.hidden"):
        attempt("park_head", "invented", version=99)
    with refused("GATE-06.stale"):
        attempt("energy_head", "invented", version=99)
    with refused("GATE-05.hidden"):
        attempt("energy_head", "invented")
    with refused("GATE-01.state"):
        attempt("energy_head", "issue")
    with refused("GATE-02.seat"):
        attempt("energy_head", "return")
    with refused("GATE-04.reason"):
        attempt("office", "return")
    with refused("GATE-07.input"):
        attempt("office", "accept", given={"quality": ""})
    attempt("office", "accept", given={"quality": "1"}, version=task.version)


def test_row_that_does_not_exist_is_answered_like_a_hidden_one(city):
    with refused("GATE-05.hidden"):
        move_task(0, "issue", actor=city.actor("office", DAY), at=noon(DAY))


def test_move_raises_the_version_by_one(city):
    before = city.task(LEAF).version
    bring(city, "in_progress")
    assert city.task(LEAF).version == before + 2


def test_move_leaves_one_history_row_with_who_why_and_when(city):
    bring(city, "issued")
    rows = city.task(LEAF).history.count()
    at = noon(dt.date(2025, 3, 4))
    head = city.actor("energy_head", DAY)
    move_task(city.task(LEAF).pk, "object", actor=head, at=at, reason="职责不符")
    history = city.task(LEAF).history.order_by("-history_id")
    newest = history[0]
    assert history.count() == rows + 1
    assert (newest.history_user, newest.history_change_reason, newest.history_date, newest.status) == (
        city.people["energy_head"],
        "职责不符",
        at,
        "draft",
    )


def test_move_leaves_one_audit_entry_that_says_everything(city):
    bring(city, "submitted")
    count = AuditEntry.objects.count()
    task = city.act("office", LEAF, "accept", DAY, quality="0.9", reason="材料齐全")
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert AuditEntry.objects.count() == count + 1
    assert (entry.actor, entry.actor_name, entry.subject, entry.act, entry.before, entry.after, entry.reason) == (
        city.people["office"],
        "市双碳办工作人员",
        f"task:{task.pk}",
        "accept",
        "submitted",
        "accepted",
        "材料齐全",
    )
    assert (entry.at, entry.details, entry.chain.org_unit.code) == (noon(DAY), {"quality": "0.9"}, "office")


def test_each_unit_acts_in_its_own_chain(city):
    issue_all(city, DAY)
    chains = {chain.org_unit.code: chain.last_number for chain in AuditChain.objects.select_related("org_unit")}
    # the plan's load and six issues by the office; each head signs for what the unit leads
    assert chains == {"office": 7, "energy": 4, "transport": 2}


def test_stored_entries_prove_the_chain(city):
    issue_all(city, DAY)
    prove(city, "energy_officer", LEAF)
    city.act("energy_officer", LEAF, "submit", DAY)
    city.act("office", LEAF, "return", DAY, reason="缺盖章")
    for chain in AuditChain.objects.all():
        previous = GENESIS
        for number, entry in enumerate(chain.auditentry_set.order_by("number"), start=1):
            assert (entry.number, entry.previous_digest) == (number, previous)
            assert entry.digest == entry_digest(previous, content(entry))
            previous = entry.digest
        assert (chain.last_number, chain.last_digest) == (number, previous)


def test_move_that_cannot_be_settled_is_undone_whole(city):
    """The deadline, the history and the audit entry stand or fall with the status."""

    def broken(act):
        TASKS.settle(act)
        raise RuntimeError("the disk is full")

    before = everything()
    workflow = replace(TASKS, settle=broken)
    with pytest.raises(RuntimeError, match="disk"):
        perform(workflow, city.task(LEAF).pk, "issue", actor=city.actor("office", DAY), at=noon(DAY))
    assert everything() == before


def test_standing_can_be_left_to_the_caller_of_many_moves(city):
    later: dict[int, Task] = {}
    task = city.task(LEAF)
    with transaction.atomic():
        perform(TASKS, task.pk, "issue", actor=city.actor("office", DAY), at=noon(DAY), later=later)
        assert set(later) == {task.pk}
        assert not hasattr(city.task(LEAF), "metrics")


def test_day_of_a_move_is_the_citys_day(city):
    """Half past midnight in the city is still the day before in Greenwich."""
    at = dt.datetime(2025, 3, 3, 16, 30, tzinfo=dt.UTC)
    assert local_day(at) == dt.date(2025, 3, 4)
    task = move_task(city.task(LEAF).pk, "issue", actor=city.actor("office", DAY), at=at)
    assert task.issued_on == dt.date(2025, 3, 4)


def test_moves_for_a_row_say_what_is_possible_and_why_not(city):
    task = bring(city, "in_progress")
    verdicts = moves_for(TASKS, task, city.actor("energy_officer", DAY), today=DAY)
    assert [(verdict.move, verdict.refusal and verdict.refusal.code) for verdict in verdicts] == [
        ("submit", "TRK-03.no_evidence"),
        ("cancel", "GATE-02.seat"),
    ]


def test_machines_own_acts_stand_in_the_offices_chain(city):
    assert office_unit_id() == city.unit("office").pk


def test_refused_move_speaks_to_the_user(city):
    with pytest.raises(RefusedError) as caught:
        city.act("energy_head", "1.1.2.1", "issue", DAY)
    assert caught.value.code == "GATE-05.hidden"
    assert "GATE-05.hidden" in str(caught.value)


# Figures in git: a change of the number of statements is seen in review.
QUERIES = {"issue": 24, "sign_for": 16, "submit": 17, "return": 16, "withdraw": 16, "accept": 20, "close": 16}
COURSE = ["issue", "sign_for", "submit", "withdraw", "submit", "return", "submit", "accept", "close"]
WHO = {"issue": "office", "return": "office", "accept": "office", "sign_for": "energy_head", "close": "inspector"}


@pytest.mark.parametrize("pieces", [1, 3])
def test_move_takes_as_many_queries_whatever_hangs_on_the_task(city, pieces):
    task, counts = city.task(LEAF), {}
    city.act("office", "1.1.2.1", "issue", DAY)  # rungs of a ladder are read once in a process
    for move in COURSE:
        if move == "submit":
            for _ in range(pieces):
                prove(city, "energy_officer", LEAF)
        actor = city.actor(WHO.get(move, "energy_officer"), DAY)
        with CaptureQueriesContext(connection) as queries:
            move_task(task.pk, move, actor=actor, at=noon(DAY), reason="because", given={"quality": 1})
        counts[move] = len(queries)
    waits = int(connection.vendor == "postgresql")  # for its turn at the standings
    assert counts == {move: count + waits for move, count in QUERIES.items()}
