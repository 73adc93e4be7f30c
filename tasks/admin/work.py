"""The front page, "my work": the piles of `tasks.queries.work` as short cards, each line a link straight to its act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Appointment, OrgUnit, User
from accounts.vocab import Role
from tasks.admin.base import SHAPES, actor_for, light_mark, list_url, metrics_of, row_url
from tasks.models import ChangeRequest, Message, Milestone, ProgressReport, ReportDue, Task, TaskMetrics
from tasks.queries import work
from tasks.queries.base import policy_values, work_calendar
from tasks.queries.engine import worker_state
from tasks.queries.words import reasons_in_words
from tasks.rules.calendar import WorkCalendar
from tasks.rules.gate import Actor
from tasks.vocab import Light, LightReason

# pile: (heading, what the button says, how urgent it looks)
CARDS: dict[str, tuple[Promise, Promise, str]] = {
    "returned": (gettext_lazy("Returned to you"), gettext_lazy("Put right"), "red"),
    "sign_for": (gettext_lazy("Tasks to sign for"), gettext_lazy("Sign for"), "yellow"),
    "sign_reports": (gettext_lazy("Reports to sign"), gettext_lazy("Read and sign"), "yellow"),
    "sign_requests": (gettext_lazy("Extension requests to sign"), gettext_lazy("Read and sign"), "yellow"),
    "overdue": (gettext_lazy("Overdue"), gettext_lazy("Open"), "red"),
    "reports": (gettext_lazy("Reports to file"), gettext_lazy("Fill in"), "yellow"),
    "claim": (gettext_lazy("Milestones to claim"), gettext_lazy("Claim"), "yellow"),
    "due_soon": (gettext_lazy("Due within 30 days"), gettext_lazy("Open"), "green"),
    "review_completions": (gettext_lazy("Completions to review"), gettext_lazy("Review"), "yellow"),
    "review_requests": (gettext_lazy("Extension requests to decide"), gettext_lazy("Decide"), "yellow"),
    "review_milestones": (gettext_lazy("Milestones to review"), gettext_lazy("Review"), "yellow"),
    "review_reports": (gettext_lazy("Reports to review"), gettext_lazy("Review"), "yellow"),
    "drafts": (gettext_lazy("Drafts to issue"), gettext_lazy("Open and issue"), "green"),
    "undelivered": (gettext_lazy("Messages that need a person"), gettext_lazy("Open"), "red"),
    "concur": (gettext_lazy("Key tasks to concur with"), gettext_lazy("Review"), "yellow"),
    "close": (gettext_lazy("Accepted tasks to close out"), gettext_lazy("Close out"), "green"),
    "decide": (gettext_lazy("Decisions awaited"), gettext_lazy("Decide"), "red"),
    "red": (gettext_lazy("Red tasks"), gettext_lazy("Open"), "red"),
}
# pile: the list behind "all n", with its filters
LISTS: dict[str, tuple[Any, dict[str, str]]] = {
    "overdue": (Task, {"due": "overdue"}),
    "due_soon": (Task, {"due": "30"}),
    "sign_for": (Task, {"status": "issued"}),
    "reports": (ReportDue, {"show": "awaited"}),
    "sign_reports": (ReportDue, {"show": "draft"}),
    "claim": (Milestone, {"show": "open"}),
    "review_completions": (Task, {"status": "submitted"}),
    "review_requests": (ChangeRequest, {"status": "signed"}),
    "review_milestones": (Milestone, {"show": "claimed"}),
    "review_reports": (ReportDue, {"show": "signed"}),
    "drafts": (Task, {"status": "draft"}),
    "undelivered": (Message, {"state": "needs"}),
    "concur": (Task, {"status": "submitted"}),
    "close": (Task, {"status": "accepted"}),
    "red": (Task, {"light": "red"}),
}

# Piles of work the reader owes; elsewhere the delay is not theirs, so it is not held up to them.
OWED = {"returned", "overdue", "claim", "sign_for"}


@dataclass
class Entry:
    """One line of a card: what, a few facts, and where its act is."""

    title: str
    url: str
    facts: list[Any] = field(default_factory=list)
    note: str = ""
    late: int = 0


@dataclass
class Card:
    """A card of the front page."""

    name: str
    heading: Any
    button: Any
    tone: str
    entries: list[Entry]
    count: int | None
    all_url: str = ""


@dataclass
class Desk:
    """The day a front page is drawn on, with what its figures count in; read once, and only when a row asks."""

    today: date

    @cached_property
    def calendar(self) -> WorkCalendar:
        """The working days."""
        return work_calendar()

    @cached_property
    def office_limit_workdays(self) -> int:
        """The longest extension the office decides."""
        return int(policy_values("extensions", today=self.today)["office_limit_workdays"])

    def late(self, due_on: date) -> int:
        """Return the working days since `due_on`, 0 before it."""
        return max(0, self.calendar.between(due_on, self.today))

    def is_long(self, change: ChangeRequest) -> bool:
        """Answer whether an extension is too long for the office to decide."""
        return self.calendar.between(change.task.due_on, change.new_due_on) > self.office_limit_workdays


def sections(request: HttpRequest) -> dict[str, Any]:
    """Return everything the front page shows to the person of `request`, in the order it shows it."""
    actor, today = actor_for(request), timezone.localdate()
    desk = Desk(today)
    roles = actor.roles()
    piles: list[work.Pile] = []
    context: dict[str, Any] = {"roles": sorted(roles), "person": actor.name}
    units = frozenset(unit for role, unit in actor.seats if role in {Role.OFFICER, Role.HEAD})
    if units:
        piles += work.unit_piles(units, heads=Role.HEAD in roles, today=today)
        context["waiting"] = work.at_the_office(units)
    if Role.LEADER in roles:
        piles += [_decisions(actor, desk), work.reds(actor)]
        context["grid"] = _grid(work.lights_by_campaign(actor))
    if Role.OFFICE in roles:
        context["engine"] = worker_state(at=timezone.now())
        piles += [*work.office_piles(), work.undelivered()]
    if Role.INSPECTOR in roles:
        piles += work.inspector_piles()
    if roles & {Role.OFFICE, Role.INSPECTOR, Role.AUDITOR}:
        context["campaigns"] = work.lights_by_campaign(actor, only=Light.RED)
        piles.append(work.reds(actor))
    if Role.ADMIN in roles:
        context["accounts"] = work.accounts_to_tend(today=today)
        context["account_lists"] = _account_links()
    context["cards"] = [_card(one, desk) for one in piles if one.rows]
    nothing = not context["cards"] and bool(units)
    context["next_due"] = work.next_due(units, today=today) if nothing else None
    return context


def _decisions(actor: Actor, desk: Desk) -> work.Pile:
    found = work.requests_awaited(actor)
    rows = [row for row in found if desk.is_long(row)]
    return work.Pile("decide", rows[: work.SHOWN], len(rows))


def _grid(rows: list[dict[str, Any]]) -> dict[str, Any]:
    lights = [Light.RED, Light.YELLOW, Light.GREEN, Light.GREY, Light.DONE]
    return {
        "heads": [light_mark(light) for light in lights],
        "rows": [
            {
                "campaign": row["campaign"],
                "url": list_url(Task, campaign=row["campaign"].pk),
                "cells": [_cell(row, light) for light in lights],
                "total": row["total"],
            }
            for row in rows
        ],
    }


def _cell(row: dict[str, Any], light: Light) -> dict[str, Any]:
    return {
        "light": light.value,
        "shape": SHAPES[light],
        "label": light.label,
        "count": row["lights"].get(light, 0),
        "url": list_url(Task, campaign=row["campaign"].pk, light=light.value),
    }


def _account_links() -> dict[str, str]:
    return {"people": list_url(User), "appointments": list_url(Appointment), "units": list_url(OrgUnit)}


def _card(one: work.Pile, desk: Desk) -> Card:
    heading, button, tone = CARDS[one.name]
    model, filters = LISTS.get(one.name, (None, {}))
    return Card(
        one.name,
        heading,
        button,
        tone,
        [_entry(row, one, desk) for row in one.rows],
        one.count,
        list_url(model, **filters) if model is not None else "",
    )


def _entry(row: Any, one: work.Pile, desk: Desk) -> Entry:
    """Describe one row of any pile: title, date, light, and why it is here."""
    reason = one.reasons.get(f"{_kind(row)}:{row.pk}", "")
    match row:
        case Task():
            entry = Entry(str(row), row_url(row), _task_facts(row))
            entry.late = desk.late(row.due_on) if one.name in OWED else 0
            entry.facts.append(_("due %(day)s") % {"day": row.due_on.isoformat()})
        case TaskMetrics():
            told = [reason for reason in row.reasons if reason != LightReason.OVERDUE]  # the days late say it
            words = [reason["what"] for reason in reasons_in_words(told)]
            entry = Entry(str(row.task), row_url(row.task), [light_mark(row.light), *words[:2]])
            entry.late = desk.late(row.task.due_on) if row.overdue else 0
        case ReportDue():
            entry = Entry(_report_title(row.task, row.period_key), row_url(row), [])
            entry.facts.append(_("due %(day)s") % {"day": row.due_on.isoformat()})
            entry.late = desk.late(row.due_on)
        case ProgressReport():
            entry = Entry(_report_title(row.task, row.due.period_key), row_url(row.due), [])
            entry.facts.append(_("%(progress)d %% claimed") % {"progress": row.claimed_progress})
        case Milestone():
            entry = Entry(str(row.task), row_url(row.task) + "#milestones", [row.title])
            entry.facts.append(_("due %(day)s") % {"day": row.due_on.isoformat()})
            entry.late = desk.late(row.due_on) if one.name in OWED else 0
        case ChangeRequest():
            dates = {"old": row.old_due_on.isoformat(), "new": row.new_due_on.isoformat()}
            entry = Entry(str(row.task), row_url(row), [_("%(old)s → %(new)s") % dates, row.get_cause_display()])
            if one.name == "review_requests" and desk.is_long(row):
                entry.facts.append(_("the supervising leader decides"))
        case _:
            facts = [row.get_state_display(), str(row.recipient)]
            entry = Entry(row.subject, row_url(row), facts, row.last_error[:160])
    entry.note = reason or entry.note
    return entry


def _kind(row: Any) -> str:
    return {"progressreport": "report"}.get(row._meta.model_name, row._meta.model_name)


def _report_title(task: Task, period: str) -> str:
    return _("%(period)s – %(task)s") % {"period": period, "task": task}


def _task_facts(task: Task) -> list[Any]:
    facts: list[Any] = [light_mark(metrics_of(task).light)]
    leads = getattr(task, "lead_parts", [])
    return facts + [part.org_unit.short_name for part in leads[:1]]
