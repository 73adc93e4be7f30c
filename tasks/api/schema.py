"""The description of the interface: OpenAPI, the page that shows it offline, and the list of problems."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.api.base import Door
from tasks.api.problems import PROBLEM_TYPE, catalogue

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "remedy", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "the rule that refused, such as TRK-03.no_evidence"},
        "detail": {"type": "string", "description": "what was refused and why"},
        "remedy": {"type": "string", "description": "what to do next"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
METHODS = {"get", "post", "put", "patch", "delete"}


def describe_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add to every operation that any other answer is a problem."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    answer = {
        "description": "A problem; `/api/v1/problems/` lists them with their statuses.",
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                operation["responses"]["default"] = answer
    return result


class ProblemKindSerializer(serializers.Serializer):
    """A kind of problem."""

    code = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()


class Problems(Door):
    """Every kind of problem, with the status it is answered with."""

    permission_classes = [AllowAny]

    @extend_schema(responses=ProblemKindSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the kinds of problems."""
        return Response(catalogue())


class Nothing(Door):
    """Any other address below the interface: a problem, not a page."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound


class DocsPage(LoginRequiredMixin, SpectacularSwaggerSplitView):
    """The description as a page: scripts and styles from this host, none of them inline."""

    url_name = "api-schema"
