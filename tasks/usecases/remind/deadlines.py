"""Reminding: keep deadlines in step with their causes; the sweep climbs their ladders."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from tasks.models import Deadline, Ladder, Milestone, ReportDue, Rung, Task
from tasks.queries.base import work_calendar
from tasks.queries.track import lead_unit_id
from tasks.rules.remind import RungFacts, first_step, owed_by
from tasks.vocab import (
    OPEN_TASK_STATUSES,
    SETTLED_MILESTONE_STATUSES,
    DeadlineKind,
    DeadlineState,
    MilestoneStatus,
    ReportDueStatus,
)


def ladder_in_force(kind: str, *, today: date) -> Ladder:
    """Return the newest ladder for `kind` valid on `today`."""
    return Ladder.objects.filter(kind=kind, valid_from__lte=today).order_by("-version")[0]


@lru_cache(maxsize=64)
def rungs_of(ladder_id: int) -> tuple[RungFacts, ...]:
    """Return a ladder's rungs in order. A ladder version is never rewritten, so the answer may be kept."""
    rows = Rung.objects.filter(ladder_id=ladder_id).order_by("position").values_list("position", "offset")
    return tuple(RungFacts(position, offset) for position, offset in rows)


def keep_task_deadline(task: Task, *, today: date) -> None:
    """Bring a task's deadline in step with its status and date."""
    _keep(task, DeadlineKind.TASK, task.due_on, task.status in OPEN_TASK_STATUSES, {}, today)


def keep_milestone_deadline(milestone: Milestone, *, today: date) -> None:
    """Bring a milestone's deadline in step; a claimed milestone is with the office, so its unit is not reminded."""
    settled = SETTLED_MILESTONE_STATUSES | {MilestoneStatus.CLAIMED}
    is_open = milestone.status not in settled and milestone.task.status in OPEN_TASK_STATUSES
    owed_on = owed_by(milestone.due_on, milestone.fix_on)
    _keep(milestone.task, DeadlineKind.MILESTONE, owed_on, is_open, {"milestone": milestone}, today)


def keep_report_deadline(due: ReportDue, *, today: date) -> None:
    """Bring a periodic report's deadline in step; a missed report still can be, and must be, filed late."""
    is_open = due.status != ReportDueStatus.FILED and due.task.status in OPEN_TASK_STATUSES
    _keep(due.task, DeadlineKind.REPORT, owed_by(due.due_on, due.fix_on), is_open, {"report_due": due}, today)


def _keep(
    task: Task, kind: str, due_on: date, is_open: bool, arc: dict[str, Milestone | ReportDue], today: date
) -> None:
    key: dict[str, Any] = dict(arc) or {"task": task, "kind": kind}
    deadline = Deadline.objects.select_for_update().filter(**key).first()
    if deadline is None:
        if is_open:
            _start(task, kind, due_on, arc, today)
        return
    if not is_open:
        if deadline.state == DeadlineState.OPEN:
            deadline.state, deadline.next_fire_on = DeadlineState.CLOSED, None
            deadline.save(update_fields=["state", "next_fire_on"])
        return
    if deadline.state == DeadlineState.OPEN and deadline.due_on == due_on:
        return
    if deadline.due_on != due_on:  # a moved date starts its ladder anew; a reopened one goes on where it stopped
        deadline.revision += 1
        deadline.due_on = due_on
        deadline.next_position = 0
    deadline.state = DeadlineState.OPEN
    step = first_step(rungs_of(deadline.ladder_id), due_on, today, work_calendar(), deadline.next_position)
    deadline.next_position, deadline.next_fire_on = step.next_position, step.next_fire_on
    deadline.save(update_fields=["revision", "due_on", "state", "next_position", "next_fire_on"])


def _start(task: Task, kind: str, due_on: date, arc: dict[str, Milestone | ReportDue], today: date) -> None:
    owner = lead_unit_id(task.pk)
    if owner is None:
        return  # campaigns have no lead of their own; what is below them has
    ladder = ladder_in_force(kind, today=today)
    step = first_step(rungs_of(ladder.pk), due_on, today, work_calendar())
    Deadline.objects.create(
        kind=kind,
        task=task,
        due_on=due_on,
        owner_unit_id=owner,
        campaign_id=task.campaign_id or task.pk,
        officer_id=task.officer_id,
        ladder=ladder,
        next_position=step.next_position,
        next_fire_on=step.next_fire_on,
        **arc,
    )
