"""A unit's whole sheet: which categories apply, their points, the caps, the total and the grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tasks.rules.assess import conduct, targets, works
from tasks.rules.assess.causes import bonus_lines, settle_causes
from tasks.rules.assess.facts import CategoryTotal, Line, Sheet, UnitFacts
from tasks.rules.assess.figures import ZERO, half_up, shown
from tasks.rules.assess.grade import capped_grade
from tasks.rules.assess.scheme import PointScheme
from tasks.vocab import CriterionCategory, SheetFlag

CORE = (
    CriterionCategory.TARGETS,
    CriterionCategory.TASKS,
    CriterionCategory.PROCESS,
    CriterionCategory.COLLABORATION,
)


def applicable(facts: UnitFacts, scheme: PointScheme) -> set[str]:
    """Return the categories in which the unit has anything to be assessed on; others have nothing to divide by.

    Rule: ASM-07
    Source: scorecard, scheme A (a unit without targets)
    """
    found = {
        CriterionCategory.TARGETS: any(targets.counts(target, scheme) for target in facts.targets),
        CriterionCategory.TASKS: any(works.counts(work) for work in facts.works),
        CriterionCategory.PROCESS: any(conduct.applies(facts.process.get(part.code)) for part in scheme.process),
        CriterionCategory.COLLABORATION: conduct.applies(facts.collaboration),
    }
    return {str(category) for category, applies in found.items() if applies and scheme.points.get(category, ZERO) > 0}


def allot(scheme: PointScheme, live: set[str]) -> dict[str, Fraction]:
    """Return the points of each live category; those of the others go to the scheme's heir, else pro rata to the rest.

    Rule: ASM-07
    Source: scorecard, scheme A (weights move, and the sheet says so)
    """
    own: dict[str, Fraction] = {str(c): scheme.points.get(c, ZERO) for c in CORE if c in live}
    moved = sum((scheme.points.get(category, ZERO) for category in CORE if category not in live), ZERO)
    if scheme.heir in own:
        return own | {str(scheme.heir): own[scheme.heir] + moved}
    total = sum(own.values(), ZERO)
    return {category: points + moved * points / total for category, points in own.items()}


def score_unit(facts: UnitFacts, scheme: PointScheme, *, collaboration_label: str = "") -> Sheet | None:
    """Return the explained sheet of a unit, or None when none of the categories a result needs applies to it.

    Rule: ASM-01, ASM-07, ASM-11
    Source: scorecard, scheme A
    """
    live = applicable(facts, scheme)
    if not live & scheme.requires_any:
        return None
    allotted = allot(scheme, live)
    lines = [
        *targets.target_lines(facts.targets, scheme, allotted.get(CriterionCategory.TARGETS, ZERO)),
        *works.work_lines(facts.works, scheme, allotted.get(CriterionCategory.TASKS, ZERO)),
        *conduct.process_lines(facts.process, scheme, allotted.get(CriterionCategory.PROCESS, ZERO)),
    ]
    if scheme.points.get(CriterionCategory.COLLABORATION):
        points = allotted.get(CriterionCategory.COLLABORATION, ZERO)
        lines += conduct.collaboration_lines(facts.collaboration, points, collaboration_label)
    lines, penalties = settle_causes(lines, facts.penalties)
    bonuses = bonus_lines(facts.bonuses)
    categories = _categories(lines, bonuses, penalties, scheme, allotted)
    total = sum((category.points for category in categories), ZERO)
    return Sheet(
        lines=(*lines, *bonuses, *penalties),
        categories=tuple(categories),
        total=total,
        grade=capped_grade(total, facts.vetoes, scheme),
        flags=(*_moved(scheme, live), *_vetoed(facts, scheme), *({"code": remark} for remark in facts.remarks)),
    )


def _categories(
    lines: Sequence[Line],
    bonuses: Sequence[Line],
    penalties: Sequence[Line],
    scheme: PointScheme,
    allotted: Mapping[str, Fraction],
) -> list[CategoryTotal]:
    """Return the rounded categories; the penalty never takes more than there is, so that the sum is never negative."""
    found = [
        CategoryTotal(
            category,
            allotted.get(category, ZERO),
            half_up(sum((line.points for line in lines if line.category == category), ZERO)),
        )
        for category in CORE
        if category in scheme.points
    ]
    bonus = half_up(min(scheme.bonus_cap, sum((line.points for line in bonuses), ZERO)))
    earned = sum((category.points for category in found), bonus)
    charged = half_up(min(scheme.penalty_cap, -sum((line.points for line in penalties), ZERO)))
    return [
        *found,
        CategoryTotal(CriterionCategory.BONUS, scheme.bonus_cap, bonus),
        CategoryTotal(CriterionCategory.PENALTY, scheme.penalty_cap, -min(charged, earned)),
    ]


def _moved(scheme: PointScheme, live: set[str]) -> list[dict[str, Any]]:
    heir = scheme.heir if scheme.heir in live else ""
    return [
        {
            "code": str(SheetFlag.WEIGHT_MOVED),
            "category": str(category),
            "points": shown(scheme.points[category]),
            "to": heir,
        }
        for category in CORE
        if category not in live and scheme.points.get(category)
    ]


def _vetoed(facts: UnitFacts, scheme: PointScheme) -> list[dict[str, Any]]:
    return [
        {"code": str(SheetFlag.VETO), "name": veto.name, "caps_at": veto.caps_at}
        for veto in scheme.vetoes
        if veto.code in facts.vetoes
    ]
