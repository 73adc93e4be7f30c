"""Whether the rows of the business stand where the audit trail says they were left; streams, decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from accounts.models import AuditEntry
from accounts.queries.audit import batches
from accounts.rules.verify import Finding, row_findings
from tasks.models import ChangeRequest, Milestone, ProgressReport, Task
from tasks.queries.words import status_label

# Subject of the audit entries -> the table the machine of that name governs.
GOVERNED: Mapping[str, Any] = {
    "task": Task,
    "milestone": Milestone,
    "report": ProgressReport,
    "change": ChangeRequest,
}
ROWS = 900  # in one statement: older SQLite takes 999 values


def business_findings() -> Iterator[Finding]:
    """Yield every row whose status no recorded act explains, and every row that acts tell of and that is gone."""
    for kind, model in GOVERNED.items():
        initial = str(model._meta.get_field("status").default)
        rows = model._base_manager.order_by("pk").values_list("pk", "status")
        for batch in batches(rows.iterator(chunk_size=ROWS), ROWS):
            live = {f"{kind}:{pk}": status for pk, status in batch}
            for finding in row_findings(live, left_at(live), initial):
                yield _in_words(finding, kind)
        subjects = AuditEntry.objects.filter(subject__startswith=f"{kind}:").order_by("subject").values("subject")
        told = subjects.distinct().values_list("subject", flat=True).iterator(chunk_size=ROWS)
        for names in batches(told, ROWS):
            yield from row_findings(dict.fromkeys(_gone(names, model)), left_at(names), initial)


def left_at(subjects: Iterable[str]) -> dict[str, str]:
    """Return subject -> status after the last act that changed it.

    Entries are in the order they were written: acts on one row wait for its lock.
    """
    acts = AuditEntry.objects.filter(subject__in=list(subjects)).exclude(after="").order_by("pk")
    return dict(acts.values_list("subject", "after"))


def _gone(subjects: Iterable[str], model: Any) -> list[str]:
    keys = {subject: subject.partition(":")[2] for subject in subjects}
    wanted = {int(key) for key in keys.values() if key.isdecimal() and len(key) < 19}
    live = {str(pk) for pk in model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)}
    return [subject for subject, key in keys.items() if key not in live]


def _in_words(finding: Finding, kind: str) -> Finding:
    words = {name: status_label(kind, status) for name, status in finding.params.items()}
    return replace(finding, params=words)
