"""Process facts: reports owed, filed in time, and accepted at first pass."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tasks.models import ReportDue
from tasks.queries.assess.window import Window
from tasks.rules.assess.facts import CountFacts
from tasks.vocab import ReportStatus, ResponsibilityKind, TaskStatus


@dataclass(slots=True)
class ConductRead:
    """Counts per unit id and part code, and the units whose reports are demo data."""

    parts: dict[int, dict[str, CountFacts]] = field(default_factory=dict)
    demo: set[int] = field(default_factory=set)


def read_conduct(window: Window) -> ConductRead:
    """Return the process counts per lead unit. One query.

    Every report due in the year by the closing day counts once in each part, so that a report not filed is never better
    than one filed late. A report no longer owed because its task was finished by the report's due date does not count.
    Orders and evidence samples have no rows yet: those parts do not apply, and the rules hand their points on.
    """
    rows = (
        ReportDue.objects.filter(
            due_on__range=(window.first, window.closing),
            task__revision_id__in=window.revisions,
            task__responsibilities__kind=ResponsibilityKind.LEAD,
        )
        .exclude(task__status__in=[TaskStatus.DRAFT, TaskStatus.CANCELLED])
        .order_by("due_on", "pk")
        .values_list(
            "pk",
            "due_on",
            "task__accepted_on",
            "report__filed_on",
            "report__times_returned",
            "report__status",
            "report__is_demo",
            "task__responsibilities__org_unit_id",
        )
    )
    owed: dict[int, list[tuple[str, bool, bool]]] = defaultdict(list)  # unit: (key, in time, first pass)
    found = ConductRead()
    for pk, due_on, accepted_on, filed_on, returned, status, is_demo, unit in rows:
        filed = filed_on is not None and filed_on <= window.closing
        released = accepted_on is not None and accepted_on <= due_on
        if not filed and (released or not window.fell_due(due_on)):
            continue
        passed = filed and not returned and status != ReportStatus.RETURNED
        owed[unit].append((f"report:{pk}", filed_on is not None and filed_on <= due_on, passed))
        if is_demo:
            found.demo.add(unit)
    found.parts = {
        unit: {
            "reports_on_time": _count([(key, in_time) for key, in_time, _passed in reports]),
            "first_pass": _count([(key, passed) for key, _in_time, passed in reports]),
        }
        for unit, reports in owed.items()
    }
    return found


def _count(rows: list[tuple[str, bool]]) -> CountFacts:
    missed = tuple(key for key, good in rows if not good)
    return CountFacts(len(rows) - len(missed), len(rows), missed)
