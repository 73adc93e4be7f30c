"""What analysis reads in a few statements of its own is what the tables say, asked one row at a time."""

import datetime as dt

import pytest
from simple_history.utils import bulk_create_with_history

from tasks.models import Milestone, ProgressReport, ReportDue, ReportLine, ReportRule, Task, TaskMetrics
from tasks.queries.analyse import child_states, leaf_facts, tasks_by_id, tasks_by_path
from tasks.rules.analyse import ChildState, LeafFacts, MilestoneState, Standing
from tasks.rules.remind import owed_by
from tasks.usecases.analyse import refresh_standings, roll_day
from tests.factories import make_city
from tests.steps import DATED, ITEM, LEAF

TODAY = dt.date(2025, 9, 15)
# (status, progress, forecast, due on, to be corrected by): five periods of one task, of which the fourth is the last
# accepted one and the fifth the last with a forecast
PERIODS = [
    ("accepted", 10, dt.date(2026, 1, 1), dt.date(2025, 4, 8), None),
    ("accepted", 20, None, dt.date(2025, 5, 8), dt.date(2025, 5, 20)),
    ("returned", 70, dt.date(2027, 1, 1), dt.date(2025, 6, 8), dt.date(2025, 9, 14)),
    ("accepted", 40, None, dt.date(2025, 7, 8), dt.date(2025, 9, 15)),
    ("signed", 60, dt.date(2026, 7, 1), dt.date(2025, 8, 8), None),
    ("draft", 80, dt.date(2028, 1, 1), TODAY, None),
]


@pytest.fixture
def city(db):
    return make_city()


@pytest.fixture
def told(city):
    """Return the city with reports in every status on two tasks, lines on a third, and milestones in every status."""
    rule = ReportRule.objects.get()
    reports = []
    for code, turn in ((ITEM, 1), (LEAF, -1)):  # the later period is not always the later row
        task = city.task(code)
        for number, (status, progress, forecast, due_on, fix_on) in list(enumerate(PERIODS))[::turn]:
            due = ReportDue.objects.create(
                rule=rule,
                task=task,
                period_key=f"2025-{number}",
                period_end=due_on - dt.timedelta(8),
                opens_on=due_on - dt.timedelta(20),
                due_on=due_on,
                fix_on=fix_on,
                status="filed" if status in {"signed", "accepted"} and number else "open",
            )
            fields = {"status": status, "claimed_progress": progress, "forecast_on": forecast}
            reports.append(ProgressReport(due=due, task=task, **fields))
    bulk_create_with_history(reports, ProgressReport, default_change_reason="test")
    for report in ProgressReport.objects.filter(task__code=ITEM):
        ReportLine.objects.create(report=report, task=city.task(DATED), claimed_progress=report.claimed_progress + 1)
    steps = [
        Milestone(
            task=city.task(ITEM),
            code=f"S{number}",
            title="测试",
            status=status,
            due_on=TODAY - dt.timedelta(number),
            baseline_due_on=TODAY,
            fix_on=fix_on,
            weight=number + 0.125,
            critical=number % 2,
        )
        for number, (status, fix_on) in enumerate(
            [
                ("planned", None),
                ("claimed", None),
                ("returned", TODAY + dt.timedelta(5)),
                ("returned", TODAY - dt.timedelta(30)),
                ("accepted", None),
                ("waived", None),
            ],
            start=1,
        )
    ]
    bulk_create_with_history(steps, Milestone, default_change_reason="test")
    return city


