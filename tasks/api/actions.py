"""The moves of a row: every verdict of the gate in words, and the one door through which a move is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.api.base import ScopedViewSet, StrictSerializer
from tasks.errors import Refusal, RefusedError
from tasks.queries.words import move_label
from tasks.usecases.act import Workflow, moves_for


class WhyNotSerializer(serializers.Serializer):
    """Why a move is refused, and what to do about it."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class VerdictSerializer(serializers.Serializer):
    """One move out of the row's current status."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name of a member, not the field's own label
    allowed = serializers.BooleanField()
    why_not = WhyNotSerializer(allow_null=True)
    needs_reason = serializers.BooleanField()
    inputs = serializers.ListField(child=serializers.CharField())


class InputsSerializer(StrictSerializer):
    """Everything a move may ask for; each move names what it needs."""

    quality = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=0, max_value=1, required=False, coerce_to_string=False
    )


class MoveSerializer(StrictSerializer):
    """Make a move: `version` is the one that was read, so that nobody decides on what has changed since."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    inputs = InputsSerializer(required=False, default=dict)


def verdicts(workflow: Workflow, row: Any, view: Any) -> list[dict[str, Any]]:
    """Return every move out of the row's status as an answer shows it."""
    return [
        {
            "name": str(verdict.move),
            "label": move_label(workflow.name, verdict.move),
            "allowed": verdict.allowed,
            "why_not": _why_not(verdict.refusal),
            "needs_reason": verdict.needs_reason,
            "inputs": list(verdict.inputs),
        }
        for verdict in moves_for(workflow, row, view.actor, today=view.today)
    ]


def _why_not(refusal: Refusal | None) -> dict[str, str] | None:
    if refusal is None:
        return None
    return {"code": refusal.code, "message": refusal.message, "remedy": refusal.remedy}


class Moved(serializers.Serializer):
    """Adds `version` and `actions` to a detail; the view holds the workflow."""

    version = serializers.IntegerField(read_only=True)
    actions = serializers.SerializerMethodField()

    @extend_schema_field(VerdictSerializer(many=True))
    def get_actions(self, row: Any) -> list[dict[str, Any]]:
        view = self.context["view"]
        return verdicts(view.workflow, row, view)


class MovingViewSet(ScopedViewSet):
    """Rows with a status: it changes only here, through the workflow engine."""

    workflow: Workflow
    make_move: Callable[..., Any]

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"], url_path="actions/(?P<move>[a-z_]{1,40})")
    def act(self, request: Request, pk: str, move: str) -> Response:
        """Make a move and answer with the row as it is now, or with the refusal."""
        body = MoveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        name = next((name for name in self.workflow.machine if name == move), None)
        if name is None:
            raise RefusedError(Refusal("GATE-05.hidden"))
        type(self).make_move(
            int(pk),
            name,
            actor=self.actor,
            at=self.at,
            reason=body.validated_data["reason"],
            given=body.validated_data["inputs"],
            version=body.validated_data["version"],
        )
        return self.one(int(pk))
