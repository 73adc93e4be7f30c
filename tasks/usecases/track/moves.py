"""Tracking: the machines bound to their tables, and the moves made through them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tasks.errors import Refusal, RefusedError
from tasks.models import ChangeRequest, Milestone, ProgressReport, ReportDue, Task
from tasks.queries.base import policy_values, work_calendar
from tasks.queries.track import change_facts, milestone_facts, report_facts, task_facts
from tasks.rules.remind import owed_by
from tasks.rules.track import CHANGE_MACHINE, MILESTONE_MACHINE, REPORT_MACHINE, TASK_MACHINE, quality_of_result
from tasks.usecases.act import Act, Workflow, perform
from tasks.usecases.remind import keep_milestone_deadline, keep_report_deadline, keep_task_deadline
from tasks.vocab import ChangeMove, ChangeStatus, MilestoneMove, ReportDueStatus, ReportMove, ReportStatus, TaskMove


# --- tasks -----------------------------------------------------------------------------------------------------------
def _issued(act: Act) -> list[str]:
    act.row.issued_on = act.today
    return ["issued_on"]


def _objected(act: Act) -> list[str]:
    act.row.objected = True
    return ["objected"]


def _submitted(act: Act) -> list[str]:
    act.row.submitted_by_id, act.row.submitted_on, act.row.concurred_by = act.actor.user_id, act.today, None
    return ["submitted_by", "submitted_on", "concurred_by"]


def _concurred(act: Act) -> list[str]:
    act.row.concurred_by_id = act.actor.user_id
    return ["concurred_by"]


def _accepted(act: Act) -> list[str]:
    quality = quality_of_result(act.given["quality"])
    if isinstance(quality, Refusal):
        raise RefusedError(quality)
    act.row.accepted_by_id, act.row.quality = act.actor.user_id, quality
    # The unit's clock stopped when it submitted: days the office held the submission are not the unit's lateness.
    act.row.accepted_on = act.row.submitted_on
    return ["accepted_by", "accepted_on", "quality"]


def _reopened(act: Act) -> list[str]:
    act.row.accepted_by, act.row.accepted_on, act.row.quality = None, None, None
    return ["accepted_by", "accepted_on", "quality"]


def _settle_task(act: Act) -> None:
    task: Task = act.row
    keep_task_deadline(task, today=act.today)
    if act.move in {TaskMove.ISSUE, TaskMove.OBJECT, TaskMove.ACCEPT, TaskMove.REOPEN, TaskMove.CANCEL}:
        for milestone in task.milestones.select_related("task"):
            milestone.task = task
            keep_milestone_deadline(milestone, today=act.today)
        for due in task.reports_due.all():
            due.task = task
            keep_report_deadline(due, today=act.today)
    act.refresh(task)


TASKS = Workflow(
    "task",
    Task,
    TASK_MACHINE,
    task_facts,
    {
        TaskMove.ISSUE: _issued,
        TaskMove.OBJECT: _objected,
        TaskMove.SUBMIT: _submitted,
        TaskMove.CONCUR: _concurred,
        TaskMove.ACCEPT: _accepted,
        TaskMove.REOPEN: _reopened,
    },
    _settle_task,
)


def fix_date(act: Act) -> date:
    """Return the day by which what was just returned must be put right."""
    return work_calendar().shift(act.today, int(policy_values("returns", today=act.today)["fix_workdays"]))


# --- milestones ------------------------------------------------------------------------------------------------------
def _claimed(act: Act) -> list[str]:
    act.row.submitted_by_id, act.row.claimed_on = act.actor.user_id, act.today
    return ["submitted_by", "claimed_on"]


def _milestone_accepted(act: Act) -> list[str]:
    act.row.accepted_on = act.row.claimed_on  # the unit's clock, as with tasks
    return ["accepted_on"]


def _milestone_returned(act: Act) -> list[str]:
    act.row.fix_on = fix_date(act)
    return ["fix_on"]


def _settle_milestone(act: Act) -> None:
    keep_milestone_deadline(act.row, today=act.today)
    act.refresh(act.row.task)


MILESTONES = Workflow(
    "milestone",
    Milestone,
    MILESTONE_MACHINE,
    milestone_facts,
    {
        MilestoneMove.CLAIM: _claimed,
        MilestoneMove.ACCEPT: _milestone_accepted,
        MilestoneMove.RETURN: _milestone_returned,
    },
    _settle_milestone,
)


# --- periodic reports ------------------------------------------------------------------------------------------------
def _report_signed(act: Act) -> list[str]:
    report: ProgressReport = act.row
    report.submitted_by_id = act.actor.user_id
    report.filed_on = report.filed_on or act.today
    return ["submitted_by", "filed_on"]


def _report_returned(act: Act) -> list[str]:
    act.row.times_returned += 1
    act.row.decided_on = act.today
    return ["times_returned", "decided_on"]


def _report_accepted(act: Act) -> list[str]:
    act.row.decided_on = act.today
    return ["decided_on"]


def _settle_report(act: Act) -> None:
    report: ProgressReport = act.row
    due = ReportDue.objects.select_for_update().get(pk=report.due_id)
    filed = report.status in {ReportStatus.SIGNED, ReportStatus.ACCEPTED}
    if filed:
        due.status = ReportDueStatus.FILED
    else:
        due.fix_on = fix_date(act) if act.move == ReportMove.RETURN else due.fix_on
        is_late = act.today > owed_by(due.due_on, due.fix_on)
        due.status = ReportDueStatus.MISSED if is_late else ReportDueStatus.OPEN
    due.save(update_fields=["status", "fix_on"])
    due.task = report.task
    keep_report_deadline(due, today=act.today)
    # an accepted report is the progress of every measure it has a line for
    lines = report.lines.select_related("task") if act.move == ReportMove.ACCEPT else ()
    act.refresh(report.task, *(line.task for line in lines))


REPORTS = Workflow(
    "report",
    ProgressReport,
    REPORT_MACHINE,
    report_facts,
    {
        ReportMove.SIGN: _report_signed,
        ReportMove.RETURN: _report_returned,
        ReportMove.ACCEPT: _report_accepted,
    },
    _settle_report,
)


# --- requests for change ---------------------------------------------------------------------------------------------
def _request_signed(act: Act) -> list[str]:
    act.row.submitted_by_id, act.row.requested_on = act.actor.user_id, act.today
    return ["submitted_by", "requested_on"]


def _decided(act: Act) -> list[str]:
    act.row.decided_by_id, act.row.decided_on, act.row.decision = act.actor.user_id, act.today, act.reason
    return ["decided_by", "decided_on", "decision"]


def _settle_change(act: Act) -> None:
    change: ChangeRequest = act.row
    if change.status != ChangeStatus.APPROVED:
        return
    task = Task.objects.select_for_update().get(pk=change.task_id)
    task.due_on = change.new_due_on
    task.version += 1
    task.save_audited(by=act.by, reason=act.reason, at=act.at, fields=["due_on", "version"])
    keep_task_deadline(task, today=act.today)
    act.refresh(task)


CHANGES = Workflow(
    "change",
    ChangeRequest,
    CHANGE_MACHINE,
    change_facts,
    {ChangeMove.SIGN: _request_signed, ChangeMove.APPROVE: _decided, ChangeMove.REJECT: _decided},
    _settle_change,
)


def move_task(pk: int, move: str, **kwargs: Any) -> Task:
    """Make a move on a task; see `perform` for the arguments and refusals."""
    return perform(TASKS, pk, move, **kwargs)  # type: ignore[no-any-return]


def move_milestone(pk: int, move: str, **kwargs: Any) -> Milestone:
    """Make a move on a milestone; see `perform`."""
    return perform(MILESTONES, pk, move, **kwargs)  # type: ignore[no-any-return]


def move_report(pk: int, move: str, **kwargs: Any) -> ProgressReport:
    """Make a move on a periodic report; see `perform`."""
    return perform(REPORTS, pk, move, **kwargs)  # type: ignore[no-any-return]


def move_change(pk: int, move: str, **kwargs: Any) -> ChangeRequest:
    """Make a move on an extension request; see `perform`."""
    return perform(CHANGES, pk, move, **kwargs)  # type: ignore[no-any-return]
