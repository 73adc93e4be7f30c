"""Indicators and the target statements of the plan."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditedModel, OrgUnit
from tasks.models.decompose.plan import PlanRevision
from tasks.models.decompose.task import Task
from tasks.vocab import Comparator, Direction, Nature


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
