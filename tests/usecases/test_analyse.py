"""Stored standings: equal to a full recomputation after any act, rolled day by day, snapshot once."""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from random import Random

import pytest

from tasks.errors import RefusedError
from tasks.models import Milestone, ReportDue, StatusSnapshot, Task, TaskMetrics
from tasks.usecases.act import moves_for, perform
from tasks.usecases.analyse import roll_day
from tasks.usecases.track import (
    CHANGES,
    MILESTONES,
    REPORTS,
    TASKS,
    attach_evidence,
    materialise_reports,
    request_extension,
    save_report,
)
from tests.factories import issue_all, make_city, noon
from tests.steps import DATED, DAY, ITEM, LEAF, bring, bring_change, bring_milestone, bring_report, staffed_city
from tests.trace import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return staffed_city()


def standings():
    """Return every stored standing, by task code."""
    rows = TaskMetrics.objects.values_list("task__code", "light", "reasons", "progress", "planned", "overdue", "as_of")
    return {row[0]: row[1:] for row in rows}


class Walk:
    """A random person doing random legal things, one after another."""

    def __init__(self, city, seed):
        self.city, self.chance, self.made = city, Random(seed), []

    def step(self, day):
        who = self.chance.choice(["office", "office2", "inspector", "energy_head", "transport_head", "county_officer"])
        actor = self.city.actor(who, day)
        doing = self.chance.choice([self.move, self.move, self.move, self.report, self.prove, self.ask])
        try:
            doing(actor, day)
        except RefusedError:
            return
        self.made.append((who, doing.__name__))

    def move(self, actor, day):
        for _ in range(6):  # most rows have no move for this person now
            workflow = self.chance.choice([TASKS, MILESTONES, REPORTS, CHANGES])
            rows = list(workflow.model.objects.order_by("pk"))
            if workflow is MILESTONES:  # the few that can be claimed
                rows = list(Milestone.objects.filter(evidence__isnull=False).distinct().order_by("pk"))
            row = self.chance.choice(rows) if rows else None
            legal = (
                [verdict.move for verdict in moves_for(workflow, row, actor, today=day) if verdict.allowed]
                if row
                else []
            )
            # cancelling everything would end the walk early
            legal = [move for move in legal if move != "cancel" or self.chance.random() < 0.03]
            if legal:
                move, given = self.chance.choice(legal), {"quality": "0.8"}
                perform(workflow, row.pk, move, actor=actor, at=noon(day), reason="测试", given=given)
                return

    def report(self, actor, day):
        dues = list(ReportDue.objects.order_by("pk"))
        due = self.chance.choice(dues)
        below = list(Task.objects.below(due.task).live().order_by("pk"))
        chosen = self.chance.sample(below, self.chance.randint(0, len(below)))
        lines = {task.pk: {"claimed_progress": self.chance.randint(0, 95)} for task in chosen}
        content = {
            "done": "进展",
            "claimed_progress": self.chance.randint(0, 95),
            "forecast_on": self.chance.choice([None, day + dt.timedelta(2000)]),
        }
        save_report(due.pk, actor=actor, at=noon(day), content=content, lines=lines)

    def prove(self, actor, day):
        kind = self.chance.choice(["item", "measure"])
        task = self.chance.choice(list(Task.objects.filter(kind=kind).order_by("pk")))
        step = self.chance.choice([None, *task.milestones.order_by("pk")][-2:])
        attach_evidence(
            task.pk,
            actor=actor,
            at=noon(day),
            name="证明.pdf",
            content=BytesIO(b"x"),
            declared_unclassified=True,
            milestone_id=step and step.pk,
        )

    def ask(self, actor, day):
        task = self.city.task(DATED)  # the one task with room before its parent's date
        later = task.due_on + dt.timedelta(self.chance.randint(1, 30))
        request_extension(task.pk, actor=actor, at=noon(day), new_due_on=later, cause="external", explanation="测试")


@pytest.mark.parametrize("seed", range(6))
def test_stored_standings_equal_a_full_recomputation_after_any_acts(city, seed):
    issue_all(city, DAY)
    walk = Walk(city, seed)
    for day in (dt.date(2025, 4, 7), dt.date(2026, 7, 6)):
        materialise_reports(today=day)
        roll_day(today=day, snapshot=False)
        for _ in range(12):
            for _ in range(6):
                walk.step(day)
            kept = standings()
            roll_day(today=day, snapshot=False)
            assert kept == standings()
    assert len(walk.made) > 40


COURSES = [
    *((bring, status) for status in ("submitted", "returned", "accepted", "closed", "cancelled")),
    *((bring_milestone, status) for status in ("claimed", "returned", "accepted", "waived")),
    *((bring_report, status) for status in ("signed", "returned", "accepted")),
    *((bring_change, status) for status in ("signed", "approved", "rejected")),
]


