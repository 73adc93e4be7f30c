"""Filters of the task list; every choice they offer is taken from rows the person may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from accounts.models import OrgUnit
from tasks.admin.base import actor_for
from tasks.models import Responsibility, Task
from tasks.queries.scope import visible_tasks
from tasks.rules.gate import Actor
from tasks.vocab import OPEN_TASK_STATUSES, Light, ResponsibilityKind, TaskStatus


def with_something_visible(roots: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Return those of the plan's roots that are, or have below them, a task the person sees."""
    seen = visible_tasks(actor)
    # read first: as a correlated question both databases ask it of every task of the plan
    above = set(seen.order_by().values_list("campaign", flat=True).distinct())
    return roots.filter(Q(pk__in=above - {None}) | Q(pk__in=seen.filter(parent__isnull=True).values("pk")))


class CampaignFilter(DropdownFilter):
    """One campaign, of those the person sees something of."""

    title = _("campaign")
    parameter_name = "campaign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        actor = actor_for(request)
        roots: QuerySet[Any] = Task.objects.filter(parent__isnull=True)
        if not actor.sees_whole_city():
            roots = with_something_visible(roots, actor)
        return [(root.pk, str(root)) for root in roots.order_by("revision", "path")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value or not value.isdecimal():
            return queryset
        return queryset.filter(Q(campaign=value) | Q(pk=value))


class LightFilter(DropdownFilter):
    """One light."""

    title = _("light")
    parameter_name = "light"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Light.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(metrics__light=self.value()) if self.value() in Light.values else queryset


class StatusFilter(DropdownFilter):
    """One status."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(TaskStatus.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in TaskStatus.values else queryset


class LeadFilter(DropdownFilter):
    """One lead unit, of those that lead something the person sees."""

    title = _("lead unit")
    parameter_name = "lead"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[int, str]]:
        actor = actor_for(request)
        leads = Responsibility.objects.filter(kind=ResponsibilityKind.LEAD)
        if actor.sees_whole_city():  # one probe per unit instead of a walk through every responsibility
            units = OrgUnit.objects.filter(Exists(leads.filter(org_unit=OuterRef("pk"))))
        else:
            led = leads.filter(task__in=visible_tasks(actor).values("pk"))
            units = OrgUnit.objects.filter(pk__in=led.values("org_unit"))
        return list(units.order_by("position", "pk").values_list("pk", "short_name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value or not value.isdecimal():
            return queryset
        led = Responsibility.objects.filter(kind=ResponsibilityKind.LEAD, org_unit=value)
        return queryset.filter(pk__in=led.values("task"))


class DueFilter(DropdownFilter):
    """Overdue, or due within so many days."""

    title = _("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("Overdue")), ("10", _("Within 10 days")), ("30", _("Within 30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today, value = timezone.localdate(), self.value()
        rows = queryset.filter(status__in=OPEN_TASK_STATUSES)
        if value == "overdue":
            return rows.filter(due_on__lt=today)
        if value in {"10", "30"}:
            return rows.filter(due_on__range=(today, today + timedelta(int(value))))
        return queryset
