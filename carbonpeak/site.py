"""Hands Django the admin site of ours; named in INSTALLED_APPS instead of django.contrib.admin."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    """Django's admin with the site that asks for seats instead of staff flags and permissions."""

    default_site = "tasks.admin.site.DepartmentSite"
