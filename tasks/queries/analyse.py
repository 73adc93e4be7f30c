"""The facts lights and progress are computed from, many tasks at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from tasks.queries.statement import any_of, as_date, as_date_or_none, asked
from tasks.rules.analyse import ChildState, LeafFacts, MilestoneState, Standing
from tasks.rules.remind import owed_by
from tasks.vocab import ReportDueStatus, ReportStatus, TaskStatus


class StoredTask(NamedTuple):
    """A task as analysis needs it, and the standing stored for it as of a day, both None before the first."""

    pk: int
    parent_id: int | None
    depth: int
    kind: str
    status: str
    weight: float
    is_key: bool
    progress_mode: str
    starts_on: date
    due_on: date
    accepted_on: date | None
    standing: Standing | None
    as_of: date | None


_TASKS = """
    SELECT t.id, t.parent_id, t.depth, t.kind, t.status, t.weight, t.is_key, t.progress_mode,
           t.starts_on, t.due_on, t.accepted_on, m.light, m.reasons, m.progress, m.planned, m.overdue, m.as_of
    FROM tasks_task t LEFT JOIN tasks_taskmetrics m ON m.task_id = t.id
    WHERE {which}
"""


def tasks_by_id(ids: list[int]) -> list[StoredTask]:
    """Return the tasks with these ids. One query."""
    statement = _TASKS.format(which=f"t.id {any_of('ids')}")
    return [_stored(row) for row in asked(statement, ids=ids)]


def tasks_by_path(revision_id: int, paths: list[str]) -> list[StoredTask]:
    """Return the tasks at these places of a plan's tree. One query."""
    statement = _TASKS.format(which=f"t.revision_id = %(revision)s AND t.path {any_of('paths')}")
    return [_stored(row) for row in asked(statement, revision=revision_id, paths=paths)]


_LOCK = """
    SELECT m.task_id
    FROM tasks_taskmetrics m JOIN tasks_task t ON t.id = m.task_id
    WHERE t.revision_id = %(revision)s AND t.path {is_one}
    ORDER BY m.task_id
    FOR UPDATE OF m
"""


def lock_standings(revision_id: int, paths: list[str]) -> None:
    """Wait for whoever is at the standings of these tasks, always in the same order; SQLite has one writer anyway."""
    if connection.features.has_select_for_update:
        asked(_LOCK.format(is_one=any_of("paths")), revision=revision_id, paths=paths)


def _stored(row: tuple[Any, ...]) -> StoredTask:
    pk, parent_id, depth, kind, status, weight, is_key, mode, starts_on, due_on, accepted_on = row[:11]
    light, reasons, progress, planned, overdue, as_of = row[11:]
    return StoredTask(
        pk,
        parent_id,
        depth,
        kind,
        status,
        float(weight),
        bool(is_key),
        mode,
        as_date(starts_on),
        as_date(due_on),
        as_date_or_none(accepted_on),
        None if light is None else Standing(light, tuple(json.loads(reasons)), progress, planned, overdue),
        as_date_or_none(as_of),
    )


# A measure's progress stands in a line of its item's report; a task that reports for itself declares its own.
# What is late is said once more by ReportDue.objects.late; a test holds the two together.
_FACTS = """
    SELECT 'milestone', task_id, due_on, id, fix_on, status, weight, critical
    FROM tasks_milestone
    WHERE task_id {is_one}
    UNION ALL
    SELECT 'report', r.task_id, d.period_end, r.id, r.forecast_on, r.status, r.claimed_progress, NULL
    FROM tasks_progressreport r JOIN tasks_reportdue d ON d.id = r.due_id
    WHERE r.task_id {is_one} AND r.status IN (%(signed)s, %(accepted)s)
    UNION ALL
    SELECT 'line', l.task_id, d.period_end, l.id, NULL, NULL, l.claimed_progress, NULL
    FROM tasks_reportline l
    JOIN tasks_progressreport r ON r.id = l.report_id JOIN tasks_reportdue d ON d.id = r.due_id
    WHERE l.task_id {is_one} AND r.status = %(accepted)s
    UNION ALL
    SELECT 'late', task_id, due_on, id, NULL, NULL, NULL, NULL
    FROM tasks_reportdue
    WHERE task_id {is_one} AND due_on < %(today)s AND (fix_on IS NULL OR fix_on < %(today)s) AND status <> %(filed)s
"""


def leaf_facts(tasks: Collection[StoredTask], *, today: date) -> dict[int, LeafFacts]:
    """Return, per task id, the facts of the task taken by itself. One query however many tasks."""
    milestones: dict[int, list[MilestoneState]] = defaultdict(list)
    own: dict[int, float] = {}
    lines: dict[int, float] = {}
    forecast: dict[int, date] = {}
    late: dict[int, int] = defaultdict(int)
    rows = asked(
        _FACTS.format(is_one=any_of("ids")),
        ids=[task.pk for task in tasks],
        today=today,
        signed=ReportStatus.SIGNED.value,
        accepted=ReportStatus.ACCEPTED.value,
        filed=ReportDueStatus.FILED.value,
    )
    # In order of periods, so that the last one stays.
    for fact, task_id, day, _pk, later, status, figure, critical in sorted(rows):
        if fact == "milestone":
            owed = owed_by(as_date(day), as_date_or_none(later))
            milestones[task_id].append(MilestoneState(owed, status, float(figure), bool(critical)))
        elif fact == "report":
            if status == ReportStatus.ACCEPTED:
                own[task_id] = float(figure)
            if later is not None:
                forecast[task_id] = as_date(later)
        elif fact == "line":
            lines[task_id] = float(figure)
        else:
            late[task_id] += 1
    return {
        task.pk: LeafFacts(
            status=task.status,
            starts_on=task.starts_on,
            due_on=task.due_on,
            progress_mode=task.progress_mode,
            milestones=tuple(milestones.get(task.pk, ())),
            declared=lines.get(task.pk, own.get(task.pk)),
            late_reports=late.get(task.pk, 0),
            forecast_on=forecast.get(task.pk),
            accepted_on=task.accepted_on,
        )
        for task in tasks
    }


_CHILDREN = """
    SELECT t.parent_id, t.id, t.weight, m.progress, m.planned, m.light, t.is_key
    FROM tasks_task t JOIN tasks_taskmetrics m ON m.task_id = t.id
    WHERE t.parent_id {is_one} AND t.status <> %(cancelled)s
"""


def child_states(parent_ids: list[int]) -> dict[int, dict[int, ChildState]]:
    """Return, per parent id, its live children's stored standings by child id; {} without any. One query."""
    found: dict[int, dict[int, ChildState]] = {pk: {} for pk in parent_ids}
    rows = asked(_CHILDREN.format(is_one=any_of("ids")), ids=parent_ids, cancelled=TaskStatus.CANCELLED.value)
    # In one order always, so that sums of fractions come out the same to the last bit.
    for parent_id, task_id, weight, progress, planned, light, is_key in sorted(rows):
        found[parent_id][task_id] = ChildState(float(weight), progress, planned, light, bool(is_key))
    return found


def as_child(task: StoredTask, standing: Standing) -> ChildState:
    """Return a standing as the parent's roll-up takes it."""
    return ChildState(task.weight, standing.progress, standing.planned, standing.light, task.is_key)
