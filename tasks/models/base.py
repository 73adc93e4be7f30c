"""What every stage stands on: the working-day calendar and the policy numbers."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditedModel


class CalendarDay(AuditedModel):
    """A day that differs from "Monday to Friday": a public holiday or a make-up working day."""

    day = models.DateField(_("day"), unique=True)
    is_workday = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    basis = models.CharField(_("basis"), max_length=120)
    provisional = models.BooleanField(_("provisional"), default=False)

    class Meta(AuditedModel.Meta):
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")

    def __str__(self) -> str:
        return self.day.isoformat()


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self, day: date) -> "PolicyQuerySet":
        """Return the policies valid on `day`, latest first."""
        return self.filter(valid_from__lte=day).order_by("code", "-valid_from")


class Policy(models.Model):
    """A set of numbers the office may change: one row per code and first day; rows are never rewritten."""

    code = models.SlugField(_("code"), max_length=40)
    valid_from = models.DateField(_("valid from"))
    values = models.JSONField(_("values"))
    basis = models.TextField(_("basis"))

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="policy_code_and_day_unique")]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from}"
