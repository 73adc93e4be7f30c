"""The facts the tracking machines are judged on, read from the live rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import Appointment, Post
from accounts.vocab import Role
from tasks.models import ChangeRequest, Evidence, Milestone, ProgressReport, Responsibility, Task
from tasks.queries.base import policy_values, work_calendar
from tasks.queries.statement import any_of, asked
from tasks.rules.track import ChangeFacts, MilestoneFacts, ReportFacts, TaskFacts
from tasks.vocab import (
    DONE_TASK_STATUSES,
    SETTLED_MILESTONE_STATUSES,
    ResponsibilityKind,
    TaskStatus,
)

LEADS = {ResponsibilityKind.LEAD, ResponsibilityKind.CO_LEAD}
FILES = LEADS | {ResponsibilityKind.COUNTY}


def responsible_units(task_id: int) -> tuple[frozenset[int], frozenset[int], int]:
    """Return (lead and joint lead units, units that file and claim, number of sole leads) of a task."""
    rows = asked("SELECT kind, org_unit_id FROM tasks_responsibility WHERE task_id = %(task)s", task=task_id)
    leads = frozenset(unit for kind, unit in rows if kind in LEADS)
    files = frozenset(unit for kind, unit in rows if kind in FILES)
    return leads, files, sum(kind == ResponsibilityKind.LEAD for kind, _unit in rows)


def lead_unit_id(task_id: int) -> int | None:
    """Return the id of the task's lead unit, or None."""
    return (
        Responsibility.objects.filter(task_id=task_id, kind=ResponsibilityKind.LEAD)
        .values_list("org_unit_id", flat=True)
        .first()
    )


def _submitting_units(user_id: int | None, today: date) -> frozenset[int]:
    if user_id is None:
        return frozenset()
    rows = Appointment.objects.on(today).filter(user_id=user_id).values_list("post__org_unit_id", flat=True)
    return frozenset(rows)


def _common(task: Task, status: str, submitted_by: int | None, today: date) -> dict[str, Any]:
    leads, files, _count = responsible_units(task.pk)
    return {
        "status": status,
        "lead_units": leads,
        "responsible_units": files,
        "campaign_id": task.campaign_id or task.pk,
        "submitted_by": submitted_by,
        "submitting_units": _submitting_units(submitted_by, today),
    }


_LEFT_TO_DO = """
    SELECT (SELECT COUNT(*) FROM tasks_milestone WHERE task_id = %(task)s AND NOT status {is_settled}),
           (SELECT COUNT(*) FROM tasks_task WHERE parent_id = %(task)s AND NOT status {is_over}),
           (SELECT COUNT(*) FROM tasks_evidence WHERE task_id = %(task)s)
"""


def _left_to_do(task_id: int) -> dict[str, int]:
    statement = _LEFT_TO_DO.format(is_settled=any_of("settled"), is_over=any_of("over"))
    over = [TaskStatus.CANCELLED, *DONE_TASK_STATUSES]
    [counts] = asked(statement, task=task_id, settled=list(SETTLED_MILESTONE_STATUSES), over=over)
    return dict(zip(("open_milestones", "open_children", "evidence_count"), counts, strict=True))


def task_facts(task: Task, *, today: date) -> TaskFacts:
    """Return what the task machine's guards need; reads only what the current status can be asked about."""
    common = _common(task, task.status, task.submitted_by_id, today)
    extra: dict[str, Any] = {}
    if task.status == TaskStatus.DRAFT:
        leads = common["lead_units"]
        sole = Responsibility.objects.filter(task=task, kind=ResponsibilityKind.LEAD).count()
        heads = Post.objects.filter(org_unit__in=leads, role=Role.HEAD, appointment__in=Appointment.objects.on(today))
        extra = {"lead_count": sole, "lead_has_head": heads.exists()}
    elif task.status == TaskStatus.ISSUED and task.issued_on is not None:
        since = work_calendar().between(task.issued_on, today)
        extra = {"objected_before": task.objected, "workdays_since_issue": since}
    elif task.status in {TaskStatus.IN_PROGRESS, TaskStatus.RETURNED}:
        extra = _left_to_do(task.pk)
    return TaskFacts(
        **common,
        **extra,
        is_key=task.is_key,
        inspector_concurred=task.concurred_by_id is not None,
        accepted_by=task.accepted_by_id,
    )


def milestone_facts(milestone: Milestone, *, today: date) -> MilestoneFacts:
    """Return what the milestone machine's guards need."""
    return MilestoneFacts(
        **_common(milestone.task, milestone.status, milestone.submitted_by_id, today),
        task_status=milestone.task.status,
        evidence_count=Evidence.objects.filter(milestone=milestone).count(),
    )


def report_facts(report: ProgressReport, *, today: date) -> ReportFacts:
    """Return what the report machine's guards need."""
    return ReportFacts(
        **_common(report.task, report.status, report.submitted_by_id, today),
        is_empty=not report.done.strip(),
        task_status=report.task.status,
    )


def change_facts(change: ChangeRequest, *, today: date) -> ChangeFacts:
    """Return what the change-request machine's guards need."""
    task = change.task
    return ChangeFacts(
        **_common(task, change.status, change.submitted_by_id, today),
        workdays=work_calendar().between(change.old_due_on, change.new_due_on),
        task_due_on=task.due_on,
        requested_due_on=change.new_due_on,
        parent_due_on=task.parent.due_on if task.parent else None,
        office_limit_workdays=policy_values("extensions", today=today)["office_limit_workdays"],
    )
