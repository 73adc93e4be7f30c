"""The standing of a task as an answer shows it: light, reasons, progress, days overdue."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tasks.api.base import labels
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
    label = serializers.CharField()


class StandingSerializer(serializers.Serializer):
    """Where a task stands; every member is empty before its first computation."""

    light = serializers.ChoiceField(choices=Light.choices, allow_null=True)
    light_label = serializers.CharField()
    reasons = ReasonSerializer(many=True)
    progress = serializers.FloatField(allow_null=True, help_text="percent, 0–100")
    planned_progress = serializers.FloatField(allow_null=True, help_text="percent, 0–100")
    overdue_workdays = serializers.IntegerField(allow_null=True)
    as_of = serializers.DateField(allow_null=True)


class StandingWords:
    """Labels of lights and reasons in the reader's language, looked up once per answer."""

    def __init__(self) -> None:
        self.light = labels(Light)
        reason = labels(LightReason)
        self.reasons = {str(code): {"code": str(code), "label": reason(str(code))} for code in LightReason}

    def add(self, row: dict[str, Any]) -> None:
        """Replace the stored codes of a row by what the answer shows."""
        row["light_label"] = self.light(row["light"])
        row["reasons"] = [self.reasons.get(code, {"code": code, "label": code}) for code in row["reasons"] or ()]
