"""What the reminder engine reads: what is due, who is in post, what stands in a digest or a rehearsal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from accounts.models import Appointment, User
from accounts.queries.seats import holders
from accounts.vocab import Role
from tasks.models import Deadline, EngineRun, Notice, PortfolioLine, Responsibility, Rung
from tasks.queries.given import IDS, given_rows, given_table
from tasks.rules.remind import LOUDEST_FIRST, Roster, RungFacts
from tasks.vocab import Confirmation, DeadlineState, NoticeState


class Due(NamedTuple):
    """A deadline as the sweep sees it: its group decides what happens, the last three who is told."""

    pk: int
    revision: int
    ladder_id: int
    position: int
    due_on: date
    unit_id: int
    campaign_id: int
    officer_id: int | None

    @property
    def group(self) -> tuple[int, int, date]:
        return self.ladder_id, self.position, self.due_on


@dataclass(frozen=True, slots=True)
class Ladders:
    """Every rung by (ladder, position), and the facts the rules want by ladder."""

    rungs: dict[tuple[int, int], Rung]
    facts: dict[int, tuple[RungFacts, ...]]


def due_ids(*, today: date) -> list[int]:
    """Return the ids of running deadlines whose next rung is due by `today`, ascending. The partial index answers.

    Looked for one first, in the index's order: that is a plain index scan, which makes PostgreSQL remember the entries
    that a big sweep has just left dead. Its bitmap scan would pass them all again at every tick until the next vacuum.
    The ids are sorted here: with ORDER BY, PostgreSQL may prefer to walk the whole primary key.
    """
    rows = Deadline.objects.filter(state=DeadlineState.OPEN, next_fire_on__lte=today)
    if not rows.order_by("next_fire_on").values_list("pk", flat=True)[:1]:
        return []
    return sorted(rows.values_list("pk", flat=True))


def _these(ids: list[int]) -> RawSQL:
    """Return a subquery of these ids: one parameter, not thousands of placeholders, which cost more than the query."""
    return RawSQL(f"SELECT id FROM {given_table('wanted', IDS)}", [given_rows(IDS, ((pk,) for pk in ids))])  # noqa: S608, S611


def locked_due(ids: list[int], *, today: date) -> list[Due]:
    """Lock and return those of `ids` still due that nobody else works on; ids ascending."""
    rows = (
        Deadline.objects.select_for_update(skip_locked=True)
        .filter(pk__in=_these(ids), state=DeadlineState.OPEN, next_fire_on__lte=today)
        .values_list(
            "pk", "revision", "ladder_id", "next_position", "due_on", "owner_unit_id", "campaign_id", "officer_id"
        )
    )
    return [Due._make(row) for row in rows]


def all_ladders() -> Ladders:
    """Return every version of every ladder."""
    rungs: dict[tuple[int, int], Rung] = {}
    facts: dict[int, list[RungFacts]] = defaultdict(list)
    for rung in Rung.objects.order_by("ladder_id", "position"):
        rungs[rung.ladder_id, rung.position] = rung
        facts[rung.ladder_id].append(RungFacts(rung.position, rung.offset))
    return Ladders(rungs, {ladder: tuple(rows) for ladder, rows in facts.items()})


def roster(*, today: date) -> Roster:
    """Return who is in post on `today`, for the rule that says who is told. Three queries."""
    held = holders(Role, today=today)
    by_role: dict[Role, dict[int, list[int]]] = defaultdict(dict)
    for (role, unit), users in held.items():
        by_role[role][unit] = users
    campaigns, units = _leaders(today)
    return Roster(
        officers=by_role[Role.OFFICER],
        heads=by_role[Role.HEAD],
        seated=frozenset((unit, user) for (_role, unit), users in held.items() for user in users),
        office=_all(by_role[Role.OFFICE]),
        inspectors=_all(by_role[Role.INSPECTOR]),
        campaign_leaders=campaigns,
        unit_leaders=units,
    )


def _all(by_unit: dict[int, list[int]]) -> list[int]:
    return list(dict.fromkeys(user for unit in sorted(by_unit) for user in by_unit[unit]))


def _leaders(today: date) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    appointments = (
        Appointment.objects.on(today)
        .filter(post__role=Role.LEADER, user__is_active=True)
        .order_by("acting", "valid_from", "pk")
        .values_list("post_id", "user_id")
    )
    in_post: dict[int, list[int]] = defaultdict(list)
    for post, user in appointments:
        in_post[post].append(user)
    lines = PortfolioLine.objects.on(today).order_by("valid_from", "pk")
    campaigns: dict[int, list[int]] = defaultdict(list)
    units: dict[int, list[int]] = defaultdict(list)
    for post, unit, campaign in lines.values_list("post_id", "org_unit_id", "campaign_id"):
        target = units[unit] if unit else campaigns[campaign]
        target.extend(in_post[post])
    return dict(campaigns), dict(units)


def newest_run(job: str) -> EngineRun | None:
    """Return the last run of `job` that left a heartbeat."""
    return EngineRun.objects.filter(job=job).order_by("-beat_at", "-pk").first()


# How loud a notice is, for sorting: 0 is the loudest.
LOUDNESS = Case(*(When(rung__level=level, then=Value(place)) for place, level in enumerate(LOUDEST_FIRST)))

PROPOSED = Exists(
    Responsibility.objects.filter(
        task=OuterRef("deadline__task"), org_unit=OuterRef("deadline__owner_unit"), confirmation=Confirmation.PROPOSED
    )
)


class Line(NamedTuple):
    """One notice with everything its line in a digest or a rehearsal says."""

    recipient_id: int
    slot_at: datetime
    fired_on: date
    level: str
    offset: int
    asks: str
    drafts_order: str
    addressee: str
    fallback: bool
    kind: str
    due_on: date
    unit: str
    task_id: int
    code: str
    title: str
    milestone: str | None
    period_key: str | None
    proposed: bool


def _lines(notices: QuerySet[Notice]) -> QuerySet[Any, Any]:
    """Return (id, *Line) of each notice.

    Eight tables: from nine on PostgreSQL joins in the order they are written, and would start with every notice.
    """
    return notices.annotate(proposed=PROPOSED).values_list(
        "pk",
        "recipient_id",
        "slot_at",
        "fired_on",
        "rung__level",
        "rung__offset",
        "rung__asks",
        "rung__drafts_order",
        "addressee",
        "fallback",
        "deadline__kind",
        "deadline__due_on",
        "deadline__owner_unit__short_name",
        "deadline__task_id",
        "deadline__task__code",
        "deadline__task__title",
        "deadline__milestone__title",
        "deadline__report_due__period_key",
        "proposed",
    )


class Planned(NamedTuple):
    """A notice waiting for its slot, as far as ranking, counting and judging it need it."""

    pk: int
    recipient_id: int
    due_on: date
    task_status: str
    deadline_state: str
    revision: int
    revision_told: int


def planned_notices(slot: datetime, recipients: list[int]) -> list[Planned]:
    """Return what waits for `slot`, by recipient, the loudest and longest overdue first."""
    rows = (
        Notice.objects.filter(state=NoticeState.PLANNED, slot_at=slot, recipient_id__in=recipients)
        .order_by("recipient_id", LOUDNESS.asc(), "deadline__due_on", "pk")
        .values_list(
            "pk",
            "recipient_id",
            "deadline__due_on",
            "deadline__task__status",
            "deadline__state",
            "deadline__revision",
            "deadline_revision",
        )
    )
    return [Planned._make(row) for row in rows]


def lines_of(notices: list[int]) -> dict[int, Line]:
    """Return the line of each of these notices."""
    rows = _lines(Notice.objects.filter(pk__in=_these(notices)))
    return {row[0]: Line._make(row[1:]) for row in rows}


def names_of(lines: list[Line]) -> dict[int, str]:
    """Return the names of the people these lines go to."""
    return dict(User.objects.filter(pk__in={line.recipient_id for line in lines}).values_list("pk", "full_name"))


def notices_after(pk: int) -> list[Line]:
    """Return the notices written after notice `pk`, by day, the loudest and longest overdue first."""
    rows = _lines(Notice.objects.filter(pk__gt=pk)).order_by("slot_at", LOUDNESS.asc(), "deadline__due_on", "pk")
    return [Line._make(row[1:]) for row in rows]
