"""Reminding: climb the ladders of every deadline that is due, in sets; cost follows what is due, not the plan.

The rule decides once per (ladder, rung, due date); the rows are written by one INSERT and one UPDATE per batch, the
same on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.usecases.audit import record_act
from tasks.models import EngineRun, Notice, ReportDue, Rung
from tasks.queries.base import policy_values, work_calendar
from tasks.queries.given import IDS, Columns, given_rows, given_table
from tasks.queries.remind import (
    Due,
    Ladders,
    Line,
    all_ladders,
    due_ids,
    locked_due,
    newest_run,
    notices_after,
    roster,
)
from tasks.rules.calendar import WorkCalendar
from tasks.rules.remind import STANDING, Roster, Step, days_to_sweep, next_slot, next_step, who_is_told
from tasks.usecases.act import local_day, office_unit_id
from tasks.usecases.remind.lock import claim_engine
from tasks.vocab import Addressee, ReportDueStatus

Group = tuple[int, int, date]  # ladder, position, due date: all that decides what happens

JOB = "sweep"
BATCH = 5_000
VERDICT = {
    "ladder_id": "bigint",
    "position": "smallint",
    "due_on": "date",
    "next_position": "smallint",
    "next_fire_on": "date",
}
TOLD = {
    "deadline_id": "bigint",
    "revision": "integer",
    "rung_id": "bigint",
    "recipient_id": "bigint",
    "addressee": "text",
    "fallback": "boolean",
}

# WHERE TRUE: without it SQLite takes ON for the start of a join condition.
TELL = """
    INSERT INTO tasks_notice (deadline_id, deadline_revision, rung_id, recipient_id, addressee, fallback,
                              fired_on, slot_at, state, void_reason)
    SELECT deadline_id, revision, rung_id, recipient_id, addressee, fallback, %s, %s, 'planned', ''
    FROM {told} WHERE TRUE
    ON CONFLICT DO NOTHING
"""
# + and COALESCE hold SQLite to reading the moving deadlines first: its planner otherwise probes all of them.
CLIMB = """
    UPDATE tasks_deadline AS d
    SET next_position = verdict.next_position, next_fire_on = verdict.next_fire_on
    FROM {verdict}
    WHERE d.id IN (SELECT id FROM {moving})
      AND verdict.ladder_id = +d.ladder_id AND verdict.position = +d.next_position
      AND verdict.due_on = COALESCE(d.due_on, NULL)
"""


@dataclass(slots=True)
class Swept:
    """What one sweep did. `slot_at`: when its notices go out. `busy`: another sweep was at it, this one left.

    `counts`: seen (deadlines due), fired (rungs), notices, skipped (rungs the due date overtook), fallback (tellings
    that went to the office because nobody was in post), held (nobody to tell at all: tried again by the next sweep),
    left (locked by somebody else: the same), missed (reports).
    """

    today: date
    slot_at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    busy: bool = False


def sweep(*, today: date, at: datetime) -> Swept:
    """Fire every rung due by `today` and move its deadline on; return what was done.

    `at`: the instant of the run. A `today` after it plays the morning of that day. Running it again changes nothing.
    A rung belongs to the day of its slot: what is swept after the day's last slot, or on a day off, counts for the
    next working day, so that no digest holds two rungs of one deadline.

    Rule: REM-03, REM-05
    Source: reminders, Sweep
    """
    ids = due_ids(today=today)
    calendar = work_calendar()
    run = _Run(Swept(today, slot_for(today, at, calendar)), at, calendar)
    batches = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)] or [[]]
    for batch in batches:
        with transaction.atomic():
            if not claim_engine():
                run.done.busy = True
                break
            if batch:
                run.climb(batch)
            if batch is batches[-1]:
                run.miss_reports()
                run.beat()
    return run.done


def sweep_through(*, until: date, at: datetime) -> list[Swept]:
    """Sweep every working day from the last sweep to `until` in order, so that a long jump still climbs rung by rung.

    A day up to today is one sweep: after an outage people get one rung, not the missed ones.
    """
    last = newest_run(JOB)
    before = local_day(at) - timedelta(1)
    swept_on = max(before, last.as_of) if last else before
    days = days_to_sweep(swept_on, until, work_calendar()) if until > swept_on else [until]
    return [sweep(today=day, at=at) for day in days]


def rehearse(*, until: date, at: datetime) -> tuple[list[Swept], list[Line]]:
    """Return what `sweep_through` would do and every notice it would write, leaving nothing behind.

    The same code runs in a transaction that is rolled back, so a rehearsal cannot drift from the real thing.
    """
    with transaction.atomic():
        newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        done = sweep_through(until=until, at=at)
        lines = notices_after(newest)
        transaction.set_rollback(True)
    return done, lines


def slot_for(today: date, at: datetime, calendar: WorkCalendar) -> datetime:
    """Return the slot in which notices of a sweep for `today`, run at instant `at`, go out."""
    now = timezone.localtime(at)
    morning = datetime.combine(today, time(0), tzinfo=now.tzinfo)
    slots = [time.fromisoformat(slot) for slot in policy_values("digests", today=today)["slots"]]
    return next_slot(max(now, morning), sorted(slots), calendar)


class Verdict(NamedTuple):
    """What happens to all deadlines of one group: the rule's step, the rung that fires, and whom it addresses."""

    step: Step
    rung: Rung | None = None
    addressees: tuple[str, ...] = ()  # the highest first

    @property
    def row(self) -> tuple[Any, ...]:
        """Return what the VERDICT row says beside the group."""
        return self.step.next_position, self.step.next_fire_on


