"""Verdicts in words a clerk can act on: labels for codes, people for seats. Every door may use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import OrgUnit, User
from accounts.queries.seats import holders
from tasks.errors import LIGHT_WORDS, Refusal
from tasks.rules.gate import Seat
from tasks.vocab import (
    ChangeMove,
    ChangeStatus,
    LightReason,
    MilestoneMove,
    MilestoneStatus,
    Placement,
    ReportMove,
    ReportStatus,
    TaskMove,
    TaskStatus,
)

MOVES: dict[str, Any] = {"task": TaskMove, "milestone": MilestoneMove, "report": ReportMove, "change": ChangeMove}
STATUSES: dict[str, Any] = {
    "task": TaskStatus,
    "milestone": MilestoneStatus,
    "report": ReportStatus,
    "change": ChangeStatus,
}


def move_label(kind: str, move: str) -> str:
    """Return what a move of machine `kind` is called on its button."""
    extra = {"save": _("Save"), "request": _("Request extension"), "attach": _("Attach evidence")}
    found = MOVES.get(kind)
    return str(found(move).label) if found and move in found.values else str(extra.get(move, move))


def status_label(kind: str, status: str) -> str:
    """Return what a status of machine `kind` is called."""
    found = STATUSES.get(kind)
    return str(found(status).label) if found and status in found.values else status


def act_label(subject: str, act: str) -> str:
    """Return what an act in the audit trail is called; `subject` is like "task:12"."""
    extra = {"save": _("Report saved"), "request": _("Extension requested"), "attach": _("Evidence attached")}
    return str(extra[act]) if act in extra else move_label(subject.partition(":")[0], act)


def reasons_in_words(reasons: Iterable[str]) -> list[dict[str, str]]:
    """Return each reason of a light with what would turn it green."""
    known = [LightReason(reason) for reason in reasons if reason in LightReason.values]
    return [{"what": str(reason.label), "remedy": str(LIGHT_WORDS.get(reason.value, ""))} for reason in known]


@dataclass
class People:
    """Who sits where towards one task, for naming those who can do what somebody else may not.

    `leads`, `files`: ids of the lead units and of all units that file. Asks the database only when a name is needed.
    """

    today: date
    leads: frozenset[int] = frozenset()
    files: frozenset[int] = frozenset()
    names: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def _holders(self) -> dict[tuple[Any, int], list[str]]:
        found = holders({"office", "inspector", "officer", "head", "leader"}, today=self.today)  # type: ignore[arg-type]
        names = dict(User.objects.filter(is_active=True).values_list("pk", "full_name"))
        near = self.leads | self.files
        return {
            (role, unit): [names.get(pk, "") for pk in people]
            for (role, unit), people in found.items()
            if unit in near or role in {"office", "inspector"}
        }

    @cached_property
    def _units(self) -> dict[int, str]:
        missing = (self.leads | self.files) - set(self.names)
        found = dict(OrgUnit.objects.filter(pk__in=missing).values_list("pk", "short_name")) if missing else {}
        return {**self.names, **found}

    def who(self, seats: Iterable[Seat]) -> str:
        """Return the people or posts that hold one of `seats`, for example "Head of unit, Energy Bureau (Li Ming)"."""
        return get_text_list(list(dict.fromkeys(part for seat in seats for part in self._parts(seat))), _("or"))

    def _parts(self, seat: Seat) -> list[str]:
        role = str(seat.role.label)
        if seat.placement is Placement.PORTFOLIO:
            return [role]
        if seat.placement is Placement.ANYWHERE:
            people = [name for (held, _unit), names in self._holders.items() if held == seat.role for name in names]
            return (
                [_("%(role)s (%(people)s)") % {"role": role, "people": get_text_list(people[:3], _("or"))}]
                if people
                else [role]
            )
        parts = []
        for unit in sorted(self.leads if seat.placement is Placement.LEAD else self.files):
            people = self._holders.get((seat.role, unit), [])
            words = {"role": role, "unit": self._units.get(unit, ""), "people": get_text_list(people[:3], _("or"))}
            parts.append((_("%(role)s, %(unit)s (%(people)s)") if people else _("%(role)s, %(unit)s")) % words)
        return parts or [role]


def in_words(refusal: Refusal, kind: str, people: People) -> Refusal:
    """Return the same refusal with codes replaced by labels and seats by the people who hold them."""
    params = dict(refusal.params)
    if "move" in params:
        params["move"] = move_label(kind, params["move"])
    if "status" in params:
        params["status"] = status_label(kind, params["status"])
    if isinstance(params.get("who"), tuple):
        params["who"] = people.who(params["who"])
    if "field" in params:
        params["field"] = {"quality": _("quality of the result")}.get(params["field"], params["field"])
    return Refusal(refusal.code, params)
