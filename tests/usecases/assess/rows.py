"""Short makers of the rows a year is scored from, and readers of what came out."""

import datetime as dt
from decimal import Decimal

from tasks.models import (
    ChangeRequest,
    Indicator,
    Observation,
    ProgressReport,
    ReportDue,
    ReportRule,
    Responsibility,
    ScoreLine,
    Task,
)
from tasks.usecases.assess import score_year
from tests.factories import noon

YEAR_END = dt.date(2026, 12, 31)

AT = noon(dt.date(2027, 1, 15))


def save(row):
    row.save_audited(by=None, reason="test", at=AT)
    return row


def add_task(city, code, weight, due_on, unit="energy", parent="1.1.1", **values):
    above = city.task(parent)
    row = save(
        Task(
            revision=city.revision,
            parent=above,
            campaign=above.campaign or above,
            path=f"{above.path}.{int(code[1:]) + 50:04d}",
            depth=above.depth + 1,
            kind="measure",
            code=code,
            title=f"任务{code}",
            weight=weight,
            starts_on=dt.date(2025, 1, 1),
            due_on=due_on,
            baseline_due_on=due_on,
            progress_mode="declared",
            **({"status": "in_progress"} | values),
        )
    )
    save(Responsibility(task=row, org_unit=city.unit(unit), kind="lead", confirmation="confirmed"))
    return row


def finished(day, quality):
    return {"status": "accepted", "accepted_on": day, "quality": Decimal(quality)}


def observe(city, indicator, value, unit=None, **values):
    return save(
        Observation(
            indicator=Indicator.objects.get(code=indicator),
            org_unit=city.unit(unit) if unit else None,
            value=value,
            **({"year": 2026, "source": "统计", "observed_on": YEAR_END, "status": "verified"} | values),
        )
    )


def score(as_of=YEAR_END, at=AT, **more):
    return score_year(2026, as_of=as_of, at=at, **more)


def sheet_of(run, unit):
    return next(sheet for sheet in run.sheets if sheet.org_unit.code == unit)


def categories(sheet):
    return {row["category"]: row["points"] for row in sheet.categories}


def line_of(sheet, key):
    return ScoreLine.objects.get(sheet=sheet, inputs__key=key)


def extend(city, task, cause, decided_on=dt.date(2026, 8, 20)):
    return save(
        ChangeRequest(
            task=task,
            cause=cause,
            explanation="原因",
            old_due_on=dt.date(2026, 8, 31),
            new_due_on=task.due_on,
            status="approved",
            decided_on=decided_on,
            written_by=city.people["energy_officer"],
        )
    )


def report(city, task, due_on, period, **values):
    rule = ReportRule.objects.get(revision=city.revision)
    due = ReportDue.objects.create(
        rule=rule, task=task, period_key=period, period_end=due_on, opens_on=due_on, due_on=due_on
    )
    return save(ProgressReport(due=due, task=task, **values)) if values else due
