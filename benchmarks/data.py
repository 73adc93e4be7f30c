"""Synthetic rows, written by set-based SQL into the database under test: an invented city of a hundred units.

Every row is a function of its number, so two databases of one size hold the same rows.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models

from accounts.models import Appointment, OrgUnit, Post, User
from tasks.models import Deadline, Ladder, Plan, PlanRevision, PortfolioLine, Responsibility, Task, TaskMetrics
from tasks.usecases.decompose.base import load_base

TODAY = dt.date(2026, 11, 18)  # a Wednesday without a holiday near
AT = dt.datetime(2026, 11, 18, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # before the first slot
SLOT = AT.replace(hour=8, minute=30)
CAMPAIGNS = 8
UNITS = 100
OFFICERS_PER_UNIT = 5
OFFICERS = UNITS * OFFICERS_PER_UNIT
OFFICE, LEADERSHIP, FIRST_UNIT = 1, 2, 3
# ids of people: officers 1…500, then heads, leaders, and two in the office
FIRST_HEAD, FIRST_LEADER = OFFICERS + 1, OFFICERS + UNITS + 1
OFFICE_CLERK = FIRST_LEADER + CAMPAIGNS
LATE_PERCENT = 20


def fill(model: type[models.Model], first: int, last: int, **expressions: str) -> None:
    """Insert a row for each `i` from `first` to `last`; a column is an SQL expression over `i` or its default."""
    table, ops = model._meta, connection.ops
    columns, values, params = [], [], []
    for column in table.concrete_fields:
        expression = expressions.get(column.attname)
        if expression is None and column.primary_key:
            expression = "i"
        columns.append(ops.quote_name(str(column.column)))
        if expression is None:
            params.append(column.get_db_prep_save(column.get_default(), connection))
        values.append(expression or "%s")
    if connection.vendor == "postgresql":
        series = f"generate_series(CAST({first} AS bigint), {last}) AS s(i)"
    else:
        step = f"SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {last}"
        series = f"(WITH RECURSIVE s(i) AS ({step}) SELECT i FROM s)"
    sql = f"INSERT INTO {table.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {series}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params) if params else cursor.execute(sql.replace("%%", "%"))
        for reset in ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(reset)


def day(days: str) -> str:
    """Return SQL for TODAY plus so many days."""
    if connection.vendor == "postgresql":
        return f"(DATE '{TODAY}' + CAST({days} AS integer))"
    return f"date('{TODAY}', ({days}) || ' days')"


# One for each dice, or what one says would follow from what another says.
MULTIPLIERS = (2654435761, 2246822519, 3266489917, 668265263, 374761393)


def dice(which: int, sides: int) -> str:
    """Return SQL for a number from 0 to sides - 1 that looks random and is the same for the same `i`."""
    return f"((i * {MULTIPLIERS[which]} %% 4294967291 * 48271) %% 2147483647 / 7 %% {sides})"


def text(value: str) -> str:
    """Return SQL for a number as text."""
    return f"CAST({value} AS text)"


def segment(value: str) -> str:
    """Return SQL for four digits, one level of a path."""
    return f"substr({text(f'(10000 + {value})')}, 2)"


def hurry() -> None:
    """Make loading quick on this connection; what is measured runs on another one."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET synchronous_commit = off")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA synchronous = OFF")


