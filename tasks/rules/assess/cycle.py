"""When a year may be scored, and what is said of a result before the year is over."""

from __future__ import annotations

from datetime import date

from tasks.errors import Refusal
from tasks.vocab import CycleState


def may_score(state: str | None, *, year: int, as_of: date, today: date) -> Refusal | None:
    """Refuse to score a frozen year, or from a day before the year or in the future.

    `state`: None before the first run.

    Rule: ASM-15, ASM-18
    Source: domain invariant 11
    """
    if state == CycleState.FROZEN:
        return Refusal("ASM-15.frozen", {"year": year})
    if as_of < date(year, 1, 1) or as_of > today:
        return Refusal("ASM-18.before_year", {"year": year, "as_of": as_of.isoformat()})
    return None


def is_provisional(year: int, as_of: date) -> bool:
    """Answer whether the year was not over on the day the facts were taken.

    Rule: ASM-18
    Source: scorecard, the cycle (provisional result)
    """
    return as_of < date(year, 12, 31)
