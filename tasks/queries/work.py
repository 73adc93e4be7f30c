"""What waits for one person: short piles, each a few rows and a count, per role; nothing that they need not do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Appointment, AuditEntry, OrgUnit, Post, User
from accounts.vocab import Role
from tasks.models import (
    ChangeRequest,
    Message,
    Milestone,
    ProgressReport,
    ReportDue,
    Responsibility,
    Task,
    TaskMetrics,
)
from tasks.queries.page import with_lead
from tasks.queries.scope import visible_tasks
from tasks.queries.track import FILES, LEADS
from tasks.rules.gate import Actor
from tasks.vocab import (
    OPEN_TASK_STATUSES,
    ChangeStatus,
    Light,
    MessageState,
    MilestoneStatus,
    ReportDueStatus,
    ReportStatus,
    ResponsibilityKind,
    TaskKind,
    TaskStatus,
)

SHOWN = 8
MOST_COUNTED = 1000
SOON_DAYS = 30
WORKED_ON = (TaskStatus.IN_PROGRESS, TaskStatus.RETURNED)
CLAIMABLE = (MilestoneStatus.PLANNED, MilestoneStatus.RETURNED)


@dataclass
class Pile:
    """One card: its name, the first rows, how many there are (None: more than MOST_COUNTED)."""

    name: str
    rows: list[Any]
    count: int | None
    reasons: dict[str, str] = field(default_factory=dict)  # subject -> why it was returned


def pile(name: str, rows: QuerySet[Any]) -> Pile:
    """Return the first rows of an ordered set with their number, counting no further than MOST_COUNTED."""
    shown = list(rows[:SHOWN])
    if len(shown) < SHOWN:
        return Pile(name, shown, len(shown))
    count = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return Pile(name, shown, count if count <= MOST_COUNTED else None)


def _part(units: Iterable[int], kinds: Iterable[str]) -> QuerySet[Any]:
    return Responsibility.objects.filter(org_unit__in=units, kind__in=kinds).values("task")


def _tasks(rows: QuerySet[Any]) -> QuerySet[Any]:
    return with_lead(rows)  # type: ignore[no-any-return]


def _reports(**wanted: Any) -> QuerySet[Any]:
    return ProgressReport.objects.filter(**wanted).select_related("task", "due")


def _milestones(**wanted: Any) -> QuerySet[Any]:
    return Milestone.objects.filter(**wanted).select_related("task")


def _requests(**wanted: Any) -> QuerySet[Any]:
    return ChangeRequest.objects.filter(**wanted).select_related("task")


# --- a department's or county's people -------------------------------------------------------------------------------
def unit_piles(units: frozenset[int], *, heads: bool, today: date) -> list[Pile]:
    """Return what waits for the officers of `units`, and for their heads when `heads`: the urgent first."""
    led = Q(pk__in=_part(units, LEADS))
    of_led = Q(task__in=_part(units, LEADS))
    of_filed = Q(task__in=_part(units, FILES))
    soon = today + timedelta(SOON_DAYS)
    working = Task.objects.filter(led, status__in=WORKED_ON)
    piles = [_returned(of_led, of_filed, led)]
    if heads:
        piles += [
            pile("sign_for", _tasks(Task.objects.filter(led, status=TaskStatus.ISSUED)).order_by("due_on", "path")),
            pile(
                "sign_reports",
                _reports(status=ReportStatus.DRAFT).filter(of_led).exclude(done="").order_by("due__due_on", "pk"),
            ),
            pile("sign_requests", _requests(status=ChangeStatus.DRAFT).filter(of_led).order_by("pk")),
        ]
    # a returned report is in its own pile, and a draft with something in it waits for the head's signature
    elsewhere = ProgressReport.objects.filter(due=OuterRef("pk")).filter(
        Q(status=ReportStatus.RETURNED) | (Q(status=ReportStatus.DRAFT) & ~Q(done="") if heads else Q(pk__in=[]))
    )
    piles += [
        pile("overdue", _tasks(working.filter(due_on__lt=today)).order_by("due_on", "path")),
        pile(
            "reports",
            ReportDue.objects.filter(
                of_led,
                ~Exists(elsewhere),
                status__in=[ReportDueStatus.OPEN, ReportDueStatus.MISSED],
                opens_on__lte=today,
                task__status__in=[*WORKED_ON, TaskStatus.SUBMITTED],
            )
            .select_related("task", "report")
            .order_by("due_on", "pk"),
        ),
        pile(
            "claim",
            _milestones(status__in=CLAIMABLE, due_on__lte=soon, task__status__in=WORKED_ON)
            .filter(of_filed)
            .order_by("due_on", "pk"),
        ),
        pile("due_soon", _tasks(working.filter(due_on__range=(today, soon))).order_by("due_on", "path")),
    ]
    return piles


def _returned(of_led: Q, of_filed: Q, led: Q) -> Pile:
    """Return what the office gave back, each with the reason it wrote."""
    found = [
        pile("task", Task.objects.filter(led, status=TaskStatus.RETURNED).order_by("due_on", "path")),
        pile("report", _reports(status=ReportStatus.RETURNED).filter(of_led).order_by("pk")),
        pile("milestone", _milestones(status=MilestoneStatus.RETURNED).filter(of_filed).order_by("due_on", "pk")),
    ]
    rows = [row for one in found for row in one.rows]
    subjects = [f"{one.name}:{row.pk}" for one in found for row in one.rows]
    entries = AuditEntry.objects.filter(subject__in=subjects, act="return").order_by("at", "pk")
    reasons = dict(entries.values_list("subject", "reason")) if subjects else {}
    counts = [one.count for one in found]
    return Pile("returned", rows, None if None in counts else sum(count or 0 for count in counts), reasons)


@dataclass(frozen=True)
class Waiting:
    """How much of a unit's work lies at the office."""

    completions: int
    milestones: int
    reports: int
    requests: int

    @property
    def total(self) -> int:
        return self.completions + self.milestones + self.reports + self.requests


