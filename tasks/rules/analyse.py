"""Situation analysis: progress, planned progress, overdue days and lights, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.rules.calendar import WorkCalendar
from tasks.vocab import (
    DONE_TASK_STATUSES,
    OPEN_TASK_STATUSES,
    SETTLED_MILESTONE_STATUSES,
    Light,
    LightReason,
    MilestoneStatus,
    ProgressMode,
    TaskStatus,
)

UNACCEPTED_CEILING = 95.0  # domain invariant 8


@dataclass(frozen=True, slots=True)
class LightPolicy:
    """The numbers behind the lights. Working days (wd), percentage points, shares of weight 0–1.

    Source: domain §4; values come from the versioned policy row.
    """

    red_milestone_late_workdays: int
    red_behind_points: float
    yellow_due_within_workdays: int
    yellow_behind_points: float
    parent_red_share: float
    parent_yellow_share: float


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A milestone as analysis sees it."""

    due_on: date
    status: str
    weight: float = 1.0
    critical: bool = False


@dataclass(frozen=True, slots=True)
class LeafFacts:
    """A task without live work below. `declared`: percent of the last accepted report, None without one."""

    status: str
    starts_on: date
    due_on: date
    progress_mode: str = ProgressMode.MILESTONES
    milestones: Sequence[MilestoneState] = ()
    declared: float | None = None
    indicator_progress: float | None = None
    late_reports: int = 0
    forecast_on: date | None = None
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a task stands on a day. `progress`, `planned`: percent 0–100 or None ("n/a"); `overdue`: working days.

    `red_weight` and `yellow_weight` are not kept here: a parent sums its children's lights itself.
    """

    light: str
    reasons: tuple[str, ...]
    progress: float | None
    planned: float | None
    overdue: int


@dataclass(frozen=True, slots=True)
class ChildState:
    """A live child as its parent's roll-up sees it."""

    weight: float
    progress: float | None
    planned: float | None
    light: str
    is_key: bool = False


def is_overdue(status: str, due_on: date, today: date) -> bool:
    """Answer whether open work is past its due date; the due day itself still counts as in time.

    Rule: ANA-01
    Source: domain invariant 7
    """
    return status in OPEN_TASK_STATUSES and today > due_on


def overdue_workdays(status: str, due_on: date, today: date, calendar: WorkCalendar) -> int:
    """Return the working days since the due date of open work, 0 when not overdue.

    Rule: ANA-02
    Source: domain §4 (working days)
    """
    return max(0, calendar.between(due_on, today)) if is_overdue(status, due_on, today) else 0


def leaf_progress(facts: LeafFacts) -> float | None:
    """Return the progress of a leaf, percent 0–100; at most 95 until acceptance; None when it has no measure yet.

    Rule: ANA-03
    Source: domain §4 (progress of a leaf), invariant 8
    """
    if facts.status in DONE_TASK_STATUSES:
        return 100.0
    if facts.progress_mode == ProgressMode.INDICATOR:
        measured = facts.indicator_progress
    elif facts.progress_mode == ProgressMode.DECLARED:
        measured = facts.declared if facts.declared is not None else 0.0
    else:
        measured = _milestone_share(facts.milestones, lambda m: m.status == MilestoneStatus.ACCEPTED)
    return None if measured is None else max(0.0, min(UNACCEPTED_CEILING, measured))


def _milestone_share(milestones: Iterable[MilestoneState], counts: Callable[[MilestoneState], bool]) -> float | None:
    live = [m for m in milestones if m.status != MilestoneStatus.WAIVED]
    total = sum(m.weight for m in live)
    if not total:
        return None
    return 100.0 * sum(m.weight for m in live if counts(m)) / total


def planned_progress(facts: LeafFacts, today: date, calendar: WorkCalendar) -> float:
    """Return the progress the schedule asks for by `today` (序时进度), percent 0–100.

    The weight share of milestones due by the day; without milestones, a straight line over working days.

    Rule: ANA-04
    Source: domain §4 (planned progress)
    """
    if facts.progress_mode == ProgressMode.MILESTONES:
        share = _milestone_share(facts.milestones, lambda m: m.due_on <= today)
        if share is not None:
            return share
    if today >= facts.due_on:
        return 100.0
    if today <= facts.starts_on:
        return 0.0
    length = calendar.between(facts.starts_on, facts.due_on)
    return 100.0 * calendar.between(facts.starts_on, today) / length if length else 100.0


def leaf_standing(
    facts: LeafFacts,
    *,
    today: date,
    policy: LightPolicy,
    calendar: WorkCalendar,
    children: Sequence[ChildState] = (),
) -> Standing:
    """Return the standing of a task by its own dates: light, reasons (worst first), progress, planned, overdue days.

    With live `children` its progress and schedule are theirs: a parent that reports nothing itself is not behind.

    Rule: ANA-05
    Source: domain §4 (light)
    """
    progress, planned = leaf_progress(facts), planned_progress(facts, today, calendar)
    if children and facts.status not in DONE_TASK_STATUSES:
        progress, rolled = rolled_up(children)
        planned = planned if rolled is None else rolled
    overdue = overdue_workdays(facts.status, facts.due_on, today, calendar)
    if facts.status in DONE_TASK_STATUSES:
        late = facts.accepted_on is not None and facts.accepted_on > facts.due_on
        reason = LightReason.DONE_LATE if late else LightReason.DONE_ON_TIME
        return Standing(Light.DONE, (reason,), progress, planned, 0)
    if facts.status not in OPEN_TASK_STATUSES:
        return Standing(Light.GREY, (LightReason.NOT_STARTED,), progress, planned, 0)
    red = tuple(_red_reasons(facts, progress, planned, today, policy, calendar))
    yellow = tuple(_yellow_reasons(facts, progress, planned, today, policy, calendar))
    if red:
        return Standing(Light.RED, red + yellow, progress, planned, overdue)
    if yellow:
        return Standing(Light.YELLOW, yellow, progress, planned, overdue)
    if facts.status == TaskStatus.ISSUED and today < facts.starts_on:
        return Standing(Light.GREY, (LightReason.NOT_STARTED,), progress, planned, overdue)
    return Standing(Light.GREEN, (LightReason.ON_SCHEDULE,), progress, planned, overdue)


