"""Analysis: keep every task's stored standing in step with its causes, and snapshot it each day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice

from django.db import transaction

from tasks.models import StatusSnapshot, Task, TaskMetrics
from tasks.queries.analyse import child_states, leaf_facts
from tasks.queries.base import light_policy, work_calendar
from tasks.rules.analyse import Standing, leaf_standing, parent_standing
from tasks.vocab import DONE_TASK_STATUSES, OPEN_TASK_STATUSES, TaskKind

BATCH = 2000


def refresh_standing(task: Task, *, today: date) -> None:
    """Recompute the standing of `task`, then of its ancestors as long as a figure they sum has changed."""
    current: Task | None = task
    while current is not None:
        changed = _refresh([current], today=today)
        current = current.parent if changed else None


def _refresh(tasks: Collection[Task], *, today: date) -> bool:
    """Recompute and store the standings of `tasks` (their children's must be current); say whether any changed."""
    policy, calendar = light_policy(today=today), work_calendar()
    facts, children = leaf_facts(tasks, today=today), child_states([task.pk for task in tasks])
    fresh: list[TaskMetrics] = []
    for task in tasks:
        own = leaf_standing(facts[task.pk], today=today, policy=policy, calendar=calendar)
        standing = parent_standing(
            own,
            children.get(task.pk, ()),
            policy=policy,
            is_done=task.status in DONE_TASK_STATUSES,
            # a campaign is not issued to anybody: it lives through what is below it
            is_live=task.status in OPEN_TASK_STATUSES or task.kind == TaskKind.CAMPAIGN,
        )
        fresh.append(_as_metrics(task, standing, today))
    stored = TaskMetrics.objects.in_bulk([task.pk for task in tasks])
    new = [row for row in fresh if row.pk not in stored]
    moved = [row for row in fresh if row.pk in stored and _figures(row) != _figures(stored[row.pk])]
    aged = [row for row in fresh if row.pk in stored and row.as_of != stored[row.pk].as_of and row not in moved]
    TaskMetrics.objects.bulk_create(new, batch_size=BATCH)
    columns = ["light", "reasons", "progress", "planned", "overdue", "as_of"]
    if len(moved) == 1:
        moved[0].save(force_update=True)
    else:
        TaskMetrics.objects.bulk_update(moved, columns, batch_size=500)
    if aged:
        TaskMetrics.objects.filter(pk__in=[row.pk for row in aged]).update(as_of=today)
    return bool(new or moved)


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
    return (row.light, row.reasons, row.progress, row.planned, row.overdue)


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


def _snapshot(tasks: list[Task], today: date) -> None:
    standings = TaskMetrics.objects.in_bulk([task.pk for task in tasks])
    rows = [
        StatusSnapshot(
            task=task,
            day=today,
            status=task.status,
            light=standings[task.pk].light,
            reasons=standings[task.pk].reasons,
            progress=standings[task.pk].progress,
            planned=standings[task.pk].planned,
            overdue=standings[task.pk].overdue,
        )
        for task in tasks
    ]
    columns = ["status", "light", "reasons", "progress", "planned", "overdue"]
    StatusSnapshot.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["task", "day"], update_fields=columns
    )
