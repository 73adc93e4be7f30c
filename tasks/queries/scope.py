"""Which rows a person may see. Every door - admin, API, board, exports, downloads - starts here."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from accounts.models import User
from accounts.queries.seats import seats_of
from accounts.vocab import Role
from tasks.models import (
    ChangeRequest,
    Deadline,
    Evidence,
    Milestone,
    Notice,
    PortfolioLine,
    ProgressReport,
    ReportDue,
    ReportLine,
    Responsibility,
    ScoreSheet,
    StatusSnapshot,
    Task,
    TaskMetrics,
)
from tasks.models.decompose import TaskQuerySet
from tasks.rules.gate import Actor
from tasks.vocab import ResponsibilityKind

M = TypeVar("M", bound=Model)

# Rows that belong to a task, and the field that leads to it: visible exactly when their task is.
BY_TASK: dict[type[Model], str] = {
    ChangeRequest: "task",
    Deadline: "task",
    Evidence: "task",
    Milestone: "task",
    ProgressReport: "task",
    ReportDue: "task",
    ReportLine: "report__task",
    Responsibility: "task",
    StatusSnapshot: "task",
    TaskMetrics: "task",
}


def actor_of(user: User | AnonymousUser, *, today: date) -> Actor:
    """Return who `user` is on `today`: seats and, for a supervising leader, the portfolio. Two queries at most."""
    if not isinstance(user, User):
        return Actor(0, "")
    seats = seats_of(user, today=today)
    actor = Actor(user.pk, user.full_name or user.username, seats)
    if Role.LEADER not in actor.roles():
        return actor
    lines = (
        PortfolioLine.objects.on(today)
        .filter(post__role=Role.LEADER, post__appointment__in=_appointments(user, today))
        .values_list("org_unit_id", "campaign_id")
        .distinct()
    )
    pairs = list(lines)
    return Actor(
        actor.user_id,
        actor.name,
        seats,
        frozenset(unit for unit, _campaign in pairs if unit),
        frozenset(campaign for _unit, campaign in pairs if campaign),
    )


def _appointments(user: User, today: date) -> QuerySet[Any]:
    return user.appointment_set.on(today).values("pk")


def visible_tasks(actor: Actor) -> TaskQuerySet:
    """Return the tasks whose lights, reports and evidence `actor` may see.

    The office, inspectors and auditors: all. A unit: where it is responsible in any part. A supervising leader: the
    portfolio. Everybody else: none. (The published plan itself is public and not read through here.)

    Rule: SEC-01
    Source: domain §6 (roles and verbs)
    """
    if actor.sees_whole_city():
        return Task.objects.all()
    units = {unit for role, unit in actor.seats if role in {Role.OFFICER, Role.HEAD}}
    allowed = Q(pk__in=[])
    if units:
        # an uncorrelated IN is read once through the unit's index; EXISTS would be asked for every task
        allowed |= Q(pk__in=Responsibility.objects.filter(org_unit__in=units).values("task_id"))
    if actor.portfolio_campaigns:
        allowed |= Q(campaign__in=actor.portfolio_campaigns) | Q(pk__in=actor.portfolio_campaigns)
    if actor.portfolio_units:
        led = Responsibility.objects.filter(org_unit__in=actor.portfolio_units, kind=ResponsibilityKind.LEAD)
        allowed |= Q(pk__in=led.values("task_id"))
    return Task.objects.filter(allowed)


def visible(model: type[M], actor: Actor) -> QuerySet[M]:
    """Return the rows of `model` that `actor` may see.

    Raises: KeyError for a model nobody has decided about; a new table is hidden until it is given a place here.

    Rule: SEC-01
    Source: domain §6
    """
    if model is Task:
        return visible_tasks(actor)
    rows: QuerySet[M] = model._default_manager.all()
    if model is Notice:
        return rows if actor.sees_whole_city() else rows.filter(recipient_id=actor.user_id)
    if model is ScoreSheet:
        return rows if actor.sees_whole_city() else rows.filter(org_unit_id__in=actor.units() | actor.portfolio_units)
    path = BY_TASK[model]
    return rows if actor.sees_whole_city() else rows.filter(**{f"{path}__in": visible_tasks(actor)})
