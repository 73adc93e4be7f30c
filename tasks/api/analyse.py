"""The standing of a task as an answer shows it: light, reasons, progress, days overdue."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tasks.vocab import Light, LightReason

# name in the answer: column of the standing
STANDING_COLUMNS = {
    "light": "metrics__light",
    "reasons": "metrics__reasons",
    "progress": "metrics__progress",
    "planned_progress": "metrics__planned",
    "overdue_workdays": "metrics__overdue",
    "as_of": "metrics__as_of",
}


class ReasonSerializer(serializers.Serializer):
    """Why a light shows."""

    code = serializers.ChoiceField(choices=LightReason.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # the name of a member, not the field's own label


class StandingSerializer(serializers.Serializer):
    """Where a task stands; every member is empty before its first computation."""

    light = serializers.ChoiceField(choices=Light.choices, allow_null=True)
    light_label = serializers.CharField()
    reasons = ReasonSerializer(many=True)
    progress = serializers.FloatField(allow_null=True, help_text="percent, 0–100")
    planned_progress = serializers.FloatField(allow_null=True, help_text="percent, 0–100")
    overdue_workdays = serializers.IntegerField(allow_null=True)
    as_of = serializers.DateField(allow_null=True)


def worded(row: dict[str, Any], lights: dict[str, str], reasons: dict[str, str]) -> dict[str, Any]:
    """Return a row with its stored codes of light and reasons replaced by what an answer shows."""
    row["light_label"] = lights.get(row["light"], "")
    row["reasons"] = [{"code": code, "label": reasons.get(code, code)} for code in row["reasons"] or ()]
    return row
