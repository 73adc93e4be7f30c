"""Evidence: what is attached, attaching it, and handing a file out to those who may see its task."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import storages
from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.api.base import Door, ScopedViewSet
from tasks.api.filters import EvidenceFilters
from tasks.api.shapes import PersonField, TaskNameSerializer
from tasks.models import Evidence
from tasks.queries.base import policy_values
from tasks.usecases.track import attach_evidence, evidence_path

BIGGEST_KEY = 2**31 - 1
FORM_BYTES = 64 * 1024  # what a form adds around its file


class EvidenceSerializer(serializers.ModelSerializer):
    """A file's name card; the file itself is under `…/file/`."""

    task = TaskNameSerializer()
    uploaded_by = PersonField()

    class Meta:
        model = Evidence
        fields = (
            *("id", "task", "milestone", "report", "name", "sha256", "size"),
            *("uploaded_by", "uploaded_at", "is_demo"),
        )
        read_only_fields = fields


class EvidenceUploadSerializer(serializers.Serializer):
    """A file for a task, or for one of its milestones or reports."""

    file = serializers.FileField(allow_empty_file=True, max_length=200)  # emptiness is a rule's refusal
    declared_unclassified = serializers.BooleanField(help_text="the file contains nothing classified")
    milestone = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY)
    report = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY)


class AnyFormat(BaseContentNegotiation):
    """A file is handed out as it is, whatever format the client prefers; an error about it is JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return JSONRenderer(), JSONRenderer.media_type


class EvidenceViewSet(ScopedViewSet):
    """Evidence of the tasks within your responsibility."""

    model = Evidence
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilters
    related = ("task", "uploaded_by")

    def scoped(self) -> QuerySet[Any]:
        return super().scoped().order_by("-uploaded_at", "pk")

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, url_path="file", content_negotiation_class=AnyFormat)
    def file(self, request: Request, pk: str) -> FileResponse:
        """Download the file: always as an attachment of no particular type, so that no browser runs it."""
        row: Evidence = self.found(int(pk))
        stored = storages["evidence"].open(evidence_path(row.sha256))
        return FileResponse(
            stored,
            as_attachment=True,
            filename=row.name,
            content_type="application/octet-stream",
            headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
        )


class TaskEvidence(Door):
    """The evidence of one task."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=EvidenceUploadSerializer, responses={201: EvidenceSerializer})
    def post(self, request: Request, pk: str) -> Response:
        """Attach a file; types and sizes are the office's policy."""
        most = int(policy_values("evidence", today=self.today)["max_mb"]) * 1024 * 1024
        # Refused by its announced length, before a byte of it is read; a little above is the rule's to refuse.
        if int(request.META.get("CONTENT_LENGTH") or 0) > most + max(most, FORM_BYTES):
            raise RequestDataTooBig
        body = EvidenceUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        row = attach_evidence(
            int(pk),
            actor=self.actor,
            at=self.at,
            name=given["file"].name,
            content=given["file"],
            declared_unclassified=given["declared_unclassified"],
            milestone_id=given.get("milestone"),
            report_id=given.get("report"),
        )
        return Response(EvidenceSerializer(row).data, status=201)
