"""Words of tracking: statuses and moves of every machine."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaskStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("task", "Draft")
    ISSUED = "issued", _("Issued, awaiting receipt")
    IN_PROGRESS = "in_progress", _("In progress")
    SUBMITTED = "submitted", _("Completion submitted")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", pgettext_lazy("task", "Accepted")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")


# Statuses in which a unit owes work, so that deadlines run and alarms sound (domain invariant 7).
OPEN_TASK_STATUSES = frozenset({TaskStatus.ISSUED, TaskStatus.IN_PROGRESS, TaskStatus.SUBMITTED, TaskStatus.RETURNED})
DONE_TASK_STATUSES = frozenset({TaskStatus.ACCEPTED, TaskStatus.CLOSED})


class TaskMove(TextChoices):
    ISSUE = "issue", _("Issue")
    SIGN_FOR = "sign_for", _("Sign for")
    OBJECT = "object", pgettext_lazy("task", "Object")
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
    ACCEPTED = "accepted", pgettext_lazy("milestone", "Accepted")
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
    ACCEPTED = "accepted", pgettext_lazy("report", "Accepted")


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
