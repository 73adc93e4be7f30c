"""Turning the day over a whole plan, and adding up a tree."""

from __future__ import annotations

from accounts.models import User
from benchmarks.base import Benchmark, Sample, bare, measured
from benchmarks.data import OFFICE_CLERK, TODAY, city
from tasks.queries.scope import actor_of
from tasks.queries.work import lights_by_campaign
from tasks.usecases.analyse import roll_day

ADD_UP = """
    SELECT t.parent_id, SUM(t.weight), SUM(t.weight * m.progress), SUM(t.weight * m.planned),
           SUM(CASE WHEN m.light = 'red' THEN t.weight ELSE 0 END)
    FROM tasks_task t JOIN tasks_taskmetrics m ON m.task_id = t.id WHERE t.status <> 'cancelled' GROUP BY t.parent_id
"""
COUNT = """
    SELECT t.campaign_id, m.light, COUNT(*) FROM tasks_task t JOIN tasks_taskmetrics m ON m.task_id = t.id
    WHERE t.campaign_id IS NOT NULL GROUP BY t.campaign_id, m.light
"""


def roll(n: int) -> Sample:
    """Recompute and snapshot every task."""
    with measured() as clock:
        count = roll_day(today=TODAY)
    return clock.sample(f"{count / clock.seconds:,.0f} tasks per second")


def asked(statement: str) -> Sample:
    cursor = bare()
    with measured() as clock:
        cursor.execute(statement)
        cursor.fetchall()
    return clock.sample()


def add_up(n: int) -> Sample:
    """Group the children of every task, in one statement."""
    return asked(ADD_UP)


def subtree(n: int) -> Sample:
    """Count the lights below every campaign as the front page shows them."""
    actor = actor_of(User.objects.get(pk=OFFICE_CLERK), today=TODAY)
    with measured() as clock:
        lights_by_campaign(actor)
    return clock.sample()


def count_lights(n: int) -> Sample:
    """Count the lights by the bare statement."""
    return asked(COUNT)


BENCHMARKS = [
    Benchmark("rollup.day", city, roll, add_up, (10_000, 100_000), fresh=True, repeats=1),
    Benchmark("rollup.lights", city, subtree, count_lights, (10_000, 100_000), repeats=5),
]
