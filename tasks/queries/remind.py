"""What the reminder engine reads: what is due, who is in post, what stands in a digest or a rehearsal."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from accounts.models import Appointment
from accounts.queries.seats import holders
from accounts.vocab import Role
from tasks.models import Deadline, EngineRun, Notice, PortfolioLine, Responsibility, Rung
from tasks.queries.given import IDS, given_rows, given_table
from tasks.rules.remind import LOUDEST_FIRST, Roster, RungFacts
from tasks.vocab import Confirmation, DeadlineState


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


def locked_due(ids: list[int], *, today: date) -> list[Due]:
    """Lock and return those of `ids` still due that nobody else works on; ids ascending."""
    # One parameter, not thousands of placeholders, which cost more than the query.
    wanted = RawSQL(f"SELECT id FROM {given_table('wanted', IDS)}", [given_rows(IDS, ((pk,) for pk in ids))])  # noqa: S608, S611
    rows = (
        Deadline.objects.select_for_update(skip_locked=True)
        .filter(pk__in=wanted, state=DeadlineState.OPEN, next_fire_on__lte=today)
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

    message_id: int | None
    recipient: str
    slot_at: Any
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
    return notices.annotate(proposed=PROPOSED, loudness=LOUDNESS).values_list(
        "message_id",
        "recipient__full_name",
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


def digest_lines(message_ids: list[int], *, most: int) -> list[Line]:
    """Return each message's notices, the loudest and longest overdue first, at most `most` a message."""
    ranked = Notice.objects.filter(message_id__in=message_ids).annotate(
        place=Window(
            RowNumber(),
            partition_by=[F("message_id")],
            order_by=[LOUDNESS.asc(), F("deadline__due_on").asc(), F("pk").asc()],
        )
    )
    # Ranked narrow: the words of lines that are only counted are never fetched.
    chosen = Notice.objects.filter(pk__in=ranked.filter(place__lte=most).values("pk"))
    rows = _lines(chosen).order_by("message_id", "loudness", "deadline__due_on", "pk")
    return [Line(*row) for row in rows]


def digest_counts(message_ids: list[int], *, today: date) -> dict[int, tuple[int, int]]:
    """Return, by message, how many of its notices are overdue on `today` and how many are not."""
    late = Q(deadline__due_on__lt=today)
    rows = (
        Notice.objects.filter(message_id__in=message_ids)
        .values("message_id")
        .order_by("message_id")
        .annotate(overdue=Count("pk", filter=late), due=Count("pk", filter=~late))
    )
    return {row["message_id"]: (row["overdue"], row["due"]) for row in rows}


def notices_after(pk: int) -> list[Line]:
    """Return the notices written after notice `pk`, by day, the loudest and longest overdue first."""
    rows = _lines(Notice.objects.filter(pk__gt=pk)).order_by("slot_at", "loudness", "deadline__due_on", "pk")
    return [Line(*row) for row in rows]