def at_the_office(units: frozenset[int]) -> Waiting:
    """Return how much work of `units` waits for the office's verdict."""
    led = _part(units, LEADS)
    return Waiting(
        Task.objects.filter(status=TaskStatus.SUBMITTED, pk__in=led).count(),
        Milestone.objects.filter(status=MilestoneStatus.CLAIMED, task__in=_part(units, FILES)).count(),
        ProgressReport.objects.filter(status=ReportStatus.SIGNED, task__in=led).count(),
        ChangeRequest.objects.filter(status=ChangeStatus.SIGNED, task__in=led).count(),
    )


def next_due(units: frozenset[int], *, today: date) -> Task | None:
    """Return the led task due next, for a person with nothing to do."""
    rows = Task.objects.filter(pk__in=_part(units, LEADS), status__in=OPEN_TASK_STATUSES, due_on__gte=today)
    return rows.order_by("due_on", "path").first()


# --- the office, the inspector, the leader ---------------------------------------------------------------------------
def office_piles() -> list[Pile]:
    """Return what waits for the carbon-peak office: verdicts first, then drafts."""
    submitted = Task.objects.filter(status=TaskStatus.SUBMITTED)
    return [
        pile("review_completions", _tasks(submitted).order_by("submitted_on", "path")),
        pile("review_requests", _requests(status=ChangeStatus.SIGNED).order_by("requested_on", "pk")),
        pile("review_milestones", _milestones(status=MilestoneStatus.CLAIMED).order_by("claimed_on", "pk")),
        pile("review_reports", _reports(status=ReportStatus.SIGNED).order_by("filed_on", "pk")),
        pile("drafts", _drafts()),
    ]


