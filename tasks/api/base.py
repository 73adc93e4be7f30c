"""What every endpoint shares: who asks and when, rows in scope, strict parameters and bodies; no business word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import F, Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from tasks.queries.scope import actor_of, visible
from tasks.rules.gate import Actor

# Ten digits hold every key and no number a database cannot compare.
KEY = "[0-9]{1,10}"
PAGING = frozenset({"page", "page_size"})


class StrictSerializer(serializers.Serializer):
    """A body whose every key is known: a misspelt one is told, not dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise ValidationError({name: [_("There is no such field here.")] for name in unknown})
        return super().to_internal_value(data)


class Door(APIView):
    """An endpoint that knows who asks, on which day; its answers stay out of every cache."""

    @cached_property
    def at(self) -> datetime:
        return timezone.now()

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @cached_property
    def actor(self) -> Actor:
        return actor_of(self.request.user, today=self.today)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-store")
        return response


class ScopedViewSet(Door, GenericViewSet):
    """List and detail of the rows of `model` within the actor's scope. Nothing here reads a table past `visible`."""

    model: type[Model]
    detail_serializer_class: type[serializers.BaseSerializer] | None = None
    related: tuple[str, ...] = ()  # rows of one value that the answer names
    lookup_value_regex = KEY

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.scoped()

    def scoped(self) -> QuerySet[Any]:
        return visible(self.model, self.actor).select_related(*self.related)

    def get_serializer_class(self) -> Any:
        if self.action in {"retrieve", "act"} and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters()
        rows = self.get_queryset()
        # Building a form for nothing asked costs as much as reading the page.
        if set(request.query_params) - PAGING:
            rows = self.filter_queryset(rows)
        return self.get_paginated_response(self.represent_rows(self.paginate_queryset(rows)))

    def represent_rows(self, rows: Any) -> Sequence[Any]:
        """Return the rows of one page as the list shows them."""
        return [*self.get_serializer(rows, many=True).data]

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.one(int(pk))

    def one(self, pk: int, status: int = 200) -> Response:
        row = self.found(pk)
        serializer = self.detail_serializer_class or self.get_serializer_class()
        return Response(serializer(row, context=self.get_serializer_context()).data, status=status)

    def found(self, pk: int) -> Any:
        """Return the row, or answer that there is none; a hidden row and an absent one get the same answer."""
        return get_object_or_404(self.get_queryset(), pk=pk)

    def refuse_unknown_parameters(self) -> None:
        """Refuse a misspelt filter: it must not answer with every row."""
        filterset = getattr(self, "filterset_class", None)
        known = {*PAGING, *(filterset.base_filters if filterset else ())}
        unknown = sorted(set(self.request.query_params) - known)
        if unknown:
            raise ValidationError({name: [_("There is no such filter here.")] for name in unknown})


class Ordering(filters.OrderingFilter):
    """Orders by a listed name alone; ties are broken by key, so that pages neither repeat nor drop a row."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        return qs.order_by(*[self._order(self.get_ordering_value(name)) for name in value], "pk")

    @staticmethod
    def _order(name: str) -> Any:
        # The databases disagree where an empty value belongs.
        column = F(name.removeprefix("-"))
        return column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_last=True)


def labels(choices: Any) -> dict[str, str]:
    """Return the labels of a closed list by code, in the reader's language; translated once per language."""
    return _labels(choices, get_language())


@lru_cache(maxsize=64)
def _labels(choices: Any, language: str) -> dict[str, str]:
    return {str(value): str(label) for value, label in choices.choices}
