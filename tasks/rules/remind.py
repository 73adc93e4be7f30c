"""Reminding: which rung of the ladder is due, what is skipped, and when the next one may fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tasks.rules.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class RungFacts:
    """One rung: fires `offset` working days after the due date (negative: before it)."""

    position: int
    offset: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a sweep does to a deadline: fire `fires` (position, or None), then wait for `next_position` on `next_fire_on`.

    `skipped`: positions passed over without telling anybody, because the due date overtook them.
    """

    fires: int | None
    next_position: int | None
    next_fire_on: date | None
    skipped: tuple[int, ...] = ()


def fire_date(rung: RungFacts, due_on: date, calendar: WorkCalendar) -> date:
    """Return the day a rung is due to fire by the ladder alone.

    Digests go out on working days only, so "due today" is said on the last working day up to the due date.

    Rule: REM-01
    Source: reminders, the default ladder
    """
    return calendar.shift(due_on, rung.offset) if rung.offset else calendar.on_or_before(due_on)


def first_step(
    ladder: Sequence[RungFacts], due_on: date, today: date, calendar: WorkCalendar, position: int | None = 0
) -> Step:
    """Return where a new deadline starts waiting: nothing fires, the first rung still ahead or due is awaited.

    `position`: where a reopened deadline stopped; None when its ladder was already climbed.

    Pre-due rungs whose day has passed are skipped but for the latest: a task issued five days before its due date
    is announced once, not three times.

    Rule: REM-02
    Source: reminders, principle 1
    """
    if position is None:
        return Step(None, None, None)
    return _await(ladder, position, due_on, earliest=today, today=today, calendar=calendar)


def next_step(ladder: Sequence[RungFacts], position: int, due_on: date, today: date, calendar: WorkCalendar) -> Step:
    """Return what a sweep on `today` does to a deadline waiting for rung `position`.

    One rung a day, in order: after firing, the next rung waits at least until the next working day, however long
    the engine was down. Reminders meant for before the due date are skipped once it has passed, and only the latest
    one in time fires; escalations are never skipped.

    Rule: REM-03, REM-04
    Source: reminders, principles 1 and 4
    """
    waiting = _await(ladder, position, due_on, earliest=today, today=today, calendar=calendar)
    if waiting.next_position is None or waiting.next_fire_on is None or waiting.next_fire_on > today:
        return waiting
    fired = waiting.next_position
    after = _await(ladder, fired + 1, due_on, earliest=calendar.shift(today, 1), today=today, calendar=calendar)
    return Step(fired, after.next_position, after.next_fire_on, waiting.skipped)


def _await(
    ladder: Sequence[RungFacts], position: int, due_on: date, *, earliest: date, today: date, calendar: WorkCalendar
) -> Step:
    """Find the first rung from `position` on that is still worth firing, and its day (not before `earliest`)."""
    skipped: list[int] = []
    for index in range(position, len(ladder)):
        rung = ladder[index]
        on = fire_date(rung, due_on, calendar)
        if rung.offset <= 0 and _overtaken(ladder, index, due_on, today, calendar):
            skipped.append(rung.position)
            continue
        return Step(None, rung.position, max(on, earliest), tuple(skipped))
    return Step(None, None, None, tuple(skipped))


def _overtaken(ladder: Sequence[RungFacts], index: int, due_on: date, today: date, calendar: WorkCalendar) -> bool:
    if today > due_on:
        return True
    following = ladder[index + 1] if index + 1 < len(ladder) else None
    return following is not None and following.offset <= 0 and fire_date(following, due_on, calendar) <= today


def next_slot(now: datetime, slots: Sequence[time], calendar: WorkCalendar) -> datetime:
    """Return the first digest slot at or after `now`, on a working day.

    `now` and the result carry the same time zone; `slots` are ascending local times.

    Rule: REM-05
    Source: reminders, principle 5
    """
    day = now.date()
    while True:
        if calendar.is_workday(day):
            for slot in slots:
                at = datetime.combine(day, slot, tzinfo=now.tzinfo)
                if at >= now:
                    return at
        day += timedelta(1)


RETRY_MINUTES = (1, 5, 15, 30, 60)
GIVE_UP_HOURS = 72


def retry_at(attempts: int, first_tried_at: datetime, now: datetime) -> datetime | None:
    """Return when to try a message again after its `attempts`-th failure, or None to hand it to a person.

    Rule: REM-06
    Source: reminders, Delivery (1, 5, 15, 30, 60 minutes, then hourly to 72 h)
    """
    if now - first_tried_at >= timedelta(hours=GIVE_UP_HOURS):
        return None
    minutes = RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1]
    return now + timedelta(minutes=minutes)