class _Run:
    """One sweep: what it did so far, and what it has looked up, kept from batch to batch."""

    def __init__(self, done: Swept, at: datetime, calendar: WorkCalendar) -> None:
        self.done, self.at, self.calendar = done, at, calendar
        self.day = done.slot_at.date()
        self.verdicts: dict[Group, Verdict] = {}

    @cached_property
    def ladders(self) -> Ladders:
        return all_ladders()

    @cached_property
    def roster(self) -> Roster:
        return roster(today=self.day)

    def climb(self, batch: list[int]) -> None:
        """Tell of the deadlines of one batch and move them on; a rung is left behind only when somebody is told."""
        picked = locked_due(batch, today=self.done.today)
        groups = {due.group for due in picked}
        self.verdicts |= {group: self.decide(group) for group in groups - self.verdicts.keys()}
        told: list[tuple[Any, ...]] = []
        moving: list[tuple[int]] = []
        for due in picked:
            rows = self.told(due)
            if rows or self.verdicts[due.group].rung is None:
                moving.append((due.pk,))
                told += rows
        with connection.cursor() as cursor:
            if told:
                cursor.execute(_sql(TELL, told=TOLD), [*self.stamp(), given_rows(TOLD, told)])
                self.done.counts["notices"] += cursor.rowcount
            verdict = given_rows(VERDICT, ((*group, *self.verdicts[group].row) for group in groups))
            cursor.execute(_sql(CLIMB, moving=IDS, verdict=VERDICT), [verdict, given_rows(IDS, moving)])
        self.done.counts["seen"] += len(batch)
        self.done.counts["left"] += len(batch) - len(picked)
        self.done.counts["held"] += len(picked) - len(moving)

    def decide(self, group: Group) -> Verdict:
        """Ask the rule what happens to the deadlines of one group."""
        ladder, position, due_on = group
        step = next_step(self.ladders.facts.get(ladder, ()), position, due_on, self.day, self.calendar)
        if step.fires is None:
            return Verdict(step)
        rung = self.ladders.rungs[ladder, step.fires]
        return Verdict(step, rung, tuple(sorted(rung.addressees, key=lambda name: -STANDING[Addressee(name)])))

    def told(self, due: Due) -> list[tuple[Any, ...]]:
        """Return the TOLD rows of one deadline and count what happens to it.

        A person addressed twice for one rung is told once, as the higher of the two.
        """
        verdict = self.verdicts[due.group]
        rung = verdict.rung
        told: dict[int, tuple[Any, ...]] = {}
        fallbacks = 0
        for addressee in verdict.addressees:
            people, fallback = who_is_told(
                addressee, self.roster, unit=due.unit_id, officer=due.officer_id or 0, campaign=due.campaign_id
            )
            fallbacks += fallback
            for person in people:
                told.setdefault(person, (due.pk, due.revision, rung and rung.pk, person, addressee, fallback))
        if rung is None or told:
            self.done.counts["fired"] += rung is not None
            self.done.counts["skipped"] += len(verdict.step.skipped)
            self.done.counts["fallback"] += fallbacks
        return list(told.values())

    def stamp(self) -> tuple[Any, Any]:
        """Return the day and slot of this sweep's notices as the database stores them."""
        ops = connection.ops
        return ops.adapt_datefield_value(self.day), ops.adapt_datetimefield_value(self.done.slot_at)

    def miss_reports(self) -> None:
        """Mark reports missed whose day has passed: a machine's act, recorded as one entry for all of them."""
        late = ReportDue.objects.late(self.done.today).filter(status=ReportDueStatus.OPEN)
        ids = sorted(late.select_for_update().values_list("pk", flat=True))
        if not ids:
            return
        self.done.counts["missed"] = late.update(status=ReportDueStatus.MISSED)
        record_act(
            unit_id=office_unit_id(),
            actor_id=None,
            actor_name="",
            subject="report_due",
            act="miss",
            before=ReportDueStatus.OPEN,
            after=ReportDueStatus.MISSED,
            at=self.at,
            details={"ids": ids, "day": self.done.today.isoformat()},
        )

    def beat(self) -> None:
        """Leave the heartbeat; a run without work renews the quiet row before it, so ticks do not fill the table."""
        counts = {name: count for name, count in self.done.counts.items() if count}
        last = None if counts else newest_run(JOB)
        if last and set(last.counts) == {"runs"} and last.as_of == self.done.today and last.beat_at <= self.at:
            last.beat_at = self.at
            last.counts["runs"] += 1
            last.save(update_fields=["beat_at", "counts"])
            return
        EngineRun.objects.create(
            job=JOB, as_of=self.done.today, started_at=self.at, beat_at=self.at, counts=counts or {"runs": 1}
        )


def _sql(statement: str, **tables: Columns) -> str:
    return statement.format(**{name: given_table(name, columns) for name, columns in tables.items()})
