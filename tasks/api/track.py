"""Reports owed and filed, and extension requests: lists, details, drafts, and every move on them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.api.actions import Moved, MovingViewSet
from tasks.api.base import Door, ScopedViewSet, StrictSerializer
from tasks.api.filters import ChangeFilters, ReportDueFilters, ReportFilters
from tasks.api.shapes import LabelField, PersonField, TaskNameSerializer
from tasks.models import ChangeRequest, ProgressReport, ReportDue, ReportLine
from tasks.queries.published import task_names
from tasks.queries.scope import visible
from tasks.usecases.track import CHANGES, REPORTS, move_change, move_report, request_extension, save_report
from tasks.vocab import ChangeCause

LONGEST_TEXT = 10_000
BIGGEST_KEY = 2**31 - 1


class ReportNameSerializer(serializers.ModelSerializer):
    """A report named from the period it was owed for."""

    class Meta:
        model = ProgressReport
        fields = ("id", "status", "version")
        read_only_fields = fields


class ReportDueSerializer(serializers.ModelSerializer):
    """A report owed for a period, and what was written so far."""

    task = TaskNameSerializer()
    rule = serializers.CharField(source="rule.name")
    status_label = LabelField("status")
    report = ReportNameSerializer(allow_null=True, default=None)

    class Meta:
        model = ReportDue
        fields = (
            *("id", "task", "rule", "period_key", "period_end", "opens_on", "due_on"),
            *("status", "status_label", "report"),
        )
        read_only_fields = fields


class ReportSerializer(serializers.ModelSerializer):
    """A written report in a list."""

    task = TaskNameSerializer()
    period_key = serializers.CharField(source="due.period_key")
    due_on = serializers.DateField(source="due.due_on")
    status_label = LabelField("status")

    class Meta:
        model = ProgressReport
        fields = (
            *("id", "due", "task", "period_key", "due_on", "claimed_progress", "status", "status_label"),
            *("filed_on", "decided_on", "times_returned", "forecast_on", "version", "is_demo"),
        )
        read_only_fields = fields


class ReportLineSerializer(serializers.ModelSerializer):
    """What a report says of one measure."""

    task = serializers.SerializerMethodField()

    class Meta:
        model = ReportLine
        fields = ("task", "claimed_progress", "note")
        read_only_fields = fields

    @extend_schema_field(TaskNameSerializer(allow_null=True))
    def get_task(self, line: ReportLine) -> dict[str, Any] | None:
        return self.context["task_names"].get(line.task_id)


class ReportDetailSerializer(Moved, ReportSerializer):
    """A written report whole, with its moves."""

    written_by = PersonField(allow_null=True)
    submitted_by = PersonField(allow_null=True)
    lines = serializers.SerializerMethodField()

    class Meta:
        model = ReportSerializer.Meta.model
        fields = (
            *ReportSerializer.Meta.fields,
            *("done", "problems", "support_needed", "next_steps", "written_by", "submitted_by", "lines", "actions"),
        )
        read_only_fields = fields

    @extend_schema_field(ReportLineSerializer(many=True))
    def get_lines(self, report: ProgressReport) -> list[Any]:
        lines = list(report.lines.order_by("task__path"))
        names = task_names(self.context["view"].actor, [line.task_id for line in lines])
        return list(ReportLineSerializer(lines, many=True, context={"task_names": names}).data)


class ReportLineDraftSerializer(StrictSerializer):
    """One line of a draft; the range of the progress is a rule's business."""

    task = serializers.IntegerField(min_value=1, max_value=BIGGEST_KEY)
    claimed_progress = serializers.IntegerField(min_value=-BIGGEST_KEY, max_value=BIGGEST_KEY)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)


class ReportDraftSerializer(StrictSerializer):
    """A draft as a whole; `version` is 0 before the first save, then the one that was read."""

    version = serializers.IntegerField(min_value=0, max_value=BIGGEST_KEY)
    claimed_progress = serializers.IntegerField(min_value=-BIGGEST_KEY, max_value=BIGGEST_KEY)
    done = serializers.CharField(allow_blank=True, max_length=LONGEST_TEXT)
    problems = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_TEXT)
    support_needed = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_TEXT)
    next_steps = serializers.CharField(required=False, allow_blank=True, default="", max_length=LONGEST_TEXT)
    forecast_on = serializers.DateField(required=False, allow_null=True, default=None)
    lines = serializers.ListField(child=ReportLineDraftSerializer(), required=False, default=list, max_length=500)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({line["task"] for line in lines}) < len(lines):
            raise serializers.ValidationError(_("A measure has two lines."))
        return lines


