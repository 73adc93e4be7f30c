"""Pages of a list: a count within scope, links, and a bounded size."""

from __future__ import annotations

from typing import Any

from django.core.paginator import InvalidPage, Paginator
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

LARGEST = 200


class Pages(PageNumberPagination):
    """`page` from 1 and `page_size` up to 200; a wrong value is refused, never guessed."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = LARGEST
    page_size_query_description = "Rows per page, 1 to 200."

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Return the page's rows unread, so that the view chooses the columns after the rows were counted."""
        self.request = request
        number = self._whole(request, self.page_query_param, 1, None)
        size = self._whole(request, "page_size", self.page_size, LARGEST)
        try:
            self.page = Paginator(queryset, size).page(number)
        except InvalidPage as last:
            raise ValidationError({"page": _("There is no such page.")}) from last
        return self.page.object_list

    @staticmethod
    def _whole(request: Request, name: str, default: int, most: int | None) -> int:
        raw = request.query_params.get(name)
        if raw is None:
            return default
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and 1 <= int(raw) <= (most or int(raw))):
            message = _("Give a whole number from 1 to %(most)s.") if most else _("Give a whole number from 1.")
            raise ValidationError({name: message % {"most": most} if most else message})
        return int(raw)
