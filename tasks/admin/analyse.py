"""Screens of situation analysis: the indicators and what was measured of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tasks.admin.base import ScopedAdmin
from tasks.models import Indicator


@admin.register(Indicator)
class IndicatorAdmin(ScopedAdmin):
    """Indicators; their definitions are published with the plan."""

    list_display = ("name", "unit", "direction", "nature")
    search_fields = ("name__icontains", "code__istartswith")
    search_help_text = _("Name or code")
    ordering = ("code",)
    fields = ("code", "name", "unit", "direction", "nature", "nature_basis", "definition")

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return Indicator.objects.all()
