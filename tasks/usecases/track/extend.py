"""Tracking: ask for a later due date."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from tasks.errors import Refusal, RefusedError
from tasks.models import ChangeRequest, Task
from tasks.queries.scope import visible
from tasks.queries.track import change_facts
from tasks.rules.gate import Actor, holds_seat
from tasks.rules.track import LEAD_OFFICER, requested_in_time
from tasks.usecases.act import local_day
from tasks.usecases.track.journal import record
from tasks.vocab import ChangeCause, ChangeKind, ChangeStatus


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
        record(actor, f"change:{change.pk}", "request", at, {"new_due_on": new_due_on.isoformat()}, explanation)
    return change
