"""What every screen of the admin stands on: rows and permissions from one function, a history that asks it too."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper
from unfold.admin import ModelAdmin, checkbox
from unfold.views import ChangeList

from accounts.queries.seats import seats_of
from accounts.vocab import Origin, Role


def roles_of(request: HttpRequest) -> frozenset[Role]:
    """Return the roles the signed-in person holds today; asked once per request."""
    found = getattr(request, "_carbonpeak_roles", None)
    if found is None:
        seats = seats_of(request.user, today=timezone.localdate()) if request.user.is_authenticated else frozenset()
        found = frozenset(role for role, _unit in seats)
        request._carbonpeak_roles = found  # type: ignore[attr-defined]
    return found


@lru_cache(maxsize=8)
def _checkbox(language: str) -> str:
    return str(checkbox.render(ACTION_CHECKBOX_NAME, "0pk0"))


class WordedHistory(HistoricalRecordContextHelper):
    """Tells a change in labels instead of stored codes, and leaves out what only the machine counts."""

    def context_for_delta_changes(self, delta: Any) -> list[dict[str, Any]]:
        told = [change for change in delta.changes if change.field != "version"]
        return super().context_for_delta_changes(replace(delta, changes=told))

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        if value is None or value == "" or (isinstance(value, DeletedObject) and value.pk is None):
            return "–"
        choices = dict(self.model._meta.get_field(change.field).flatchoices)
        return choices[value] if choices and value in choices else super().prepare_delta_change_value(change, value)


class PlainChangeList(ChangeList):
    """Knows without a second count that a list without search and filter is whole."""

    @property
    def first_shown(self) -> int:
        """The place of the page's first row in the whole list, from 1."""
        return (self.page_num - 1) * self.list_per_page + 1

    @property
    def last_shown(self) -> int:
        return self.first_shown + len(self.result_list) - 1

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        if not self.is_popup:
            self.title = capfirst(self.opts.verbose_name_plural)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.multi_page:  # the library would ask the database again, without the paginator
            self.result_list = self.paginator.page(1).object_list
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class DoorAdmin(SimpleHistoryAdmin, ModelAdmin):
    """A screen whose every door - list, page, history, autocomplete, choices, actions - shows `rows` and no more.

    Django's model permissions are not asked: `may_open` says who comes in, `rows` which rows they see; nothing can be
    added, changed or deleted unless a subclass says so.
    """

    object_history_list_template = "admin/cp/history_list.html"
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    show_add_link = False

    def may_open(self, request: HttpRequest) -> bool:
        """Answer whether this person has any business on this screen."""
        raise NotImplementedError

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows this person may see."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.rows(request) if self.may_open(request) else self.model._default_manager.none()
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def sees(self, request: HttpRequest, obj: Model | None) -> bool:
        """Answer whether this person may see `obj`; asked of the database once per request and row."""
        if not self.may_open(request):
            return False
        if obj is None or obj.pk is None:
            return True
        known = request.__dict__.setdefault("_carbonpeak_seen", {})
        key = (self.model, obj.pk)
        if key not in known:
            known[key] = self.rows(request).filter(pk=obj.pk).exists()
        return bool(known[key])

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            request.__dict__.setdefault("_carbonpeak_seen", {})[self.model, found.pk] = True
        return found

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row, or answer 404 alike for rows that are hidden and rows that do not exist."""
        found = self.get_object(request, unquote(str(object_id)))
        if found is None:
            raise Http404
        return found

    # --- permissions -------------------------------------------------------------------------------------------------
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.sees(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.sees(request, obj)

    def has_change_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # --- doors the library leaves open -------------------------------------------------------------------------------
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if object_id is not None:
            self.row_or_404(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show a row's history as long as the row itself may be seen; the library would fall back to the past."""
        self.row_or_404(request, object_id)
        if not hasattr(self.model, "history"):
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show one past state, read-only; the library would accept a POST and write it over the present."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self.row_or_404(request, object_id)
        if not hasattr(self.model, "history") or not str(version_id).isdecimal():
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        """Tell beside what changed where a row came from that no person entered."""
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs)
        words = dict(Origin.choices)
        for record in historical_records:
            record.origin = words.get(record.history_change_reason or "", "")

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> WordedHistory:
        return WordedHistory(self.model, historical_record)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the screen's own filters alone: others, across relations, answer questions about hidden rows."""
        return lookup in {getattr(known, "parameter_name", None) for known in self.list_filter}

    @admin.display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> SafeString:
        """Return the row's box without rendering a widget's template for each of fifty rows."""
        return mark_safe(_checkbox(get_language() or "").replace("0pk0", str(int(obj.pk))))  # noqa: S308  (a number)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PlainChangeList

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer and accept only rows this person may see on the related screen; none where there is no such screen."""
        screen = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(screen, DoorAdmin):
            kwargs["queryset"] = screen.get_queryset(request)
        else:
            kwargs["queryset"] = db_field.remote_field.model._default_manager.none()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """As for foreign keys."""
        screen = self.admin_site._registry.get(db_field.remote_field.model)
        rows = screen.get_queryset(request) if isinstance(screen, DoorAdmin) else None
        kwargs["queryset"] = db_field.remote_field.model._default_manager.none() if rows is None else rows
        return super().formfield_for_manytomany(db_field, request, **kwargs)
