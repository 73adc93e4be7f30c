"""Audited rows: the base class every business table shares, and the chained evidence of each act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class AuditedQuerySet(models.QuerySet[Any]):
    """Refuses the set operations that would leave no history behind."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("update() writes no history: use save_audited(), or bulk_update_with_history()")

    def bulk_update(self, objs: Iterable[Any], fields: Any, batch_size: int | None = None) -> NoReturn:
        raise TypeError("bulk_update() writes no history: use bulk_update_with_history()")

    def delete(self) -> NoReturn:
        raise TypeError("audited rows are never deleted: cancel, supersede or end their validity instead")


class AuditedModel(models.Model):
    """A table whose every change is kept field by field (django-simple-history)."""

    objects = AuditedQuerySet.as_manager()
    history = HistoricalRecords(inherit=True, history_change_reason_field=models.TextField(blank=True))

    class Meta:
        abstract = True
        # simple-history and the admin must reach rows through the plain manager
        base_manager_name = "objects"

    def save_audited(self, *, by: Any, reason: str, at: datetime, fields: Iterable[str] | None = None) -> None:
        """Save this row with one history row naming who, why and when.

        `fields` limits the columns written; None writes all (creation).
        """
        self._history_user = by
        self._change_reason = reason
        self._history_date = at
        self.save(update_fields=list(fields) if fields is not None else None)


class AuditChain(models.Model):
    """The last link of one organisation's chain; locked while a link is added."""

    org_unit = models.OneToOneField("accounts.OrgUnit", models.PROTECT, verbose_name=_("unit"))
    last_number = models.PositiveBigIntegerField(_("last number"), default=0)
    last_digest = models.CharField(_("last digest"), max_length=64)

    class Meta:
        verbose_name = _("audit chain")
        verbose_name_plural = _("audit chains")

    def __str__(self) -> str:
        return f"{self.org_unit_id}:{self.last_number}"


class AuditEntry(models.Model):
    """One act by one person on one row; append-only, chained per organisation."""

    chain = models.ForeignKey(AuditChain, models.PROTECT, verbose_name=_("chain"))
    number = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("actor"))
    actor_name = models.CharField(_("actor's name"), max_length=150)
    subject = models.CharField(_("subject"), max_length=60)  # "task:123", survives renames of tables
    act = models.CharField(_("act"), max_length=40)
    before = models.CharField(_("from"), max_length=40, blank=True)
    after = models.CharField(_("to"), max_length=40, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)
    previous_digest = models.CharField(_("previous digest"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_entry_number_unique")]
        indexes = [models.Index(fields=["subject", "number"], name="audit_entry_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.act}"


class AuditSeal(models.Model):
    """Where every chain stood at a moment; append-only, each seal closed over the one before."""

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("at"))
    heads = models.JSONField(_("last link of each chain"))  # {"unit id": [last number, its digest]}
    previous_digest = models.CharField(_("previous digest"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")

    def __str__(self) -> str:
        return f"{self.number} {self.at:%Y-%m-%d %H:%M}"
