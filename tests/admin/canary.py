"""A measure of the transport bureau with a canary in everything on it, which the energy bureau must never see."""

import datetime as dt
from dataclasses import dataclass
from io import BytesIO

from accounts.models import User
from tasks.models import (
    ChangeRequest,
    Evidence,
    Milestone,
    Notice,
    ProgressReport,
    ReportDue,
    ReportRule,
    Responsibility,
    Rung,
    Task,
)
from tasks.usecases.track import attach_evidence, save_report
from tests.factories import City, issue_all, noon
from tests.steps import DAY, KEY

WORD = "CANARY"


@dataclass
class Canary:
    """The rows that carry the word."""

    task: Task
    milestone: Milestone
    due: ReportDue
    report: ProgressReport
    evidence: Evidence
    change: ChangeRequest
    notice: Notice

    def history_id(self, row: Task | Milestone | ProgressReport | ChangeRequest) -> int:
        """Return the id of the newest past state of `row`."""
        return row.history.order_by("-pk").values_list("pk", flat=True)[0]


def plant(city: City) -> Canary:
    """Issue everything and put the word wherever a unit can write."""
    issue_all(city, DAY)
    owner: User = city.people["transport_officer"]
    task = city.task(KEY)
    task.title = f"{WORD}-task"
    task.save_audited(by=owner, reason=f"{WORD}-reason", at=noon(DAY))
    part = Responsibility.objects.get(task=task, kind="lead")
    part.basis = f"{WORD}-basis"
    part.save_audited(by=owner, reason="", at=noon(DAY))
    milestone = Milestone(task=task, code="m", title=f"{WORD}-milestone", due_on=DAY, baseline_due_on=DAY)
    milestone.save_audited(by=owner, reason="", at=noon(DAY))
    due = ReportDue.objects.create(
        rule=ReportRule.objects.get(),
        task=task,
        period_key="2025-Q1",
        period_end=dt.date(2025, 3, 31),
        opens_on=DAY,
        due_on=dt.date(2025, 4, 8),
    )
    actor = city.actor("transport_officer", DAY)
    report = save_report(due.pk, actor=actor, at=noon(DAY), content={"done": f"{WORD}-report", "claimed_progress": 7})
    evidence = attach_evidence(
        task.pk,
        actor=actor,
        at=noon(DAY),
        name=f"{WORD}.pdf",
        content=BytesIO(f"{WORD}-bytes".encode()),
        declared_unclassified=True,
    )
    change = _change(task, owner)
    notice = Notice.objects.create(
        deadline=task.deadlines.get(kind="task"),
        deadline_revision=1,
        rung=Rung.objects.filter(ladder__kind="task").order_by("position")[0],
        recipient=owner,
        addressee="officer",
        fired_on=DAY,
        slot_at=noon(DAY),
    )
    return Canary(task, milestone, due, report, evidence, change, notice)


def _change(task: Task, owner: User) -> ChangeRequest:
    """Write a request as it lies in the table; the plan leaves this measure no later date to ask for."""
    row = ChangeRequest(
        task=task,
        cause="external",
        explanation=f"{WORD}-explanation",
        old_due_on=task.due_on,
        new_due_on=task.due_on + dt.timedelta(7),
        written_by=owner,
    )
    row.save_audited(by=owner, reason="", at=noon(DAY))
    return row
