"""The list of tasks and what can be done to many of them at once; a task's own page is in page.py."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.vocab import Role
from tasks.admin.acts import ActingAdmin
from tasks.admin.base import actor_for, dated, light_mark, metrics_of, progress_bar
from tasks.admin.decompose import page
from tasks.admin.decompose.filters import CampaignFilter, DueFilter, LeadFilter, LightFilter, StatusFilter
from tasks.models import Task
from tasks.queries.page import with_lead
from tasks.usecases.track import TASKS
from tasks.vocab import Confirmation, Light, TaskKind, TaskMove


@admin.register(Task)
class TaskAdmin(ActingAdmin):
    """Tasks: a list to look through, and one page per task."""

    workflow = TASKS
    list_display = ("named", "light", "progress", "lead", "due", "shown_status")
    list_filter = (CampaignFilter, LightFilter, StatusFilter, LeadFilter, DueFilter)
    list_filter_submit = True
    list_before_template = "admin/cp/task_list_head.html"
    search_fields = ("code__istartswith", "title__icontains")
    search_help_text = gettext_lazy("Code or title")
    ordering = ("revision", "path")
    actions = ("issue_selected", "sign_for_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_lead(super().get_queryset(request))

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/below/<slug:move>/", wrap(self._below), name="tasks_task_below"),
            path("<int:object_id>/evidence/", wrap(self._evidence), name="tasks_task_attach"),
            path("<int:object_id>/extension/", wrap(self._extension), name="tasks_task_extension"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        chips = [{"light": light_mark(light), "value": light.value} for light in Light]
        return super().changelist_view(request, {"chips": chips, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return page.task_view(self, request, object_id)

    def _below(self, request: HttpRequest, object_id: int, move: str) -> HttpResponse:
        return page.below_view(self, request, object_id, move)

    def _evidence(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return page.attach_view(self, request, object_id)

    def _extension(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return page.extension_view(self, request, object_id)

    # --- columns -----------------------------------------------------------------------------------------------------
    @admin.display(description=gettext_lazy("task"), ordering="path")
    def named(self, task: Task) -> SafeString:
        key = format_html(' <span class="cp-tag">{}</span>', _("key")) if task.is_key else ""
        return format_html('<span class="cp-code">{}</span> {}{}', task.code, task.title, key)

    @admin.display(description=gettext_lazy("light"))
    def light(self, task: Task) -> SafeString:
        return light_mark(metrics_of(task).light)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, task: Task) -> SafeString:
        standing = metrics_of(task)
        return progress_bar(standing.progress, standing.planned)

    @admin.display(description=gettext_lazy("lead unit"))
    def lead(self, task: Task) -> SafeString | str:
        parts = getattr(task, "lead_parts", [])
        if not parts:
            return "–"
        if parts[0].confirmation != Confirmation.PROPOSED:
            return str(parts[0].org_unit)
        return format_html('{} <span class="cp-tag cp-proposed">{}</span>', parts[0].org_unit, _("proposed"))

    @admin.display(description=gettext_lazy("due on"), ordering="due_on")
    def due(self, task: Task) -> SafeString:
        late = metrics_of(task).overdue
        return dated(task.due_on, _("%(days)d working days late") % {"days": late} if late else "")

    @admin.display(description=gettext_lazy("status"))
    def shown_status(self, task: Task) -> str:
        return "–" if task.kind == TaskKind.CAMPAIGN else task.get_status_display()

    # --- acts on many ------------------------------------------------------------------------------------------------
    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        roles = actor_for(request).roles()
        for name, role in (("issue_selected", Role.OFFICE), ("sign_for_selected", Role.HEAD)):
            if role not in roles:
                actions.pop(name, None)
        return actions

    @admin.action(description=gettext_lazy("Issue"))
    def issue_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.move_selected(request, list(queryset.values_list("pk", flat=True)[:1001]), TaskMove.ISSUE)

    @admin.action(description=gettext_lazy("Sign for"))
    def sign_for_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.move_selected(request, list(queryset.values_list("pk", flat=True)[:1001]), TaskMove.SIGN_FOR)
