"""Tracking: make the periodic reports that fall due, ahead of time and only once."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from tasks.models import ReportDue, ReportRule, Task
from tasks.queries.base import policy_values, work_calendar
from tasks.rules.calendar import WorkCalendar
from tasks.rules.periods import Span, periods_between
from tasks.usecases.remind import keep_report_deadline


def materialise_reports(*, today: date) -> int:
    """Create every periodic report that opens within the policy's horizon, with its deadline; return how many are new.

    A task owes reports for the periods that end while it is open, from the one it was issued in. Idempotent.
    """
    ahead = today + timedelta(int(policy_values("reports", today=today)["materialise_days_ahead"]))
    calendar = work_calendar()
    made = 0
    for rule in ReportRule.objects.order_by("pk"):
        with transaction.atomic():
            made += _materialise(rule, today, ahead, calendar)
    return made


def _materialise(rule: ReportRule, today: date, ahead: date, calendar: WorkCalendar) -> int:
    tasks = Task.objects.open().filter(revision_id=rule.revision_id, kind__in=rule.applies_to, issued_on__isnull=False)
    known = set(
        ReportDue.objects.filter(rule=rule, due_on__gte=today - timedelta(400)).values_list("task_id", "period_key")
    )
    made = 0
    for task in tasks.order_by("path"):
        for span in periods_between(task.issued_on or today, ahead, rule.period):
            if (task.pk, span.key) not in known and span.last >= today - timedelta(366):
                made += _create(rule, task, span, calendar, today)
    return made


def _create(rule: ReportRule, task: Task, span: Span, calendar: WorkCalendar, today: date) -> int:
    due, is_new = ReportDue.objects.get_or_create(
        rule=rule,
        task=task,
        period_key=span.key,
        defaults={
            "period_end": span.last,
            "opens_on": calendar.shift(span.last, -rule.opens_workdays_before),
            "due_on": calendar.shift(span.last, rule.due_workdays_after),
        },
    )
    if is_new:
        due.task = task
        keep_report_deadline(due, today=today)
    return int(is_new)
