"""What a sheet is computed from and what comes out: frozen facts in, explained lines out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tasks.rules.assess.figures import ONE, ZERO


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """One target of one unit for the year. `edge_share`: tolerance of “左右” as a share of the target, 0 without.

    `method`: a Direction. `target`, `actual` in `unit`; None when not set or not observed; for a graded target `actual`
    is the verdict's number. `outside`: why the target cannot be measured for this unit, empty when it can.
    """

    key: str
    label: str
    method: str
    target: Fraction | None
    actual: Fraction | None
    unit: str = ""
    weight: Fraction = ONE
    edge_share: Fraction = ZERO
    outside: str = ""
    verified: bool = True
    cause_key: str = ""
    source: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """One task, or one milestone of a longer task, that the year asks of the unit.

    `finished_on`: the day the unit finished (its own clock), None while open. `late_workdays`: working days after the
    due date on that clock, 0 when in time. `quality`: 0–1 from acceptance. `progress`: accepted share 0–1 of open work.
    """

    key: str
    code: str
    label: str
    due_on: date
    weight: Fraction = ONE
    finished_on: date | None = None
    late_workdays: int = 0
    quality: Fraction | None = None
    progress: Fraction = ZERO
    internal_extension: bool = False
    external_extension: bool = False
    cancelled: bool = False
    not_yet_due: bool = False
    is_milestone: bool = False
    cause_key: str = ""
    evidence: tuple[int, ...] = ()
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class CountFacts:
    """So many in order out of so many; `keys` name the rows that were not."""

    good: int
    total: int
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A bonus or penalty decided by people: `points` positive, in hundredths."""

    key: str
    label: str
    points: Fraction
    basis: str = ""
    cause_key: str = ""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Everything one sheet is computed from. `process`: counts by part code; a missing part does not apply.

    `vetoes`: codes of the scheme's veto items established against the unit.
    """

    targets: tuple[TargetFacts, ...] = ()
    works: tuple[WorkFacts, ...] = ()
    process: dict[str, CountFacts] = field(default_factory=dict)
    collaboration: CountFacts | None = None
    bonuses: tuple[Adjustment, ...] = ()
    penalties: tuple[Adjustment, ...] = ()
    vetoes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextPoint:
    """What the next point, or the rest when it is less, would take: a NextStep and the figures its words need."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One explained line of a sheet. `possible`, `points`: exact; `completion`: share, None where there is none."""

    key: str
    category: str
    label: str
    rule: str
    possible: Fraction
    points: Fraction
    formula: str
    inputs: dict[str, Any]
    flag: str = ""
    next_point: NextPoint | None = None
    target_text: str = ""
    actual_text: str = ""
    completion: Fraction | None = None
    cause_key: str = ""


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """A category's points: `possible` after weights were moved, `points` rounded half-up to two places."""

    category: str
    possible: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class Sheet:
    """A unit's result: explained lines, rounded categories, their sum, the grade, and what must be said with it."""

    lines: tuple[Line, ...]
    categories: tuple[CategoryTotal, ...]
    total: Fraction
    grade: str
    flags: tuple[dict[str, Any], ...] = ()
