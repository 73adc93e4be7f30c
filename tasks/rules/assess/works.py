"""Task lines: quality × timeliness × extension, unfinished work, cancelled work, and what the next point would take."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from tasks.rules.assess.facts import Line, NextPoint, WorkFacts
from tasks.rules.assess.figures import ONE, ZERO, equals, shown
from tasks.rules.assess.scheme import PointScheme
from tasks.vocab import CriterionCategory, NextStep, ScoreFlag


def timeliness(late_workdays: int, scheme: PointScheme) -> Fraction:
    """Return the timeliness factor: 1 on time, less by the slope per working day late, not below the floor.

    Rule: ASM-04
    Source: scorecard, scheme A (task line)
    """
    return max(scheme.late_floor, ONE - scheme.late_per_workday * max(0, late_workdays))


def quality(work: WorkFacts, scheme: PointScheme) -> Fraction:
    """Return the quality factor within the scheme's range; a milestone has the scheme's fixed one.

    Rule: ASM-04
    Source: scorecard, scheme A (quality from acceptance)
    """
    if work.is_milestone:
        return scheme.milestone_quality
    given = scheme.quality_when_missing if work.quality is None else work.quality
    return min(scheme.quality_max, max(scheme.quality_min, given))


def extension_factor(work: WorkFacts, scheme: PointScheme) -> Fraction:
    """Return the factor for approved extensions: the internal one once, however many; external causes cost nothing.

    Rule: ASM-04
    Source: scorecard, scheme A (extensions)
    """
    if work.internal_extension:
        return scheme.internal_factor
    return scheme.external_factor if work.external_extension else ONE


def work_share(work: WorkFacts, scheme: PointScheme) -> Fraction:
    """Return the share 0–1 of its points that a task earns.

    Finished: quality × timeliness × extension. Unfinished: accepted progress × factor, not above the cap, so that
    finishing late never scores below not finishing.

    Rule: ASM-04, ASM-05
    Source: scorecard, scheme A (task line)
    """
    if work.finished_on is None:
        progress = min(ONE, max(ZERO, work.progress))
        return min(scheme.unfinished_cap, progress * scheme.unfinished_factor)
    return quality(work, scheme) * timeliness(work.late_workdays, scheme) * extension_factor(work, scheme)


def counts(work: WorkFacts) -> bool:
    """Answer whether the work stands in the denominator: cancelled and not yet due work does not.

    Rule: ASM-06
    Source: domain invariant 5; scorecard, scheme A (cancelled work)
    """
    return not work.cancelled and not work.not_yet_due and work.weight > 0


def work_lines(works: Sequence[WorkFacts], scheme: PointScheme, allotted: Fraction) -> list[Line]:
    """Return one line per task; `allotted`: the category's points, shared out by weight over what counts.

    Rule: ASM-04, ASM-06
    Source: scorecard, scheme A (task line)
    """
    total = sum((work.weight for work in works if counts(work)), ZERO)
    return [_line(work, scheme, allotted, total) for work in works]


def _line(work: WorkFacts, scheme: PointScheme, allotted: Fraction, total: Fraction) -> Line:
    live = counts(work)
    possible = allotted * work.weight / total if live else ZERO
    share = work_share(work, scheme) if live else None
    points = share * possible if share is not None else ZERO
    return Line(
        key=work.key,
        category=CriterionCategory.TASKS,
        label=f"{work.code} {work.label}".strip(),
        rule=("ASM-05" if work.finished_on is None else "ASM-04") if live else "ASM-06",
        possible=possible,
        points=points,
        formula=_formula(work, scheme, allotted, total, points) if live else "–",
        inputs=_inputs(work),
        flag=_flag(work),
        next_point=_next(work, scheme, possible, points) if live else None,
        target_text=work.due_on.isoformat(),
        actual_text=work.finished_on.isoformat() if work.finished_on else "",
        completion=_done(work) if live else None,
        cause_key=work.cause_key,
    )


def _done(work: WorkFacts) -> Fraction:
    """Return how much of the work is done, 0–1: what was earned for it stands in the points."""
    return ONE if work.finished_on is not None else min(ONE, max(ZERO, work.progress))


def _inputs(work: WorkFacts) -> dict[str, object]:
    return {
        "weight": str(work.weight),
        "due_on": work.due_on.isoformat(),
        "finished_on": work.finished_on.isoformat() if work.finished_on else None,
        "late_workdays": work.late_workdays,
        "quality": None if work.quality is None else str(work.quality),
        "progress": str(work.progress),
        "internal_extension": work.internal_extension,
        "external_extension": work.external_extension,
        "cancelled": work.cancelled,
        "not_yet_due": work.not_yet_due,
        "is_milestone": work.is_milestone,
        "evidence": list(work.evidence),
        "proposed": work.proposed,
    }


def _flag(work: WorkFacts) -> str:
    if work.cancelled:
        return ScoreFlag.CANCELLED
    if work.not_yet_due:
        return ScoreFlag.NOT_YET_DUE
    if work.finished_on is None:
        return ScoreFlag.UNFINISHED
    if work.quality is None and not work.is_milestone:
        return ScoreFlag.QUALITY_MISSING
    return ScoreFlag.LATE if work.late_workdays > 0 else ""


def _formula(work: WorkFacts, scheme: PointScheme, allotted: Fraction, total: Fraction, points: Fraction) -> str:
    share = work_share(work, scheme)
    part = f"{shown(work.weight)} ÷ {shown(total)} × {shown(allotted)}"
    if work.finished_on is None:
        progress = _done(work)
        own = f"min({shown(progress)} × {shown(scheme.unfinished_factor)}, {shown(scheme.unfinished_cap)})"
        return f"{own} {equals(share)}; {shown(share)} × {part} {equals(points)}"
    steps = ""
    if work.late_workdays > 0:
        slope = f"1 − {shown(scheme.late_per_workday)} × {work.late_workdays}"
        steps = f"max({shown(scheme.late_floor)}, {slope}) = {shown(timeliness(work.late_workdays, scheme))}; "
    factors = (quality(work, scheme), timeliness(work.late_workdays, scheme), extension_factor(work, scheme))
    product = " × ".join(shown(factor) for factor in factors)
    return f"{steps}{product} {equals(share)}; {shown(share)} × {part} {equals(points)}"


def _next(work: WorkFacts, scheme: PointScheme, possible: Fraction, points: Fraction) -> NextPoint:
    """Return what one more point, or the rest when it is less, would take.

    Rule: ASM-16
    Source: scorecard (sensitivity row)
    """
    if points >= possible:
        return NextPoint(NextStep.FULL)
    if work.finished_on is None:
        best = scheme.quality_max * extension_factor(work, scheme) * possible
        return NextPoint(NextStep.FINISH, {"points": shown(best)})
    graded, factor = quality(work, scheme), extension_factor(work, scheme)
    lost_by_days = (ONE - timeliness(work.late_workdays, scheme)) * graded * factor * possible
    if lost_by_days > 0:
        gain = min(ONE, lost_by_days)
        # Days beyond the floor cost nothing more, so they must be undone before an earlier finish gains anything.
        per_day = scheme.late_per_workday * graded * factor * possible
        counted = (ONE - timeliness(work.late_workdays, scheme)) / scheme.late_per_workday
        days = ceil(gain / per_day + work.late_workdays - counted)
        return NextPoint(NextStep.EARLIER, {"days": str(min(days, work.late_workdays)), "points": shown(gain)})
    if graded < scheme.quality_max:
        gain = (scheme.quality_max - graded) * factor * possible
        return NextPoint(NextStep.BETTER_QUALITY, {"points": shown(gain)})
    return NextPoint(NextStep.NO_EXTENSION, {"points": shown(possible - points)})
