"""The published plan, for every signed-in person: nodes, indicators and targets; no light, no report, no measure."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tasks.api.base import ScopedViewSet
from tasks.api.shapes import LabelField, TaskNameSerializer
from tasks.models import Indicator, Target, Task
from tasks.queries.published import PUBLISHED_KINDS, published_nodes, task_names


class PlanNodeSerializer(serializers.ModelSerializer):
    """A node of the published plan."""

    kind_label = LabelField("kind")
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]  # a member, not the serializer above
    strength_label = LabelField("strength")

    class Meta:
        model = Task
        fields = (
            *("id", "code", "kind", "kind_label", "title", "parent"),
            *("section", "sentences", "strength", "strength_label", "places"),
        )
        read_only_fields = fields

    def get_parent(self, node: Task) -> str | None:
        return node.parent.code if node.parent and node.parent.kind in PUBLISHED_KINDS else None


class PlanNodeViewSet(ScopedViewSet):
    """The plan as published: campaigns, items, sub-works, safeguards, organisation."""

    model = Task
    serializer_class = PlanNodeSerializer

    def scoped(self) -> QuerySet[Any]:
        return published_nodes().select_related("parent").order_by("revision_id", "path")


class TargetSerializer(serializers.ModelSerializer):
    """One target statement of the plan."""

    comparator_label = LabelField("comparator")
    value = serializers.FloatField(allow_null=True)
    repeats = serializers.CharField(source="duplicate_of.code", default=None, allow_null=True)
    task = serializers.SerializerMethodField()

    class Meta:
        model = Target
        fields = (
            *("code", "statement", "section", "sentence", "year", "comparator", "comparator_label", "value", "unit"),
            *("baseline_year", "qualifier", "qualitative", "scope", "repeats", "task"),
        )
        read_only_fields = fields

    @extend_schema_field(TaskNameSerializer(allow_null=True))
    def get_task(self, target: Target) -> dict[str, Any] | None:
        return self.context["task_names"].get(target.task_id)


class IndicatorSerializer(serializers.ModelSerializer):
    """An indicator with its targets."""

    direction_label = LabelField("direction")
    nature_label = LabelField("nature")
    targets = TargetSerializer(many=True)

    class Meta:
        model = Indicator
        fields = (
            *("id", "code", "name", "aliases", "unit", "direction", "direction_label"),
            *("nature", "nature_label", "nature_basis", "definition", "targets"),
        )
        read_only_fields = fields


class IndicatorViewSet(ScopedViewSet):
    """The plan's indicators and targets."""

    model = Indicator
    serializer_class = IndicatorSerializer

    def scoped(self) -> QuerySet[Any]:
        targets = Target.objects.select_related("duplicate_of").order_by("revision_id", "code")
        return Indicator.objects.prefetch_related(Prefetch("targets", queryset=targets)).order_by("code")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            linked = Target.objects.exclude(task=None).values_list("task_id", flat=True)
            context["task_names"] = task_names(self.actor, linked)
        return context
