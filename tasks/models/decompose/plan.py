"""The plan: its revisions, its sentences by address, the projects it names."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditedModel, OrgUnit
from tasks.vocab import Strength


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


class NamedProject(models.Model):
    """A project, facility, place or programme the plan names; counties only where the text names them."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="projects", verbose_name=_("plan"))
    task = models.ForeignKey("tasks.Task", models.PROTECT, related_name="projects", verbose_name=_("task"))
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
