"""Reminding: keep deadlines in step with their causes; the sweep climbs their ladders."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from tasks.models import Deadline, Ladder, Milestone, ReportDue, Rung, Task
from tasks.queries.base import work_calendar
from tasks.queries.statement import as_date, asked, for_update
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


# What a kind of deadline hangs on, in the table of deadlines.
_CAUSE = {DeadlineKind.TASK: "task_id", DeadlineKind.MILESTONE: "milestone_id", DeadlineKind.REPORT: "report_due_id"}


def keep_task_deadline(task: Task, *, today: date) -> None:
    """Bring a task's deadline in step with its status and date."""
    _keep(DeadlineKind.TASK, task.pk, task, task.due_on, task.status in OPEN_TASK_STATUSES, today)


def keep_milestone_deadline(milestone: Milestone, *, today: date) -> None:
    """Bring a milestone's deadline in step; a claimed milestone is with the office, so its unit is not reminded."""
    settled = SETTLED_MILESTONE_STATUSES | {MilestoneStatus.CLAIMED}
    is_open = milestone.status not in settled and milestone.task.status in OPEN_TASK_STATUSES
    owed_on = owed_by(milestone.due_on, milestone.fix_on)
    _keep(DeadlineKind.MILESTONE, milestone.pk, milestone.task, owed_on, is_open, today)


def keep_report_deadline(due: ReportDue, *, today: date) -> None:
    """Bring a periodic report's deadline in step; a missed report still can be, and must be, filed late."""
    is_open = due.status != ReportDueStatus.FILED and due.task.status in OPEN_TASK_STATUSES
    _keep(DeadlineKind.REPORT, due.pk, due.task, owed_by(due.due_on, due.fix_on), is_open, today)


# By hand: every act asks, and nearly always nothing is to be done.
_LOCKED = """
    SELECT id, ladder_id, revision, due_on, state, next_position FROM tasks_deadline
    WHERE {cause} = %(cause)s AND kind = '{kind}' {for_update}
"""


def _keep(kind: DeadlineKind, cause: int, task: Task, due_on: date, is_open: bool, today: date) -> None:
    found = asked(_LOCKED.format(cause=_CAUSE[kind], kind=kind.value, for_update=for_update()), cause=cause)
    if not found:
        if is_open:
            _start(kind, cause, task, due_on, today)
        return
    pk, ladder_id, revision, kept_on, state, position = found[0]
    has_moved = as_date(kept_on) != due_on
    if not is_open:
        if state == DeadlineState.OPEN:
            Deadline.objects.filter(pk=pk).update(state=DeadlineState.CLOSED, next_fire_on=None)
        return
    if state == DeadlineState.OPEN and not has_moved:
        return
    if has_moved:  # a moved date starts its ladder anew; a reopened one goes on where it stopped
        revision, position = revision + 1, 0
    step = first_step(rungs_of(ladder_id), due_on, today, work_calendar(), position)
    Deadline.objects.filter(pk=pk).update(
        revision=revision,
        due_on=due_on,
        state=DeadlineState.OPEN,
        next_position=step.next_position,
        next_fire_on=step.next_fire_on,
    )


def _start(kind: DeadlineKind, cause: int, task: Task, due_on: date, today: date) -> None:
    owner = lead_unit_id(task.pk)
    if owner is None:
        return  # campaigns have no lead of their own; what is below them has
    ladder = ladder_in_force(kind, today=today)
    step = first_step(rungs_of(ladder.pk), due_on, today, work_calendar())
    Deadline.objects.create(
        **{"task_id": task.pk, _CAUSE[kind]: cause},
        kind=kind,
        due_on=due_on,
        owner_unit_id=owner,
        campaign_id=task.campaign_id or task.pk,
        officer_id=task.officer_id,
        ladder=ladder,
        next_position=step.next_position,
        next_fire_on=step.next_fire_on,
    )
