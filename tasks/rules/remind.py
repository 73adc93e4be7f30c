"""Reminding: which rung of the ladder is due, what is skipped, and when the next one may fire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tasks.rules.calendar import WorkCalendar
from tasks.vocab import Addressee, DeadlineState, RungLevel, TaskStatus, VoidReason


@dataclass(frozen=True, slots=True)
class RungFacts:
    """One rung: fires `offset` working days after the due date (negative: before it)."""

    position: int
    offset: int


@dataclass(frozen=True, slots=True)
class Step:
    """What a sweep does to a deadline: fire `fires` (or nothing), then wait for `next_position` on `next_fire_on`.

    `skipped`: positions passed over without telling anybody, because the due date overtook them.
    """

    fires: int | None
    next_position: int | None
    next_fire_on: date | None
    skipped: tuple[int, ...] = ()


def owed_by(due_on: date, fix_on: date | None) -> date:
    """Return the date a unit must answer by: the due date, or the later date it was given to put a return right.

    Rule: REM-15
    Source: domain §3 (return with a fix date), invariant 10 (two clocks)
    """
    return max(due_on, fix_on) if fix_on is not None else due_on


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


# The loudest first; a digest is read from the top.
LOUDEST_FIRST = tuple(reversed(RungLevel))
# Who stands higher: a person addressed twice for one rung is told once, as the higher of the two.
STANDING = {addressee: rank for rank, addressee in enumerate(Addressee)}


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is in post on a day, as user ids: the substantive holder before the acting one.

    `seated`: (unit, user) for any seat. `campaign_leaders`, `unit_leaders`: by supervised campaign or unit.
    """

    officers: Mapping[int, Sequence[int]] = field(default_factory=dict)
    heads: Mapping[int, Sequence[int]] = field(default_factory=dict)
    seated: frozenset[tuple[int, int]] = frozenset()
    office: Sequence[int] = ()
    inspectors: Sequence[int] = ()
    campaign_leaders: Mapping[int, Sequence[int]] = field(default_factory=dict)
    unit_leaders: Mapping[int, Sequence[int]] = field(default_factory=dict)


def who_is_told(
    addressee: str, roster: Roster, *, unit: int, officer: int, campaign: int
) -> tuple[tuple[int, ...], bool]:
    """Return the people an addressee stands for, and whether they are the office because nobody is in post.

    One person for officer, head and leader; everybody for office and inspector. 0: no officer is named.
    The named officer counts while holding a seat in the unit. The campaign's leader comes before the unit's.

    Rule: REM-08
    Source: reminders, principle 5 and the default ladder
    """
    found: Sequence[int]
    if addressee == Addressee.OFFICER:
        found = [officer] if (unit, officer) in roster.seated else roster.officers.get(unit, ())[:1]
    elif addressee == Addressee.HEAD:
        found = roster.heads.get(unit, ())[:1]
    elif addressee == Addressee.LEADER:
        found = (roster.campaign_leaders.get(campaign) or roster.unit_leaders.get(unit) or ())[:1]
    else:
        found = roster.office if addressee == Addressee.OFFICE else roster.inspectors
    if found:
        return tuple(found), False
    return tuple(roster.office), True


def void_reason(task_status: str, deadline_state: str, *, moved: bool) -> VoidReason | None:
    """Return why a notice has lost its cause since it was planned, or None while it still stands.

    `moved`: the deadline has another date than the notice was planned for.

    Rule: REM-13
    Source: reminders, principle 7 (facts decide again)
    """
    if task_status == TaskStatus.CANCELLED:
        return VoidReason.CANCELLED
    if moved:
        return VoidReason.MOVED
    return VoidReason.SETTLED if deadline_state != DeadlineState.OPEN else None


def days_to_sweep(swept_on: date, until: date, calendar: WorkCalendar) -> list[date]:
    """Return the working days after `swept_on` up to `until`, and `until` itself in any case.

    Rule: REM-09
    Source: reminders, principle 4 (one rung a day)
    """
    days = []
    day = calendar.shift(swept_on, 1)
    while day < until:
        days.append(day)
        day = calendar.shift(day, 1)
    return [*days, until]


def subject_form(overdue: int, due: int) -> str:
    """Return which sentence a digest's subject is: "both", "overdue" or "due".

    Rule: REM-10
    Source: reminders, principle 5
    """
    if overdue and due:
        return "both"
    return "overdue" if overdue else "due"


def one_line(text: str, limit: int) -> str:
    """Return `text` on one line of at most `limit` characters; user text must never end a header or flood a mail.

    Rule: REM-11
    Source: security (mail headers)
    """
    if len(text) <= limit and text.isprintable():
        return text.strip()
    head = text[: 4 * limit]  # a title of megabytes is not worth cleaning whole
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in head).split())
    return clean if len(clean) <= limit and len(text) == len(head) else clean[: limit - 1] + "…"