def facts_of(task):
    """Return a task's facts, asked in the slow and plain way."""
    reports = ProgressReport.objects.filter(task=task).order_by("due__period_end")
    lines = ReportLine.objects.filter(task=task, report__status="accepted").order_by("report__due__period_end")
    accepted, line = reports.filter(status="accepted").last(), lines.last()
    forecast = reports.filter(status__in=["signed", "accepted"], forecast_on__isnull=False).last()
    last = line or accepted
    return LeafFacts(
        status=task.status,
        starts_on=task.starts_on,
        due_on=task.due_on,
        progress_mode=task.progress_mode,
        milestones=tuple(
            MilestoneState(owed_by(row.due_on, row.fix_on), row.status, float(row.weight), row.critical)
            for row in task.milestones.order_by("due_on", "pk")
        ),
        declared=float(last.claimed_progress) if last else None,
        late_reports=ReportDue.objects.late(TODAY).filter(task=task).count(),
        forecast_on=forecast.forecast_on if forecast else None,
        accepted_on=task.accepted_on,
    )


def test_facts_are_what_the_tables_say(told):
    tasks = {task.pk: task for task in Task.objects.all()}
    found = leaf_facts(tasks_by_id(list(tasks)), today=TODAY)
    assert found == {pk: facts_of(task) for pk, task in tasks.items()}
    facts = {tasks[pk].code: one for pk, one in found.items()}
    assert [facts[code].declared for code in (ITEM, LEAF, DATED)] == [40, 40, 41]
    assert [facts[code].late_reports for code in (ITEM, LEAF, DATED)] == [2, 2, 0]
    assert [facts[code].forecast_on for code in (ITEM, LEAF, DATED)] == [dt.date(2026, 7, 1)] * 2 + [None]
    assert len(facts[ITEM].milestones) == 6 + told.task(ITEM).milestones.exclude(title="测试").count()


def test_stored_tasks_come_with_their_standing_once_they_have_one(city):
    task, place = city.task(LEAF), {"paths": [city.task(LEAF).path], "revision_id": city.revision.pk}
    TaskMetrics.objects.all().delete()
    [row] = tasks_by_id([task.pk])
    assert tasks_by_path(**place) == [row]
    assert (row.pk, row.parent_id, row.depth, row.kind) == (task.pk, task.parent_id, task.depth, task.kind)
    assert (row.status, row.weight, row.is_key) == (task.status, float(task.weight), task.is_key)
    assert (row.starts_on, row.due_on, row.accepted_on) == (task.starts_on, task.due_on, None)
    assert (row.standing, row.as_of) == (None, None)
    kept = {"light": "red", "reasons": ["overdue", "behind"], "progress": 100 / 3, "planned": None, "overdue": 3}
    TaskMetrics.objects.create(task=task, as_of=TODAY, **kept)
    [row] = tasks_by_path(**place)
    assert row.standing == Standing(**kept | {"reasons": ("overdue", "behind")})
    assert row.as_of == TODAY


def test_children_are_the_live_ones_with_what_is_stored_of_them(city):
    item, leaf, dated = city.task(ITEM), city.task(LEAF), city.task(DATED)
    roll_day(today=TODAY, snapshot=False)
    found = child_states([item.pk, leaf.pk])
    assert (sorted(found[item.pk]), found[leaf.pk]) == (sorted([leaf.pk, dated.pk]), {})
    stored = TaskMetrics.objects.get(task=leaf)
    state = ChildState(float(leaf.weight), stored.progress, stored.planned, stored.light, leaf.is_key)
    assert found[item.pk][leaf.pk] == state
    leaf.status = "cancelled"
    leaf.save_audited(by=None, reason="测试", at=dt.datetime(2025, 9, 15, tzinfo=dt.UTC), fields=["status"])
    assert list(child_states([item.pk])[item.pk]) == [dated.pk]


def test_refreshing_what_has_no_standing_yet_tells_the_parent(told):
    """First standings count above at once, as they do when the day is turned."""
    roll_day(today=TODAY, snapshot=False)
    above = [told.task(code).pk for code in (ITEM, LEAF, DATED)]
    rolled = list(TaskMetrics.objects.filter(pk__in=above).order_by("pk").values())
    TaskMetrics.objects.all().delete()
    refresh_standings([told.task(LEAF), told.task(DATED)], today=TODAY)
    assert list(TaskMetrics.objects.filter(pk__in=above).order_by("pk").values()) == rolled
