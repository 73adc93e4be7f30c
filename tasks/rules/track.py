"""Monitoring and tracking: the machines of tasks, milestones, reports and change requests, and their guards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.vocab import Role
from tasks.errors import Refusal
from tasks.rules.gate import Actor, Machine, Move, Seat, holds_seat
from tasks.vocab import (
    ChangeMove,
    ChangeStatus,
    MilestoneMove,
    MilestoneStatus,
    Placement,
    ReportMove,
    ReportStatus,
    TaskMove,
    TaskStatus,
)

OBJECTION_WORKDAYS = 3
MAX_DECLARED_PROGRESS = 95

OFFICE = (Seat(Role.OFFICE),)
INSPECTOR = (Seat(Role.INSPECTOR),)
LEADER = (Seat(Role.LEADER, Placement.PORTFOLIO),)
# Nobody accepts what their own unit submitted, so the office's own work goes to the supervising leader.
REVIEWER = OFFICE + LEADER
LEAD_HEAD = (Seat(Role.HEAD, Placement.LEAD),)
LEAD_OFFICER = (Seat(Role.OFFICER, Placement.LEAD), Seat(Role.HEAD, Placement.LEAD))
RESPONSIBLE_OFFICER = (Seat(Role.OFFICER, Placement.RESPONSIBLE), Seat(Role.HEAD, Placement.RESPONSIBLE))


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What every machine needs: the status, who stands where, and who submitted last."""

    status: str
    lead_units: frozenset[int] = frozenset()
    responsible_units: frozenset[int] = frozenset()
    campaign_id: int | None = None
    submitted_by: int | None = None
    submitting_units: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TaskFacts(SubjectFacts):
    """A task as its guards see it. Counts are of live rows; `workdays_since_issue` in working days."""

    lead_count: int = 0
    lead_has_head: bool = False
    open_milestones: int = 0
    open_children: int = 0
    evidence_count: int = 0
    objected_before: bool = False
    workdays_since_issue: int = 0
    is_key: bool = False
    inspector_concurred: bool = False
    accepted_by: int | None = None


@dataclass(frozen=True, slots=True)
class MilestoneFacts(SubjectFacts):
    """A milestone with the status of the task it belongs to."""

    task_status: str = TaskStatus.IN_PROGRESS
    evidence_count: int = 0


@dataclass(frozen=True, slots=True)
class ReportFacts(SubjectFacts):
    """A periodic report; `is_empty` when nothing was written under "done in the period"."""

    is_empty: bool = False
    task_status: str = TaskStatus.IN_PROGRESS


@dataclass(frozen=True, slots=True)
class ChangeFacts(SubjectFacts):
    """A request to move a due date; `workdays` is the length asked for, in working days."""

    workdays: int = 0
    task_due_on: date | None = None
    requested_due_on: date | None = None
    parent_due_on: date | None = None
    office_limit_workdays: int = 10


# --- guards: (facts, actor, today) -> why not ------------------------------------------------------------------------
def has_one_lead_with_head(facts: TaskFacts, actor: Actor, today: date) -> Refusal | None:
    """Require exactly one lead unit, with a head in post.

    Rule: DEC-01, DEC-02
    Source: domain invariant 3
    """
    if facts.lead_count != 1:
        return Refusal("DEC-01.no_lead")
    return None if facts.lead_has_head else Refusal("DEC-02.no_head")


def milestones_settled(facts: TaskFacts, actor: Actor, today: date) -> Refusal | None:
    """Require every milestone accepted or waived before completion.

    Rule: TRK-01
    Source: domain §3 (Task: submit)
    """
    return Refusal("TRK-01.milestones_open", {"count": facts.open_milestones}) if facts.open_milestones else None


def children_final(facts: TaskFacts, actor: Actor, today: date) -> Refusal | None:
    """Require every live sub-task accepted or closed before completion.

    Rule: TRK-02
    Source: domain §3 (Task: submit)
    """
    return Refusal("TRK-02.children_open", {"count": facts.open_children}) if facts.open_children else None


def evidence_complete(facts: TaskFacts | MilestoneFacts, actor: Actor, today: date) -> Refusal | None:
    """Require at least one piece of evidence.

    Rule: TRK-03
    Source: domain §3 (Task: submit)
    """
    return None if facts.evidence_count else Refusal("TRK-03.no_evidence")


