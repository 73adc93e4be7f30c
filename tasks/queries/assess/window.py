"""The window a year is assessed through: its first and last day, and the day facts are taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tasks.models import PlanRevision


@dataclass(frozen=True, slots=True)
class Window:
    """The year and the day of knowledge. Work is taken as it stood on `closing`, data as known on `as_of`."""

    year: int
    as_of: date
    revisions: tuple[int, ...]

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, 12, 31)

    @property
    def closing(self) -> date:
        return min(self.as_of, self.last)

    @property
    def is_over(self) -> bool:
        return self.as_of >= self.last

    def fell_due(self, due_on: date) -> bool:
        """Answer whether the date had passed on the closing day; the last day of the year closes itself."""
        return due_on < self.closing or (due_on == self.closing and self.is_over)


def current_revisions(day: date) -> tuple[int, ...]:
    """Return the id of each plan's latest revision in force on `day`. One query."""
    rows = PlanRevision.objects.filter(effective_on__lte=day).order_by("number").values_list("plan_id", "pk")
    return tuple(sorted(dict(rows).values()))
