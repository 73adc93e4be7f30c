"""Tracking: make a move on a task, milestone, report or request; write a report; attach evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import IO, Any

from django.core.files.storage import storages
from django.db import transaction

from accounts.models import User
from accounts.usecases.audit import record_act
from tasks.errors import Refusal, RefusedError
from tasks.models import ChangeRequest, Evidence, Milestone, ProgressReport, ReportDue, Task
from tasks.queries.base import policy_values
from tasks.queries.scope import visible
from tasks.queries.track import change_facts, milestone_facts, report_facts, responsible_units, task_facts
from tasks.rules.gate import Actor, holds_seat
from tasks.rules.track import (
    CHANGE_MACHINE,
    LEAD_OFFICER,
    MILESTONE_MACHINE,
    REPORT_MACHINE,
    RESPONSIBLE_OFFICER,
    TASK_MACHINE,
    SubjectFacts,
    declared_progress,
    requested_in_time,
    task_is_worked_on,
)
from tasks.usecases.act import Act, Workflow, local_day, office_unit_id, perform
from tasks.usecases.analyse import refresh_standing
from tasks.usecases.remind import keep_milestone_deadline, keep_report_deadline, keep_task_deadline
from tasks.vocab import (
    ChangeCause,
    ChangeKind,
    ChangeMove,
    ChangeStatus,
    MilestoneMove,
    ReportDueStatus,
    ReportMove,
    ReportStatus,
    TaskMove,
)


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
    act.row.accepted_by_id, act.row.quality = act.actor.user_id, Decimal(str(act.given["quality"]))
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
    refresh_standing(task, today=act.today)


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


# --- milestones ------------------------------------------------------------------------------------------------------
def _claimed(act: Act) -> list[str]:
    act.row.submitted_by_id, act.row.claimed_on = act.actor.user_id, act.today
    return ["submitted_by", "claimed_on"]


def _milestone_accepted(act: Act) -> list[str]:
    act.row.accepted_on = act.row.claimed_on  # the unit's clock, as with tasks
    return ["accepted_on"]


def _settle_milestone(act: Act) -> None:
    keep_milestone_deadline(act.row, today=act.today)
    refresh_standing(act.row.task, today=act.today)


MILESTONES = Workflow(
    "milestone",
    Milestone,
    MILESTONE_MACHINE,
    milestone_facts,
    {MilestoneMove.CLAIM: _claimed, MilestoneMove.ACCEPT: _milestone_accepted},
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
        due.status = ReportDueStatus.MISSED if act.today > due.due_on else ReportDueStatus.OPEN
    due.save(update_fields=["status"])
    due.task = report.task
    keep_report_deadline(due, today=act.today)
    refresh_standing(report.task, today=act.today)


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

REPORT_FIELDS = ("claimed_progress", "done", "problems", "support_needed", "next_steps", "forecast_on")


def save_report(
    due_id: int, *, actor: Actor, at: datetime, content: Mapping[str, Any], version: int | None = None, is_demo: bool = False
) -> ProgressReport:
    """Write the draft of a periodic report, creating it on first save, and return it.

    `content`: any of REPORT_FIELDS; progress in percent 0–95.
    Raises: RefusedError with GATE-02, GATE-05, GATE-06, TRK-07, TRK-08, TRK-09 or TRK-11.
    """
    today = local_day(at)
    with transaction.atomic():
        due = visible(ReportDue, actor).select_for_update(of=("self",)).filter(pk=due_id).select_related("task").first()
        if due is None:
            raise RefusedError(Refusal("GATE-05.hidden"))
        report = ProgressReport.objects.select_for_update().filter(due=due).first()
        facts = report_facts(report, today=today) if report else report_facts(
            ProgressReport(due=due, task=due.task), today=today
        )
        if not any(holds_seat(seat, facts, actor) for seat in LEAD_OFFICER):
            raise RefusedError(Refusal("GATE-02.seat", {"move": "save", "who": LEAD_OFFICER}))
        refusal = task_is_worked_on(facts, actor, today) or declared_progress(int(content.get("claimed_progress") or 0))
        if refusal is None and today < due.opens_on:
            refusal = Refusal("TRK-09.report_not_open", {"opens_on": due.opens_on})
        if refusal is None and report is not None and report.status != ReportStatus.DRAFT:
            refusal = Refusal("TRK-11.report_filed")
        if refusal is None and report is not None and version is not None and report.version != version:
            refusal = Refusal("GATE-06.stale")
        if refusal is not None:
            raise RefusedError(refusal)
        row = report or ProgressReport(due=due, task=due.task, is_demo=is_demo, version=0)
        row.written_by_id = actor.user_id
        for name in REPORT_FIELDS:
            if name in content:
                setattr(row, name, content[name])
        row.version += 1
        row.save_audited(by=User.objects.get(pk=actor.user_id), reason="", at=at)
        _record(actor, f"report:{row.pk}", "save", at, {"claimed_progress": str(row.claimed_progress)})
    return row


def _record(actor: Actor, subject: str, act: str, at: datetime, details: Mapping[str, Any], reason: str = "") -> None:
    record_act(
        unit_id=min(actor.units(), default=office_unit_id()),
        actor_id=actor.user_id,
        actor_name=actor.name,
        subject=subject,
        act=act,
        at=at,
        reason=reason,
        details=details,
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
    refresh_standing(task, today=act.today)


CHANGES = Workflow(
    "change",
    ChangeRequest,
    CHANGE_MACHINE,
    change_facts,
    {ChangeMove.SIGN: _request_signed, ChangeMove.APPROVE: _decided, ChangeMove.REJECT: _decided},
    _settle_change,
)


def request_extension(
    task_id: int, *, actor: Actor, at: datetime, new_due_on: date, cause: ChangeCause | str, explanation: str
) -> ChangeRequest:
    """Draft a request to move a task's due date; the unit's head signs it next.

    Raises: RefusedError with GATE-02, GATE-04, GATE-05, TRK-07, TRK-12, TRK-13, TRK-15 or DEC-03.
    """
    today = local_day(at)
    with transaction.atomic():
        task = visible(Task, actor).select_for_update(of=("self",)).filter(pk=task_id).first()
        if task is None:
            raise RefusedError(Refusal("GATE-05.hidden"))
        change = ChangeRequest(
            task=task,
            kind=ChangeKind.EXTENSION,
            cause=cause,
            explanation=explanation,
            old_due_on=task.due_on,
            new_due_on=new_due_on,
            written_by_id=actor.user_id,
        )
        facts = change_facts(change, today=today)
        refusal: Refusal | None = None
        if not any(holds_seat(seat, facts, actor) for seat in LEAD_OFFICER):
            refusal = Refusal("GATE-02.seat", {"move": "request", "who": LEAD_OFFICER})
        elif not explanation.strip():
            refusal = Refusal("GATE-04.reason", {"move": "request"})
        elif ChangeRequest.objects.filter(task=task, status__in=[ChangeStatus.DRAFT, ChangeStatus.SIGNED]).exists():
            refusal = Refusal("TRK-15.extension_open")
        else:
            refusal = requested_in_time(facts, actor, today)
        if refusal is not None:
            raise RefusedError(refusal)
        change.save_audited(by=User.objects.get(pk=actor.user_id), reason=explanation, at=at)
        _record(actor, f"change:{change.pk}", "request", at, {"new_due_on": new_due_on.isoformat()}, explanation)
    return change


# --- evidence --------------------------------------------------------------------------------------------------------
def attach_evidence(
    task_id: int,
    *,
    actor: Actor,
    at: datetime,
    name: str,
    content: IO[bytes],
    declared_unclassified: bool,
    milestone_id: int | None = None,
    report_id: int | None = None,
    is_demo: bool = False,
) -> Evidence:
    """Store a file under its SHA-256 and attach it to a task, one of its milestones or one of its reports.

    Raises: RefusedError with GATE-02, GATE-05, TRK-16 (type), TRK-17 (size) or TRK-19 (classified).
    """
    today = local_day(at)
    limits = policy_values("evidence", today=today)
    suffix = PurePath(name).suffix.lower()
    if not declared_unclassified:
        raise RefusedError(Refusal("TRK-19.classified"))
    if suffix not in limits["suffixes"]:
        raise RefusedError(Refusal("TRK-16.file_type", {"suffix": suffix or name}))
    body = content.read(int(limits["max_mb"]) * 1024 * 1024 + 1)
    if not body or len(body) > int(limits["max_mb"]) * 1024 * 1024:
        raise RefusedError(Refusal("TRK-17.file_size", {"limit_mb": limits["max_mb"]}))
    digest = hashlib.sha256(body).hexdigest()
    with transaction.atomic():
        task = visible(Task, actor).filter(pk=task_id).first()
        milestone = visible(Milestone, actor).filter(task_id=task_id, pk=milestone_id).first() if milestone_id else None
        report = visible(ProgressReport, actor).filter(task_id=task_id, pk=report_id).first() if report_id else None
        if task is None or (milestone_id and milestone is None) or (report_id and report is None):
            raise RefusedError(Refusal("GATE-05.hidden"))
        leads, files, _count = responsible_units(task_id)
        facts = SubjectFacts(task.status, leads, files, task.campaign_id)
        if not any(holds_seat(seat, facts, actor) for seat in RESPONSIBLE_OFFICER):
            raise RefusedError(Refusal("GATE-02.seat", {"move": "attach", "who": RESPONSIBLE_OFFICER}))
        store_file(digest, body)
        row = Evidence.objects.create(
            task=task,
            milestone=milestone,
            report=report,
            name=PurePath(name).name[:200],
            sha256=digest,
            size=len(body),
            declared_unclassified=True,
            uploaded_by_id=actor.user_id,
            uploaded_at=at,
            is_demo=is_demo,
        )
        _record(actor, f"evidence:{row.pk}", "attach", at, {"task": task_id, "sha256": digest, "name": row.name})
    return row


def store_file(digest: str, body: bytes) -> None:
    """Keep `body` under its digest; the same bytes are stored once."""
    from django.core.files.base import ContentFile

    storage = storages["evidence"]
    path = evidence_path(digest)
    if not storage.exists(path):
        storage.save(path, ContentFile(body))


def evidence_path(digest: str) -> str:
    """Return where in the evidence store a file with this SHA-256 lies."""
    return f"{digest[:2]}/{digest}"


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
