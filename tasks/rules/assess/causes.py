"""One cause costs once: of all deductions with the same cause key the largest stands, the others are lifted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from tasks.rules.assess.facts import Adjustment, Line
from tasks.rules.assess.figures import ZERO, equals, shown
from tasks.vocab import CriterionCategory, ScoreFlag


def settle_causes(lines: Sequence[Line], penalties: Sequence[Adjustment]) -> tuple[list[Line], list[Line]]:
    """Return the lines and the penalty lines after each cause was charged once.

    A lifted line gets its full points back; a lifted penalty costs 0. Of equal deductions the line stands before the
    penalty, then the lower key, so that the order of the rows never matters. A lifted line says where its cause costs.

    Rule: ASM-10
    Source: scorecard, scheme A (cause_key)
    """
    charges: dict[str, list[tuple[Fraction, int, str]]] = defaultdict(list)
    for line in lines:
        if line.cause_key and line.points < line.possible:
            charges[line.cause_key].append((line.points - line.possible, 0, line.key))
    for penalty in penalties:
        if penalty.cause_key:
            charges[penalty.cause_key].append((-penalty.points, 1, penalty.key))
    stands = {cause: min(found)[2] for cause, found in charges.items()}
    names = {line.key: line.label for line in lines} | {penalty.key: penalty.label for penalty in penalties}
    settled = [
        _lifted(line, names[stands[line.cause_key]])
        if line.cause_key in stands and line.points < line.possible and stands[line.cause_key] != line.key
        else line
        for line in lines
    ]
    return settled, [_penalty_line(penalty, stands.get(penalty.cause_key, penalty.key), names) for penalty in penalties]


def _lifted(line: Line, charged_at: str) -> Line:
    return replace(
        line,
        points=line.possible,
        rule="ASM-10",
        formula=f"{line.formula} → {shown(line.possible)}",
        inputs=line.inputs | {"charged_at": charged_at, "before": str(line.points)},
        flag=ScoreFlag.SAME_CAUSE,
        next_point=None,
    )


def _penalty_line(penalty: Adjustment, charged_key: str, names: dict[str, str]) -> Line:
    stands = charged_key == penalty.key
    points = -penalty.points if stands else ZERO
    inputs = {"points": str(penalty.points), "basis": penalty.basis, "cause_key": penalty.cause_key}
    return Line(
        key=penalty.key,
        category=CriterionCategory.PENALTY,
        label=penalty.label,
        rule="ASM-11" if stands else "ASM-10",
        possible=ZERO,
        points=points,
        formula=f"−{shown(penalty.points)}" if stands else f"−{shown(penalty.points)} → 0",
        inputs=inputs if stands else inputs | {"charged_at": names[charged_key]},
        flag="" if stands else ScoreFlag.SAME_CAUSE,
        cause_key=penalty.cause_key,
    )


def bonus_lines(bonuses: Sequence[Adjustment]) -> list[Line]:
    """Return one line per bonus, before the cap.

    Rule: ASM-11
    Source: scorecard, scheme A (bonus ≤ 3)
    """
    return [
        Line(
            key=bonus.key,
            category=CriterionCategory.BONUS,
            label=bonus.label,
            rule="ASM-11",
            possible=ZERO,
            points=bonus.points,
            formula=equals(bonus.points).removeprefix("= "),
            inputs={"points": str(bonus.points), "basis": bonus.basis},
        )
        for bonus in bonuses
    ]
