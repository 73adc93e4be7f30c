"""What the business screens share: who asks, which rows, and how lights and bars look."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.admin.base import DoorAdmin
from accounts.vocab import Role
from tasks.models import TaskMetrics
from tasks.queries.scope import actor_of, visible
from tasks.rules.gate import Actor
from tasks.vocab import Light

SHAPES = {Light.RED: "■", Light.YELLOW: "▲", Light.GREEN: "●", Light.GREY: "○", Light.DONE: "✔"}
MOST_COUNTED = 1000


def actor_for(request: HttpRequest) -> Actor:
    """Return who asks, with today's seats; looked up once per request."""
    found = getattr(request, "_carbonpeak_actor", None)
    if found is None:
        found = actor_of(request.user, today=timezone.localdate())
        request._carbonpeak_actor = found  # type: ignore[attr-defined]
    return found


def light_mark(light: str) -> SafeString:
    """Return a light as shape, colour and word, so that none of them is needed alone."""
    shown = Light(light)
    return format_html(
        '<span class="cp-light cp-light-{}"><span aria-hidden="true">{}</span> {}</span>',
        shown.value,
        SHAPES[shown],
        shown.label,
    )


def progress_bar(progress: float | None, planned: float | None) -> SafeString:
    """Return progress as a bar with a mark where the schedule stands, and the figures in words."""
    if progress is None:
        return format_html('<span class="cp-faint">{}</span>', _("n/a"))
    words = _("%(progress)d %% done, %(planned)d %% planned") % {"progress": progress, "planned": planned or 0}
    return format_html(
        '<span class="cp-progress" title="{}"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="cp-track" width="100" height="8" rx="2"/><rect class="cp-done" width="{}" height="8" rx="2"/>'
        '<rect class="cp-plan" x="{}" width="1.5" height="8"/></svg><span>{}&#8201;%</span>'
        '<span class="cp-sr">{}</span></span>',
        words,
        round(progress),
        min(98.5, max(0, round(planned or 0, 1))),
        round(progress),
        words,
    )


def dated(day: date, late: str = "") -> SafeString:
    """Return a date that does not break, with how late it is in words."""
    return format_html('<span class="cp-day">{}</span> <span class="cp-late">{}</span>', day.isoformat(), late)


def metrics_of(task: Any) -> TaskMetrics:
    """Return the stored standing of `task`, or an empty one before the first day roll."""
    found = getattr(task, "metrics", None)
    return found if found is not None else TaskMetrics(task=task, as_of=timezone.localdate(), reasons=[])


def row_url(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_url(model: Any, **params: Any) -> str:
    """Return the address of a list with its filters set."""
    base = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{base}?{urlencode(params)}" if params else base


def tree_url(root: Any = None) -> str:
    """Return the address of the task tree, or of one branch of it."""
    base = reverse("admin:tree")
    return f"{base}?root={root.pk}" if root is not None else base


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Return where to go after an act: the page the person came from if it is ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked and ours else fallback


class CappedPaginator(Paginator):
    """Walks a list once, for ids alone and no further than MOST_COUNTED: they give the count and every page.

    Nobody pages through more, counting 100,000 rows costs every page, and sorting ids is cheaper than sorting rows.
    """

    template_name = "admin/cp/pagination.html"
    most_counted = MOST_COUNTED

    @cached_property
    def pks(self) -> list[Any]:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin pages nothing else
        return list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])

    @cached_property
    def count(self) -> int:
        return len(self.pks)

    def page(self, number: Any) -> Page[Any]:
        valid = self.validate_number(number)
        shown = self.pks[(valid - 1) * self.per_page : valid * self.per_page]
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        found = {row.pk: row for row in rows.order_by().filter(pk__in=shown)}
        return Page([found[pk] for pk in shown if pk in found], valid, self)


class ScopedAdmin(DoorAdmin):
    """A screen of business rows: the rows `tasks.queries.scope` lets this person see, to read; acts go elsewhere."""

    paginator = CappedPaginator
    roles: frozenset[Role] = frozenset(set(Role) - {Role.ADMIN})
    actions_on_bottom = False

    def may_open(self, request: HttpRequest) -> bool:
        return bool(actor_for(request).roles() & self.roles)

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return visible(self.model, actor_for(request))