def first_objection_in_time(facts: TaskFacts, actor: Actor, today: date) -> Refusal | None:
    """Allow one objection, within three working days of issue.

    Rule: TRK-04, TRK-05
    Source: domain §3 (Task: object)
    """
    if facts.objected_before:
        return Refusal("TRK-04.objected_before")
    if facts.workdays_since_issue > OBJECTION_WORKDAYS:
        return Refusal("TRK-05.objection_late", {"days": OBJECTION_WORKDAYS})
    return None


def key_task_concurred(facts: TaskFacts, actor: Actor, today: date) -> Refusal | None:
    """Require the inspector's concurrence on a key task.

    Rule: TRK-06
    Source: domain §3 (Task: accept)
    """
    return Refusal("TRK-06.no_concurrence") if facts.is_key and not facts.inspector_concurred else None


def task_is_worked_on(facts: MilestoneFacts | ReportFacts, actor: Actor, today: date) -> Refusal | None:
    """Allow claims and reports only on a task somebody has signed for.

    Rule: TRK-07
    Source: domain §3 (Milestone, ProgressReport)
    """
    working = {TaskStatus.IN_PROGRESS, TaskStatus.RETURNED, TaskStatus.SUBMITTED}
    return None if facts.task_status in working else Refusal("TRK-07.task_not_open")


def takes_evidence(task_status: str) -> Refusal | None:
    """Take evidence from issue to acceptance: nothing is added behind a verdict, or to what nobody asked for.

    Rule: TRK-22
    Source: domain §3 (Task: submit, accept)
    """
    owed = {TaskStatus.ISSUED, TaskStatus.IN_PROGRESS, TaskStatus.RETURNED, TaskStatus.SUBMITTED}
    return None if task_status in owed else Refusal("TRK-22.no_work_owed", {"status": TaskStatus(task_status)})


def report_is_filled(facts: ReportFacts, actor: Actor, today: date) -> Refusal | None:
    """Refuse to sign an empty report.

    Rule: TRK-10
    Source: domain §3 (ProgressReport: sign)
    """
    return Refusal("TRK-10.report_empty") if facts.is_empty else None


def requested_in_time(facts: ChangeFacts, actor: Actor, today: date) -> Refusal | None:
    """Require an extension to be requested before the due date has passed, and to a later date within the parent's.

    Rule: TRK-12, TRK-13, DEC-03
    Source: domain §3 (ChangeRequest)
    """
    if facts.task_due_on is not None and today > facts.task_due_on:
        return Refusal("TRK-12.extension_late", {"due_on": facts.task_due_on})
    return later_within_parent(facts, actor, today)


def later_within_parent(facts: ChangeFacts, actor: Actor, today: date) -> Refusal | None:
    """Require the requested date to be after the current one and not after the parent's.

    Rule: TRK-13, DEC-03
    Source: domain invariant 5
    """
    asked, current, parent = facts.requested_due_on, facts.task_due_on, facts.parent_due_on
    if asked is None or (current is not None and asked <= current):
        return Refusal("TRK-13.extension_not_later", {"due_on": asked})
    if parent is not None and asked > parent:
        return Refusal("DEC-03.after_parent", {"due_on": asked, "parent_due_on": parent})
    return None


def within_own_limit(facts: ChangeFacts, actor: Actor, today: date) -> Refusal | None:
    """Leave a long extension to the supervising leader.

    Rule: TRK-14
    Source: domain §6 (extensions up to 10 working days: office)
    """
    if facts.workdays > facts.office_limit_workdays and not holds_seat(LEADER[0], facts, actor):
        return Refusal("TRK-14.extension_long", {"days": facts.office_limit_workdays})
    return None


def second_person_reopens(facts: TaskFacts, actor: Actor, today: date) -> Refusal | None:
    """Let nobody undo their own acceptance.

    Rule: TRK-18
    Source: domain §3 (Task: reopen)
    """
    return Refusal("TRK-18.own_acceptance") if actor.user_id == facts.accepted_by else None


def quality_of_result(given: object) -> Decimal | Refusal:
    """Return the quality of an accepted result as the assessment takes it, 0–1 with two places, or why it is none.

    Rule: TRK-21
    Source: scorecard (task line: quality from acceptance)
    """
    try:
        quality = Decimal(str(given)).quantize(Decimal("0.01"))
    except ArithmeticError:
        return Refusal("TRK-21.quality")
    return quality if quality.is_finite() and 0 <= quality <= 1 else Refusal("TRK-21.quality")


def declared_progress(value: int) -> Refusal | None:
    """Refuse a declared progress outside 0–95 per cent.

    Rule: TRK-08
    Source: domain invariant 8
    """
    return None if 0 <= value <= MAX_DECLARED_PROGRESS else Refusal("TRK-08.progress_range")


