"""Decomposition: the plan, its tree of tasks, who is responsible, the milestones, indicators and targets."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditedModel, AuditedQuerySet, OrgUnit, Post
from accounts.models.organisation import DatedModel
from tasks.rules.decompose import subtree_bounds
from tasks.vocab import (
    OPEN_TASK_STATUSES,
    Comparator,
    Confirmation,
    Direction,
    DueBasis,
    MilestoneStatus,
    Nature,
    ProgressMode,
    ResponsibilityKind,
    Strength,
    TaskKind,
    TaskStatus,
)


class Plan(AuditedModel):
    """A published plan; its content lives in revisions."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    issuer = models.CharField(_("issuer"), max_length=120)
    issued_on = models.DateField(_("issued on"))
    horizon_on = models.DateField(_("horizon"))
    source_note = models.TextField(_("source note"), blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = _("plan")
        verbose_name_plural = _("plans")

    def __str__(self) -> str:
        return self.title


class PlanRevision(AuditedModel):
    """One version of a plan; `digest` is the SHA-256 of the data files it was loaded from."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="revisions", verbose_name=_("plan"))
    number = models.PositiveIntegerField(_("number"))
    effective_on = models.DateField(_("effective on"))
    basis = models.TextField(_("basis"))
    digest = models.CharField(_("digest"), max_length=64, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = _("plan revision")
        verbose_name_plural = _("plan revisions")
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_revision_number_unique")]

    def __str__(self) -> str:
        return f"{self.plan} ({self.number})"


class PlanSentence(models.Model):
    """One sentence of the published text by address; `narrative` says why it obliges nobody, when it does not."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="sentences")
    section = models.CharField(_("section"), max_length=20)
    number = models.PositiveIntegerField(_("sentence"))
    section_title = models.CharField(_("section title"), max_length=120, blank=True)
    narrative = models.TextField(_("why it obliges nobody"), blank=True)

    class Meta:
        verbose_name = _("sentence of the plan")
        verbose_name_plural = _("sentences of the plan")
        constraints = [
            models.UniqueConstraint(fields=["revision", "section", "number"], name="plan_sentence_address_unique")
        ]

    def __str__(self) -> str:
        return f"{self.section} #{self.number}"


class TaskQuerySet(AuditedQuerySet):
    def below(self, task: Task) -> TaskQuerySet:
        """Return every descendant of `task`, itself excluded."""
        first, end = subtree_bounds(task.path)
        return self.filter(revision_id=task.revision_id, path__gte=first, path__lt=end)

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
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
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


class Responsibility(AuditedModel):
    """A unit's part in a task. What the plan's text does not print is `proposed`, with its basis."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="responsibilities", verbose_name=_("task"))
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="responsibilities", verbose_name=_("unit"))
    kind = models.CharField(_("part"), max_length=20, choices=ResponsibilityKind)
    duty = models.CharField(_("duty"), max_length=200, blank=True)
    confirmation = models.CharField(_("confirmation"), max_length=20, choices=Confirmation)
    basis = models.TextField(_("basis"), blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints = [
            models.UniqueConstraint(fields=["task", "org_unit"], name="responsibility_unit_once_per_task"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(kind=ResponsibilityKind.LEAD), name="responsibility_one_lead_per_task"
            ),
        ]
        indexes = [models.Index(fields=["org_unit", "task"], name="responsibility_unit_task")]

    def __str__(self) -> str:
        return f"{self.org_unit} ({self.get_kind_display()})"


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


class Indicator(AuditedModel):
    """Something measured; its name may drift between sections, so aliases are kept."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    aliases = models.JSONField(_("also called"), default=list, blank=True)
    unit = models.CharField(_("unit of measure"), max_length=30, blank=True)
    direction = models.CharField(_("direction"), max_length=20, choices=Direction)
    nature = models.CharField(_("nature"), max_length=20, choices=Nature)
    nature_basis = models.CharField(_("basis of the nature"), max_length=120, blank=True)
    definition = models.TextField(_("definition"), blank=True)
    owner = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("data owner (proposed)")
    )

    class Meta(AuditedModel.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self) -> str:
        return self.name


class Target(AuditedModel):
    """One target statement of the plan; a repetition points at the statement it repeats."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="targets", verbose_name=_("plan"))
    code = models.CharField(_("code"), max_length=20)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets", verbose_name=_("indicator"))
    task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("task")
    )
    section = models.CharField(_("source section"), max_length=20)
    sentence = models.PositiveIntegerField(_("source sentence"))
    year = models.PositiveIntegerField(_("year"), null=True, blank=True)
    comparator = models.CharField(_("comparator"), max_length=20, choices=Comparator)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unit of measure"), max_length=30, blank=True)
    baseline_year = models.PositiveIntegerField(_("baseline year"), null=True, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=40, blank=True)
    qualitative = models.BooleanField(_("qualitative"), default=False)
    statement = models.CharField(_("statement"), max_length=200)
    scope = models.CharField(_("scope"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repetitions", verbose_name=_("repeats")
    )

    class Meta(AuditedModel.Meta):
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["revision", "code"], name="target_code_unique_in_revision"),
            models.CheckConstraint(
                condition=Q(qualitative=True, value__isnull=True) | Q(qualitative=False, value__isnull=False),
                name="target_has_value_unless_qualitative",
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class NamedProject(models.Model):
    """A project, facility, place or programme the plan names; counties only where the text names them."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="projects", verbose_name=_("plan"))
    task = models.ForeignKey(Task, models.PROTECT, related_name="projects", verbose_name=_("task"))
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=30)
    section = models.CharField(_("source section"), max_length=20)
    sentence = models.PositiveIntegerField(_("source sentence"))
    strength = models.CharField(_("strength"), max_length=20, choices=Strength)
    counties = models.ManyToManyField(OrgUnit, blank=True, related_name="+", verbose_name=_("counties named"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("named project")
        verbose_name_plural = _("named projects")
        constraints = [
            models.UniqueConstraint(fields=["revision", "name", "section"], name="named_project_unique_in_section")
        ]

    def __str__(self) -> str:
        return self.name


class PortfolioLine(DatedModel):
    """Which supervising leader's post looks after which unit or campaign."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="portfolio", verbose_name=_("leader's post"))
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    campaign = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, verbose_name=_("campaign"))

    class Meta(DatedModel.Meta):
        verbose_name = _("portfolio line")
        verbose_name_plural = _("portfolio lines")
        constraints = [
            *DatedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(org_unit__isnull=False, campaign__isnull=True)
                | Q(org_unit__isnull=True, campaign__isnull=False),
                name="portfolio_line_unit_or_campaign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} → {self.org_unit or self.campaign}"
