"""The filters lists share. Each narrows rows already in scope, by columns the answer shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from tasks.api.base import Ordering
from tasks.models import ChangeRequest, Evidence, Milestone, ProgressReport, ReportDue, Task
from tasks.vocab import (
    ChangeStatus,
    Light,
    MilestoneStatus,
    ReportDueStatus,
    ReportStatus,
    ResponsibilityKind,
    TaskKind,
    TaskStatus,
)


class KeyFilter(filters.NumberFilter):
    """The id of a row."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1, **kwargs)

    def get_max_validator(self) -> None:
        return None


def any_of(choices: Any, **kwargs: Any) -> filters.MultipleChoiceFilter:
    """Return a filter that takes several values, each its own parameter."""
    # DISTINCT would sort every row, and no join here repeats one.
    return filters.MultipleChoiceFilter(choices=choices.choices, distinct=False, **kwargs)


def of_campaign(prefix: str) -> Any:
    """Return a filter method: rows of the campaign with this code, the campaign itself included."""

    def narrow(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        itself = {f"{prefix}code": value, f"{prefix}kind": TaskKind.CAMPAIGN}
        return queryset.filter(Q(**{f"{prefix}campaign__code": value}) | Q(**itself))

    return narrow


def led_by(prefix: str) -> Any:
    """Return a filter method: rows whose task is led by the unit with this code."""

    def narrow(queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        lead = {
            f"{prefix}responsibilities__kind": ResponsibilityKind.LEAD,
            f"{prefix}responsibilities__org_unit__code": value,
        }
        return queryset.filter(**lead)  # a task has one lead, so no row comes twice

    return narrow


class DueFilters(filters.FilterSet):
    """By date: both bounds are inclusive."""

    due_after = filters.DateFilter(field_name="due_on", lookup_expr="gte", label=_("Due on this day or later"))
    due_before = filters.DateFilter(field_name="due_on", lookup_expr="lte", label=_("Due on this day or earlier"))


class TaskFilters(DueFilters):
    campaign = filters.CharFilter(method=of_campaign(""), label=_("Code of the campaign"))
    lead = filters.CharFilter(method=led_by(""), label=_("Code of the lead unit"))
    kind = any_of(TaskKind)
    status = any_of(TaskStatus)
    light = any_of(Light, field_name="metrics__light")
    is_key = filters.BooleanFilter()
    search = filters.CharFilter(method="find", label=_("Part of the title, or how the code starts"), max_length=100)
    ordering = Ordering(
        fields=(("path", "plan"), ("code", "code"), ("due_on", "due_on"), ("metrics__overdue", "overdue")),
        label=_("Order; a minus sign in front turns it round"),
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(title__icontains=value) | Q(code__startswith=value))


class OfTaskFilters(filters.FilterSet):
    """By the task a row belongs to."""

    task = KeyFilter(field_name="task_id", label=_("Id of the task"))
    campaign = filters.CharFilter(method=of_campaign("task__"), label=_("Code of the campaign"))
    lead = filters.CharFilter(method=led_by("task__"), label=_("Code of the lead unit"))


class MilestoneFilters(OfTaskFilters, DueFilters):
    status = any_of(MilestoneStatus)
    critical = filters.BooleanFilter()
    search = filters.CharFilter(field_name="title", lookup_expr="icontains", max_length=100)
    ordering = Ordering(fields=("due_on", "code"), label=_("Order; a minus sign in front turns it round"))

    class Meta:
        model = Milestone
        fields: list[str] = []


class ReportDueFilters(OfTaskFilters, DueFilters):
    status = any_of(ReportDueStatus)
    period = filters.CharFilter(field_name="period_key", label=_("Period, such as 2026-Q4"))
    ordering = Ordering(fields=("due_on",), label=_("Order; a minus sign in front turns it round"))

    class Meta:
        model = ReportDue
        fields: list[str] = []


class ReportFilters(OfTaskFilters):
    status = any_of(ReportStatus)
    period = filters.CharFilter(field_name="due__period_key", label=_("Period, such as 2026-Q4"))
    filed_after = filters.DateFilter(field_name="filed_on", lookup_expr="gte")
    filed_before = filters.DateFilter(field_name="filed_on", lookup_expr="lte")
    ordering = Ordering(fields=("filed_on",), label=_("Order; a minus sign in front turns it round"))

    class Meta:
        model = ProgressReport
        fields: list[str] = []


class ChangeFilters(OfTaskFilters):
    status = any_of(ChangeStatus)

    class Meta:
        model = ChangeRequest
        fields: list[str] = []


class EvidenceFilters(OfTaskFilters):
    milestone = KeyFilter(field_name="milestone_id", label=_("Id of the milestone"))
    report = KeyFilter(field_name="report_id", label=_("Id of the report"))

    class Meta:
        model = Evidence
        fields: list[str] = []
