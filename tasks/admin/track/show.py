"""The one filter of the tracking lists: where a row stands, with what is open as the first answer."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter


class ShowFilter(DropdownFilter):
    """Narrows a list to one of `shows`: choice -> (its words, the condition); without a choice, the first."""

    title = gettext_lazy("state")
    parameter_name = "show"
    all_option = None
    shows: ClassVar[dict[str, tuple[Any, dict[str, Any]]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(choice, words) for choice, (words, _condition) in self.shows.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or next(iter(self.shows))
        _words, condition = self.shows.get(chosen, ("", {}))
        return queryset.filter(**condition)
