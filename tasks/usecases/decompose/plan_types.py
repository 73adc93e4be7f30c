"""What a plan's files say, as plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from tasks.vocab import Confirmation, DueBasis, Strength


@dataclass
class Node:
    """One node of the plan tree as the files give it; unit fields hold unit codes."""

    code: str
    kind: str
    title: str
    parent: str | None
    file: str
    section: str
    sentences: list[int]
    strength: str = Strength.REQUIRED
    places: list[str] = field(default_factory=list)
    acceptance: str = ""
    due_on: dt.date | None = None
    due_basis: str = DueBasis.HORIZON
    is_key: bool = False
    weight: float = 1
    lead: str | None = None
    support: list[str] = field(default_factory=list)
    counties: list[str] = field(default_factory=list)
    confirmation: str = Confirmation.PROPOSED
    basis: str = ""


@dataclass
class PlanFiles:
    """Everything a plan's folder says, checked."""

    meta: dict[str, Any]
    nodes: list[Node]
    indicators: list[dict[str, Any]]
    targets: list[dict[str, Any]]
    projects: list[dict[str, Any]]
    narrative: dict[tuple[str, int], str]
    digest: str
