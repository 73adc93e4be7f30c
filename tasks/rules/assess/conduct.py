"""Process and collaboration lines: so many in order out of so many."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from tasks.rules.assess.facts import CountFacts, Line, NextPoint
from tasks.rules.assess.figures import ONE, ZERO, equals, shown
from tasks.rules.assess.scheme import PointScheme
from tasks.vocab import CriterionCategory, NextStep, ScoreFlag

# The parts a scheme may award points for; each is counted from rows of its own.
PART_CODES = ("reports_on_time", "first_pass", "orders_answered", "evidence_sample")


def applies(count: CountFacts | None) -> bool:
    """Answer whether there was anything to count.

    Rule: ASM-08
    Source: scorecard, scheme A (process)
    """
    return count is not None and count.total > 0


def process_lines(parts: Mapping[str, CountFacts], scheme: PointScheme, allotted: Fraction) -> list[Line]:
    """Return one line per part of the process; parts without anything to count hand their points to the others.

    Rule: ASM-08
    Source: scorecard, scheme A (process)
    """
    live = sum((part.points for part in scheme.process if applies(parts.get(part.code))), ZERO)
    lines = []
    for part in scheme.process:
        count = parts.get(part.code)
        possible = allotted * part.points / live if applies(count) else ZERO
        lines.append(
            _count_line(f"process:{part.code}", CriterionCategory.PROCESS, part.name, "ASM-08", count, possible)
        )
    return lines


def collaboration_lines(count: CountFacts | None, allotted: Fraction, label: str) -> list[Line]:
    """Return the line of supporting duties: fulfilled when the supported task was accepted by the day of scoring.

    Rule: ASM-09
    Source: scorecard, scheme A (collaboration)
    """
    possible = allotted if applies(count) else ZERO
    return [_count_line("collaboration", CriterionCategory.COLLABORATION, label, "ASM-09", count, possible)]


def _count_line(key: str, category: str, label: str, rule: str, count: CountFacts | None, possible: Fraction) -> Line:
    if count is None or count.total == 0:
        return Line(key, category, label, rule, ZERO, ZERO, "–", {"good": 0, "total": 0}, flag=ScoreFlag.NOT_APPLICABLE)
    share = Fraction(count.good, count.total)
    points = share * possible
    return Line(
        key=key,
        category=category,
        label=label,
        rule=rule,
        possible=possible,
        points=points,
        formula=f"{count.good} ÷ {count.total} × {shown(possible)} {equals(points)}",
        inputs={"good": count.good, "total": count.total, "missed": list(count.missed)},
        next_point=_next(count, possible),
        target_text=str(count.total),
        actual_text=str(count.good),
        completion=share,
    )


def _next(count: CountFacts, possible: Fraction) -> NextPoint:
    """Return how many more in order would bring one more point, or the rest when it is less.

    Rule: ASM-16
    Source: scorecard (sensitivity row)
    """
    if count.good >= count.total:
        return NextPoint(NextStep.FULL)
    each = possible / count.total
    more = min(count.total - count.good, ceil(ONE / each)) if each else count.total - count.good
    return NextPoint(NextStep.MORE_IN_ORDER, {"count": str(more), "points": shown(more * each)})
