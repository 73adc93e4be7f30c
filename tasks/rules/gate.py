"""The one gate: may this actor make this move now, and if not, why not. Knows no particular machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from accounts.vocab import CITY_WIDE_ROLES, Role
from tasks.errors import Refusal
from tasks.vocab import Placement


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: one person with every seat held on the day of asking.

    `seats`: (role, unit id) pairs. `portfolio_units`, `portfolio_campaigns`: what a supervising leader supervises.
    """

    user_id: int
    name: str
    seats: frozenset[tuple[Role, int]] = frozenset()
    portfolio_units: frozenset[int] = frozenset()
    portfolio_campaigns: frozenset[int] = frozenset()

    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, _unit in self.seats)

    def units(self) -> frozenset[int]:
        return frozenset(unit for _role, unit in self.seats)

    def sees_whole_city(self) -> bool:
        return bool(self.roles() & CITY_WIDE_ROLES)

    def unit_for(self, roles: frozenset[Role]) -> int | None:
        """Return the unit in whose name the actor acts when using one of `roles`."""
        return min((unit for role, unit in self.seats if role in roles), default=None)


@dataclass(frozen=True, slots=True)
class Seat:
    """A role that may make a move, and where its unit must stand towards the task."""

    role: Role
    placement: Placement = Placement.ANYWHERE


class Subject(Protocol):
    """What the gate needs to know of any row with a status; facts classes of each stage satisfy it."""

    @property
    def status(self) -> str: ...
    @property
    def lead_units(self) -> frozenset[int]: ...
    @property
    def responsible_units(self) -> frozenset[int]: ...
    @property
    def campaign_id(self) -> int | None: ...
    @property
    def submitted_by(self) -> int | None: ...
    @property
    def submitting_units(self) -> frozenset[int]: ...


Guard = Callable[..., Refusal | None]  # (facts, actor, today) -> why not


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a machine's table."""

    sources: frozenset[str]
    target: str
    seats: tuple[Seat, ...]
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False
    four_eyes: bool = False
    inputs: tuple[str, ...] = ()


Machine = Mapping[str, Move]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer for one move: allowed, or the refusal."""

    move: str
    refusal: Refusal | None = None
    needs_reason: bool = False
    inputs: tuple[str, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        return self.refusal is None


def holds_seat(seat: Seat, facts: Subject, actor: Actor) -> bool:
    """Answer whether `actor` holds `seat` towards the subject described by `facts`.

    Rule: GATE-02
    Source: domain §6 (roles and verbs)
    """
    units = {unit for role, unit in actor.seats if role == seat.role}
    if not units:
        return False
    if seat.placement is Placement.LEAD:
        return bool(units & facts.lead_units)
    if seat.placement is Placement.RESPONSIBLE:
        return bool(units & facts.responsible_units)
    if seat.placement is Placement.PORTFOLIO:
        supervised = facts.campaign_id in actor.portfolio_campaigns
        return supervised or bool(actor.portfolio_units & facts.lead_units)
    return True


def judge(
    machine: Machine, name: str, facts: Subject, actor: Actor, *, today: date, reason: str | None = None
) -> Refusal | None:
    """Return why `actor` may not make move `name`, or None when it is legal.

    The order is fixed: status, seat, four eyes, the move's guards, reason. `reason=None` skips the reason check
    (asking what would be possible); an empty reason is refused where one is required.

    Rule: GATE-01, GATE-02, GATE-03, GATE-04
    Source: domain invariants 1 and 4
    """
    move = machine[name]
    name = next(key for key in machine if key == name)  # the key carries the label that a refusal shows
    if facts.status not in move.sources:
        known = {str(status): status for other in machine.values() for status in (*other.sources, other.target)}
        return Refusal("GATE-01.state", {"move": name, "status": known.get(facts.status, facts.status)})
    if not any(holds_seat(seat, facts, actor) for seat in move.seats):
        return Refusal("GATE-02.seat", {"move": name, "who": move.seats})
    if move.four_eyes and _same_side(facts, actor):
        return Refusal("GATE-03.four_eyes", {"move": name})
    for guard in move.guards:
        refusal = guard(facts, actor, today)
        if refusal is not None:
            return refusal
    if move.needs_reason and reason is not None and not reason.strip():
        return Refusal("GATE-04.reason", {"move": name})
    return None


def _same_side(facts: Subject, actor: Actor) -> bool:
    if actor.user_id == facts.submitted_by:
        return True
    return bool(actor.units() & facts.submitting_units)


def legal_moves(machine: Machine, facts: Subject, actor: Actor, *, today: date) -> list[Verdict]:
    """Return a verdict for every move that leaves the current status, legal ones and refused ones alike.

    Moves of another status are left out: a button that cannot apply is noise, one that is refused is an answer.
    """
    return [
        Verdict(name, judge(machine, name, facts, actor, today=today), move.needs_reason, move.inputs)
        for name, move in machine.items()
        if facts.status in move.sources
    ]
