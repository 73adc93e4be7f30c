"""The small shapes answers share: a task, a unit, a person named from another row."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class TaskNameSerializer(serializers.Serializer):
    """A task named from another row."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()


class UnitNameSerializer(serializers.Serializer):
    """A unit named from another row."""

    code = serializers.CharField()
    name = serializers.CharField(source="short_name")


@extend_schema_field(OpenApiTypes.STR)
class PersonField(serializers.Field):
    """A person's name; nothing else of an account leaves the house."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return str(value)


class LabelField(serializers.CharField):
    """The label of a coded column, in the reader's language."""

    def __init__(self, of: str) -> None:
        super().__init__(source=f"get_{of}_display", read_only=True)
