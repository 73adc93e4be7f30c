"""Screens of reminding: who was told what, and the messages that need a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from accounts.vocab import CITY_WIDE_ROLES
from tasks.admin.base import ScopedAdmin
from tasks.models import Message, Notice
from tasks.vocab import MessageState, VoidReason

NEEDS = [MessageState.FAILED, MessageState.DOUBT]


@admin.register(Notice)
class NoticeAdmin(ScopedAdmin):
    """Notices: one's own; the whole city's for those who see the whole city."""

    list_display = ("fired_on", "level", "named", "recipient", "addressee", "state")
    list_select_related = ("rung", "recipient", "deadline__task")
    search_fields = ("deadline__task__code__istartswith",)
    search_help_text = _("Code of the task")
    ordering = ("-fired_on", "-pk")
    fields = ("fired_on", "level", "named", "recipient", "addressee", "fallback", "slot_at", "state", "why_void")
    readonly_fields = ("level", "named", "why_void")

    @admin.display(description=_("level"))
    def level(self, notice: Notice) -> str:
        return notice.rung.get_level_display()

    @admin.display(description=_("task"))
    def named(self, notice: Notice) -> SafeString:
        task = notice.deadline.task
        return format_html('<span class="cp-code">{}</span> {}', task.code, task.title)

    @admin.display(description=_("why void"))
    def why_void(self, notice: Notice) -> str:
        known = notice.void_reason in VoidReason.values
        return str(VoidReason(notice.void_reason).label) if known else notice.void_reason


class StateFilter(DropdownFilter):
    """One state, or all that need a person."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("needs", _("Needs a person")), *MessageState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "needs":
            return queryset.filter(state__in=NEEDS)
        return queryset.filter(state=self.value()) if self.value() in MessageState.values else queryset


@admin.register(Message)
class MessageAdmin(ScopedAdmin):
    """The outbox: to whom, when, and what went wrong; never the text of the mail."""

    roles = CITY_WIDE_ROLES
    list_display = ("subject", "recipient", "state", "ready_at", "sent_at", "attempts")
    list_filter = (StateFilter,)
    list_filter_submit = True
    list_select_related = ("recipient",)
    ordering = ("-pk",)
    fields = (
        "subject",
        "recipient",
        "address",
        "state",
        "slot_at",
        "ready_at",
        "sent_at",
        "attempts",
        "last_error",
    )

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return Message.objects.defer("body")
