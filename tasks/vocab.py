"""Every closed list of words the tasks app uses, each with the label a user sees."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


# --- decompose -------------------------------------------------------------------------------------------------------
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


# --- track -----------------------------------------------------------------------------------------------------------
class TaskStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued, awaiting receipt")
    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Completion submitted")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


# Statuses in which a unit owes work, so that deadlines run and alarms sound (domain invariant 7).
OPEN_TASK_STATUSES = frozenset(
    {TaskStatus.ISSUED, TaskStatus.IN_PROGRESS, TaskStatus.SUBMITTED, TaskStatus.RETURNED}
)
DONE_TASK_STATUSES = frozenset({TaskStatus.ACCEPTED, TaskStatus.CLOSED})


class TaskMove(TextChoices):
    ISSUE = "issue", _("Issue")
    SIGN_FOR = "sign_for", _("Sign for")
    OBJECT = "object", _("Object")
    SUBMIT = "submit", _("Submit completion")
    WITHDRAW = "withdraw", _("Withdraw submission")
    CONCUR = "concur", _("Concur (inspector)")
    RETURN = "return", _("Return")
    ACCEPT = "accept", _("Accept completion")
    CLOSE = "close", _("Close out")
    REOPEN = "reopen", _("Reopen")
    CANCEL = "cancel", _("Cancel")


class MilestoneStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    CLAIMED = "claimed", _("Claimed")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")
    WAIVED = "waived", _("Waived")


SETTLED_MILESTONE_STATUSES = frozenset({MilestoneStatus.ACCEPTED, MilestoneStatus.WAIVED})


class MilestoneMove(TextChoices):
    CLAIM = "claim", _("Claim milestone")
    ACCEPT = "accept", _("Accept milestone")
    RETURN = "return", _("Return milestone")
    WAIVE = "waive", _("Waive milestone")


class Period(TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF = "half", _("Half-year")
    YEAR = "year", _("Year")


class ReportDueStatus(TextChoices):
    OPEN = "open", _("Awaited")
    FILED = "filed", _("Filed")
    MISSED = "missed", _("Missed")


class ReportStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed and filed")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")


class ReportMove(TextChoices):
    SIGN = "sign", _("Sign and file")
    ACCEPT = "accept", _("Accept report")
    RETURN = "return", _("Return report")
    REVISE = "revise", _("Revise report")


class ChangeKind(TextChoices):
    EXTENSION = "extension", _("Extension")


class ChangeCause(TextChoices):
    INTERNAL = "internal", _("Internal cause")
    EXTERNAL = "external", _("External cause")


class ChangeStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class ChangeMove(TextChoices):
    SIGN = "sign", _("Sign request")
    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")


class ObservationStatus(TextChoices):
    REPORTED = "reported", _("Reported")
    VERIFIED = "verified", _("Verified")
    SUPERSEDED = "superseded", _("Superseded")


# --- analyse ---------------------------------------------------------------------------------------------------------
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


# --- remind ----------------------------------------------------------------------------------------------------------
class DeadlineKind(TextChoices):
    TASK = "task", _("Task")
    MILESTONE = "milestone", _("Milestone")
    REPORT = "report", _("Periodic report")


class DeadlineState(TextChoices):
    OPEN = "open", _("Running")
    CLOSED = "closed", _("Settled")


class RungLevel(TextChoices):
    """What a rung is called; the louder ones reach further up."""

    REMIND = "remind", _("Reminder")
    URGE = "urge", _("Urging")
    SUPERVISE = "supervise", _("Supervision")
    CIRCULAR = "circular", _("Circular or talk")


class Addressee(TextChoices):
    """Whom a rung tells; resolved to people at firing time."""

    OFFICER = "officer", _("Responsible officer")
    HEAD = "head", _("Head of the responsible unit")
    OFFICE = "office", _("Carbon-peak office")
    INSPECTOR = "inspector", _("Inspector")
    LEADER = "leader", _("Supervising leader")


class NoticeState(TextChoices):
    PLANNED = "planned", _("Waiting for its slot")
    COMPOSED = "composed", _("In a message")
    VOID = "void", _("Void: its cause is gone")


class VoidReason(TextChoices):
    """Why a planned notice was not sent."""

    CANCELLED = "cancelled", _("The task was cancelled")
    MOVED = "moved", _("The due date was moved")
    SETTLED = "settled", _("Settled in the meantime")


class MessageState(TextChoices):
    READY = "ready", _("Ready")
    SENDING = "sending", _("Being handed over")
    DATA = "data", _("In doubt")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed, needs a person")
    DOUBT = "doubt", _("In doubt, needs a person")
    CANCELLED = "cancelled", _("Cancelled")


class HandoverPhase(TextChoices):
    """How far the hand-over of a message came: what failed before DATA was surely not delivered."""

    MAIL = "mail", _("Sender")
    RCPT = "rcpt", _("Recipient")
    DATA = "data", _("Content")


class HandoverOutcome(TextChoices):
    SENT = "sent", _("Taken over")
    LATER = "later", _("Try again later")
    REFUSED = "refused", _("Refused for good")
    DOUBT = "doubt", _("No answer, in doubt")


# --- assess ----------------------------------------------------------------------------------------------------------
class CriterionCategory(TextChoices):
    TARGETS = "targets", _("Targets")
    TASKS = "tasks", _("Tasks")
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
    OPEN = "open", _("Open")
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


class Placement(IntegerChoices):
    """Where an actor's unit stands towards a task."""

    ANYWHERE = 0, _("any unit")
    LEAD = 1, _("the lead unit")
    RESPONSIBLE = 2, _("a responsible unit")
    PORTFOLIO = 3, _("the supervising leader's portfolio")
