"""Tasks and milestones: lists, details with every move's verdict, and the moves themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.api.actions import Moved, MovingViewSet, VerdictSerializer, verdicts
from tasks.api.analyse import STANDING_COLUMNS, StandingSerializer, worded
from tasks.api.base import labels
from tasks.api.filters import MilestoneFilters, TaskFilters
from tasks.api.shapes import LabelField, PersonField, TaskNameSerializer, UnitNameSerializer
from tasks.models import Milestone, Responsibility, Task
from tasks.queries.published import task_names
from tasks.queries.scope import visible
from tasks.usecases.track import MILESTONES, TASKS, move_milestone, move_task
from tasks.vocab import Light, LightReason, ResponsibilityKind, TaskKind, TaskStatus

# name in the answer: column
TASK_COLUMNS = {
    "id": "id",
    "code": "code",
    "kind": "kind",
    "title": "title",
    "campaign": "campaign__code",
    "parent": "parent_id",
    "lead_code": "lead__org_unit__code",
    "lead_name": "lead__org_unit__short_name",
    "status": "status",
    "is_key": "is_key",
    "weight": "weight",
    "starts_on": "starts_on",
    "due_on": "due_on",
    "baseline_due_on": "baseline_due_on",
    "version": "version",
    **STANDING_COLUMNS,
}


class TaskSerializer(StandingSerializer):
    """A task in a list. Lists are built by `task_rows`; this describes what it builds."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=TaskKind.choices)
    kind_label = serializers.CharField()
    title = serializers.CharField()
    campaign = serializers.CharField(allow_null=True, help_text="code of the campaign it belongs to")
    parent = TaskNameSerializer(allow_null=True)
    lead_unit = UnitNameSerializer(allow_null=True)
    status = serializers.ChoiceField(choices=TaskStatus.choices)
    status_label = serializers.CharField()
    is_key = serializers.BooleanField()
    weight = serializers.FloatField()
    starts_on = serializers.DateField()
    due_on = serializers.DateField()
    baseline_due_on = serializers.DateField()
    version = serializers.IntegerField()


class ResponsibilitySerializer(serializers.ModelSerializer):
    """A unit's part in a task."""

    unit = UnitNameSerializer(source="org_unit")
    kind_label = LabelField("kind")
    confirmation_label = LabelField("confirmation")

    class Meta:
        model = Responsibility
        fields = ("unit", "kind", "kind_label", "duty", "confirmation", "confirmation_label", "basis")


class MilestoneSerializer(serializers.ModelSerializer):
    """A milestone in a list."""

    task = TaskNameSerializer()
    weight = serializers.FloatField()
    status_label = LabelField("status")

    class Meta:
        model = Milestone
        fields = (
            *("id", "code", "title", "task", "due_on", "baseline_due_on", "weight", "critical"),
            *("status", "status_label", "claimed_on", "accepted_on", "version"),
        )
        read_only_fields = fields


class MilestoneDetailSerializer(Moved, MilestoneSerializer):
    """A milestone with its target's wording and its moves."""

    target = serializers.CharField(source="target.statement", default=None, allow_null=True)
    submitted_by = PersonField(allow_null=True)

    class Meta:
        model = MilestoneSerializer.Meta.model
        fields = (*MilestoneSerializer.Meta.fields, "target", "submitted_by", "actions")
        read_only_fields = fields


class TaskDetailSerializer(TaskSerializer):
    """A task with its source, its units, its milestones, its children in scope, and its moves."""

    section = serializers.CharField()
    sentences = serializers.ListField(child=serializers.IntegerField())
    strength = serializers.CharField()
    places = serializers.ListField(child=serializers.CharField())
    acceptance = serializers.CharField()
    due_basis = serializers.CharField()
    progress_mode = serializers.CharField()
    issued_on = serializers.DateField(allow_null=True)
    submitted_on = serializers.DateField(allow_null=True)
    accepted_on = serializers.DateField(allow_null=True)
    quality = serializers.FloatField(allow_null=True)
    officer = serializers.CharField(allow_null=True)
    submitted_by = serializers.CharField(allow_null=True)
    accepted_by = serializers.CharField(allow_null=True)
    responsibilities = ResponsibilitySerializer(many=True)
    milestones = MilestoneSerializer(many=True)
    children = TaskNameSerializer(many=True)
    actions = VerdictSerializer(many=True)


