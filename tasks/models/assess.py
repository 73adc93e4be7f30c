"""Assessment: schemes as data, a year's cycle, and score sheets whose every line explains itself."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditedModel, OrgUnit
from tasks.vocab import CriterionCategory, CycleState, Grade, RankingGroup


class Scheme(AuditedModel):
    """One version of the rules for points; all its numbers are data."""

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=120)
    valid_from_year = models.PositiveIntegerField(_("from year"))
    parameters = models.JSONField(_("parameters"))
    basis = models.TextField(_("basis"), blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="scheme_version_unique")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Criterion(models.Model):
    """What a group of units earns points for: a category, its points and its clause."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="criteria", verbose_name=_("scheme"))
    group = models.CharField(_("ranking group"), max_length=20, choices=RankingGroup)
    category = models.CharField(_("category"), max_length=20, choices=CriterionCategory)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    rule = models.CharField(_("rule"), max_length=40)
    standard = models.TextField(_("standard"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [models.UniqueConstraint(fields=["scheme", "group", "code"], name="criterion_code_unique")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Cycle(AuditedModel):
    """A year's assessment under one scheme."""

    year = models.PositiveIntegerField(_("year"))
    scheme = models.ForeignKey(Scheme, models.PROTECT, verbose_name=_("scheme"))
    state = models.CharField(_("state"), max_length=20, choices=CycleState, default=CycleState.OPEN)

    class Meta(AuditedModel.Meta):
        verbose_name = _("assessment year")
        verbose_name_plural = _("assessment years")
        constraints = [models.UniqueConstraint(fields=["year", "scheme"], name="cycle_once_per_scheme")]

    def __str__(self) -> str:
        return f"{self.year} {self.scheme}"


class ScoreSheet(models.Model):
    """A unit's points for a year; a correction is a new version beside the old one."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="sheets", verbose_name=_("assessment year"))
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, verbose_name=_("unit"))
    version = models.PositiveIntegerField(_("version"))
    group = models.CharField(_("ranking group"), max_length=20, choices=RankingGroup)
    as_of = models.DateField(_("as of"))
    computed_at = models.DateTimeField(_("computed at"))
    total = models.DecimalField(_("total"), max_digits=6, decimal_places=2)
    grade = models.CharField(_("grade"), max_length=20, choices=Grade)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    # [{category, possible, points}], rounded; lines keep the exact figures they are rounded from
    categories = models.JSONField(_("points by category"), default=list)
    flags = models.JSONField(_("flags"), default=list)
    input_digest = models.CharField(_("digest of the inputs"), max_length=64)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "org_unit", "version"], name="score_sheet_version_unique"),
            models.CheckConstraint(condition=Q(total__gte=0), name="score_sheet_total_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.org_unit} {self.total}"


class ScoreLine(models.Model):
    """One line of a sheet: inputs, the rule, the formula with the numbers filled in, the points."""

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="lines", verbose_name=_("score sheet"))
    position = models.PositiveIntegerField(_("position"))
    category = models.CharField(_("category"), max_length=20, choices=CriterionCategory)
    criterion = models.ForeignKey(Criterion, models.PROTECT, null=True, verbose_name=_("criterion"))
    label = models.CharField(_("item"), max_length=200)
    rule = models.CharField(_("rule"), max_length=40)
    inputs = models.JSONField(_("inputs"))
    formula = models.TextField(_("formula"))
    points_possible = models.DecimalField(_("points possible"), max_digits=10, decimal_places=4)
    points = models.DecimalField(_("points"), max_digits=10, decimal_places=4)
    target_text = models.CharField(_("target"), max_length=120, blank=True)
    actual_text = models.CharField(_("result"), max_length=120, blank=True)
    completion = models.DecimalField(_("completion"), max_digits=10, decimal_places=4, null=True)
    flag = models.CharField(_("flag"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("score line")
        verbose_name_plural = _("score lines")
        constraints = [models.UniqueConstraint(fields=["sheet", "position"], name="score_line_position_unique")]

    def __str__(self) -> str:
        return self.label
