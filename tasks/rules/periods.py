"""Period keys of recurring obligations (2026-M11, 2026-Q4, 2026-H2, 2026) and the days they span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tasks.vocab import Period

MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF: 6, Period.YEAR: 12}
LETTER = {Period.MONTH: "-M", Period.QUARTER: "-Q", Period.HALF: "-H"}


@dataclass(frozen=True, slots=True)
class Span:
    """A period: its key, first and last day (both inclusive)."""

    key: str
    first: date
    last: date


def period_of(day: date, kind: str) -> Span:
    """Return the period of `kind` that holds `day`.

    Rule: TRK-20
    Source: domain §5 (recurring obligations)
    """
    months = MONTHS[Period(kind)]
    index = (day.month - 1) // months
    first = date(day.year, index * months + 1, 1)
    after = date(day.year + 1, 1, 1) if first.month + months > 12 else date(day.year, first.month + months, 1)
    width = 2 if kind == Period.MONTH else 1
    key = f"{day.year}" if kind == Period.YEAR else f"{day.year}{LETTER[Period(kind)]}{index + 1:0{width}d}"
    return Span(key, first, after - timedelta(1))


def periods_between(start: date, end: date, kind: str) -> Iterator[Span]:
    """Yield the periods of `kind` whose last day lies in start..end, in order.

    Rule: TRK-20
    Source: domain §5
    """
    span = period_of(start, kind)
    while span.last <= end:
        yield span
        span = period_of(span.last + timedelta(1), kind)
