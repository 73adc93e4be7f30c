"""Grades and ranks: bands, veto items, ties, and the limit on the share of the best grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import floor

from tasks.rules.assess.scheme import PointScheme


def band(total: Fraction, scheme: PointScheme) -> str:
    """Return the grade whose half-open band holds `total`; the best band is closed at the top.

    Rule: ASM-12
    Source: scorecard, scheme A (bands)
    """
    return next(grade for grade, start in scheme.bands if total >= start)


def capped_grade(total: Fraction, vetoes: Sequence[str], scheme: PointScheme) -> str:
    """Return the band's grade, or the worst grade a veto item allows; points stay as they are.

    Rule: ASM-12
    Source: scorecard, scheme A (veto items)
    """
    order = [grade for grade, _start in scheme.bands]
    caps = [order.index(veto.caps_at) for veto in scheme.vetoes if veto.code in vetoes]
    return order[max([order.index(band(total, scheme)), *caps])]


def ranks(totals: Mapping[int, Fraction]) -> dict[int, int]:
    """Return the place of each unit, the highest total first; equal totals share a place and the next one is skipped.

    Rule: ASM-13
    Source: scorecard, scheme A (ranking)
    """
    ordered = sorted(totals.values(), reverse=True)
    first = {total: place for place, total in reversed(list(enumerate(ordered, 1)))}
    return {unit: first[total] for unit, total in totals.items()}


def limit_best(grades: Mapping[int, str], places: Mapping[int, int], scheme: PointScheme) -> dict[int, str]:
    """Return the grades after the limit on the best one: who is beyond it, or tied across it, gets the next grade.

    Rule: ASM-13
    Source: scorecard, scheme A (share limit, a scheme option)
    """
    if scheme.excellent_share is None:
        return dict(grades)
    best, following = scheme.bands[0][0], scheme.bands[min(1, len(scheme.bands) - 1)][0]
    seats = floor(scheme.excellent_share * len(grades))
    holders = [unit for unit, grade in grades.items() if grade == best]
    kept = {unit for unit in holders if sum(places[other] <= places[unit] for other in holders) <= seats}
    return {unit: following if grade == best and unit not in kept else grade for unit, grade in grades.items()}
