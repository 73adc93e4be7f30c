"""Target lines: completion by kind of target, missing data, and what the next point would take."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tasks.rules.assess.facts import Line, NextPoint, TargetFacts
from tasks.rules.assess.figures import ONE, ZERO, equals, shown
from tasks.rules.assess.scheme import PointScheme
from tasks.vocab import CriterionCategory, Direction, NextStep, ScoreFlag

EXCLUDE = "exclude"


def completion(facts: TargetFacts, scheme: PointScheme) -> Fraction | None:
    """Return the completion as a share, not below 0 and not capped above; None when it cannot be computed.

    Increase: actual ÷ target. Ceiling: 1 when met, else target ÷ actual. Reduction: drop ÷ target drop. Band: 1 inside,
    else measured from the near edge. “左右” moves the edge by its tolerance. Graded: the verdict's worth.

    Rule: ASM-02
    Source: scorecard, scheme A (target line)
    """
    if facts.actual is None:
        return None
    if facts.method == Direction.GRADE:
        verdict = scheme.verdicts.get(facts.actual)
        return None if verdict is None else verdict[1]
    if facts.target is None:
        return None
    lower, upper = _edges(facts)
    if upper is not None and facts.actual > upper:
        return upper / facts.actual if upper > 0 else ZERO
    if lower is None:
        return ONE
    if facts.actual < lower:
        return _reached(facts.actual, lower)
    # Inside the tolerance the target counts as met; what goes beyond the target itself is shown, not counted.
    return ONE if upper is not None or facts.actual < facts.target else _reached(facts.actual, facts.target)


def _reached(actual: Fraction, aim: Fraction) -> Fraction:
    if aim <= 0:
        return ONE if actual >= aim else ZERO
    return max(ZERO, actual / aim)


def _edges(facts: TargetFacts) -> tuple[Fraction | None, Fraction | None]:
    """Return the lowest and the highest value that count as met."""
    target = facts.target or ZERO
    slack = abs(target) * facts.edge_share
    if facts.method == Direction.CEILING:
        return None, target + slack
    if facts.method == Direction.BAND:
        return target - slack, target + slack
    return target - slack, None


def counts(facts: TargetFacts, scheme: PointScheme) -> bool:
    """Answer whether the target stands in the denominator.

    Rule: ASM-03
    Source: scorecard, scheme A (missing data)
    """
    if facts.outside or facts.weight <= 0:
        return False
    return scheme.missing_data != EXCLUDE or completion(facts, scheme) is not None


def target_lines(targets: Sequence[TargetFacts], scheme: PointScheme, allotted: Fraction) -> list[Line]:
    """Return one line per target; `allotted`: the category's points, shared out by weight.

    Rule: ASM-02, ASM-03
    Source: scorecard, scheme A (target line)
    """
    total = sum((t.weight for t in targets if counts(t, scheme)), ZERO)
    return [
        _line(facts, scheme, allotted * facts.weight / total if counts(facts, scheme) else ZERO) for facts in targets
    ]


def _line(facts: TargetFacts, scheme: PointScheme, possible: Fraction) -> Line:
    share = completion(facts, scheme)
    counted = min(ONE, share) if share is not None else ZERO
    points = counted * possible
    return Line(
        key=facts.key,
        category=CriterionCategory.TARGETS,
        label=facts.label,
        rule="ASM-02" if share is not None else "ASM-03",
        possible=possible,
        points=points,
        formula=_formula(facts, scheme, share, possible, points),
        inputs={
            "target": None if facts.target is None else str(facts.target),
            "actual": None if facts.actual is None else str(facts.actual),
            "method": str(facts.method),
            "weight": str(facts.weight),
            "tolerance": str(facts.edge_share),
            **facts.source,
        },
        flag=_flag(facts, scheme, share),
        next_point=_next(facts, scheme, share, possible),
        target_text=_measure(facts.target, facts.unit),
        actual_text=_actual_text(facts, scheme),
        completion=share,
        cause_key=facts.cause_key,
    )


def _flag(facts: TargetFacts, scheme: PointScheme, share: Fraction | None) -> str:
    if facts.outside:
        return facts.outside
    if share is None:
        if facts.actual is not None and facts.method == Direction.GRADE:
            return ScoreFlag.UNKNOWN_VERDICT
        return ScoreFlag.MISSING_EXCLUDED if scheme.missing_data == EXCLUDE else ScoreFlag.MISSING_DATA
    return "" if facts.verified else ScoreFlag.UNVERIFIED


def _measure(value: Fraction | None, unit: str) -> str:
    return "" if value is None else f"{shown(value)} {unit}".strip()


def _actual_text(facts: TargetFacts, scheme: PointScheme) -> str:
    if facts.method == Direction.GRADE and facts.actual is not None and facts.actual in scheme.verdicts:
        return scheme.verdicts[facts.actual][0]
    return _measure(facts.actual, facts.unit)


def _formula(
    facts: TargetFacts, scheme: PointScheme, share: Fraction | None, possible: Fraction, points: Fraction
) -> str:
    if not possible:
        return "–"
    if share is None:
        return f"0 × {shown(possible)} = 0"
    ratio = _ratio_text(facts, share)
    counted = f"min(1, {ratio})" if share > 1 else ratio
    return f"{counted} × {shown(possible)} {equals(points)}"


def _ratio_text(facts: TargetFacts, share: Fraction) -> str:
    actual = facts.actual or ZERO
    if facts.method == Direction.GRADE or share in {ZERO, ONE}:
        return shown(share)
    lower, upper = _edges(facts)
    if upper is not None and actual > upper:
        return f"{shown(upper)} ÷ {shown(actual)}"
    aim = facts.target if share > 1 else lower
    return f"{shown(actual)} ÷ {shown(aim or ZERO)}"


def _next(facts: TargetFacts, scheme: PointScheme, share: Fraction | None, possible: Fraction) -> NextPoint | None:
    """Return what one more point, or the rest when it is less, would take.

    Rule: ASM-16
    Source: scorecard (sensitivity row)
    """
    if facts.outside or (not possible and share is not None):
        return None
    if share is None:
        return NextPoint(NextStep.ENTER_DATA, {"points": shown(possible)})
    if share >= 1:
        return NextPoint(NextStep.FULL)
    gain = min(ONE, (ONE - share) * possible)
    wanted = share + gain / possible
    params = {"points": shown(gain)}
    if facts.method == Direction.GRADE:
        return NextPoint(NextStep.BETTER_VERDICT, params)
    lower, upper = _edges(facts)
    actual = facts.actual or ZERO
    too_high = upper is not None and actual > upper
    value = (upper or ZERO) / wanted if too_high else (lower or ZERO) * wanted
    code = NextStep.LOWER_RESULT if too_high else NextStep.HIGHER_RESULT
    return NextPoint(code, params | {"value": _measure(value, facts.unit)})
