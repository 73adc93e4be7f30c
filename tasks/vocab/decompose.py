"""Words of decomposition: kinds, strengths, parts, dates, targets."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TaskKind(TextChoices):
    CAMPAIGN = "campaign", _("Campaign")
    ITEM = "item", _("Item")
    SUBWORK = "subwork", _("Sub-work")
    SAFEGUARD = "safeguard", _("Safeguard")
    ORGANISATION = "organisation", _("Organisation item")
    MEASURE = "measure", _("Measure")
    SHARE = "share", _("County share")


class Strength(TextChoices):
    """How strongly the plan words an obligation; the assessment weighs it."""

    REQUIRED = "required", _("Required")
    STRIVE = "strive", _("Strive for")
    ENCOURAGE = "encourage", _("Encourage")
    EXPLORE = "explore", _("Explore")
    PROHIBIT = "prohibit", _("Prohibit")


class ResponsibilityKind(TextChoices):
    LEAD = "lead", _("Lead unit")
    CO_LEAD = "co_lead", _("Joint lead unit")
    SUPPORT = "support", _("Supporting unit")
    COUNTY = "county", _("Responsible county or park")


class Confirmation(TextChoices):
    PROPOSED = "proposed", _("Proposed, not confirmed")
    EXPLICIT = "explicit", _("Printed in the plan")
    CONFIRMED = "confirmed", _("Confirmed by the office")


class DueBasis(TextChoices):
    TEXT = "text", _("Dated in the plan")
    HORIZON = "horizon", _("The plan's horizon")
    OFFICE = "office", _("Set by the office, not by the plan")


class ProgressMode(TextChoices):
    MILESTONES = "milestones", _("By accepted milestones")
    INDICATOR = "indicator", _("By indicator")
    DECLARED = "declared", _("By accepted report")


class Comparator(TextChoices):
    REACH = "reach", _("reach")
    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    ABOVE = "above", _("above")
    REDUCE = "reduce", _("reduce by")
    FULL = "full", _("all")
    IMPROVE = "improve", _("improve")


class Direction(TextChoices):
    INCREASE = "increase", _("The more the better")
    DECREASE = "decrease", _("Reduction rate")
    CEILING = "ceiling", _("Not above")
    FLOOR = "floor", _("Not below")
    BAND = "band", _("Around the value")
    GRADE = "grade", _("Graded verdict")


class Nature(TextChoices):
    BINDING = "binding", _("Binding")
    EXPECTED = "expected", _("Expected")
