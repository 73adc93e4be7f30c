"""What of the plan every signed-in person may read: its printed nodes, indicators and targets; no light, no report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from tasks.models import Task
from tasks.models.decompose import TaskQuerySet
from tasks.queries.scope import visible_tasks
from tasks.rules.gate import Actor
from tasks.vocab import TaskKind

# The nodes whose titles the plan itself prints; measures and shares are how the city works on them.
PUBLISHED_KINDS = frozenset(
    {TaskKind.CAMPAIGN, TaskKind.ITEM, TaskKind.SUBWORK, TaskKind.SAFEGUARD, TaskKind.ORGANISATION}
)


def published_nodes() -> TaskQuerySet:
    """Return the nodes of the published plan; a door shows their codes, titles and places, nothing else.

    Rule: SEC-02
    Source: domain §6 (see published plan, targets, results: everyone)
    """
    return Task.objects.filter(kind__in=PUBLISHED_KINDS)


def nameable_tasks(actor: Actor) -> TaskQuerySet:
    """Return the tasks whose code and title `actor` may read where another row points at them.

    Rule: SEC-02
    Source: domain §6
    """
    if actor.sees_whole_city():
        return Task.objects.all()
    return Task.objects.filter(Q(kind__in=PUBLISHED_KINDS) | Q(pk__in=visible_tasks(actor).values("pk")))


def task_names(actor: Actor, ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """Return id, code and title, by id, of those of `ids` that `actor` may see named. One query.

    Rule: SEC-02
    Source: domain §6
    """
    wanted = {pk for pk in ids if pk is not None}
    rows = nameable_tasks(actor).filter(pk__in=wanted).values("id", "code", "title")
    return {row["id"]: row for row in rows}