def _drafts() -> QuerySet[Any]:
    """Return the drafts at the top of what is not issued: whoever opens one issues what is below it too."""
    rows = Task.objects.filter(status=TaskStatus.DRAFT).exclude(kind=TaskKind.CAMPAIGN)
    parent_waits = Task.objects.filter(pk=OuterRef("parent"), status=TaskStatus.DRAFT).exclude(kind=TaskKind.CAMPAIGN)
    # in the order of the index on status and date: by path, the database would walk the whole plan to find few drafts
    return _tasks(rows.filter(~Exists(parent_waits))).order_by("due_on", "path")


def undelivered() -> Pile:
    """Return the messages that need a person: refused for good, or perhaps sent and perhaps not."""
    rows = Message.objects.filter(state__in=[MessageState.FAILED, MessageState.DOUBT])
    return pile("undelivered", rows.select_related("recipient").defer("body").order_by("-ready_at", "-pk"))


def inspector_piles() -> list[Pile]:
    """Return what waits for the inspector: key tasks to concur with, accepted work to close out."""
    concur = Task.objects.filter(status=TaskStatus.SUBMITTED, is_key=True, concurred_by__isnull=True)
    return [
        pile("concur", _tasks(concur).order_by("submitted_on", "path")),
        pile("close", _tasks(Task.objects.filter(status=TaskStatus.ACCEPTED)).order_by("accepted_on", "path")),
    ]


def requests_awaited(actor: Actor) -> list[ChangeRequest]:
    """Return the signed extension requests in the leader's portfolio, the oldest first, at most 200."""
    rows = _requests(status=ChangeStatus.SIGNED, task__in=visible_tasks(actor).values("pk"))
    return list(rows.order_by("requested_on", "pk")[:200])


def reds(actor: Actor) -> Pile:
    """Return the red tasks `actor` sees, the longest overdue first."""
    rows = TaskMetrics.objects.filter(light=Light.RED)
    if not actor.sees_whole_city():
        rows = rows.filter(task__in=visible_tasks(actor).values("pk"))
    return pile("red", rows.select_related("task").order_by("-overdue", "task"))


def lights_by_campaign(actor: Actor, *, only: str | None = None) -> list[dict[str, Any]]:
    """Return, per campaign `actor` sees into, the number of tasks per light, in the plan's order.

    Rows are {"campaign": Task, "lights": {light: count}, "total": count}; a campaign counts among its own tasks.
    """
    counted = TaskMetrics.objects.annotate(root=Coalesce("task__campaign", "task"))
    if only is not None:
        counted = counted.filter(light=only)
    if not actor.sees_whole_city():
        counted = counted.filter(task__in=visible_tasks(actor).values("pk"))
    table: dict[int, dict[str, int]] = {}
    for campaign, light, count in counted.values_list("root", "light").annotate(n=Count("pk")).order_by():
        table.setdefault(campaign, {})[light] = count
    campaigns = Task.objects.filter(pk__in=table).order_by("revision", "path")
    return [
        {"campaign": campaign, "lights": table[campaign.pk], "total": sum(table[campaign.pk].values())}
        for campaign in campaigns
    ]


# --- the system administrator ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Accounts:
    """What an administrator looks after."""

    people: int
    without_post: list[Any]
    units_without_head: list[Any]
    demo: int


def accounts_to_tend(*, today: date) -> Accounts:
    """Return the people without a post and the responsible units without a head, for the administrator."""
    in_post = Appointment.objects.on(today).values("user")
    headed = Post.objects.filter(role=Role.HEAD, appointment__in=Appointment.objects.on(today)).values("org_unit")
    led = Responsibility.objects.filter(kind=ResponsibilityKind.LEAD).values("org_unit")
    people = User.objects.filter(is_active=True)
    return Accounts(
        people.count(),
        list(people.exclude(pk__in=in_post).order_by("username")[:SHOWN]),
        list(OrgUnit.objects.filter(pk__in=led).exclude(pk__in=headed).order_by("position", F("pk"))[:SHOWN]),
        people.filter(is_demo=True).count(),
    )
