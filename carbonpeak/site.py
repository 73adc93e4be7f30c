"""Hands Django the admin site of ours; named in INSTALLED_APPS instead of django.contrib.admin."""

from importlib import import_module

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig

SCREENS = [
    "accounts.admin.people",
    "tasks.admin.decompose",
    "tasks.admin.track",
    "tasks.admin.remind",
    "tasks.admin.analyse",
    "tasks.admin.assess",
]


class SiteConfig(AdminConfig):
    """Django's admin with the site that asks for seats instead of staff flags and permissions."""

    default_site = "tasks.admin.site.DepartmentSite"

    def ready(self) -> None:
        super().ready()
        # The screens need the site and the site lies in their package, so the package itself imports neither.
        for name in SCREENS:
            import_module(name)
        from accounts.admin.base import DoorAdmin

        for model, screen in list(admin.site._registry.items()):
            if not isinstance(screen, DoorAdmin):  # a library's own: it would ask permissions that nobody holds
                admin.site.unregister(model)
