"""Task lines: which work a year asks of whom, and how it stood on the closing day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, Q

from tasks.models import ChangeRequest, Evidence, Milestone, ProgressReport, ReportLine, Responsibility, Task
from tasks.models.decompose import TaskQuerySet
from tasks.queries.assess.window import Window
from tasks.rules.assess.facts import CountFacts, WorkFacts
from tasks.rules.assess.figures import exact
from tasks.rules.calendar import WorkCalendar
from tasks.vocab import (
    OPEN_TASK_STATUSES,
    ChangeCause,
    ChangeStatus,
    Confirmation,
    MilestoneStatus,
    ProgressMode,
    ReportStatus,
    ResponsibilityKind,
    TaskStatus,
)

COLUMNS = (
    "pk",
    "path",
    "code",
    "title",
    "weight",
    "due_on",
    "status",
    "accepted_on",
    "quality",
    "progress_mode",
    "responsibilities__org_unit_id",
    "responsibilities__confirmation",
)


@dataclass(slots=True)
class WorkRead:
    """What was read of work: lines and supporting duties per unit id, and the units whose rows hold demo data."""

    works: dict[int, list[WorkFacts]] = field(default_factory=lambda: defaultdict(list))
    support: dict[int, CountFacts] = field(default_factory=dict)
    demo: set[int] = field(default_factory=set)


def assessable_tasks(window: Window) -> TaskQuerySet:
    """Return the leaves a year is assessed on: due in the year, finished in the year, or open past their due date.

    A leaf is a task without issued, live children: where an item has measures below, the measures count and the item
    does not, so nothing is counted twice. Drafts were never asked of anybody. Work finished in an earlier year was
    counted there; cancelled work is listed in the year it was due.
    """
    idle = [TaskStatus.DRAFT, TaskStatus.CANCELLED]
    children = Task.objects.filter(parent=OuterRef("pk")).exclude(status__in=idle)
    due = Q(due_on__range=(window.first, window.last))
    finished = Q(accepted_on__range=(window.first, window.closing))
    still_open = Q(accepted_on__isnull=True) | Q(accepted_on__gt=window.closing)
    overdue = Q(due_on__lt=window.first) & still_open & ~Q(status=TaskStatus.CANCELLED)
    return (
        Task.objects.filter(due | finished | overdue, revision_id__in=window.revisions)
        .exclude(status=TaskStatus.DRAFT)
        .exclude(accepted_on__lt=window.first)
        .exclude(Exists(children))
    )


def read_works(window: Window, calendar: WorkCalendar) -> WorkRead:
    """Return the work of the year per unit. Nine queries however many tasks."""
    selected = assessable_tasks(window)
    found = WorkRead()
    causes = _extensions(window, selected)
    progress = _progress(window, selected.filter(Q(accepted_on__isnull=True) | Q(accepted_on__gt=window.closing)))
    evidence, demo_tasks = _evidence(selected)
    states: dict[int, tuple[bool, bool]] = {}  # task id: (counts, finished)
    covered: set[str] = set()
    rows = selected.filter(responsibilities__kind=ResponsibilityKind.LEAD).order_by("path").values_list(*COLUMNS)
    for pk, path, code, title, weight, due_on, status, accepted_on, quality, _mode, unit, confirmation in rows:
        finished_on = accepted_on if accepted_on is not None and accepted_on <= window.closing else None
        cancelled = status == TaskStatus.CANCELLED
        not_yet_due = not cancelled and finished_on is None and not window.fell_due(due_on)
        found.works[unit].append(
            WorkFacts(
                key=f"task:{pk}",
                code=code,
                label=title,
                due_on=due_on,
                weight=exact(weight),
                finished_on=finished_on,
                late_workdays=max(0, calendar.between(due_on, finished_on)) if finished_on else 0,
                quality=exact(quality) if quality is not None and finished_on else None,
                progress=Fraction(0) if finished_on or cancelled else progress.get(pk, Fraction(0)),
                internal_extension=ChangeCause.INTERNAL in causes.get(pk, ()),
                external_extension=ChangeCause.EXTERNAL in causes.get(pk, ()),
                cancelled=cancelled,
                not_yet_due=not_yet_due,
                cause_key=f"task:{pk}",
                evidence=tuple(evidence.get(pk, ())),
                proposed=confirmation == Confirmation.PROPOSED,
            )
        )
        states[pk] = (not cancelled and not not_yet_due, finished_on is not None)
        if not cancelled:
            covered.update(_ancestors(path))
            covered.add(path)
        if pk in demo_tasks:
            found.demo.add(unit)
    _add_milestones(found, window, calendar, covered)
    found.support = _support(selected, states)
    return found


def _ancestors(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _extensions(window: Window, selected: TaskQuerySet) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = ChangeRequest.objects.filter(
        task__in=selected.values("pk"), status=ChangeStatus.APPROVED, decided_on__lte=window.as_of
    ).values_list("task_id", "cause")
    for task_id, cause in rows:
        found[task_id].add(cause)
    return found


def _evidence(selected: TaskQuerySet) -> tuple[dict[int, list[int]], set[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    demo: set[int] = set()
    rows = Evidence.objects.filter(task__in=selected.values("pk")).order_by("pk")
    for task_id, pk, is_demo in rows.values_list("task_id", "pk", "is_demo"):
        found[task_id].append(pk)
        if is_demo:
            demo.add(task_id)
    return found, demo


def _progress(window: Window, unfinished: TaskQuerySet) -> dict[int, Fraction]:
    """Return the accepted share 0–1 of open tasks: by accepted milestones, else by the last accepted report."""
    weights: dict[int, list[tuple[Fraction, bool]]] = defaultdict(list)
    steps = (
        Milestone.objects.filter(task__in=unfinished.values("pk"), task__progress_mode=ProgressMode.MILESTONES)
        .exclude(status=MilestoneStatus.WAIVED)
        .values_list("task_id", "weight", "accepted_on")
    )
    for task_id, weight, accepted_on in steps:
        weights[task_id].append((exact(weight), accepted_on is not None and accepted_on <= window.closing))
    accepted = Q(status=ReportStatus.ACCEPTED, decided_on__lte=window.as_of, due__period_end__lte=window.closing)
    own = ProgressReport.objects.filter(accepted, task__in=unfinished.values("pk")).order_by("due__period_end", "pk")
    found: dict[int, Fraction] = {}
    for task_id, percent in own.values_list("task_id", "claimed_progress"):
        found[task_id] = Fraction(percent, 100)
    lines = ReportLine.objects.filter(
        task__in=unfinished.values("pk"),
        report__status=ReportStatus.ACCEPTED,
        report__decided_on__lte=window.as_of,
        report__due__period_end__lte=window.closing,
    ).order_by("report__due__period_end", "pk")
    for task_id, percent in lines.values_list("task_id", "claimed_progress"):
        found[task_id] = Fraction(percent, 100)
    for task_id, rows in weights.items():
        total = sum(weight for weight, _done in rows)
        found[task_id] = sum((weight for weight, done in rows if done), Fraction(0)) / total
    return found


def _add_milestones(found: WorkRead, window: Window, calendar: WorkCalendar, covered: set[str]) -> None:
    """Add the year's milestones of longer-running tasks, except where work below them is a line itself."""
    rows = (
        Milestone.objects.filter(
            due_on__range=(window.first, window.last),
            task__revision_id__in=window.revisions,
            task__status__in=OPEN_TASK_STATUSES,
            task__due_on__gt=window.last,
            target__isnull=True,  # a target's milestone is scored as a target
            task__responsibilities__kind=ResponsibilityKind.LEAD,
        )
        .exclude(status=MilestoneStatus.WAIVED)
        .order_by("task__path", "due_on", "pk")
        .values_list(
            "pk",
            "task__path",
            "task__code",
            "title",
            "weight",
            "task__weight",
            "due_on",
            "accepted_on",
            "task__responsibilities__org_unit_id",
            "task__responsibilities__confirmation",
        )
    )
    steps = list(rows)
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for row in steps:
        covered.update(_ancestors(row[1]))
        totals[row[1]] += exact(row[4])
    for step in steps:
        if step[1] not in covered:
            _add_milestone(found, step, totals[step[1]], window, calendar)