class ReportDueViewSet(ScopedViewSet):
    """Reports owed by the tasks within your responsibility."""

    model = ReportDue
    serializer_class = ReportDueSerializer
    filterset_class = ReportDueFilters
    related = ("task", "rule", "report")
    workflow = REPORTS  # of the report that a draft answers with

    def scoped(self) -> QuerySet[Any]:
        return super().scoped().order_by("due_on", "pk")

    @extend_schema(
        request=ReportDraftSerializer,
        responses={200: ReportDetailSerializer, 201: ReportDetailSerializer},
        filters=False,
    )
    @action(detail=True, methods=["put"], url_path="report")
    def write(self, request: Request, pk: str) -> Response:
        """Write the draft of the report, creating it on first save; a returned report is taken up again."""
        body = ReportDraftSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        content = dict(body.validated_data)
        version = content.pop("version")
        lines = {line.pop("task"): line for line in map(dict, content.pop("lines"))}
        report = save_report(int(pk), actor=self.actor, at=self.at, content=content, lines=lines, version=version)
        row = _reports(self.actor).get(pk=report.pk)
        answer = ReportDetailSerializer(row, context={"view": self, "request": request})
        return Response(answer.data, status=201 if row.version == 1 else 200)


def _reports(actor: Any) -> QuerySet[ProgressReport]:
    related = ("task", "due", "written_by", "submitted_by")
    return visible(ProgressReport, actor).select_related(*related).order_by("-due__period_end", "pk")


class ReportViewSet(MovingViewSet):
    """Reports written for the tasks within your responsibility, and every move on them."""

    model = ProgressReport
    workflow = REPORTS
    make_move = move_report
    serializer_class = ReportSerializer
    detail_serializer_class = ReportDetailSerializer
    filterset_class = ReportFilters

    def scoped(self) -> QuerySet[Any]:
        return _reports(self.actor)


class ExtensionSerializer(serializers.ModelSerializer):
    """A request to move a due date."""

    task = TaskNameSerializer()
    cause_label = LabelField("cause")
    status_label = LabelField("status")
    written_by = PersonField()
    submitted_by = PersonField(allow_null=True)
    decided_by = PersonField(allow_null=True)

    class Meta:
        model = ChangeRequest
        fields = (
            *("id", "task", "cause", "cause_label", "explanation", "old_due_on", "new_due_on"),
            *("status", "status_label", "version", "written_by", "submitted_by", "requested_on"),
            *("decided_by", "decided_on", "decision"),
        )
        read_only_fields = fields


class ExtensionDetailSerializer(Moved, ExtensionSerializer):
    """A request to move a due date, with its moves."""

    class Meta:
        model = ExtensionSerializer.Meta.model
        fields = (*ExtensionSerializer.Meta.fields, "actions")
        read_only_fields = fields


class ExtensionViewSet(MovingViewSet):
    """Extension requests of the tasks within your responsibility, and every move on them."""

    model = ChangeRequest
    workflow = CHANGES
    make_move = move_change
    serializer_class = ExtensionSerializer
    detail_serializer_class = ExtensionDetailSerializer
    filterset_class = ChangeFilters
    related = ("task__parent", "written_by", "submitted_by", "decided_by")

    def scoped(self) -> QuerySet[Any]:
        return super().scoped().order_by("-pk")


class ExtensionDraftSerializer(StrictSerializer):
    """Ask for a later due date."""

    new_due_on = serializers.DateField()
    cause = serializers.ChoiceField(choices=ChangeCause.choices)
    explanation = serializers.CharField(allow_blank=True, max_length=LONGEST_TEXT)


class TaskExtensions(Door):
    """Requests to move the due date of one task."""

    workflow = CHANGES

    @extend_schema(request=ExtensionDraftSerializer, responses={201: ExtensionDetailSerializer})
    def post(self, request: Request, pk: str) -> Response:
        """Draft a request; the head of the lead unit signs it next."""
        body = ExtensionDraftSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        change = request_extension(int(pk), actor=self.actor, at=self.at, **body.validated_data)
        return Response(ExtensionDetailSerializer(change, context={"view": self}).data, status=201)
