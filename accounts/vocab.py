"""Every closed list of words the accounts app uses, each with the label a user sees."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class UnitKind(TextChoices):
    OFFICE = "office", _("Office")
    LEADERSHIP = "leadership", _("Leadership")
    DEPARTMENT = "department", _("Department")
    COUNTY = "county", _("County or district")
    PARK = "park", _("Park")
    ENTERPRISE = "enterprise", _("Enterprise")


class Role(TextChoices):
    """What a post lets its holder do; where they may do it follows from the post's unit."""

    ADMIN = "admin", _("System administrator")
    OFFICE = "office", _("Carbon-peak office")
    INSPECTOR = "inspector", _("Inspector")
    OFFICER = "officer", _("Officer")
    HEAD = "head", _("Head of unit")
    LEADER = "leader", _("Supervising leader")
    AUDITOR = "auditor", _("Auditor")


class Origin(TextChoices):
    """Where a row came from that no person entered: the reason its history gives."""

    PLAN = "load_plan", _("loaded with the plan")
    ORGANISATIONS = "load_organisations", _("loaded with the list of units")
    CALENDAR = "load_base", _("loaded with the calendar")
    SCHEME = "load_scheme", _("loaded with the scheme of points")
    OPERATOR = "create_admin", _("set up by the operator")
    DEMO = "demo", _("invented for the demo")


# Roles whose holders see every unit's work, not only their own.
CITY_WIDE_ROLES = frozenset({Role.OFFICE, Role.INSPECTOR, Role.AUDITOR})
