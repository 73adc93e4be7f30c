"""A change of status with everything that belongs to it, beside a bare transaction of two rows."""

from __future__ import annotations

import json
from itertools import count

from django.db import connection

from accounts.models import AuditChain, User
from benchmarks.base import Benchmark, Sample, bare, measured
from benchmarks.data import AT, TODAY, UNITS, city, fill
from tasks.models import Responsibility
from tasks.queries.scope import actor_of
from tasks.rules.gate import Actor
from tasks.usecases.track import move_task

_used = count()
UPDATE = "UPDATE tasks_task SET status = 'in_progress', version = version + 1 WHERE id = {task}"
INSERT = """
    INSERT INTO accounts_auditentry (chain_id, number, at, actor_id, actor_name, subject, act, "before", "after",
                                     reason, details, previous_digest, digest)
    VALUES (1, {number}, '{at}', 1, '人员1', 'task:{task}', 'sign_for', 'issued', 'in_progress',
            '', '{details}', '{digest}', '{digest}')
"""


def issued(n: int) -> None:
    """Prepare the city with every measure issued and waiting for its head's signature."""
    city(n)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_task SET status = 'issued' WHERE kind = 'measure'")
    fill(AuditChain, 1, UNITS + 2, org_unit_id="i", last_digest=f"'{'0' * 64}'")


def batch(n: int) -> list[tuple[int, int]]:
    """Return some (task, its lead unit) nobody has signed for yet."""
    size, start = min(200, n // 8), next(_used)
    rows = Responsibility.objects.filter(kind="lead", task__kind="measure").order_by("task_id")
    return list(rows.values_list("task_id", "org_unit_id")[start * size : (start + 1) * size])


def sign_for(n: int) -> Sample:
    """Let heads sign for tasks one after the other."""
    rows = batch(n)
    heads = {
        unit: head
        for head, unit in User.objects.filter(appointment__post__role="head").values_list(
            "appointment__user", "appointment__post__org_unit"
        )
    }
    people = User.objects.in_bulk(set(heads.values()))
    acts: list[tuple[int, Actor]] = [(task, actor_of(people[heads[unit]], today=TODAY)) for task, unit in rows]
    with measured() as clock:
        for task, actor in acts:
            move_task(task, "sign_for", actor=actor, at=AT)
    return clock.sample(f"{len(acts) / clock.seconds:,.0f} per second", per=len(acts))


def two_rows(n: int) -> Sample:
    """Update the task and insert the entry, one durable transaction each."""
    cursor = bare()
    rows = batch(n)
    first = next(_used) * 1_000_000
    values = {"at": AT.isoformat(sep=" "), "digest": "0" * 64, "details": json.dumps({})}
    statements = [
        (UPDATE.format(task=task), INSERT.format(task=task, number=first + place, **values))
        for place, (task, _unit) in enumerate(rows)
    ]
    with measured() as clock:
        for update, insert in statements:
            cursor.execute("BEGIN")
            cursor.execute(update)
            cursor.execute(insert)
            cursor.execute("COMMIT")
    return clock.sample(f"bare {len(rows) / clock.seconds:,.0f} per second", per=len(rows))


BENCHMARKS = [Benchmark("status_change", issued, sign_for, two_rows, (10_000,), repeats=5)]
