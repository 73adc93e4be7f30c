"""Addresses of version 1 of the REST interface."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from tasks.api.base import KEY
from tasks.api.decompose import MilestoneViewSet, TaskViewSet
from tasks.api.evidence import EvidenceViewSet, TaskEvidence
from tasks.api.published import IndicatorViewSet, PlanNodeViewSet
from tasks.api.schema import Nothing, Problems
from tasks.api.sign_in import SessionView, TokenView
from tasks.api.track import ExtensionViewSet, ReportDueViewSet, ReportViewSet, TaskExtensions

app_name = "api"

router = SimpleRouter()
router.register("plan/nodes", PlanNodeViewSet, basename="plan-node")
router.register("plan/indicators", IndicatorViewSet, basename="indicator")
router.register("tasks", TaskViewSet, basename="task")
router.register("milestones", MilestoneViewSet, basename="milestone")
router.register("reports-due", ReportDueViewSet, basename="report-due")
router.register("reports", ReportViewSet, basename="report")
router.register("extensions", ExtensionViewSet, basename="extension")
router.register("evidence", EvidenceViewSet, basename="evidence")

urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("session/", SessionView.as_view(), name="session"),
    path("problems/", Problems.as_view(), name="problems"),
    re_path(f"^tasks/(?P<pk>{KEY})/evidence/$", TaskEvidence.as_view(), name="task-evidence"),
    re_path(f"^tasks/(?P<pk>{KEY})/extensions/$", TaskExtensions.as_view(), name="task-extensions"),
    path("", include(router.urls)),
    # only with the closing slash: without it Django shall still point at the address that has one
    re_path(r"^(?:.*/)?$", Nothing.as_view(), name="nothing"),
]
