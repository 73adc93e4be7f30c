"""The plan as data: nodes, targets, projects and coverage, in the shape other programs rely on."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tasks.models import NamedProject, PlanRevision, PlanSentence, Responsibility, Target, Task
from tasks.vocab import ResponsibilityKind


def number(value: Decimal | None) -> int | float | None:
    """Return a stored decimal as the plainest number: 45, 56.5, 1.08."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def exported_plan(revision: PlanRevision) -> dict[str, Any]:
    """Return a whole plan revision: plan, nodes in document order, targets, projects, coverage per sentence.

    Values are numbers in the stated unit; a reduction is positive with comparator "reduce". Units appear by short name
    with their code. Six queries however large the plan.
    """
    tasks = list(Task.objects.filter(revision=revision).order_by("path"))
    targets = list(
        Target.objects.filter(revision=revision).select_related("indicator", "duplicate_of").order_by("code")
    )
    return {
        "plan": _plan(revision),
        "nodes": _nodes(tasks),
        "targets": [_target(row) for row in targets],
        "projects": _projects(revision),
        "coverage": _coverage(revision, tasks, targets),
    }


def _plan(revision: PlanRevision) -> dict[str, Any]:
    plan = revision.plan
    return {
        "code": plan.code,
        "title": plan.title,
        "issuer": plan.issuer,
        "issued_on": plan.issued_on.isoformat(),
        "horizon_on": plan.horizon_on.isoformat(),
        "revision": revision.number,
        "effective_on": revision.effective_on.isoformat(),
        "digest": revision.digest,
        "source_note": plan.source_note,
    }


def _nodes(tasks: list[Task]) -> list[dict[str, Any]]:
    parts: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    rows = Responsibility.objects.filter(task__in=tasks).select_related("org_unit").order_by("pk")
    for row in rows:
        unit = {"unit": row.org_unit.short_name, "code": row.org_unit.code, "confirmation": row.confirmation}
        parts[row.task_id][row.kind].append(unit | {"basis": row.basis})
    codes = {task.pk: task.code for task in tasks}
    by_id = {task.pk: task for task in tasks}
    spans = {task.pk: set(task.sentences) for task in tasks}
    for task in reversed(tasks):  # an item answers for the sentences of what is below it
        parent = by_id.get(task.parent_id or 0)
        if parent is not None and parent.section == task.section:
            spans[parent.pk] |= spans[task.pk]
    return [
        {
            "code": task.code,
            "kind": task.kind,
            "title": task.title,
            "parent": codes.get(task.parent_id or 0),
            "source": {"section": task.section, "sentences": sorted(spans[task.pk])},
            "strength": task.strength,
            "places": task.places,
            "lead": next(iter(parts[task.pk][ResponsibilityKind.LEAD]), None),
            "support": parts[task.pk][ResponsibilityKind.SUPPORT],
            "counties": parts[task.pk][ResponsibilityKind.COUNTY],
            "acceptance": task.acceptance,
            "due_on": task.due_on.isoformat(),
            "due_basis": task.due_basis,
        }
        for task in tasks
    ]


def _target(row: Target) -> dict[str, Any]:
    return {
        "id": row.code,
        "indicator": row.indicator.code,
        "indicator_name": row.indicator.name,
        "section": row.section,
        "sentence": row.sentence,
        "year": row.year,
        "comparator": row.comparator,
        "value": number(row.value),
        "unit": row.unit,
        "baseline_year": row.baseline_year,
        "qualifier": row.qualifier,
        "qualitative": row.qualitative,
        "statement": row.statement,
        "scope": row.scope,
        "note": row.note,
        "duplicate_of": row.duplicate_of.code if row.duplicate_of else None,
    }


def _projects(revision: PlanRevision) -> list[dict[str, Any]]:
    rows = NamedProject.objects.filter(revision=revision).select_related("task").prefetch_related("counties")
    return [
        {
            "name": row.name,
            "kind": row.kind,
            "section": row.section,
            "sentence": row.sentence,
            "counties": [unit.short_name for unit in row.counties.all()],
            "node": row.task.code,
            "strength": row.strength,
            "note": row.note,
        }
        for row in rows.order_by("pk")
    ]


def _coverage(revision: PlanRevision, tasks: list[Task], targets: list[Target]) -> list[dict[str, Any]]:
    nodes: dict[tuple[str, int], list[str]] = defaultdict(list)
    for task in tasks:
        for sentence in task.sentences:
            nodes[task.section, sentence].append(task.code)
    stated: dict[tuple[str, int], list[str]] = defaultdict(list)
    for target in targets:
        stated[target.section, target.sentence].append(target.code)
    return [
        {
            "section": row.section,
            "sentence": row.number,
            "nodes": nodes[row.section, row.number],
            "targets": stated[row.section, row.number],
            "narrative": row.narrative or None,
        }
        for row in PlanSentence.objects.filter(revision=revision).order_by("pk")
    ]
