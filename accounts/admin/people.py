"""Screens of the organisation: units, posts, appointments, people; kept by the system administrator."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin.base import DoorAdmin, roles_of
from accounts.errors import DomainError
from accounts.models import Appointment, OrgUnit, Post, User
from accounts.usecases.organise import keep_row, require_other, set_password
from accounts.vocab import Role

KEEPERS = frozenset({Role.ADMIN})


class KeptAdmin(DoorAdmin):
    """A screen whose rows the system administrator adds and changes, each change with history and audit entry."""

    readers: frozenset[Role] = KEEPERS

    def may_open(self, request: HttpRequest) -> bool:
        return bool(roles_of(request) & (self.readers | KEEPERS))

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(roles_of(request) & KEEPERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(roles_of(request) & KEEPERS)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        keep_row(obj, by=request.user, at=timezone.now())  # type: ignore[arg-type]

    # Django's own log stays empty: the audit entry says it, and cannot be rewritten.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None


@admin.register(OrgUnit)
class OrgUnitAdmin(KeptAdmin):
    """Units; the office reads them."""

    readers = frozenset({Role.OFFICE})
    show_add_link = True
    list_display = ("short_name", "name", "kind", "valid_from", "valid_to")
    search_fields = ("short_name__icontains", "name__icontains", "code__istartswith")
    ordering = ("position", "pk")
    fields = (
        ("code", "kind"),
        ("name", "short_name"),
        ("parent", "name_confirmed"),
        ("valid_from", "valid_to"),
        ("position", "note"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj is not None else ()


@admin.register(Post)
class PostAdmin(KeptAdmin):
    """Posts; the role of a post in use is not changed, a new post is made instead."""

    show_add_link = True
    list_display = ("org_unit", "title", "role")
    list_select_related = ("org_unit",)
    search_fields = ("org_unit__short_name__icontains", "title__icontains")
    ordering = ("org_unit__position", "pk")
    fields = ("org_unit", "title", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("org_unit", "role") if obj is not None else ()


class AppointmentForm(forms.ModelForm):
    """Refuses an appointment of oneself with a sentence, before the use case would."""

    def clean(self) -> Any:
        cleaned = super().clean()
        user = cleaned.get("user") or getattr(self.instance, "user", None) if cleaned is not None else None
        try:
            if user is not None:
                require_other(user.pk, by=self.by)  # type: ignore[attr-defined]  # set by the screen
        except DomainError as refused:
            raise forms.ValidationError(str(refused)) from None
        return cleaned


@admin.register(Appointment)
class AppointmentAdmin(KeptAdmin):
    """Who holds which post from when to when; an appointment is ended, never deleted."""

    show_add_link = True
    form = AppointmentForm
    list_display = ("user", "post", "acting", "valid_from", "valid_to")
    list_select_related = ("user", "post__org_unit")
    search_fields = (
        "user__full_name__icontains",
        "user__username__istartswith",
        "post__title__icontains",
    )
    ordering = ("-valid_from", "-pk")
    autocomplete_fields = ("post", "user")
    fields = ("user", "post", "acting", "valid_from", "valid_to")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)
        made.by = request.user
        return made

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user", "post") if obj is not None else ()


class PasswordForm(AdminPasswordChangeForm):
    """Somebody's new password, set by the administrator `by`."""

    def __init__(self, user: User, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.by = by

    def save(self, commit: bool = True) -> User:
        password = self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None
        set_password(self.user, password, by=self.by, at=timezone.now())
        return self.user


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """A person's own new password."""

    def save(self, commit: bool = True) -> User:
        set_password(self.user, self.cleaned_data["new_password1"], by=self.user, at=timezone.now())
        return self.user


@admin.register(User)
class UserAdmin(KeptAdmin, DjangoUserAdmin):
    """People; deactivated, never deleted. What they may do follows from their posts: no permission is edited here."""

    show_add_link = True
    form = UserChangeForm
    add_form = UserCreationForm
    list_display = ("username", "full_name", "email", "is_active", "last_login")
    list_filter = ()
    filter_horizontal = ()
    search_fields = ("username__istartswith", "full_name__icontains")
    ordering = ("username",)
    fieldsets = ((None, {"fields": ("username", "password", "full_name", "email", "phone", "language", "is_active")}),)
    add_fieldsets = (
        (None, {"fields": ("username", "full_name", "email", "phone", "language", "password1", "password2")}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            widget = UnfoldAdminSelectWidget()
            return forms.ChoiceField(label=db_field.verbose_name, choices=settings.LANGUAGES, widget=widget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is not None else self.add_fieldsets

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and obj.pk == request.user.pk and not obj.is_active:
            messages.warning(request, _("You have deactivated your own account."))
        super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002  (Django's name)
        self.row_or_404(request, id)
        screen = copy(self)  # one screen serves everybody at once, and the form must know who asks
        screen.change_password_form = partial(PasswordForm, by=request.user)  # type: ignore[arg-type]
        return super(UserAdmin, screen).user_change_password(request, id, form_url)
