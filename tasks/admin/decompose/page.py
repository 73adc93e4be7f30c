"""One task's page and the forms on it: moves, moves with everything below, evidence, extension requests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.admin.acts import ActingAdmin, buttons, number, results_page
from tasks.admin.base import actor_for, light_mark, metrics_of, progress_bar, row_url
from tasks.errors import Refusal, RefusedError
from tasks.models import ChangeRequest, Milestone, ReportDue, Responsibility, Task
from tasks.queries import page as reads
from tasks.queries.base import policy_values
from tasks.queries.words import People, act_label, in_words, reasons_in_words, status_label
from tasks.rules.gate import Actor, holds_seat, legal_moves
from tasks.rules.track import LEAD_OFFICER, MILESTONE_MACHINE, RESPONSIBLE_OFFICER, SubjectFacts, takes_evidence
from tasks.usecases.bulk import move_with_below
from tasks.usecases.track import attach_files, request_extension
from tasks.vocab import ChangeCause, ChangeStatus, ResponsibilityKind, TaskMove, TaskStatus

FAR_DAYS = 60  # why a step that far ahead cannot be claimed yet is folded away
BELOW = {
    TaskMove.ISSUE: gettext_lazy("Issue with everything below"),
    TaskMove.SIGN_FOR: gettext_lazy("Sign for everything below"),
}


def task_view(
    screen: ActingAdmin, request: HttpRequest, object_id: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Show a task's page; with `refusal`, why the form that was just sent changed nothing (409)."""
    if request.method not in {"GET", "HEAD"} and refusal is None:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    task = screen.row_or_404(request, object_id)
    actor, today = actor_for(request), timezone.localdate()
    shown = reads.task_page(task, actor)
    people = _people(shown, today)
    standing = metrics_of(task)
    context = {
        **screen.admin_site.each_context(request),
        "title": str(task),
        "opts": screen.opts,
        "original": task,
        "task": task,
        "page": shown,
        "standing": standing,
        "light": light_mark(standing.light),
        "bar": progress_bar(standing.progress, standing.planned),
        "reasons": reasons_in_words(standing.reasons),
        "refusal": in_words(refusal, "task", people) if refusal else None,
        "returned": reads.last_return(f"task:{task.pk}") if task.status == TaskStatus.RETURNED else None,
        "parts": _parts(shown.responsibilities),
        "children": [_child(child) for child in shown.children],
        "milestones": _milestones(screen, task, shown, actor, people, today),
        "reports": [_report(row) for row in shown.reports],
        "story": [_step(step) for step in shown.story],
        "history_url": reverse("admin:tasks_task_history", args=[task.pk]),
        **_acts(screen, request, task, shown, people),
        **_forms(task, shown, actor, today),
    }
    status = 409 if refusal is not None else 200
    request.current_app = screen.admin_site.name
    return TemplateResponse(request, "admin/cp/task.html", context, status=status)


def _people(shown: reads.TaskPage, today: date) -> People:
    rows = shown.responsibilities
    leads = frozenset(
        row.org_unit_id for row in rows if row.kind in {ResponsibilityKind.LEAD, ResponsibilityKind.CO_LEAD}
    )
    files = leads | {row.org_unit_id for row in rows if row.kind == ResponsibilityKind.COUNTY}
    return People(today, leads, files, {row.org_unit_id: row.org_unit.short_name for row in rows})


def _acts(
    screen: ActingAdmin, request: HttpRequest, task: Task, shown: reads.TaskPage, people: People
) -> dict[str, Any]:
    found = screen.buttons_for(request, task, people)
    below = [
        {"label": BELOW[TaskMove(button.move)], "url": reverse("admin:tasks_task_below", args=[task.pk, button.move])}
        for button in found
        if button.allowed and button.move in BELOW and shown.children
    ]
    return {
        "acts": [button for button in found if not button.others],
        "others": [button for button in found if button.others],
        "below": below,
    }


def _forms(task: Task, shown: reads.TaskPage, actor: Actor, today: date) -> dict[str, Any]:
    """Say which of the page's forms this person is offered; the use cases check again."""
    rows = shown.responsibilities
    leads = frozenset(
        row.org_unit_id for row in rows if row.kind in {ResponsibilityKind.LEAD, ResponsibilityKind.CO_LEAD}
    )
    files = leads | {row.org_unit_id for row in rows if row.kind == ResponsibilityKind.COUNTY}
    facts = SubjectFacts(task.status, leads, files, task.campaign_id)
    limits = policy_values("evidence", today=today)
    pending = [row for row in shown.changes if row.status in {ChangeStatus.DRAFT, ChangeStatus.SIGNED}]
    may_attach = any(holds_seat(seat, facts, actor) for seat in RESPONSIBLE_OFFICER)
    no_evidence = takes_evidence(task.status)
    is_lead = any(holds_seat(seat, facts, actor) for seat in LEAD_OFFICER)
    return {
        "may_attach": may_attach and no_evidence is None,
        "no_evidence": in_words(no_evidence, "task", People(today)) if may_attach and no_evidence else None,
        "accepts": ",".join(limits["suffixes"]),
        "max_mb": limits["max_mb"],
        "may_extend": is_lead and not pending and task.status in {"in_progress", "returned"} and today <= task.due_on,
        "causes": ChangeCause.choices,
    }


