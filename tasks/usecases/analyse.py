"""Analysis: keep every task's stored standing in step with its causes, and snapshot it each day."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice

from django.db import connection, transaction

from tasks.models import Task, TaskMetrics
from tasks.queries.analyse import as_child, child_states, leaf_facts
from tasks.queries.base import light_policy, work_calendar
from tasks.rules.analyse import Standing, leaf_standing, parent_standing
from tasks.rules.decompose import ancestor_paths
from tasks.vocab import DONE_TASK_STATUSES, OPEN_TASK_STATUSES, TaskKind, TaskStatus

BATCH = 2000
STANDING_COLUMNS = ("light", "reasons", "progress", "planned", "overdue")


def refresh_standings(tasks: Collection[Task], *, today: date) -> None:
    """Recompute the standings of `tasks` and of everything they are part of, up to their campaigns."""
    rows = {task.pk: task for task in tasks}
    paths: dict[int, set[str]] = defaultdict(set)
    for task in tasks:
        paths[task.revision_id].update(ancestor_paths(task.path))
    for revision_id, above in paths.items():
        for task in Task.objects.filter(revision_id=revision_id, path__in=above):
            rows.setdefault(task.pk, task)
    _refresh(sorted(rows.values(), key=lambda task: -task.depth), today=today)


def _refresh(tasks: Collection[Task], *, today: date) -> None:
    """Recompute and store the standings of `tasks`, deepest first; children outside `tasks` must be current."""
    policy, calendar = light_policy(today=today), work_calendar()
    ids = [task.pk for task in tasks]
    facts, children = leaf_facts(tasks, today=today), child_states(ids)
    stored = TaskMetrics.objects.in_bulk(ids)
    new: list[TaskMetrics] = []
    moved: list[TaskMetrics] = []
    aged: list[int] = []
    for task in tasks:
        below = list(children.get(task.pk, {}).values())
        standing = parent_standing(
            leaf_standing(facts[task.pk], today=today, policy=policy, calendar=calendar, children=below),
            below,
            policy=policy,
            is_done=task.status in DONE_TASK_STATUSES,
            # a campaign is not issued to anybody: it lives through what is below it
            is_live=task.status in OPEN_TASK_STATUSES or task.kind == TaskKind.CAMPAIGN,
        )
        siblings = children.get(task.parent_id or 0)
        if siblings is not None and task.status != TaskStatus.CANCELLED:
            siblings[task.pk] = as_child(task.weight, task.is_key, standing)
        row, old = _as_metrics(task, standing, today), stored.get(task.pk)
        if old is None:
            new.append(row)
        elif _figures(row) != _figures(old):
            moved.append(row)
        elif old.as_of != today:
            aged.append(row.pk)
    TaskMetrics.objects.bulk_create(new, batch_size=BATCH)
    _store(moved)
    if aged:
        TaskMetrics.objects.filter(pk__in=aged).update(as_of=today)


# One row at a time by hand: bulk_update builds a CASE over all rows and took a quarter of a status change.
_STORE = """
    UPDATE tasks_taskmetrics
    SET light = %s, reasons = %s, progress = %s, planned = %s, overdue = %s, as_of = %s
    WHERE task_id = %s
"""


def _store(rows: Collection[TaskMetrics]) -> None:
    if not rows:
        return
    day = connection.ops.adapt_datefield_value
    figures = [
        (str(row.light), json.dumps(row.reasons), row.progress, row.planned, row.overdue, day(row.as_of), row.pk)
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_STORE, figures)


def _as_metrics(task: Task, standing: Standing, today: date) -> TaskMetrics:
    return TaskMetrics(
        task=task,
        light=standing.light,
        reasons=[str(reason) for reason in standing.reasons],
        progress=standing.progress,
        planned=standing.planned,
        overdue=standing.overdue,
        as_of=today,
    )


def _figures(row: TaskMetrics) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in STANDING_COLUMNS)


def roll_day(*, today: date, snapshot: bool = True) -> int:
    """Recompute every task's standing as of `today`, leaves first, and snapshot it; return the number of tasks.

    Running it again on the same day changes nothing.
    """
    count = 0
    deepest = Task.objects.order_by("-depth").values_list("depth", flat=True).first()
    for depth in range(deepest if deepest is not None else -1, -1, -1):
        level = Task.objects.filter(depth=depth).order_by("pk")
        for batch in _batches(level.iterator(chunk_size=BATCH)):
            with transaction.atomic():
                _refresh(batch, today=today)
                if snapshot:
                    _snapshot(batch, today)
            count += len(batch)
    return count


def _batches(rows: Iterable[Task]) -> Iterator[list[Task]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch


# The database copies its own rows: through objects this was half of turning the day.
_SNAPSHOT = """
    INSERT INTO tasks_statussnapshot (task_id, day, status, light, reasons, progress, planned, overdue)
    SELECT t.id, %s, t.status, m.light, m.reasons, m.progress, m.planned, m.overdue
    FROM tasks_task t JOIN tasks_taskmetrics m ON m.task_id = t.id
    WHERE t.id IN ({places})
    ON CONFLICT (task_id, day) DO UPDATE
    SET status = excluded.status, light = excluded.light, reasons = excluded.reasons,
        progress = excluded.progress, planned = excluded.planned, overdue = excluded.overdue
"""


def _snapshot(tasks: list[Task], today: date) -> None:
    places = ", ".join(["%s"] * len(tasks))
    with connection.cursor() as cursor:
        day = connection.ops.adapt_datefield_value(today)
        cursor.execute(_SNAPSHOT.format(places=places), [day, *(task.pk for task in tasks)])
