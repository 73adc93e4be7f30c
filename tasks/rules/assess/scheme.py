"""A scheme's numbers as rules take them, and the relations they must keep among themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tasks.errors import Refusal
from tasks.rules.assess.figures import exact


@dataclass(frozen=True, slots=True)
class ProcessPart:
    """A part of the process category and its points."""

    code: str
    name: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Veto:
    """A veto item: the grade is at best `caps_at`."""

    code: str
    name: str
    caps_at: str


@dataclass(frozen=True, slots=True)
class PointScheme:
    """Scheme A for one ranking group. Points, shares and factors are exact; `bands` run from the best grade down."""

    points: Mapping[str, Fraction]
    heir: str
    missing_data: str
    verdicts: Mapping[Fraction, tuple[str, Fraction]]
    quality_min: Fraction
    quality_max: Fraction
    quality_when_missing: Fraction
    milestone_quality: Fraction
    late_per_workday: Fraction
    late_floor: Fraction
    internal_factor: Fraction
    external_factor: Fraction
    unfinished_factor: Fraction
    unfinished_cap: Fraction
    process: tuple[ProcessPart, ...]
    bonus_cap: Fraction
    penalty_cap: Fraction
    bands: tuple[tuple[str, Fraction], ...]
    vetoes: tuple[Veto, ...]
    requires_any: frozenset[str]
    excellent_share: Fraction | None = None


def point_scheme(parameters: Mapping[str, Any], points: Mapping[str, Any]) -> PointScheme:
    """Return the scheme's numbers; `points`: the group's points by category.

    Raises: KeyError or ValueError for parameters that were not validated on loading.
    """
    targets, tasks = parameters["targets"], parameters["tasks"]
    share = parameters.get("excellent_share")
    return PointScheme(
        points={category: exact(value) for category, value in points.items()},
        heir=parameters["heir"],
        missing_data=targets["missing_data"],
        verdicts={exact(v["value"]): (v["name"], exact(v["completion"])) for v in targets["verdicts"]},
        quality_min=exact(tasks["quality"]["min"]),
        quality_max=exact(tasks["quality"]["max"]),
        quality_when_missing=exact(tasks["quality"]["when_missing"]),
        milestone_quality=exact(tasks["milestone_quality"]),
        late_per_workday=exact(tasks["timeliness"]["per_workday"]),
        late_floor=exact(tasks["timeliness"]["floor"]),
        internal_factor=exact(tasks["extension"]["internal"]),
        external_factor=exact(tasks["extension"]["external"]),
        unfinished_factor=exact(tasks["unfinished"]["factor"]),
        unfinished_cap=exact(tasks["unfinished"]["cap"]),
        process=tuple(ProcessPart(p["code"], p["name"], exact(p["points"])) for p in parameters["process"]),
        bonus_cap=exact(parameters["bonus_cap"]),
        penalty_cap=exact(parameters["penalty_cap"]),
        bands=tuple((band["grade"], exact(band["from"])) for band in parameters["bands"]),
        vetoes=tuple(Veto(v["code"], v["name"], v["caps_at"]) for v in parameters["vetoes"]),
        requires_any=frozenset(parameters["requires_any"]),
        excellent_share=None if share is None else exact(share),
    )


def late_beats_unfinished(scheme: PointScheme) -> Refusal | None:
    """Refuse a scheme under which the worst finished task could score below an unfinished one.

    Rule: ASM-14
    Source: scorecard, scheme A (finishing late never scores below not finishing)
    """
    quality = min(scheme.quality_min, scheme.milestone_quality)
    worst = quality * scheme.late_floor * min(scheme.internal_factor, scheme.external_factor)
    if worst < scheme.unfinished_cap:
        return Refusal("ASM-14.late_below_unfinished", {"worst": float(worst), "cap": float(scheme.unfinished_cap)})
    return None


def bands_descend(bands: Sequence[tuple[str, Fraction]]) -> Refusal | None:
    """Refuse bands that do not fall from the best grade to 0 without a gap.

    Rule: ASM-12
    Source: scorecard, scheme A (half-open bands)
    """
    floors = [start for _grade, start in bands]
    falling = all(upper > lower for upper, lower in pairwise(floors))
    return None if floors and falling and floors[-1] == 0 else Refusal("ASM-12.bands")
