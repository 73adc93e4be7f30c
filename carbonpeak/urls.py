"""Every address of the product, each handed to the door behind it."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from carbonpeak.health import healthz

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", healthz, name="healthz"),
]
