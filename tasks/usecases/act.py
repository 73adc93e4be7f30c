"""The workflow engine: the only way a status changes. Lock, re-check, audited save, audit entry, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models import OrgUnit, User
from accounts.usecases.audit import record_act
from accounts.vocab import UnitKind
from tasks.errors import Refusal, RefusedError
from tasks.models import Task
from tasks.queries.scope import visible
from tasks.rules.gate import Actor, Machine, Verdict, judge, legal_moves
from tasks.usecases.analyse import refresh_standings

Effect = Callable[["Act"], list[str]]  # writes onto the locked row, returns the names of the fields it set


@dataclass(frozen=True, slots=True)
class Workflow:
    """One machine with the table it governs, the facts its guards need, and what each move writes.

    `effects`: what a move writes beside the status. `settle`: what must follow every move, in the same transaction.
    """

    name: str
    model: type[models.Model]
    machine: Machine
    facts: Callable[..., Any]
    effects: Mapping[str, Effect]
    settle: Callable[[Act], None]


@dataclass(slots=True)
class Act:
    """One move being made: the locked row, who makes it, when, why, with what inputs."""

    row: Any
    move: str
    actor: Actor
    by: User
    at: datetime
    today: date
    reason: str
    given: Mapping[str, Any]
    later: dict[int, Task] | None = None

    def refresh(self, *tasks: Task) -> None:
        """Bring the standings of `tasks` up to date, or leave that to whoever makes many moves in one transaction."""
        if self.later is None:
            refresh_standings(tasks, today=self.today)
        else:
            self.later.update({task.pk: task for task in tasks})


def local_day(at: datetime) -> date:
    """Return the calendar day of instant `at` in the city's time zone."""
    return timezone.localtime(at).date()


def perform(
    workflow: Workflow,
    pk: int,
    move: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    given: Mapping[str, Any] | None = None,
    version: int | None = None,
    later: dict[int, Task] | None = None,
) -> Any:
    """Make `move` on row `pk` in the name of `actor` and return the changed row.

    `given` holds the move's inputs; `version`, when known, is the version the person was looking at. `later` collects
    the tasks whose standing the caller will refresh, in the same transaction, after many moves.
    Raises: RefusedError with GATE-05 (not visible), GATE-06 (changed meanwhile), GATE-07 (input missing), GATE-01…04 or
    the refusal of the guard that said no. Nothing is changed then.
    """
    today = local_day(at)
    given = dict(given or {})
    with transaction.atomic():
        row = next(iter(visible(workflow.model, actor).select_for_update(of=("self",)).filter(pk=pk)), None)
        if row is None:
            raise RefusedError(Refusal("GATE-05.hidden"))
        if version is not None and row.version != version:  # type: ignore[attr-defined]
            raise RefusedError(Refusal("GATE-06.stale"))
        facts = workflow.facts(row, today=today)
        if move not in workflow.machine:
            raise RefusedError(Refusal("GATE-05.hidden"))
        refusal = judge(workflow.machine, move, facts, actor, today=today, reason=reason)
        if refusal is None:
            missing = [name for name in workflow.machine[move].inputs if given.get(name) in (None, "")]
            refusal = Refusal("GATE-07.input", {"move": move, "field": missing[0]}) if missing else None
        if refusal is not None:
            raise RefusedError(refusal)
        # The history stores a person's key and nothing else of them, so nothing else is read.
        act = Act(row, move, actor, User(pk=actor.user_id), at, today, reason, given, later)
        _write(workflow, act)
        workflow.settle(act)
    return row


def _write(workflow: Workflow, act: Act) -> None:
    row, rule = act.row, workflow.machine[act.move]
    before = row.status
    fields = {"status", "version"}
    effect = workflow.effects.get(act.move)
    if effect is not None:
        fields.update(effect(act))
    row.status = rule.target
    row.version += 1
    row.save_audited(by=act.by, reason=act.reason, at=act.at, fields=sorted(fields))
    roles = frozenset(seat.role for seat in rule.seats)
    record_act(
        unit_id=act.actor.unit_for(roles) or office_unit_id(),
        actor_id=act.actor.user_id,
        actor_name=act.actor.name,
        subject=f"{workflow.name}:{row.pk}",
        act=act.move,
        before=before,
        after=row.status,
        reason=act.reason,
        at=act.at,
        details={name: str(value) for name, value in act.given.items()},
    )


def office_unit_id() -> int:
    """Return the id of the unit in whose chain the machine's own acts are recorded."""
    return int(OrgUnit.objects.filter(kind=UnitKind.OFFICE).order_by("position", "pk").values_list("pk", flat=True)[0])


def moves_for(workflow: Workflow, row: Any, actor: Actor, *, today: date) -> list[Verdict]:
    """Return the gate's verdict on every move out of the row's current status."""
    return legal_moves(workflow.machine, workflow.facts(row, today=today), actor, today=today)
