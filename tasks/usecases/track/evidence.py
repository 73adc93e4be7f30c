"""Tracking: attach evidence; bytes are kept under their SHA-256, once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from tasks.errors import Refusal, RefusedError
from tasks.models import Evidence, Milestone, ProgressReport, Task
from tasks.queries.base import policy_values
from tasks.queries.scope import visible
from tasks.queries.track import responsible_units
from tasks.rules.gate import Actor, holds_seat
from tasks.rules.track import RESPONSIBLE_OFFICER, SubjectFacts, takes_evidence
from tasks.usecases.act import local_day
from tasks.usecases.track.journal import record


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one of several files: its name, and the refusal, or None when it was attached."""

    label: str
    refusal: Refusal | None = None


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

    Raises: RefusedError with GATE-02, GATE-05, TRK-16 (type), TRK-17 (size), TRK-19 (classified) or TRK-22 (no work
    owed).
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
        # Locked: the verdict on the work and one more piece of evidence for it must not cross.
        task = next(iter(visible(Task, actor).select_for_update(of=("self",)).filter(pk=task_id)), None)
        milestone = visible(Milestone, actor).filter(task_id=task_id, pk=milestone_id).first() if milestone_id else None
        report = visible(ProgressReport, actor).filter(task_id=task_id, pk=report_id).first() if report_id else None
        if task is None or (milestone_id and milestone is None) or (report_id and report is None):
            raise RefusedError(Refusal("GATE-05.hidden"))
        leads, files, _count = responsible_units(task_id)
        facts = SubjectFacts(task.status, leads, files, task.campaign_id)
        if not any(holds_seat(seat, facts, actor) for seat in RESPONSIBLE_OFFICER):
            raise RefusedError(Refusal("GATE-02.seat", {"move": "attach", "who": RESPONSIBLE_OFFICER}))
        refusal = takes_evidence(task.status)
        if refusal is not None:
            raise RefusedError(refusal)
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
        record(actor, f"evidence:{row.pk}", "attach", at, {"task": task_id, "sha256": digest, "name": row.name})
    return row


def attach_files(
    task_id: int, files: Iterable[tuple[str, IO[bytes]]], *, actor: Actor, at: datetime, **given: Any
) -> list[FileResult]:
    """Attach each of `files` (name, content) as `attach_evidence` does with `given`; return what became of each.

    A refused file stops none of the others.
    """
    return [FileResult(name, _try(task_id, name, content, actor=actor, at=at, **given)) for name, content in files]


def _try(task_id: int, name: str, content: IO[bytes], **given: Any) -> Refusal | None:
    try:
        attach_evidence(task_id, name=name, content=content, **given)
    except RefusedError as refused:
        return Refusal(refused.code, refused.params)
    return None


def store_file(digest: str, body: bytes) -> None:
    """Keep `body` under its digest; the same bytes are stored once."""
    storage = storages["evidence"]
    path = evidence_path(digest)
    if not storage.exists(path):
        storage.save(path, ContentFile(body))


def evidence_path(digest: str) -> str:
    """Return where in the evidence store a file with this SHA-256 lies."""
    return f"{digest[:2]}/{digest}"
