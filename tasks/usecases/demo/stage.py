"""The demo's clock and agenda: events wait for their day and are played in order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.utils import timezone

from accounts.vocab import Origin
from tasks.models import Deadline, Notice, PlanRevision, Task
from tasks.queries.base import work_calendar
from tasks.rules.gate import Actor
from tasks.usecases.analyse import refresh_standings
from tasks.usecases.remind import sweep
from tasks.vocab import DeadlineState, NoticeState, VoidReason

Event = Callable[[dt.date], None]


class Stage:
    """One telling of the story, from its first day to the day before `today`."""

    def __init__(self, story: dict[str, Any], revision: PlanRevision, today: dt.date) -> None:
        self.story, self.revision, self.today = story, revision, today
        self.calendar = work_calendar()
        starts = story["starts"]
        first = dt.date(today.year - starts["years_back"], starts["month"], starts["day"])
        self.start = self.calendar.on_or_after(max(first, revision.effective_on))
        self.agenda: dict[dt.date, list[Event]] = defaultdict(list)
        self.later: dict[int, Task] = {}

    def noon(self, day: dt.date) -> dt.datetime:
        """Return the hour of `day` at which people of the demo act."""
        return timezone.make_aware(dt.datetime.combine(day, dt.time(10, 30)))

    def at(self, day: dt.date, event: Event) -> None:
        """Put an event on the agenda; what would happen today or later has not happened."""
        if self.start <= day < self.today:
            self.agenda[self.calendar.on_or_after(day)].append(event)

    def move(self, mover: Callable[..., Any], row_id: int, move: str, actor: Actor, day: dt.date, **more: Any) -> Any:
        """Make a move; the day's standings are refreshed together at its end."""
        return mover(row_id, move, actor=actor, at=self.noon(day), later=self.later, **more)

    def begin(self) -> None:
        """Let what was loaded have been there the day before the story: a history runs forward, an invented one too."""
        before = self.noon(self.start - dt.timedelta(1))
        for model in apps.get_models():
            if hasattr(model, "history"):
                loaded = model.history.filter(history_change_reason__in=Origin.values, history_date__gt=before)
                loaded.update(history_date=before)

    def play(self, each_month: Event) -> None:
        """Play every day; `each_month` is called on the first day and on each first of a month."""
        day = self.start
        while day < self.today:
            for event in self.agenda.get(day, []):
                event(day)
            if self.later:
                refresh_standings(list(self.later.values()), today=day)
                self.later.clear()
            if day.day == 1 or day == self.start:
                each_month(day)
            due = Deadline.objects.filter(state=DeadlineState.OPEN, next_fire_on__lte=day)
            if self.calendar.is_workday(day) and due.exists():
                sweep(today=day, at=self.noon(day))
            day += dt.timedelta(1)
        # Nobody was there to read them: the past of a demo is remembered, not mailed.
        Notice.objects.filter(state=NoticeState.PLANNED).update(
            state=NoticeState.VOID, void_reason=VoidReason.DEMO_PAST
        )
