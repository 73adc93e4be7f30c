"""Milestones: the list; each is claimed and judged on its task's page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.vocab import Role
from tasks.admin.acts import ActingAdmin
from tasks.admin.base import actor_for, dated, row_url
from tasks.admin.track.show import ShowFilter
from tasks.models import Milestone
from tasks.usecases.track import MILESTONES
from tasks.vocab import MilestoneMove, MilestoneStatus

OPEN = [MilestoneStatus.PLANNED, MilestoneStatus.RETURNED]


class MilestoneShowFilter(ShowFilter):
    """Where the milestone stands; without a choice, what is open."""

    shows: ClassVar[dict[str, tuple[Any, dict[str, Any]]]] = {
        "open": (pgettext_lazy("milestone", "Open"), {"status__in": OPEN}),
        "claimed": (gettext_lazy("To review"), {"status": MilestoneStatus.CLAIMED}),
        "accepted": (pgettext_lazy("milestone", "Accepted"), {"status": MilestoneStatus.ACCEPTED}),
        "waived": (gettext_lazy("Waived"), {"status": MilestoneStatus.WAIVED}),
        "all": (gettext_lazy("All"), {}),
    }


@admin.register(Milestone)
class MilestoneAdmin(ActingAdmin):
    """Milestones by date; a row opens its task at the milestones."""

    workflow = MILESTONES
    list_display = ("title", "named", "due", "critical", "shown_status")
    list_filter = (MilestoneShowFilter,)
    list_filter_submit = True
    list_select_related = ("task",)
    search_fields = ("title__icontains", "task__code__istartswith")
    search_help_text = gettext_lazy("Title, or code of the task")
    ordering = ("status", "due_on", "pk")
    actions = ("accept_selected",)

    def page_url(self, row: Any) -> str:
        return row_url(row.task) + "#milestones"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(self.page_url(self.row_or_404(request, object_id)))

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if Role.OFFICE not in actor_for(request).roles():
            actions.pop("accept_selected", None)
        return actions

    @admin.action(description=gettext_lazy("Accept milestone"))
    def accept_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.move_selected(request, list(queryset.values_list("pk", flat=True)[:1001]), MilestoneMove.ACCEPT)

    @admin.display(description=gettext_lazy("task"))
    def named(self, milestone: Milestone) -> SafeString:
        task = milestone.task
        return format_html('<span class="cp-code">{}</span> {}', task.code, task.title)

    @admin.display(description=gettext_lazy("due on"), ordering="due_on")
    def due(self, milestone: Milestone) -> SafeString:
        late = milestone.status in OPEN and milestone.due_on < timezone.localdate()
        return dated(milestone.due_on, _("late") if late else "")

    @admin.display(description=gettext_lazy("status"))
    def shown_status(self, milestone: Milestone) -> str:
        return milestone.get_status_display()
