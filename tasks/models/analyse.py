"""Analysis: the figures lists and boards read, and their nightly history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.models.decompose import Task
from tasks.vocab import Light


class StandingColumns(models.Model):
    """A standing as stored: recomputable at any time from facts, policy, calendar and day."""

    light = models.CharField(_("light"), max_length=10, choices=Light, default=Light.GREY)
    reasons = models.JSONField(_("reasons"), default=list)
    progress = models.FloatField(_("progress, %"), null=True)
    planned = models.FloatField(_("planned progress, %"), null=True)
    overdue = models.IntegerField(_("working days overdue"), default=0)

    class Meta:
        abstract = True


class TaskMetrics(StandingColumns):
    """Where a task stands as of `as_of`; refreshed with its cause and at day roll."""

    task = models.OneToOneField(Task, models.PROTECT, primary_key=True, related_name="metrics")
    as_of = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        indexes = [models.Index(fields=["light", "task"], name="metrics_light")]

    def __str__(self) -> str:
        return self.light


class StatusSnapshot(StandingColumns):
    """Where a task stood at the end of a day; append-only."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="snapshots")
    day = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=20)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [models.UniqueConstraint(fields=["task", "day"], name="snapshot_once_a_day")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.day} {self.light}"
