"""Units, the posts in them, and who holds a post when. Effective-dated: a reform ends rows, never rewrites them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.audit import AuditedModel, AuditedQuerySet
from accounts.vocab import Role, UnitKind


class DatedQuerySet(AuditedQuerySet):
    """Rows valid from a first day (inclusive) to a last day (inclusive; null: open)."""

    def on(self, day: date) -> "DatedQuerySet":
        """Return the rows valid on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class DatedModel(AuditedModel):
    """An audited row with a validity period."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()  # type: ignore[misc]  # narrows the base manager

    class Meta:
        abstract = True
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_valid_period",
            )
        ]


class OrgUnit(DatedModel):
    """A department, county, park, enterprise or office that can be responsible for work."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=40)
    aliases = models.JSONField(_("also known as"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"))
    name_confirmed = models.BooleanField(_("name confirmed"), default=True)
    note = models.TextField(_("note"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(DatedModel.Meta):
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.short_name


class Post(AuditedModel):
    """A seat in a unit; its role is what its holder may do."""

    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, verbose_name=_("unit"))
    title = models.CharField(_("title"), max_length=60)
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta(AuditedModel.Meta):
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [models.UniqueConstraint(fields=["org_unit", "title"], name="accounts_post_title_unique_in_unit")]

    def __str__(self) -> str:
        return f"{self.org_unit} {self.title}"


class Appointment(DatedModel):
    """A person holding a post for a time, in their own right or acting."""

    post = models.ForeignKey(Post, models.PROTECT, verbose_name=_("post"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("person"))
    acting = models.BooleanField(_("acting"), default=False)

    class Meta(DatedModel.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        indexes = [models.Index(fields=["user", "valid_from"], name="appointment_by_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.post}"
