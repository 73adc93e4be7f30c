"""Extension requests: the list, and a page on which one is signed or decided."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from tasks.admin.acts import ActingAdmin, people_of
from tasks.admin.base import light_mark, metrics_of, row_url
from tasks.models import ChangeRequest
from tasks.queries.track import change_facts
from tasks.usecases.track import CHANGES
from tasks.vocab import ChangeStatus


class StatusFilter(DropdownFilter):
    """One status."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ChangeStatus.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in ChangeStatus.values else queryset


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ActingAdmin):
    """Requests to move a due date; the date moves only by their approval."""

    workflow = CHANGES
    list_display = ("named", "old_due_on", "new_due_on", "cause", "shown_status", "requested_on")
    list_filter = (StatusFilter,)
    list_filter_submit = True
    list_select_related = ("task",)
    search_fields = ("task__code__istartswith", "task__title__icontains")
    search_help_text = _("Code or title")
    ordering = ("-pk",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        change = self.row_or_404(request, object_id)
        people = people_of(change.task_id)
        found = self.buttons_for(request, change, people)
        context = {
            **self.admin_site.each_context(request),
            "title": str(change),
            "opts": self.opts,
            "original": change,
            "change_request": change,
            "task_url": row_url(change.task),
            "light": light_mark(metrics_of(change.task).light),
            "workdays": change_facts(change, today=timezone.localdate()).workdays,
            "acts": [button for button in found if not button.others],
            "others": [button for button in found if button.others],
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/cp/change.html", context)

    @admin.display(description=_("task"))
    def named(self, change: ChangeRequest) -> SafeString:
        return format_html('<span class="cp-code">{}</span> {}', change.task.code, change.task.title)

    @admin.display(description=_("status"))
    def shown_status(self, change: ChangeRequest) -> str:
        return change.get_status_display()