def _add_milestone(found: WorkRead, row: Any, total: Fraction, window: Window, calendar: WorkCalendar) -> None:
    pk, _path, code, title, weight, task_weight, due_on, accepted_on, unit, confirmation = row
    finished_on: date | None = accepted_on if accepted_on is not None and accepted_on <= window.closing else None
    found.works[unit].append(
        WorkFacts(
            key=f"milestone:{pk}",
            code=code,
            label=title,
            due_on=due_on,
            weight=exact(task_weight) * exact(weight) / total,
            finished_on=finished_on,
            late_workdays=max(0, calendar.between(due_on, finished_on)) if finished_on else 0,
            not_yet_due=finished_on is None and not window.fell_due(due_on),
            is_milestone=True,
            cause_key=f"milestone:{pk}",
            proposed=confirmation == Confirmation.PROPOSED,
        )
    )


def _support(selected: TaskQuerySet, states: dict[int, tuple[bool, bool]]) -> dict[int, CountFacts]:
    """Return the supporting duties per unit: fulfilled when the supported task was accepted by the closing day.

    Joint leads count as supporting here: the task's own points belong to its lead unit. Cancelled and not yet due
    tasks are nobody's duty.
    """
    duties: dict[int, list[int]] = defaultdict(list)
    rows = Responsibility.objects.filter(
        task__in=selected.values("pk"), kind__in=[ResponsibilityKind.SUPPORT, ResponsibilityKind.CO_LEAD]
    ).order_by("task_id")
    for task_id, unit in rows.values_list("task_id", "org_unit_id"):
        if states.get(task_id, (False, False))[0]:
            duties[unit].append(task_id)
    return {unit: _count(tasks, states) for unit, tasks in duties.items()}


def _count(tasks: Iterable[int], states: dict[int, tuple[bool, bool]]) -> CountFacts:
    listed = list(tasks)
    missed = tuple(f"task:{pk}" for pk in listed if not states[pk][1])
    return CountFacts(len(listed) - len(missed), len(listed), missed)
