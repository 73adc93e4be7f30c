"""Every address of the product, each handed to the door behind it."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from carbonpeak.health import healthz
from tasks.api.schema import DocsPage

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", DocsPage.as_view(), name="api-docs"),
    path("api/v1/", include("tasks.api.urls")),
    path("healthz", healthz, name="healthz"),
]
