"""The facts lights and progress are computed from, many tasks at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db import connection

from tasks.models import Milestone, ProgressReport, ReportDue, ReportLine, Task
from tasks.rules.analyse import ChildState, LeafFacts, MilestoneState, Standing
from tasks.rules.remind import owed_by
from tasks.vocab import ReportStatus, TaskStatus


def leaf_facts(tasks: Collection[Task], *, today: date) -> dict[int, LeafFacts]:
    """Return, per task id, the facts of the task taken by itself. Five queries however many tasks."""
    ids = [task.pk for task in tasks]
    milestones: dict[int, list[MilestoneState]] = defaultdict(list)
    for task_id, due_on, fix_on, status, weight, critical in Milestone.objects.filter(task_id__in=ids).values_list(
        "task_id", "due_on", "fix_on", "status", "weight", "critical"
    ):
        owed = owed_by(due_on, fix_on)
        milestones[task_id].append(MilestoneState(owed, status, float(weight), critical))
    declared, forecast = _last_reports(ids)
    late: dict[int, int] = defaultdict(int)
    overdue_reports = ReportDue.objects.late(today).filter(task_id__in=ids)
    for task_id in overdue_reports.values_list("task_id", flat=True):
        late[task_id] += 1
    return {
        task.pk: LeafFacts(
            status=task.status,
            starts_on=task.starts_on,
            due_on=task.due_on,
            progress_mode=task.progress_mode,
            milestones=tuple(milestones[task.pk]),
            declared=declared.get(task.pk),
            late_reports=late[task.pk],
            forecast_on=forecast.get(task.pk),
            accepted_on=task.accepted_on,
        )
        for task in tasks
    }


def _last_reports(ids: Collection[int]) -> tuple[dict[int, float], dict[int, date]]:
    """Return, per task id, the last accepted progress and the last filed forecast.

    A measure's progress stands in a line of its item's report; a task that reports for itself declares its own.
    """
    declared: dict[int, float] = {}
    forecast: dict[int, date] = {}
    own = (
        ProgressReport.objects.filter(task_id__in=ids, status__in=[ReportStatus.SIGNED, ReportStatus.ACCEPTED])
        .order_by("due__period_end", "pk")
        .values_list("task_id", "status", "claimed_progress", "forecast_on")
    )
    for task_id, status, claimed, forecast_on in own:
        if status == ReportStatus.ACCEPTED:
            declared[task_id] = float(claimed)
        if forecast_on is not None:
            forecast[task_id] = forecast_on
    lines = (
        ReportLine.objects.filter(task_id__in=ids, report__status=ReportStatus.ACCEPTED)
        .order_by("report__due__period_end", "pk")
        .values_list("task_id", "claimed_progress")
    )
    declared.update((task_id, float(claimed)) for task_id, claimed in lines)
    return declared, forecast


# By hand: with its join and exclusion this was the dearest query to build of those a status change asks.
_CHILDREN = """
    SELECT t.parent_id, t.id, t.weight, m.progress, m.planned, m.light, t.is_key
    FROM tasks_task t JOIN tasks_taskmetrics m ON m.task_id = t.id
    WHERE t.parent_id IN ({places}) AND t.status <> %s
"""


def child_states(parent_ids: Collection[int]) -> dict[int, dict[int, ChildState]]:
    """Return, per parent id, its live children's stored standings by child id. One query."""
    found: dict[int, dict[int, ChildState]] = defaultdict(dict)
    if not parent_ids:
        return found
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(parent_ids))
        cursor.execute(_CHILDREN.format(places=places), [*parent_ids, TaskStatus.CANCELLED.value])
        for parent_id, task_id, weight, progress, planned, light, is_key in cursor.fetchall():
            found[parent_id][task_id] = ChildState(float(weight), progress, planned, light, bool(is_key))
    return found


def as_child(weight: Decimal, is_key: bool, standing: Standing) -> ChildState:
    """Return a standing as the parent's roll-up takes it."""
    return ChildState(float(weight), standing.progress, standing.planned, standing.light, is_key)
