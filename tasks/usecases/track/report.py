"""Tracking: write a periodic report, one line per measure below the reported task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from tasks.errors import Refusal, RefusedError
from tasks.models import ProgressReport, ReportDue, ReportLine, Task
from tasks.queries.scope import visible
from tasks.queries.track import report_facts
from tasks.rules.gate import Actor, holds_seat
from tasks.rules.track import LEAD_OFFICER, declared_progress, task_is_worked_on
from tasks.usecases.act import local_day
from tasks.usecases.track.journal import record
from tasks.usecases.track.moves import move_report
from tasks.vocab import ReportMove, ReportStatus

REPORT_FIELDS = ("claimed_progress", "done", "problems", "support_needed", "next_steps", "forecast_on")

Lines = Mapping[int, Mapping[str, Any]]  # task id -> {"claimed_progress": percent 0–95, "note": text}


def save_report(
    due_id: int,
    *,
    actor: Actor,
    at: datetime,
    content: Mapping[str, Any],
    lines: Lines | None = None,
    version: int | None = None,
    is_demo: bool = False,
) -> ProgressReport:
    """Write the draft of a periodic report, creating it on first save, and return it.

    `content`: any of REPORT_FIELDS; progress in percent 0–95. `lines`: what the report says of measures below the
    task; a measure left out keeps its line. Saving a returned report takes it up again, as the move "revise" does.
    Raises: RefusedError with GATE-02, GATE-05 (also for a line of a task that is not below this one), GATE-06, TRK-07,
    TRK-08, TRK-09 or TRK-11.
    """
    today = local_day(at)
    with transaction.atomic():
        due = visible(ReportDue, actor).select_for_update(of=("self",)).filter(pk=due_id).select_related("task").first()
        if due is None:
            raise RefusedError(Refusal("GATE-05.hidden"))
        report = ProgressReport.objects.select_for_update().filter(due=due).first()
        refusal = _refusal(due, report, actor, content, lines or {}, version, today)
        if refusal is not None:
            raise RefusedError(refusal)
        if report is not None and report.status == ReportStatus.RETURNED:
            report = move_report(report.pk, ReportMove.REVISE, actor=actor, at=at)
        row = report or ProgressReport(due=due, task=due.task, is_demo=is_demo, version=0)
        row.written_by_id = actor.user_id
        for name in REPORT_FIELDS:
            if name in content:
                setattr(row, name, content[name])
        row.version += 1
        row.save_audited(by=User.objects.get(pk=actor.user_id), reason="", at=at)
        said = _write_lines(row, lines or {})
        record(actor, f"report:{row.pk}", "save", at, {"claimed_progress": str(row.claimed_progress), "lines": said})
    return row


def _refusal(
    due: ReportDue,
    report: ProgressReport | None,
    actor: Actor,
    content: Mapping[str, Any],
    lines: Lines,
    version: int | None,
    today: date,
) -> Refusal | None:
    """Return why this report may not be written like this, or None."""
    facts = report_facts(report or ProgressReport(due=due, task=due.task), today=today)
    if not any(holds_seat(seat, facts, actor) for seat in LEAD_OFFICER):
        return Refusal("GATE-02.seat", {"move": "save", "who": LEAD_OFFICER})
    refusal = task_is_worked_on(facts, actor, today) or declared_progress(int(content.get("claimed_progress") or 0))
    if refusal is not None:
        return refusal
    if today < due.opens_on:
        return Refusal("TRK-09.report_not_open", {"opens_on": due.opens_on})
    if report is not None and report.status not in {ReportStatus.DRAFT, ReportStatus.RETURNED}:
        return Refusal("TRK-11.report_filed")
    if report is not None and version is not None and report.version != version:
        return Refusal("GATE-06.stale")
    below = Task.objects.below(due.task).live().filter(pk__in=lines) & visible(Task, actor)
    if set(lines) - set(below.values_list("pk", flat=True)):
        return Refusal("GATE-05.hidden")
    values = (declared_progress(int(line.get("claimed_progress") or 0)) for line in lines.values())
    return next((refusal for refusal in values if refusal is not None), None)


def _write_lines(report: ProgressReport, lines: Lines) -> dict[str, str]:
    """Write each line and return what was said, per task id, as the audit entry keeps it."""
    said: dict[str, str] = {}
    known = {line.task_id: line for line in ReportLine.objects.filter(report=report, task_id__in=lines)}
    fresh: list[ReportLine] = []
    changed: list[ReportLine] = []
    for task_id, given in sorted(lines.items()):
        line = known.get(task_id) or ReportLine(report=report, task_id=task_id)
        line.claimed_progress = int(given.get("claimed_progress") or 0)
        line.note = str(given.get("note") or "")[:300]
        (changed if line.pk else fresh).append(line)
        said[str(task_id)] = f"{line.claimed_progress} % {line.note}".rstrip()
    ReportLine.objects.bulk_create(fresh)
    ReportLine.objects.bulk_update(changed, ["claimed_progress", "note"])
    return said
