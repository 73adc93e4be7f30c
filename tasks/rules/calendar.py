"""Working-day arithmetic over a fixed set of working days; no clock, no storage."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """Monday to Friday between two years, corrected by exceptions.

    `exceptions`: pairs (day, is a working day) for public holidays and make-up working days.

    Rule: CAL-01
    Source: State Council's yearly notice on holidays
    """

    exceptions: tuple[tuple[date, bool], ...] = ()
    first_year: int = 2000
    last_year: int = 2060

    @cached_property
    def _workdays(self) -> list[date]:
        special: Mapping[date, bool] = dict(self.exceptions)
        first, last = date(self.first_year, 1, 1), date(self.last_year, 12, 31)
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        return [day for day in days if special.get(day, day.weekday() < SATURDAY)]

    def is_workday(self, day: date) -> bool:
        """Answer whether `day` is a working day."""
        return self._count_through(day) != self._count_through(day - timedelta(1))

    def _count_through(self, day: date) -> int:
        return bisect_right(self._workdays, day)

    def shift(self, day: date, workdays: int) -> date:
        """Return the day `workdays` working days after `day` (before it, when negative).

        0 returns `day` itself, working day or not. From a day off, +1 is the next working day and −1 the last one.

        Rule: CAL-02
        Source: domain §4 (working days)
        """
        if workdays == 0:
            return day
        if workdays > 0:
            return self._workdays[self._count_through(day) + workdays - 1]
        return self._workdays[bisect_left(self._workdays, day) + workdays]

    def on_or_after(self, day: date) -> date:
        """Return `day` if it is a working day, else the next one."""
        return self._workdays[bisect_left(self._workdays, day)]

    def on_or_before(self, day: date) -> date:
        """Return `day` if it is a working day, else the last one before it."""
        return self._workdays[self._count_through(day) - 1]

    def between(self, start: date, end: date) -> int:
        """Return the number of working days after `start` up to and including `end`; negative when end is before.

        Rule: CAL-03
        Source: domain §4 (working days)
        """
        return self._count_through(end) - self._count_through(start)
