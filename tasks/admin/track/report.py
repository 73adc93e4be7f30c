"""Periodic reports: the list of what is owed and filed, and one page that is the form or the report to judge."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.vocab import Role
from tasks.admin.acts import ActingAdmin
from tasks.admin.base import ScopedAdmin, actor_for, dated
from tasks.admin.track import form
from tasks.admin.track.show import ShowFilter
from tasks.models import ProgressReport, ReportDue
from tasks.usecases.track import REPORTS
from tasks.vocab import ReportDueStatus, ReportMove, ReportStatus


class ReportShowFilter(ShowFilter):
    """Where the report stands; without a choice, what is still awaited."""

    shows: ClassVar[dict[str, tuple[Any, dict[str, Any]]]] = {
        "awaited": (gettext_lazy("Awaited"), {"status__in": [ReportDueStatus.OPEN, ReportDueStatus.MISSED]}),
        "draft": (gettext_lazy("Draft"), {"report__status": ReportStatus.DRAFT}),
        "signed": (gettext_lazy("To review"), {"report__status": ReportStatus.SIGNED}),
        "returned": (gettext_lazy("Returned"), {"report__status": ReportStatus.RETURNED}),
        "accepted": (pgettext_lazy("report", "Accepted"), {"report__status": ReportStatus.ACCEPTED}),
        "all": (gettext_lazy("All"), {}),
    }


@admin.register(ReportDue)
class ReportDueAdmin(ScopedAdmin):
    """Reports owed; a row opens the form, or the filed report with the office's buttons."""

    list_display = ("named", "period_key", "due", "progress", "state")
    list_filter = (ReportShowFilter,)
    list_filter_submit = True
    list_select_related = ("task", "report")
    search_fields = ("task__code__istartswith", "task__title__icontains", "period_key")
    search_help_text = gettext_lazy("Code, title or period")
    ordering = ("status", "due_on", "pk")  # the index's order: missed, then open
    actions = ("accept_selected",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return form.report_view(self, request, object_id)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if Role.OFFICE not in actor_for(request).roles():
            actions.pop("accept_selected", None)
        return actions

    @admin.action(description=gettext_lazy("Accept report"))
    def accept_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        pks = ProgressReport.objects.filter(due__in=queryset.values("pk")).values_list("pk", flat=True)[:1001]
        door: ActingAdmin = self.admin_site.get_model_admin(ProgressReport)
        return door.move_selected(request, list(pks), ReportMove.ACCEPT)

    @admin.display(description=gettext_lazy("task"))
    def named(self, due: ReportDue) -> SafeString:
        return format_html('<span class="cp-code">{}</span> {}', due.task.code, due.task.title)

    @admin.display(description=pgettext_lazy("report", "due on"), ordering="due_on")
    def due(self, due: ReportDue) -> SafeString:
        late = due.status != ReportDueStatus.FILED and due.due_on < timezone.localdate()
        return dated(due.due_on, _("late") if late else "")

    @admin.display(description=gettext_lazy("progress so far, %"))
    def progress(self, due: ReportDue) -> str:
        report = getattr(due, "report", None)
        return str(report.claimed_progress) if report else "–"

    @admin.display(description=gettext_lazy("state"))
    def state(self, due: ReportDue) -> str:
        report = getattr(due, "report", None)
        return report.get_status_display() if report else due.get_status_display()


@admin.register(ProgressReport)
class ProgressReportAdmin(ActingAdmin):
    """The door of a report's moves and its history; it is read and written on the page of what is owed."""

    workflow = REPORTS
    ordering = ("pk",)

    def page_url(self, row: Any) -> str:
        return reverse("admin:tasks_reportdue_change", args=[row.due_id])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:tasks_reportdue_changelist"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(self.page_url(self.row_or_404(request, object_id)))
