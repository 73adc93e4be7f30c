"""Everything one task's page shows, in a fixed number of queries however long its story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import Prefetch

from accounts.models import Appointment, AuditEntry
from tasks.models import (
    ChangeRequest,
    Evidence,
    Milestone,
    Notice,
    ProgressReport,
    ReportDue,
    ReportLine,
    Responsibility,
    Target,
    Task,
)
from tasks.queries.published import nameable_tasks
from tasks.queries.scope import visible, visible_tasks
from tasks.queries.track import responsible_units
from tasks.rules.decompose import ancestor_paths
from tasks.rules.gate import Actor
from tasks.rules.track import MilestoneFacts
from tasks.vocab import ReportStatus, ResponsibilityKind

MOST_ENTRIES = 40
# Columns whose change says something to a reader; the machine's own columns are told by its acts.
TOLD = ("title", "due_on", "starts_on", "weight", "is_key", "acceptance", "strength", "progress_mode", "officer_id")
LEAD_FIRST = {kind: place for place, kind in enumerate(ResponsibilityKind.values)}


@dataclass(frozen=True)
class Step:
    """One line of a task's story: an act of a person, or a column that changed."""

    at: datetime
    name: str
    subject: str = ""
    act: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    changes: tuple[tuple[str, Any, Any], ...] = ()


@dataclass
class TaskPage:
    """What the page shows beside the task's own columns."""

    above: list[Task]
    responsibilities: list[Responsibility]
    targets: list[Target]
    milestones: list[Milestone]
    reports: list[ReportDue]
    evidence: list[Evidence]
    changes: list[ChangeRequest]
    children: list[Task]
    notices: list[Notice]
    story: list[Step] = field(default_factory=list)


def task_page(task: Task, actor: Actor) -> TaskPage:
    """Return what the page of `task` shows to `actor`; the caller has made sure that the task itself is visible."""
    page = TaskPage(
        above=list(above(task, actor)),
        responsibilities=sorted(
            Responsibility.objects.filter(task=task).select_related("org_unit").order_by("org_unit__position", "pk"),
            key=lambda row: LEAD_FIRST[row.kind],
        ),
        targets=list(Target.objects.filter(task=task).select_related("indicator").order_by("year", "pk")),
        milestones=list(Milestone.objects.filter(task=task).order_by("due_on", "pk")),
        reports=list(ReportDue.objects.filter(task=task).select_related("report").order_by("-period_end", "-pk")[:12]),
        evidence=list(
            Evidence.objects.filter(task=task).select_related("uploaded_by", "milestone").order_by("-uploaded_at")[:50]
        ),
        changes=list(ChangeRequest.objects.filter(task=task).order_by("-pk")[:10]),
        children=list(with_lead(visible_tasks(actor).filter(parent=task)).order_by("path")[:200]),
        notices=list(
            visible(Notice, actor)
            .filter(deadline__task=task)
            .select_related("recipient", "rung", "deadline", "message")
            .order_by("-fired_on", "-pk")[:20]
        ),
    )
    page.story = story(task, page)
    return page


def with_lead(tasks: Any) -> Any:
    """Return `tasks` with their stored standing and their lead units at hand (`lead_parts`); one query more."""
    leads = Responsibility.objects.filter(kind=ResponsibilityKind.LEAD).select_related("org_unit")
    return tasks.select_related("metrics").prefetch_related(
        Prefetch("responsibilities", queryset=leads, to_attr="lead_parts")
    )


def above(task: Task, actor: Actor) -> Any:
    """Return the tasks above `task` whose titles `actor` may read, from the campaign down."""
    paths = ancestor_paths(task.path)
    return nameable_tasks(actor).filter(revision_id=task.revision_id, path__in=paths).order_by("depth")


def story(task: Task, page: TaskPage) -> list[Step]:
    """Return who did what when and why, newest first: acts from the audit trail, changed columns from the history."""
    subjects = [f"task:{task.pk}"]
    subjects += [f"milestone:{row.pk}" for row in page.milestones]
    subjects += [f"report:{row.report.pk}" for row in page.reports if hasattr(row, "report")]
    subjects += [f"change:{row.pk}" for row in page.changes]
    subjects += [f"evidence:{row.pk}" for row in page.evidence]
    entries = AuditEntry.objects.filter(subject__in=subjects).order_by("-at", "-pk")[:MOST_ENTRIES]
    steps = [
        Step(entry.at, entry.actor_name, entry.subject, entry.act, entry.before, entry.after, entry.reason)
        for entry in entries
    ]
    past = list(task.history.select_related("history_user").order_by("-history_date", "-history_id")[:MOST_ENTRIES])
    for newer, older in pairwise(past):
        changes = tuple(
            (name, getattr(older, name), getattr(newer, name))
            for name in TOLD
            if getattr(older, name) != getattr(newer, name)
        )
        if changes:
            who = newer.history_user.full_name if newer.history_user else ""
            reason = newer.history_change_reason or ""
            steps.append(Step(newer.history_date, who, f"task:{task.pk}", "", reason=reason, changes=changes))
    return sorted(steps, key=lambda step: step.at, reverse=True)[:MOST_ENTRIES]


def milestone_facts_of(task: Task, milestones: Sequence[Milestone], *, today: date) -> dict[int, MilestoneFacts]:
    """Return the gate's facts of each milestone of one task, by id; three queries for all of them."""
    if not milestones:
        return {}
    leads, files, _count = responsible_units(task.pk)
    people = {row.submitted_by_id for row in milestones if row.submitted_by_id}
    units: dict[int, set[int]] = {}
    for user_id, unit in (
        Appointment.objects.on(today).filter(user_id__in=people).values_list("user_id", "post__org_unit_id")
    ):
        units.setdefault(user_id, set()).add(unit)
    found = Evidence.objects.filter(milestone__in=milestones).values_list("milestone_id", flat=True)
    evidence = Counter(found)
    return {
        row.pk: MilestoneFacts(
            status=row.status,
            lead_units=leads,
            responsible_units=files,
            campaign_id=task.campaign_id or task.pk,
            submitted_by=row.submitted_by_id,
            submitting_units=frozenset(units.get(row.submitted_by_id or 0, ())),
            task_status=task.status,
            evidence_count=evidence[row.pk],
        )
        for row in milestones
    }


def last_return(subject: str) -> AuditEntry | None:
    """Return the newest act that gave `subject` ("task:12", "report:3") back, with its reason."""
    return AuditEntry.objects.filter(subject=subject, act="return").order_by("-at", "-pk").first()


def last_report(due: ReportDue) -> ProgressReport | None:
    """Return the newest report of the same task for an earlier period that was signed or accepted."""
    return (
        ProgressReport.objects.filter(
            task_id=due.task_id,
            due__period_end__lt=due.period_end,
            status__in=[ReportStatus.SIGNED, ReportStatus.ACCEPTED],
        )
        .order_by("-due__period_end", "-pk")
        .first()
    )


def reported_measures(due: ReportDue, actor: Actor) -> list[Task]:
    """Return the live leaves below the reported task that `actor` sees, in the plan's order: the lines of the form."""
    below = visible_tasks(actor) & Task.objects.below(due.task).live()
    return list(below.filter(children__isnull=True).order_by("path")[:300])


def lines_of(report: ProgressReport | None) -> dict[int, ReportLine]:
    """Return a report's lines by task id."""
    if report is None or report.pk is None:
        return {}
    return {line.task_id: line for line in ReportLine.objects.filter(report=report)}