DAYS = ("starts_on", "due_on", "baseline_due_on", "as_of")
PLAIN = ("section", "sentences", "strength", "places", "acceptance", "due_basis", "progress_mode")
DATES = ("issued_on", "submitted_on", "accepted_on")
PEOPLE = ("officer", "submitted_by", "accepted_by")


def task_rows(tasks: QuerySet[Task], actor: Any) -> list[dict[str, Any]]:
    """Return tasks as a list shows them, built from columns: models and serializers cost three times as much."""
    rows = [dict(zip(TASK_COLUMNS, row, strict=True)) for row in tasks.values_list(*TASK_COLUMNS.values())]
    parents = task_names(actor, [row["parent"] for row in rows])
    kinds, statuses, lights, reasons = (labels(words) for words in (TaskKind, TaskStatus, Light, LightReason))
    for row in rows:
        code, name = row.pop("lead_code"), row.pop("lead_name")
        row["lead_unit"] = {"code": code, "name": name} if code else None
        row["parent"] = parents.get(row["parent"])
        row["kind_label"], row["status_label"] = kinds[row["kind"]], statuses[row["status"]]
        row["weight"] = float(row["weight"])
        for day in DAYS:
            row[day] = iso(row[day])
        worded(row, lights, reasons)
    return rows


@lru_cache(maxsize=4096)
def iso(day: date | None) -> str | None:
    """Return a day as JSON shows it; the same few days come again and again."""
    return day.isoformat() if day else None


class TaskViewSet(MovingViewSet):
    """Tasks within your responsibility, and every move on them."""

    model = Task
    workflow = TASKS
    make_move = move_task
    serializer_class = TaskSerializer
    detail_serializer_class = TaskDetailSerializer
    filterset_class = TaskFilters

    def scoped(self) -> QuerySet[Task]:
        lead = FilteredRelation("responsibilities", condition=Q(responsibilities__kind=ResponsibilityKind.LEAD))
        return visible(Task, self.actor).annotate(lead=lead).order_by("revision_id", "path")

    def represent_rows(self, rows: Any) -> Sequence[Any]:
        return task_rows(rows, self.actor)

    @extend_schema(responses=TaskDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self.one(int(pk))

    def one(self, pk: int, status: int = 200) -> Response:
        task = self.found(pk)
        children = visible(Task, self.actor).filter(parent=task).order_by("path").values("id", "code", "title")
        units = task.responsibilities.select_related("org_unit").order_by("kind", "org_unit__position", "pk")
        milestones = task.milestones.select_related("task").order_by("due_on", "pk")
        body = {
            **task_rows(self.scoped().filter(pk=pk), self.actor)[0],
            **{name: getattr(task, name) for name in (*PLAIN, *DATES)},
            **{name: str(person) if (person := getattr(task, name)) else None for name in PEOPLE},
            "quality": None if task.quality is None else float(task.quality),
            "responsibilities": ResponsibilitySerializer(units, many=True).data,
            "milestones": MilestoneSerializer(milestones, many=True).data,
            "children": list(children),
            "actions": verdicts(TASKS, task, self),
        }
        return Response(body, status=status)


class MilestoneViewSet(MovingViewSet):
    """Milestones of the tasks within your responsibility, and every move on them."""

    model = Milestone
    workflow = MILESTONES
    make_move = move_milestone
    serializer_class = MilestoneSerializer
    detail_serializer_class = MilestoneDetailSerializer
    filterset_class = MilestoneFilters
    related = ("task", "target", "submitted_by")

    def scoped(self) -> QuerySet[Any]:
        return super().scoped().order_by("due_on", "pk")