def _parts(rows: list[Responsibility]) -> list[dict[str, Any]]:
    """Return the responsible units, those with the same part, confirmation and basis together."""
    groups: dict[tuple[str, str, str], list[Responsibility]] = {}
    for row in rows:
        groups.setdefault((row.kind, row.confirmation, row.basis), []).append(row)
    return [{"first": group[0], "units": [row.org_unit.short_name for row in group]} for group in groups.values()]


def _child(child: Task) -> dict[str, Any]:
    standing = metrics_of(child)
    parts = child.lead_parts  # type: ignore[attr-defined]  # set by with_lead
    return {
        "row": child,
        "url": row_url(child),
        "light": light_mark(standing.light),
        "bar": progress_bar(standing.progress, standing.planned),
        "lead": parts[0].org_unit.short_name if parts else "",
    }


def _milestones(
    screen: ActingAdmin, task: Task, shown: reads.TaskPage, actor: Actor, people: People, today: date
) -> list[dict[str, Any]]:
    facts = reads.milestone_facts_of(task, shown.milestones, today=today)
    door = screen.admin_site.get_model_admin(Milestone)
    rows = []
    for row in shown.milestones:
        verdicts = legal_moves(MILESTONE_MACHINE, facts[row.pk], actor, today=today)
        found = buttons("milestone", row, verdicts, people, door.act_url)
        late = row.due_on < today and row.status in {"planned", "returned"}
        acts = [button for button in found if not button.others]
        far = row.due_on > today + timedelta(FAR_DAYS) and not any(button.allowed for button in acts)
        rows.append({"row": row, "late": late, "far": far, "acts": acts})
    return rows


def _report(due: ReportDue) -> dict[str, Any]:
    report = getattr(due, "report", None)
    return {"due": due, "url": row_url(due), "report": report}


def _step(step: reads.Step) -> dict[str, Any]:
    kind = step.subject.partition(":")[0]
    labels = {field.name: field.verbose_name for field in Task._meta.concrete_fields}
    labels |= {field.attname: field.verbose_name for field in Task._meta.concrete_fields}
    return {
        "at": step.at,
        "name": step.name,
        "act": act_label(step.subject, step.act) if step.act else _("Changed"),
        "before": status_label(kind, step.before),
        "after": status_label(kind, step.after),
        "reason": step.reason,
        "changes": [{"field": labels.get(name, name), "old": old, "new": new} for name, old, new in step.changes],
    }


def below_view(screen: ActingAdmin, request: HttpRequest, object_id: int, move: str) -> HttpResponse:
    """Make a move on a task and all below it that it applies to; show what became of each."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    task = screen.row_or_404(request, str(object_id))
    if move not in BELOW:
        raise Http404
    try:
        results = move_with_below(task.pk, move, actor=actor_for(request), at=timezone.now())
    except RefusedError as refused:
        return task_view(screen, request, str(object_id), Refusal(refused.code, refused.params))
    return results_page(screen.admin_site, request, "task", move, results, row_url(task))


def attach_view(screen: ActingAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Take one or more files as evidence of a task or one of its milestones; say of each why it was refused."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    task = screen.row_or_404(request, str(object_id))
    files = request.FILES.getlist("file")
    if not files:
        refusal = Refusal("GATE-07.input", {"move": "attach", "field": _("file")})
        return task_view(screen, request, str(object_id), refusal)
    results = attach_files(
        task.pk,
        [(file.name or "", file) for file in files],
        actor=actor_for(request),
        at=timezone.now(),
        declared_unclassified=request.POST.get("declared_unclassified") == "on",
        milestone_id=number(request.POST.get("milestone")),
        report_id=number(request.POST.get("report")),
    )
    refusals = [result.refusal for result in results if result.refusal is not None]
    if any(refusal.code == "GATE-05.hidden" for refusal in refusals):
        raise Http404
    if refusals and len(files) == 1:
        return task_view(screen, request, str(object_id), refusals[0])
    if refusals:
        return results_page(screen.admin_site, request, "task", "attach", results, row_url(task) + "#evidence")
    messages.success(request, _("The evidence is attached."))
    return HttpResponseRedirect(row_url(task) + "#evidence")


def extension_view(screen: ActingAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Draft an extension request; the unit's head signs it on its own page."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    task = screen.row_or_404(request, str(object_id))
    new_due_on, cause = _day(request.POST.get("new_due_on")), request.POST.get("cause", "")
    missing = _("new due date") if new_due_on is None else _("cause")
    if new_due_on is None or cause not in ChangeCause.values:
        refusal = Refusal("GATE-07.input", {"move": "request", "field": missing})
        return task_view(screen, request, str(object_id), refusal)
    try:
        change: ChangeRequest = request_extension(
            task.pk,
            actor=actor_for(request),
            at=timezone.now(),
            new_due_on=new_due_on,
            cause=cause,
            explanation=request.POST.get("explanation", ""),
        )
    except RefusedError as refused:
        return task_view(screen, request, str(object_id), Refusal(refused.code, refused.params))
    messages.success(request, _("The request is drafted; the head of the unit signs it next."))
    return HttpResponseRedirect(row_url(change))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
