"""The tree of tasks and the milestones on them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AuditedModel, AuditedQuerySet
from tasks.models.decompose.plan import PlanRevision
from tasks.models.decompose.responsibility import Responsibility
from tasks.vocab import (
    OPEN_TASK_STATUSES,
    DueBasis,
    MilestoneStatus,
    ProgressMode,
    ResponsibilityKind,
    Strength,
    TaskKind,
    TaskStatus,
)


class TaskQuerySet(AuditedQuerySet):
    def below(self, task: Task) -> TaskQuerySet:
        """Return every descendant of `task`, itself excluded."""
        # "." separates levels and "/" follows it in byte order, so a subtree is one range of the index
        return self.filter(revision_id=task.revision_id, path__gt=f"{task.path}.", path__lt=f"{task.path}/")

    def live(self) -> TaskQuerySet:
        """Return tasks that count: cancelled work has left both sides of every ratio."""
        return self.exclude(status=TaskStatus.CANCELLED)

    def open(self) -> TaskQuerySet:
        """Return tasks on which a unit owes work."""
        return self.filter(status__in=OPEN_TASK_STATUSES)

    def led_by(self, units: Any) -> TaskQuerySet:
        """Return tasks whose lead unit is one of `units`."""
        return self.filter(
            models.Exists(
                Responsibility.objects.filter(
                    task=models.OuterRef("pk"), kind=ResponsibilityKind.LEAD, org_unit__in=units
                )
            )
        )


class Task(AuditedModel):
    """A node of the plan: a campaign, an item, a measure, or a county's share of one."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="tasks", verbose_name=_("plan"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    campaign = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")  # root of the tree
    path = models.CharField(max_length=60)  # collation "C" on PostgreSQL, see the first migration
    depth = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=TaskKind)
    code = models.CharField(_("code"), max_length=30)
    title = models.CharField(_("title"), max_length=200)
    section = models.CharField(_("source section"), max_length=20, blank=True)
    sentences = models.JSONField(_("source sentences"), default=list, blank=True)
    strength = models.CharField(_("strength"), max_length=20, choices=Strength, default=Strength.REQUIRED)
    places = models.JSONField(_("named places"), default=list, blank=True)
    acceptance = models.TextField(_("acceptance criteria"), blank=True)
    weight = models.DecimalField(_("weight"), max_digits=8, decimal_places=3, default=1)
    starts_on = models.DateField(_("starts on"))
    due_on = models.DateField(_("due on"))
    baseline_due_on = models.DateField(_("original due date"))
    due_basis = models.CharField(_("basis of the date"), max_length=20, choices=DueBasis, default=DueBasis.HORIZON)
    progress_mode = models.CharField(
        _("progress measured"), max_length=20, choices=ProgressMode, default=ProgressMode.DECLARED
    )
    is_key = models.BooleanField(_("key task"), default=False)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("officer")
    )
    # lifecycle: written by the workflow engine alone
    status = models.CharField(_("status"), max_length=20, choices=TaskStatus, default=TaskStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    issued_on = models.DateField(pgettext_lazy("task", "issued on"), null=True, blank=True)
    objected = models.BooleanField(_("objected to once"), default=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    concurred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("concurred by"),
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    quality = models.DecimalField(_("quality of the result"), max_digits=3, decimal_places=2, null=True, blank=True)

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]  # narrows the base manager

    class Meta(AuditedModel.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(fields=["revision", "code"], name="task_code_unique_in_revision"),
            models.UniqueConstraint(fields=["revision", "path"], name="task_path_unique_in_revision"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("due_on")), name="task_starts_before_due"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="task_weight_not_negative"),
            models.CheckConstraint(
                condition=Q(quality__isnull=True) | Q(quality__gte=0, quality__lte=1), name="task_quality_0_to_1"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "due_on"], name="task_status_due"),
            models.Index(fields=["campaign", "status"], name="task_campaign_status"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Milestone(AuditedModel):
    """A dated step of a task; the accepted share of the weights is the task's progress."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="milestones", verbose_name=_("task"))
    code = models.CharField(_("code"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due on"))
    baseline_due_on = models.DateField(_("original due date"))
    weight = models.DecimalField(_("weight"), max_digits=8, decimal_places=3, default=1)
    critical = models.BooleanField(_("critical"), default=False)
    basis = models.CharField(_("basis"), max_length=20, choices=DueBasis, default=DueBasis.OFFICE)
    target = models.ForeignKey(
        "tasks.Target", models.PROTECT, null=True, blank=True, related_name="milestones", verbose_name=_("target")
    )
    # lifecycle: written by the workflow engine alone
    status = models.CharField(_("status"), max_length=20, choices=MilestoneStatus, default=MilestoneStatus.PLANNED)
    version = models.PositiveIntegerField(default=1)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("claimed by")
    )
    claimed_on = models.DateField(_("claimed on"), null=True, blank=True)
    fix_on = models.DateField(_("to be corrected by"), null=True, blank=True)  # after a return; due_on never moves
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.UniqueConstraint(fields=["task", "code"], name="milestone_code_unique_in_task"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="milestone_weight_positive"),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="milestone_status_due")]

    def __str__(self) -> str:
        return self.title
