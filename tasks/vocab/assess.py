"""Words of assessment: categories, ranking groups, grades, cycles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CriterionCategory(TextChoices):
    TARGETS = "targets", pgettext_lazy("category", "Targets")
    TASKS = "tasks", pgettext_lazy("category", "Tasks")
    PROCESS = "process", _("Process")
    COLLABORATION = "collaboration", _("Collaboration")
    BONUS = "bonus", _("Bonus")
    PENALTY = "penalty", _("Penalty")


class RankingGroup(TextChoices):
    DEPARTMENTS = "departments", _("Departments")
    COUNTIES = "counties", _("Counties and districts")
    PARKS = "parks", _("Parks")


class Grade(TextChoices):
    EXCELLENT = "excellent", _("Excellent")
    GOOD = "good", _("Good")
    PASS = "pass", _("Pass")
    FAIL = "fail", _("Fail")


class CycleState(TextChoices):
    OPEN = "open", pgettext_lazy("assessment year", "Open")
    FROZEN = "frozen", _("Frozen")


class ScoreFlag(TextChoices):
    """What must be said with a line of a score sheet."""

    MISSING_DATA = "missing_data", _("No data: scores 0")
    MISSING_EXCLUDED = "missing_excluded", _("No data: left out")
    UNKNOWN_VERDICT = "unknown_verdict", _("The verdict is not one of the scheme's")
    NO_YARDSTICK = "no_yardstick", _("No value to compare with: left out")
    NOT_ALLOCATED = "not_allocated", _("The city's amount was not allocated to units: left out")
    UNVERIFIED = "unverified", _("Reported, not verified")
    CANCELLED = "cancelled", _("Cancelled: left out")
    NOT_YET_DUE = "not_yet_due", _("Not yet due: left out")
    UNFINISHED = "unfinished", _("Unfinished")
    LATE = "late", _("Finished late")
    QUALITY_MISSING = "quality_missing", _("Quality was not graded")
    NOT_APPLICABLE = "not_applicable", _("Does not apply this year")
    SAME_CAUSE = "same_cause", _("Same cause charged elsewhere")


class SheetFlag(TextChoices):
    """What must be said with a whole score sheet."""

    WEIGHT_MOVED = "weight_moved", _("A category does not apply; its points moved")
    VETO = "veto", _("A veto item caps the grade")
    SHARE_LIMIT = "share_limit", _("The limit on the best grade applies")
    PROVISIONAL = "provisional", _("Provisional: the year is not over")
    DEMO = "demo", _("Contains demo data")
    PROPOSED = "proposed", _("Rests on proposed, unconfirmed responsibilities")
    PROVISIONAL_CALENDAR = "provisional_calendar", _("Working days of the year are provisional")


class NextStep(TextChoices):
    """What the next point of a score line would take; the figures are named in the words."""

    FULL = "full", _("Full points.")
    ENTER_DATA = "enter_data", _("Data would open %(points)s points.")
    HIGHER_RESULT = "higher_result", _("A result of %(value)s would add %(points)s.")
    LOWER_RESULT = "lower_result", _("A result no higher than %(value)s would add %(points)s.")
    BETTER_VERDICT = "better_verdict", _("A better verdict would add up to %(points)s.")
    EARLIER = "earlier", _("Finishing %(days)s working days earlier would add %(points)s.")
    BETTER_QUALITY = "better_quality", _("The best quality grade would add %(points)s.")
    NO_EXTENSION = "no_extension", _("Without the extension for an internal cause: %(points)s more.")
    FINISH = "finish", _("Finished in time, it would have earned up to %(points)s.")
    MORE_IN_ORDER = "more_in_order", _("%(count)s more in order would add %(points)s.")