def milestone_date(due_on: date, task_due_on: date | None) -> Refusal | None:
    """Refuse a milestone dated after its task.

    Rule: DEC-03
    Source: domain invariant 5
    """
    if task_due_on is not None and due_on > task_due_on:
        return Refusal("DEC-03.after_parent", {"due_on": due_on, "parent_due_on": task_due_on})
    return None


# --- machines --------------------------------------------------------------------------------------------------------
def _from(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


T, M, R, C = TaskStatus, MilestoneStatus, ReportStatus, ChangeStatus

TASK_MACHINE: Machine = {
    TaskMove.ISSUE: Move(_from(T.DRAFT), T.ISSUED, OFFICE, (has_one_lead_with_head,)),
    TaskMove.SIGN_FOR: Move(_from(T.ISSUED), T.IN_PROGRESS, LEAD_HEAD),
    TaskMove.OBJECT: Move(_from(T.ISSUED), T.DRAFT, LEAD_HEAD, (first_objection_in_time,), needs_reason=True),
    TaskMove.SUBMIT: Move(
        _from(T.IN_PROGRESS, T.RETURNED),
        T.SUBMITTED,
        LEAD_OFFICER,
        (milestones_settled, children_final, evidence_complete),
    ),
    TaskMove.WITHDRAW: Move(_from(T.SUBMITTED), T.IN_PROGRESS, LEAD_OFFICER),
    TaskMove.CONCUR: Move(_from(T.SUBMITTED), T.SUBMITTED, INSPECTOR, four_eyes=True),
    TaskMove.RETURN: Move(_from(T.SUBMITTED), T.RETURNED, REVIEWER, needs_reason=True, four_eyes=True),
    TaskMove.ACCEPT: Move(
        _from(T.SUBMITTED), T.ACCEPTED, REVIEWER, (key_task_concurred,), four_eyes=True, inputs=("quality",)
    ),
    TaskMove.CLOSE: Move(_from(T.ACCEPTED), T.CLOSED, INSPECTOR),
    TaskMove.REOPEN: Move(
        _from(T.ACCEPTED, T.CLOSED), T.IN_PROGRESS, OFFICE, (second_person_reopens,), needs_reason=True
    ),
    TaskMove.CANCEL: Move(
        _from(T.DRAFT, T.ISSUED, T.IN_PROGRESS, T.RETURNED, T.SUBMITTED), T.CANCELLED, OFFICE, needs_reason=True
    ),
}

MILESTONE_MACHINE: Machine = {
    MilestoneMove.CLAIM: Move(
        _from(M.PLANNED, M.RETURNED), M.CLAIMED, RESPONSIBLE_OFFICER, (task_is_worked_on, evidence_complete)
    ),
    MilestoneMove.ACCEPT: Move(_from(M.CLAIMED), M.ACCEPTED, REVIEWER, four_eyes=True),
    MilestoneMove.RETURN: Move(_from(M.CLAIMED), M.RETURNED, REVIEWER, needs_reason=True, four_eyes=True),
    MilestoneMove.WAIVE: Move(_from(M.PLANNED, M.RETURNED), M.WAIVED, OFFICE, needs_reason=True),
}

REPORT_MACHINE: Machine = {
    ReportMove.SIGN: Move(_from(R.DRAFT), R.SIGNED, LEAD_HEAD, (task_is_worked_on, report_is_filled)),
    ReportMove.ACCEPT: Move(_from(R.SIGNED), R.ACCEPTED, REVIEWER, four_eyes=True),
    ReportMove.RETURN: Move(_from(R.SIGNED), R.RETURNED, REVIEWER, needs_reason=True, four_eyes=True),
    ReportMove.REVISE: Move(_from(R.RETURNED), R.DRAFT, LEAD_OFFICER),
}


CHANGE_MACHINE: Machine = {
    ChangeMove.SIGN: Move(_from(C.DRAFT), C.SIGNED, LEAD_HEAD, (requested_in_time,)),
    ChangeMove.APPROVE: Move(
        _from(C.SIGNED),
        C.APPROVED,
        OFFICE + LEADER,
        (later_within_parent, within_own_limit),
        needs_reason=True,
        four_eyes=True,
    ),
    ChangeMove.REJECT: Move(_from(C.SIGNED), C.REJECTED, REVIEWER, needs_reason=True, four_eyes=True),
}