def settle() -> None:
    """Give the planner its statistics, as a database in use has them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def people() -> None:
    """Make units and everybody in post: five officers and a head a unit, a leader a campaign, two in the office."""
    load_base(settings.BASE_DIR / "fixtures", at=AT)
    since = "'2020-01-01'"
    unit_name = f"'单位' || {text('i')}"
    kind = f"CASE i WHEN {OFFICE} THEN 'office' WHEN {LEADERSHIP} THEN 'leadership' ELSE 'department' END"
    names = {"code": f"'u' || {text('i')}", "name": unit_name, "short_name": unit_name}
    fill(OrgUnit, 1, UNITS + 2, **names, kind=kind, position="i", valid_from=since)
    last = OFFICE_CLERK + 1
    fill(
        User,
        1,
        last,
        username=f"'person' || {text('i')}",
        full_name=f"'人员' || {text('i')}",
        email=f"'person' || {text('i')} || '@city.example'",
        is_staff="'1'",
        date_joined="'2020-01-01 00:00:00+00:00'",
    )
    role = (
        f"CASE WHEN i < {FIRST_HEAD} THEN 'officer' WHEN i < {FIRST_LEADER} THEN 'head' "
        f"WHEN i < {OFFICE_CLERK} THEN 'leader' ELSE 'office' END"
    )
    unit = (
        f"CASE WHEN i < {FIRST_LEADER} THEN {FIRST_UNIT} + (i - 1) %% {UNITS} "
        f"WHEN i < {OFFICE_CLERK} THEN {LEADERSHIP} ELSE {OFFICE} END"
    )
    fill(Post, 1, last, org_unit_id=unit, title=f"'岗位' || {text('i')}", role=role)
    fill(Appointment, 1, last, post_id="i", user_id="i", valid_from=since)


class Shape:
    """Where the rows of a plan with `n` measures are: ids of campaigns, then items, then measures; SQL over `i`."""

    def __init__(self, n: int) -> None:
        items = max(CAMPAIGNS, n // 100)
        self.first_measure = CAMPAIGNS + items + 1
        self.last = CAMPAIGNS + items + n
        number = f"(i - {CAMPAIGNS} - 1)"  # of an item, from 0
        item = f"((i - {self.first_measure}) %% {items})"  # of a measure, from 0
        place = f"((i - {self.first_measure}) / {items} + 1)"
        self.officer = f"({dice(3, OFFICERS)} + 1)"
        self.unit = f"({FIRST_UNIT} + ({self.officer} - 1) %% {UNITS})"  # the unit of its officer
        self.campaign = self.by_kind("i", f"1 + {number} %% {CAMPAIGNS}", f"1 + {item} %% {CAMPAIGNS}")
        self.parent = self.by_kind("NULL", f"1 + {number} %% {CAMPAIGNS}", f"{CAMPAIGNS} + 1 + {item}")
        self.path = self.by_kind(
            segment("i"), self.item_path(number), f"{self.item_path(item)} || '.' || {segment(place)}"
        )

    def by_kind(self, campaign: str, item: str, measure: str) -> str:
        """Return SQL that is one of three expressions, by what row `i` is."""
        return (
            f"CASE WHEN i <= {CAMPAIGNS} THEN {campaign} WHEN i < {self.first_measure} THEN {item} ELSE {measure} END"
        )

    @staticmethod
    def item_path(item: str) -> str:
        """Return SQL for the path of an item counted from 0."""
        return f"{segment(f'(1 + {item} %% {CAMPAIGNS})')} || '.' || {segment(f'({item} / {CAMPAIGNS} + 1)')}"


def plan(n: int, *, late_percent: int = LATE_PERCENT, lean: bool = False) -> None:
    """Make a plan with `n` measures under campaigns and items, and a deadline for each measure.

    Late ones fell due one to sixty days ago and nobody was told yet; the others are months away. `lean` leaves out
    what the sweep does not read: responsibilities and standings.
    """
    shape = Shape(n)
    scheme = Plan(pk=1, code="bench", title="方案", issuer="市政府", issued_on=TODAY, horizon_on=dt.date(2030, 12, 31))
    for row in (scheme, PlanRevision(pk=1, plan=scheme, number=1, effective_on=TODAY, basis="bench")):
        row.save_audited(by=None, reason="bench", at=AT)
    is_late = f"{dice(0, 100)} < {late_percent}"
    ahead = day(f"60 + {dice(2, 340)}")
    due = shape.by_kind(
        day("400"), day("400"), f"CASE WHEN {is_late} THEN {day(f'-1 - {dice(1, 60)}')} ELSE {ahead} END"
    )
    fill(
        Task,
        1,
        shape.last,
        revision_id="1",
        parent_id=shape.parent,
        campaign_id=f"CASE WHEN i > {CAMPAIGNS} THEN {shape.campaign} END",
        path=shape.path,
        depth=shape.by_kind("0", "1", "2"),
        kind=shape.by_kind("'campaign'", "'item'", "'measure'"),
        code=f"'T' || {text('i')}",
        title=f"'推进重点领域节能降碳改造第' || {text('i')} || '项'",
        starts_on="'2026-01-01'",
        due_on=due,
        baseline_due_on=due,
        officer_id=shape.by_kind("NULL", "NULL", shape.officer),
        status=shape.by_kind("'draft'", "'in_progress'", "'in_progress'"),
        issued_on="'2026-01-05'",
    )
    lines = {"post_id": f"{FIRST_LEADER} + i - 1", "campaign_id": "i", "valid_from": "'2020-01-01'"}
    fill(PortfolioLine, 1, CAMPAIGNS, **lines)
    fill(
        Deadline,
        shape.first_measure,
        shape.last,
        kind="'task'",
        task_id="i",
        due_on=due,
        owner_unit_id=shape.unit,
        campaign_id=shape.campaign,
        officer_id=shape.officer,
        ladder_id=str(Ladder.objects.get(kind="task", version=1).pk),
        next_position="0",
        next_fire_on=f"CASE WHEN {is_late} THEN {day('-60')} ELSE {day('10')} END",
    )
    if not lean:
        responsibilities(shape)
        light = f"CASE WHEN i >= {shape.first_measure} AND {is_late} THEN 'red' ELSE 'green' END"
        figures = {"progress": "50.0", "planned": "60.0", "reasons": """'["on_schedule"]'"""}
        fill(TaskMetrics, 1, shape.last, task_id="i", as_of=f"'{TODAY}'", light=light, **figures)


def responsibilities(shape: Shape) -> None:
    """Give every item and measure a lead unit, and every measure a supporting unit too."""
    rows = {"task_id": "i", "confirmation": "'confirmed'"}
    fill(Responsibility, CAMPAIGNS + 1, shape.last, **rows, org_unit_id=shape.unit, kind="'lead'")
    other = f"{FIRST_UNIT} + ({shape.unit} - {FIRST_UNIT} + 1 + {dice(4, UNITS - 1)}) %% {UNITS}"
    rows |= {"id": f"{shape.last} + i", "kind": "'support'"}
    fill(Responsibility, shape.first_measure, shape.last, **rows, org_unit_id=other)


def city(n: int) -> None:
    """Prepare the whole city with `n` measures, a fifth of them late."""
    hurry()
    people()
    plan(n)
    settle()


def late_deadlines(n: int) -> None:
    """Prepare `n` deadlines, a fifth of them overdue, without what the sweep does not read."""
    hurry()
    people()
    plan(n, lean=True)
    settle()


def quiet_deadlines(n: int) -> None:
    """Prepare `n` running deadlines of which none is due."""
    hurry()
    people()
    plan(n, late_percent=0, lean=True)
    settle()
