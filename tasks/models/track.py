"""Tracking: what units owe and file - periodic reports, evidence, requests for change, observations."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AuditedModel, OrgUnit
from tasks.models.decompose import Indicator, Milestone, PlanRevision, Task
from tasks.vocab import (
    ChangeCause,
    ChangeKind,
    ChangeStatus,
    ObservationStatus,
    Period,
    ReportDueStatus,
    ReportStatus,
)


class ReportRule(AuditedModel):
    """Who reports how often; occurrences are materialised from it."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="report_rules", verbose_name=_("plan"))
    name = models.CharField(_("name"), max_length=80)
    period = models.CharField(_("period"), max_length=20, choices=Period)
    applies_to = models.JSONField(_("applies to kinds"), default=list)
    opens_workdays_before = models.PositiveIntegerField(_("opens, working days before the period ends"))
    due_workdays_after = models.PositiveIntegerField(_("due, working days after the period ends"))
    basis = models.CharField(_("basis"), max_length=200)

    class Meta(AuditedModel.Meta):
        verbose_name = _("report rule")
        verbose_name_plural = _("report rules")
        constraints = [models.UniqueConstraint(fields=["revision", "name"], name="report_rule_name_unique")]

    def __str__(self) -> str:
        return self.name


class ReportDueQuerySet(models.QuerySet["ReportDue"]):
    def late(self, today: date) -> ReportDueQuerySet:
        """Return reports not filed by their date, nor by the later date given to put a return right."""
        overdue = Q(due_on__lt=today) & (Q(fix_on__isnull=True) | Q(fix_on__lt=today))
        return self.filter(overdue).exclude(status=ReportDueStatus.FILED)


class ReportDue(models.Model):
    """One report owed: a task and a period key such as 2026-Q4."""

    rule = models.ForeignKey(ReportRule, models.PROTECT, verbose_name=_("rule"))
    task = models.ForeignKey(Task, models.PROTECT, related_name="reports_due", verbose_name=_("task"))
    period_key = models.CharField(_("period"), max_length=10)
    period_end = models.DateField(_("period ends"))
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(pgettext_lazy("report", "due on"))
    fix_on = models.DateField(_("to be corrected by"), null=True, blank=True)  # after a return; due_on never moves
    status = models.CharField(_("status"), max_length=20, choices=ReportDueStatus, default=ReportDueStatus.OPEN)

    objects = ReportDueQuerySet.as_manager()

    class Meta:
        verbose_name = _("report due")
        verbose_name_plural = _("reports due")
        constraints = [
            models.UniqueConstraint(fields=["rule", "task", "period_key"], name="report_due_unique_per_period")
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="report_due_status_due")]

    def __str__(self) -> str:
        return f"{self.task.code} {self.period_key}"


class ProgressReport(AuditedModel):
    """What a unit reports for a period."""

    due = models.OneToOneField(ReportDue, models.PROTECT, related_name="report", verbose_name=_("report due"))
    task = models.ForeignKey(Task, models.PROTECT, related_name="reports", verbose_name=_("task"))
    claimed_progress = models.PositiveSmallIntegerField(_("progress so far, %"), default=0)
    done = models.TextField(_("done in the period"), blank=True)
    problems = models.TextField(_("problems"), blank=True)
    support_needed = models.TextField(_("support needed"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    forecast_on = models.DateField(_("expected completion"), null=True, blank=True)
    is_demo = models.BooleanField(_("demo data"), default=False)
    # lifecycle: written by the workflow engine alone
    status = models.CharField(_("status"), max_length=20, choices=ReportStatus, default=ReportStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by")
    )
    filed_on = models.DateField(_("filed on"), null=True, blank=True)  # first filing: the unit's clock stops here
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    times_returned = models.PositiveSmallIntegerField(_("times returned"), default=0)

    class Meta(AuditedModel.Meta):
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        constraints = [models.CheckConstraint(condition=Q(claimed_progress__lte=95), name="report_progress_at_most_95")]

    def __str__(self) -> str:
        return str(self.due)


class ReportLine(models.Model):
    """What a report says of one measure below the reported item: one form tells of them all."""

    report = models.ForeignKey(ProgressReport, models.PROTECT, related_name="lines", verbose_name=_("progress report"))
    task = models.ForeignKey(Task, models.PROTECT, related_name="report_lines", verbose_name=_("measure"))
    claimed_progress = models.PositiveSmallIntegerField(_("progress so far, %"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("line of a report")
        verbose_name_plural = _("lines of a report")
        constraints = [
            models.UniqueConstraint(fields=["report", "task"], name="report_line_once_per_measure"),
            models.CheckConstraint(condition=Q(claimed_progress__lte=95), name="report_line_progress_at_most_95"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.claimed_progress} %"


class Evidence(models.Model):
    """A stored file, named by its SHA-256; never replaced, never deleted."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="evidence", verbose_name=_("task"))
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("milestone")
    )
    report = models.ForeignKey(
        ProgressReport, models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name=_("report")
    )
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    declared_unclassified = models.BooleanField(_("contains nothing classified"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"))
    is_demo = models.BooleanField(_("demo data"), default=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(condition=Q(declared_unclassified=True), name="evidence_declared_unclassified")
        ]

    def __str__(self) -> str:
        return self.name


class ChangeRequest(AuditedModel):
    """A request to move a task's due date; the date moves only by its approval."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="change_requests", verbose_name=_("task"))
    kind = models.CharField(_("kind"), max_length=20, choices=ChangeKind, default=ChangeKind.EXTENSION)
    cause = models.CharField(_("cause"), max_length=20, choices=ChangeCause)
    explanation = models.TextField(_("explanation"))
    old_due_on = models.DateField(_("date before"))
    new_due_on = models.DateField(_("date asked for"))
    # lifecycle: written by the workflow engine alone
    status = models.CharField(_("status"), max_length=20, choices=ChangeStatus, default=ChangeStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by")
    )
    requested_on = models.DateField(_("requested on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision = models.TextField(_("decision"), blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = _("extension request")
        verbose_name_plural = _("extension requests")
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(status__in=[ChangeStatus.DRAFT, ChangeStatus.SIGNED]),
                name="change_request_one_open_per_task",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task.code} {self.old_due_on} → {self.new_due_on}"


class Observation(AuditedModel):
    """A measured value of an indicator for a year, for the city or for one unit."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="observations", verbose_name=_("indicator"))
    org_unit = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    year = models.PositiveIntegerField(_("year"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    numerator = models.DecimalField(_("numerator"), max_digits=18, decimal_places=4, null=True, blank=True)
    denominator = models.DecimalField(_("denominator"), max_digits=18, decimal_places=4, null=True, blank=True)
    source = models.CharField(_("source"), max_length=200)
    observed_on = models.DateField(_("observed on"))
    status = models.CharField(_("status"), max_length=20, choices=ObservationStatus, default=ObservationStatus.REPORTED)
    is_demo = models.BooleanField(_("demo data"), default=False)

    class Meta(AuditedModel.Meta):
        verbose_name = _("observation")
        verbose_name_plural = _("observations")

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}: {self.value.normalize():f}"