@pytest.mark.parametrize(("course", "status"), COURSES, ids=[f"{c.__name__}-{status}" for c, status in COURSES])
def test_stored_standings_equal_a_full_recomputation_on_every_course(city, course, status):
    """What the random walks may miss: every status of every machine, reached by its own moves."""
    roll_day(today=DAY, snapshot=False)
    course(city, status)
    kept = standings()
    roll_day(today=DAY, snapshot=False)
    assert kept == standings()


def test_rolling_a_day_twice_changes_nothing(city):
    issue_all(city, DAY)
    assert roll_day(today=dt.date(2025, 6, 30)) == 7
    before = everything()
    assert roll_day(today=dt.date(2025, 6, 30)) == 7
    assert everything() == before
    assert StatusSnapshot.objects.count() == 7


def test_rolling_days_leaves_one_snapshot_a_day(city):
    issue_all(city, DAY)
    for n in range(3):
        roll_day(today=DAY + dt.timedelta(n))
    days = [DAY + dt.timedelta(n) for n in range(3)]
    found = StatusSnapshot.objects.filter(task__code=LEAF).order_by("day").values_list("day", "status")
    assert list(found) == [(day, "in_progress") for day in days]


def test_snapshot_of_the_day_follows_a_later_roll(city):
    issue_all(city, DAY)
    roll_day(today=DAY)
    city.act("office", LEAF, "cancel", DAY)
    roll_day(today=DAY)
    row = StatusSnapshot.objects.get(task__code=LEAF, day=DAY)
    assert (row.status, row.light) == ("cancelled", "grey")


def test_cancelled_child_is_as_if_it_had_never_been(city):
    """Invariant 5: cancelled work leaves both sides of every ratio."""
    issue_all(city, DAY)
    day = dt.date(2026, 7, 1)  # the dated measure is overdue, its sibling is behind
    roll_day(today=day)
    with_it = standings()[ITEM]
    city.act("office", DATED, "cancel", day)
    leaf, item = standings()[LEAF], standings()[ITEM]
    assert with_it[2:4] != item[2:4]
    assert item[2:4] == leaf[2:4]


def test_parent_without_live_children_stands_by_itself(city):
    issue_all(city, DAY)
    for code in (DATED, LEAF):
        city.act("office", code, "cancel", DAY)
    light, reasons, progress, planned, overdue, _as_of = standings()[ITEM]
    assert (light, reasons, progress, overdue) == ("green", ["on_schedule"], 0, 0)
    assert 0 < planned < 10  # two months of three years


def test_overdue_task_turns_its_item_and_campaign_at_day_roll(city):
    issue_all(city, DAY)
    roll_day(today=dt.date(2026, 6, 30))
    assert standings()[DATED][4] == 0
    roll_day(today=dt.date(2026, 7, 1))
    light, reasons, *_figures, overdue, as_of = standings()[DATED]
    assert (light, reasons[0], overdue, as_of) == ("red", "overdue", 1, dt.date(2026, 7, 1))
    assert "red_weight" in standings()[ITEM][1]
    assert standings()["1.1"][0] == "red"


def test_accepted_task_stands_at_100_and_is_late_by_its_submission(city):
    bring(city, "accepted")
    assert standings()[LEAF][:3] == ("done", ["done_on_time"], 100)
    city.act("office2", LEAF, "reopen", DAY)
    assert standings()[LEAF][2] == 0


def test_weights_decide_what_a_measure_is_worth(city):
    task = city.task(DATED)
    task.weight = Decimal(3)
    task.save_audited(by=None, reason="测试", at=noon(DAY), fields=["weight"])
    bring(city, "accepted", DATED)
    bring(city, "in_progress", LEAF)
    roll_day(today=DAY)
    assert standings()[ITEM][2] == 75


@pytest.mark.parametrize("extra", [0, 2])
def test_day_roll_takes_the_same_queries_however_many_tasks(extra, django_assert_num_queries):
    """One batch per level of the tree, whatever stands in it."""
    city = make_city()
    issue_all(city, DAY)
    leaf = city.task(LEAF)
    for n in range(extra):
        row = Task(
            revision=leaf.revision,
            parent=leaf.parent,
            campaign=leaf.campaign,
            path=f"{leaf.path[:-1]}{8 + n}",
            depth=leaf.depth,
            kind=leaf.kind,
            code=f"1.1.1.{8 + n}",
            title="测试",
            starts_on=leaf.starts_on,
            due_on=leaf.due_on,
            baseline_due_on=leaf.due_on,
        )
        row.save_audited(by=None, reason="测试", at=noon(DAY))
    roll_day(today=DAY)
    with django_assert_num_queries(28):
        roll_day(today=DAY)
