"""Words of analysis: lights and their reasons."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Light(TextChoices):
    RED = "red", pgettext_lazy("light", "Red")
    YELLOW = "yellow", pgettext_lazy("light", "Yellow")
    GREEN = "green", pgettext_lazy("light", "Green")
    GREY = "grey", pgettext_lazy("light", "Not started")
    DONE = "done", pgettext_lazy("light", "Accepted")


class LightReason(TextChoices):
    """Why a light shows; each reason also says what would turn it green (`tasks.errors.LIGHT_WORDS`)."""

    OVERDUE = "overdue", _("Overdue")
    CRITICAL_MILESTONE_LATE = "critical_milestone_late", _("Critical milestone late")
    FAR_BEHIND = "far_behind", _("Far behind schedule")
    DUE_SOON = "due_soon", _("Due soon and not on schedule")
    BEHIND = "behind", _("Behind schedule")
    MILESTONE_LATE = "milestone_late", _("Milestone late")
    REPORT_LATE = "report_late", _("Report late")
    FORECAST_LATE = "forecast_late", _("Forecast after the due date")
    RED_KEY_CHILD = "red_key_child", _("A key sub-task is red")
    RED_WEIGHT = "red_weight", _("Much of the work below is red")
    RED_CHILD = "red_child", _("Some work below is red")
    YELLOW_WEIGHT = "yellow_weight", _("Much of the work below is yellow")
    NOT_STARTED = "not_started", _("Not started")
    NOTHING_BELOW = "nothing_below", _("No live work below")
    ON_SCHEDULE = "on_schedule", _("On schedule")
    DONE_ON_TIME = "done_on_time", _("Accepted on time")
    DONE_LATE = "done_late", _("Accepted late")
