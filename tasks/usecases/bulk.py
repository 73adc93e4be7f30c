"""The same move on many rows: each row in its own transaction, each with its own answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tasks.errors import Refusal, RefusedError
from tasks.queries.scope import visible
from tasks.rules.gate import Actor
from tasks.usecases.act import Workflow, perform
from tasks.usecases.track.moves import TASKS

MOST_ROWS = 500  # one request's worth: at 10 ms a row the person waits five seconds


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: `label` as the person knows it, and the refusal, or None when it was done."""

    pk: int
    label: str
    refusal: Refusal | None = None


def move_many(
    workflow: Workflow, pks: Iterable[int], move: str, *, actor: Actor, at: datetime, reason: str = ""
) -> list[RowResult]:
    """Make `move` on each row of `pks` that `actor` may see, and return one result per row, in the order given.

    A refused row stops none of the others. Ids out of sight are answered like ids that do not exist.
    Raises: RefusedError with GATE-08 when more than MOST_ROWS rows are asked for; nothing is changed then.
    """
    wanted = list(dict.fromkeys(pks))
    if len(wanted) > MOST_ROWS:
        raise RefusedError(Refusal("GATE-08.too_many", {"count": len(wanted), "limit": MOST_ROWS}))
    labels = {row.pk: str(row) for row in visible(workflow.model, actor).filter(pk__in=wanted)}
    return [
        RowResult(pk, labels[pk], _try(workflow, pk, move, actor, at, reason))
        if pk in labels
        else RowResult(pk, f"#{pk}", Refusal("GATE-05.hidden"))
        for pk in wanted
    ]


def move_with_below(task_id: int, move: str, *, actor: Actor, at: datetime, reason: str = "") -> list[RowResult]:
    """Make `move` on a task and on everything visible below it whose status lets it begin, from the top down.

    Rows that are in another status are not asked and not reported: they are where they should be, or not yet.
    Raises: RefusedError with GATE-05 when the task is out of sight, GATE-08 when there are too many.
    """
    top = visible(TASKS.model, actor).filter(pk=task_id).first()
    if top is None or move not in TASKS.machine:
        raise RefusedError(Refusal("GATE-05.hidden"))
    below = visible(TASKS.model, actor) & TASKS.model.objects.below(top)  # type: ignore[attr-defined]
    sources = TASKS.machine[move].sources
    pks = list(below.filter(status__in=sources).order_by("path").values_list("pk", flat=True)[: MOST_ROWS + 1])
    if top.status in sources:  # type: ignore[attr-defined]
        pks.insert(0, task_id)
    return move_many(TASKS, pks, move, actor=actor, at=at, reason=reason)


def _try(workflow: Workflow, pk: int, move: str, actor: Actor, at: datetime, reason: str) -> Refusal | None:
    try:
        perform(workflow, pk, move, actor=actor, at=at, reason=reason)
    except RefusedError as refused:
        return Refusal(refused.code, refused.params)
    return None
