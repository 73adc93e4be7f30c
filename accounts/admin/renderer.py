"""Renders the widgets of forms and lists."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.translation import get_language

SELECT_ALL = "action-toggle"


class WidgetRenderer(DjangoTemplates):
    """Django's own, but it keeps the box that selects all rows: the look asks for it again in every row of a list."""

    def __init__(self) -> None:
        self.select_all: dict[str | None, str] = {}

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Return the widget's HTML."""
        if context.get("widget", {}).get("name") != SELECT_ALL:
            return str(super().render(template_name, context, request))
        language = get_language()
        if language not in self.select_all:
            self.select_all[language] = super().render(template_name, context, request)
        return self.select_all[language]
