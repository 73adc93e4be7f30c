"""The words of every expected refusal, keyed by rule code; rules return codes, doors show words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError

__all__ = ["REFUSAL_WORDS", "DomainError", "Refusal", "RefusedError"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule's "no": its code and the figures its words need."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return RefusedError(self).message

    @property
    def remedy(self) -> str:
        return RefusedError(self).remedy


class RefusedError(DomainError):
    """A refusal raised by a use case; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        message, remedy = REFUSAL_WORDS[refusal.code]
        super().__init__(refusal.code, message, remedy, refusal.params)

    @property
    def message(self) -> str:
        return str(self._message) % worded(self.params) if self.params else str(self._message)

    @property
    def remedy(self) -> str:
        return str(self._remedy) % worded(self.params) if self.params else str(self._remedy)


# Acts that are no machine's moves, and inputs, as a person reads them.
NAMES: dict[str, Any] = {
    "save": _("Save report"),
    "request": _("Request extension"),
    "attach": _("Attach evidence"),
    "score": _("Score the year"),
    "quality": _("quality of the result"),
}


def worded(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a refusal's figures as a person reads them: labels for codes, people for seats."""
    return {name: _seats(value) if name == "who" else _label(value) for name, value in params.items()}


def _label(value: Any) -> Any:
    if hasattr(value, "label"):
        return value.label
    return NAMES.get(value, value) if isinstance(value, str) else value


def _seats(seats: Any) -> str:
    """Name who may; where the seat's unit must stand follows in brackets. A door may have named the people already."""
    if isinstance(seats, str):
        return seats
    places = [(seat.role.label, seat.placement) for seat in seats]
    return " / ".join(f"{role} ({place.label})" if place else str(role) for role, place in places)


# code: (what was refused and why, what to do next)
REFUSAL_WORDS: dict[str, tuple[Any, Any]] = {
    "GATE-01.state": (
        _("“%(move)s” is not possible while the status is “%(status)s”."),
        _("Reload the page to see the current status and what can be done now."),
    ),
    "GATE-02.seat": (
        _("You may not do “%(move)s” here: it is for %(who)s."),
        _("Ask one of them, or the office if the responsibility is wrong."),
    ),
    "GATE-03.four_eyes": (
        _("“%(move)s” needs a second person from another unit than the one who submitted."),
        _("Ask a colleague of the office who did not submit it."),
    ),
    "GATE-04.reason": (
        _("“%(move)s” needs a reason."),
        _("Write in one sentence why, so that the other side can act on it."),
    ),
    "GATE-05.hidden": (
        _("There is no such record, or it is not within your responsibility."),
        _("Check the link, or ask the office to add your unit to the task."),
    ),
    "GATE-06.stale": (
        _("Somebody else changed this record after you opened it."),
        _("Reload the page, look at the change, and try again."),
    ),
    "GATE-07.input": (
        _("“%(move)s” needs the field “%(field)s”."),
        _("Fill it in and try again."),
    ),
    "GATE-08.too_many": (
        _("%(count)s records are too many for one step; the limit is %(limit)s."),
        _("Choose fewer, for example with a filter."),
    ),
    "DEC-01.no_lead": (
        _("The task cannot be issued: it has no lead unit."),
        _("Name exactly one lead unit first."),
    ),
    "DEC-02.no_head": (
        _("The task cannot be issued: the lead unit has no head in post."),
        _("Ask the system administrator to appoint a head or an acting head."),
    ),
    "DEC-03.after_parent": (
        _("The due date %(due_on)s is after the parent's due date %(parent_due_on)s."),
        _("Choose an earlier date, or extend the parent first."),
    ),
    "DEC-04.cycle": (
        _("The task tree has a cycle at %(code)s."),
        _("Give the node a parent that is not below it."),
    ),
    "TRK-01.milestones_open": (
        _("Completion cannot be submitted: %(count)s milestones are neither accepted nor waived."),
        _("Claim the open milestones and have them accepted first."),
    ),
    "TRK-02.children_open": (
        _("Completion cannot be submitted: %(count)s sub-tasks are not finished."),
        _("Finish or cancel the sub-tasks first."),
    ),
    "TRK-03.no_evidence": (
        _("Nothing shows the completion: no evidence is attached."),
        _("Attach at least one document, photograph or link that proves the result."),
    ),
    "TRK-04.objected_before": (
        _("The assignment was already objected to once."),
        _("Sign for it; if the responsibility is wrong, ask the office to transfer it."),
    ),
    "TRK-05.objection_late": (
        _("An objection is possible within %(days)s working days of issue only."),
        _("Sign for the task; if the responsibility is wrong, ask the office to transfer it."),
    ),
    "TRK-06.no_concurrence": (
        _("This is a key task: the inspector has not concurred yet."),
        _("Ask the inspector to look at the submission first."),
    ),
    "TRK-07.task_not_open": (
        _("The task is not in progress, so nothing can be reported or claimed on it."),
        _("Sign for the task first; a closed task must be reopened by the office."),
    ),
    "TRK-08.progress_range": (
        _("The progress must be between 0 and 95 per cent; 100 comes from acceptance only."),
        _("Enter a whole number from 0 to 95."),
    ),
    "TRK-09.report_not_open": (
        _("This report cannot be filled yet: it opens on %(opens_on)s."),
        _("Come back on that day."),
    ),
    "TRK-10.report_empty": (
        _("The report is empty: say what was done in the period."),
        _("Fill in “done in the period” before signing."),
    ),
    "TRK-11.report_filed": (
        _("The report was already filed and cannot be edited."),
        _("Ask the office to return it if it is wrong."),
    ),
    "TRK-12.extension_late": (
        _("An extension must be requested before the due date, which was %(due_on)s."),
        _("Report the reason for the delay in the next report; the office decides how it counts."),
    ),
    "TRK-13.extension_not_later": (
        _("The requested date %(due_on)s is not after the current due date."),
        _("Choose a later date."),
    ),
    "TRK-14.extension_long": (
        _("An extension of more than %(days)s working days is decided by the supervising leader."),
        _("Pass the request to the supervising leader."),
    ),
    "TRK-15.extension_open": (
        _("An extension request for this task is already under way."),
        _("Wait for its decision."),
    ),
    "TRK-16.file_type": (
        _("Files of the type %(suffix)s are not accepted."),
        _("Attach a PDF, picture, Word or Excel file."),
    ),
    "TRK-17.file_size": (
        _("The file is empty or larger than %(limit_mb)s MB."),
        _("Attach a smaller file."),
    ),
    "TRK-18.own_acceptance": (
        _("The person who accepted the task may not reopen it."),
        _("Ask a second person of the office."),
    ),
    "ASM-12.bands": (
        _("The grades' bounds must fall from the best grade down to 0."),
        _("Order them and let the last one start at 0."),
    ),
    "ASM-14.late_below_unfinished": (
        _("The worst finished task (%(worst)s) would score below an unfinished one (%(cap)s)."),
        _("Lower the cap for unfinished work, or raise the floors for late work."),
    ),
    "ASM-15.frozen": (
        _("The assessment of %(year)s is frozen; nothing can be scored again."),
        _("An accepted appeal makes a new version; ask the office."),
    ),
    "ASM-17.no_scheme": (
        _("No scheme of points is in force for %(year)s."),
        _("Load one that covers the year, or choose a later year."),
    ),
    "ASM-18.before_year": (
        _("%(as_of)s is not a day from which %(year)s can be assessed."),
        _("Choose a day of that year, or a later one up to today."),
    ),
    "TRK-21.quality": (
        _("The quality of the result must be a number from 0 to 1."),
        _("Enter for example 1, 0.95 or 0.8."),
    ),
    "TRK-22.no_work_owed": (
        _("Evidence cannot be attached: the status of the task is “%(status)s”."),
        _("Evidence belongs to work that is under way; ask the office to issue the task, or to reopen it."),
    ),
    "TRK-19.classified": (
        _("The file was not declared free of state secrets."),
        _("Tick “contains nothing classified”; classified material must not be uploaded at all."),
    ),
}

# light reason: what would turn the light green
LIGHT_WORDS: dict[str, Any] = {
    "overdue": _("Finish the task and submit its completion."),
    "critical_milestone_late": _("Claim the late critical milestone with its evidence."),
    "far_behind": _("Catch up with the schedule: report progress, claim milestones."),
    "due_soon": _("Submit completion before the due date, or ask for an extension now."),
    "behind": _("Catch up with the schedule: report progress, claim milestones."),
    "milestone_late": _("Claim the late milestone with its evidence."),
    "report_late": _("File the late report."),
    "forecast_late": _("Bring the expected completion forward, or ask for an extension."),
    "red_key_child": _("Look at the red key sub-task first."),
    "red_weight": _("Look at the red sub-tasks."),
    "red_child": _("Look at the red sub-tasks."),
    "yellow_weight": _("Look at the yellow sub-tasks."),
}