def _unsettled(facts: LeafFacts) -> list[MilestoneState]:
    # A claimed milestone is with the office: its delay is the reviewer's, so it does not colour the unit's light.
    settled = SETTLED_MILESTONE_STATUSES | {MilestoneStatus.CLAIMED}
    return [m for m in facts.milestones if m.status not in settled]


def _red_reasons(
    facts: LeafFacts, progress: float | None, planned: float, today: date, policy: LightPolicy, calendar: WorkCalendar
) -> Iterable[LightReason]:
    if is_overdue(facts.status, facts.due_on, today):
        yield LightReason.OVERDUE
    limit = policy.red_milestone_late_workdays
    if any(m.critical and calendar.between(m.due_on, today) > limit for m in _unsettled(facts)):
        yield LightReason.CRITICAL_MILESTONE_LATE
    if progress is not None and planned - progress > policy.red_behind_points:
        yield LightReason.FAR_BEHIND


def _yellow_reasons(
    facts: LeafFacts, progress: float | None, planned: float, today: date, policy: LightPolicy, calendar: WorkCalendar
) -> Iterable[LightReason]:
    behind = None if progress is None else planned - progress
    days_left = calendar.between(today, facts.due_on)
    if 0 <= days_left <= policy.yellow_due_within_workdays and today <= facts.due_on and behind and behind > 0:
        yield LightReason.DUE_SOON
    if behind is not None and policy.yellow_behind_points <= behind <= policy.red_behind_points:
        yield LightReason.BEHIND
    if any(m.due_on < today for m in _unsettled(facts)):
        yield LightReason.MILESTONE_LATE
    if facts.late_reports:
        yield LightReason.REPORT_LATE
    if facts.forecast_on is not None and facts.forecast_on > facts.due_on:
        yield LightReason.FORECAST_LATE


def rolled_up(children: Sequence[ChildState]) -> tuple[float | None, float | None]:
    """Return (progress, planned progress) of live children together, Σw·p / Σw, percent; progress at most 95.

    Sibling weights are normalised here. A child without a figure ("n/a") leaves the average; None when none has one.

    Rule: ANA-06
    Source: domain §4 (progress of a parent), invariants 5 and 8
    """
    progress = _weighted([(c.weight, c.progress) for c in children])
    planned = _weighted([(c.weight, c.planned) for c in children])
    return None if progress is None else min(progress, UNACCEPTED_CEILING), planned


def parent_standing(
    own: Standing, children: Sequence[ChildState], *, policy: LightPolicy, is_done: bool, is_live: bool
) -> Standing:
    """Return the standing of a task with work below it: weighted progress, the worse of its own light and the roll-up.

    `own`: `leaf_standing` with the same children; live children only (cancelled work has left both sides).

    Rule: ANA-06
    Source: domain §4 (light of a parent), invariants 5 and 8
    """
    if not children:
        return own
    progress, planned = rolled_up(children)
    if is_done:
        return Standing(own.light, own.reasons, 100.0, planned, 0)
    if not is_live:
        return Standing(own.light, own.reasons, progress, planned, own.overdue)
    total = sum(c.weight for c in children) or 1.0
    red_share = sum(c.weight for c in children if c.light == Light.RED) / total
    yellow_share = sum(c.weight for c in children if c.light == Light.YELLOW) / total
    keys_red = any(c.is_key and c.light == Light.RED for c in children)
    red = [LightReason.RED_KEY_CHILD] if keys_red else []
    if red_share and red_share >= policy.parent_red_share:
        red.append(LightReason.RED_WEIGHT)
    yellow = [LightReason.RED_CHILD] if red_share else []
    if yellow_share and yellow_share >= policy.parent_yellow_share:
        yellow.append(LightReason.YELLOW_WEIGHT)
    shown = own.reasons if own.light in {Light.RED, Light.YELLOW} else ()
    if own.light == Light.RED or red:
        return Standing(Light.RED, (*shown, *red, *yellow), progress, planned, own.overdue)
    if own.light == Light.YELLOW or yellow:
        return Standing(Light.YELLOW, (*shown, *yellow), progress, planned, own.overdue)
    if all(c.light == Light.GREY for c in children):
        return Standing(Light.GREY, (LightReason.NOT_STARTED,), progress, planned, own.overdue)
    return Standing(Light.GREEN, (LightReason.ON_SCHEDULE,), progress, planned, own.overdue)


def _weighted(pairs: Iterable[tuple[float, float | None]]) -> float | None:
    known = [(weight, value) for weight, value in pairs if value is not None]
    total = sum(weight for weight, _value in known)
    return sum(weight * value for weight, value in known) / total if total else None
