"""Analysis: keep every task's stored standing in step with its causes, and snapshot it each day."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db import connection, transaction

from tasks.models import Task
from tasks.queries.analyse import (
    StoredTask,
    as_child,
    child_states,
    leaf_facts,
    lock_standings,
    tasks_by_id,
    tasks_by_path,
)
from tasks.queries.base import light_policy, work_calendar
from tasks.queries.statement import any_of, asked
from tasks.rules.analyse import Standing, leaf_standing, parent_standing
from tasks.rules.decompose import ancestor_paths
from tasks.vocab import DONE_TASK_STATUSES, OPEN_TASK_STATUSES, TaskKind, TaskStatus

BATCH = 2000


def refresh_standings(tasks: Collection[Task], *, today: date) -> None:
    """Recompute the standings of `tasks` and of everything they are part of, up to their campaigns.

    What `tasks` hold is saved already: their rows are read anew, together with those above.
    """
    places: dict[int, set[str]] = defaultdict(set)
    for task in tasks:
        places[task.revision_id].update((task.path, *ancestor_paths(task.path)))
    rows: list[StoredTask] = []
    for revision_id, paths in sorted(places.items()):
        # Two acts on siblings would each roll up their parent without the other: they do it one after the other.
        lock_standings(revision_id, sorted(paths))
        rows += tasks_by_path(revision_id, sorted(paths))
    _refresh(sorted(rows, key=lambda row: -row.depth), today=today)


def _refresh(tasks: Collection[StoredTask], *, today: date) -> None:
    """Recompute and store the standings of `tasks`, deepest first; children outside `tasks` must be current."""
    policy, calendar = light_policy(today=today), work_calendar()
    facts, children = leaf_facts(tasks, today=today), child_states([task.pk for task in tasks])
    moved: list[tuple[int, Standing]] = []
    for task in tasks:
        below = list(children[task.pk].values())
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
            siblings[task.pk] = as_child(task, standing)
        if (task.standing, task.as_of) != (standing, today):
            moved.append((task.pk, standing))
    _store(moved, today)


_STORE = """
    INSERT INTO tasks_taskmetrics (task_id, light, reasons, progress, planned, overdue, as_of)
    VALUES {rows}
    ON CONFLICT (task_id) DO UPDATE
    SET light = excluded.light, reasons = excluded.reasons, progress = excluded.progress,
        planned = excluded.planned, overdue = excluded.overdue, as_of = excluded.as_of
"""


def _store(standings: Collection[tuple[int, Standing]], today: date) -> None:
    if not standings:
        return
    day = connection.ops.adapt_datefield_value(today)
    values: list[int | str | float | None] = []
    for pk, standing in standings:
        reasons = json.dumps([str(reason) for reason in standing.reasons])
        values += (pk, str(standing.light), reasons, standing.progress, standing.planned, standing.overdue, day)
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(standings))
    with connection.cursor() as cursor:
        cursor.execute(_STORE.format(rows=rows), values)


def roll_day(*, today: date, snapshot: bool = True) -> int:
    """Recompute every task's standing as of `today`, leaves first, and snapshot it; return the number of tasks.

    Running it again on the same day changes nothing.
    """
    count = 0
    deepest = Task.objects.order_by("-depth").values_list("depth", flat=True).first()
    for depth in range(deepest if deepest is not None else -1, -1, -1):
        level = list(Task.objects.filter(depth=depth).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(level), BATCH):
            batch = level[start : start + BATCH]
            with transaction.atomic():
                _refresh(tasks_by_id(batch), today=today)
                if snapshot:
                    _snapshot(batch, today)
        count += len(level)
    return count


# The database copies its own rows: through objects this was half of turning the day.
_SNAPSHOT = """
    INSERT INTO tasks_statussnapshot (task_id, day, status, light, reasons, progress, planned, overdue)
    SELECT t.id, %(day)s, t.status, m.light, m.reasons, m.progress, m.planned, m.overdue
    FROM tasks_task t JOIN tasks_taskmetrics m ON m.task_id = t.id
    WHERE t.id {is_one}
    ON CONFLICT (task_id, day) DO UPDATE
    SET status = excluded.status, light = excluded.light, reasons = excluded.reasons,
        progress = excluded.progress, planned = excluded.planned, overdue = excluded.overdue
"""


def _snapshot(ids: list[int], today: date) -> None:
    asked(_SNAPSHOT.format(is_one=any_of("ids")), ids=ids, day=today)
