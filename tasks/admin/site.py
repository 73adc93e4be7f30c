"""The admin site: seats let people in, "My work" is its front page, the sidebar follows the stages of the loop."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import forms as auth_forms
from django.contrib.auth.views import PasswordChangeView
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from accounts.admin.base import roles_of
from accounts.models import Appointment, OrgUnit, Post, User
from accounts.queries.seats import seats_of
from accounts.vocab import Role
from tasks.admin.base import actor_for
from tasks.models import ChangeRequest, Message, Milestone, Notice, ReportDue, ScoreSheet, Target, Task

BUSINESS = frozenset(Role) - {Role.ADMIN}


class SeatLoginForm(AuthenticationForm):
    """Lets in whoever holds a post today; Django's own form would ask for the staff flag."""

    def confirm_login_allowed(self, user: Any) -> None:
        auth_forms.AuthenticationForm.confirm_login_allowed(self, user)
        if not user.is_staff and not seats_of(user, today=timezone.localdate()):
            raise forms.ValidationError(
                _("You hold no post today. Ask the system administrator to appoint you."), code="no_post"
            )


class DepartmentSite(UnfoldAdminSite):
    """Where departments and the office work."""

    index_title = _("My work")
    enable_nav_sidebar = True
    login_form = SeatLoginForm

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._actions.pop("delete_selected", None)  # it deletes past every rule, and nothing here is deleted
        self._global_actions.pop("delete_selected", None)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and (getattr(user, "is_staff", False) or bool(roles_of(request)))

    def extra_urls(self) -> list[Any]:
        """Return the pages that belong to no single table."""
        from tasks.admin.decompose.tree import tree_view
        from tasks.admin.track.evidence import download_view

        return [
            path("tree/", self.admin_view(tree_view), name="tree"),
            path("evidence/<int:pk>/", self.admin_view(download_view), name="evidence"),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show what waits for the person who signed in."""
        from tasks.admin.work import sections

        context = {**self.each_context(request), "title": self.index_title, "index": True, **sections(request)}
        request.current_app = self.name
        return TemplateResponse(request, "admin/my_work.html", context | (extra_context or {}))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Let a person change their own password; the library's form would leave no entry in the audit trail."""
        from accounts.admin.people import OwnPasswordForm

        request.current_app = self.name
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse(f"{self.name}:password_change_done"),
            template_name=self.password_change_template or "registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)  # type: ignore[return-value]  # a page or a redirect

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        context["demo"] = request.user.is_authenticated and User.objects.filter(is_demo=True).exists()
        return context


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: one entry per thing a person of these roles has any business with."""
    roles = actor_for(request).roles()
    business = bool(roles & BUSINESS)
    whole = bool(roles & {Role.OFFICE, Role.INSPECTOR, Role.AUDITOR})
    groups = [
        (None, [(_("My work"), "home", "index", True)]),
        (
            _("Decompose"),
            [
                (_("Task tree"), "account_tree", "tree", business),
                _list(Task, "checklist", business),
                _list(Target, "flag", business),
            ],
        ),
        (
            _("Track"),
            [
                _list(ReportDue, "edit_note", business),
                _list(Milestone, "signpost", business),
                _list(ChangeRequest, "event_repeat", business),
            ],
        ),
        (
            _("Remind"),
            [
                _list(Notice, "notifications", business),
                _list(Message, "outgoing_mail", whole),
            ],
        ),
        (_("Assess"), [_list(ScoreSheet, "leaderboard", business)]),
        (
            _("Organisation"),
            [
                _list(OrgUnit, "apartment", bool(roles & {Role.ADMIN, Role.OFFICE})),
                _list(Post, "badge", Role.ADMIN in roles),
                _list(Appointment, "assignment_ind", Role.ADMIN in roles),
                _list(User, "group", Role.ADMIN in roles),
            ],
        ),
    ]
    shown = []
    for title, entries in groups:
        items = [_entry(request, name, icon, view) for name, icon, view, open_ in entries if open_]
        shown.append({"title": title, "separator": title is not None, "items": [item for item in items if item]})
    return [group for group in shown if group["items"]]


def _list(model: type[Model], icon: str, open_: bool) -> tuple[Any, str, str, bool]:
    """Return a list's entry; it is called what its page is called."""
    meta = model._meta
    return capfirst(meta.verbose_name_plural), icon, f"{meta.app_label}_{meta.model_name}_changelist", open_


def _entry(request: HttpRequest, title: Any, icon: str, view: str) -> dict[str, Any] | None:
    try:
        link = reverse(f"admin:{view}")
    except NoReverseMatch:  # a stage whose screens are not there yet
        return None
    active = request.path == link if view == "index" else request.path.startswith(link)
    return {"title": title, "icon": icon, "link": link, "active": lambda _request: active}
