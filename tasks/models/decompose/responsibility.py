"""Who is responsible for a task, and which leader supervises what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditedModel, OrgUnit, Post
from accounts.models.organisation import DatedModel
from tasks.vocab import Confirmation, ResponsibilityKind


class Responsibility(AuditedModel):
    """A unit's part in a task. What the plan's text does not print is `proposed`, with its basis."""

    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="responsibilities", verbose_name=_("task"))
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


class PortfolioLine(DatedModel):
    """Which supervising leader's post looks after which unit or campaign."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="portfolio", verbose_name=_("leader's post"))
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, blank=True, verbose_name=_("unit"))
    campaign = models.ForeignKey("tasks.Task", models.PROTECT, null=True, blank=True, verbose_name=_("campaign"))

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
