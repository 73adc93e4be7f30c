"""A report's page: the form while it can be written, else the report with the moves it allows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.admin.acts import ActingAdmin, number, people_of
from tasks.admin.base import ScopedAdmin, actor_for, light_mark, metrics_of, row_url
from tasks.errors import Refusal, RefusedError
from tasks.models import ProgressReport, ReportDue
from tasks.queries import page as reads
from tasks.queries.track import report_facts
from tasks.queries.words import in_words
from tasks.rules.gate import Actor, holds_seat
from tasks.rules.track import LEAD_HEAD, LEAD_OFFICER, MAX_DECLARED_PROGRESS
from tasks.usecases.track import move_report, save_report
from tasks.vocab import ReportMove, ReportStatus

CARRIED = ("claimed_progress", "problems", "support_needed", "next_steps", "forecast_on")
WRITABLE = {ReportStatus.DRAFT, ReportStatus.RETURNED}


class DayInput(forms.DateInput):
    """The browser's own date picker, which speaks ISO dates in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def text(label: Any) -> forms.CharField:
    """Return a field for a paragraph."""
    return forms.CharField(label=label, required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


class ReportForm(forms.Form):
    """What a unit reports for a period; the use case checks who, when and which measures."""

    claimed_progress = forms.IntegerField(
        label=gettext_lazy("progress so far, %"), min_value=0, max_value=MAX_DECLARED_PROGRESS
    )
    forecast_on = forms.DateField(label=gettext_lazy("expected completion"), required=False, widget=DayInput)
    done = text(gettext_lazy("done in the period"))
    problems = text(gettext_lazy("problems"))
    support_needed = text(gettext_lazy("support needed"))
    next_steps = text(gettext_lazy("next steps"))


def report_view(screen: ScopedAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Show a report or its form; a POST saves it, and signs it when the head asked for that."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    due: ReportDue = screen.row_or_404(request, object_id)
    report = ProgressReport.objects.filter(due=due).select_related("due", "task", "submitted_by", "written_by").first()
    actor = actor_for(request)
    if request.method == "POST":
        return _save(screen, request, due, report, actor)
    previous = reads.last_report(due)
    form = ReportForm(initial=_initial(report or previous, fresh=report is None))
    return _page(screen, request, due, report, form, previous, None)


def _initial(report: ProgressReport | None, *, fresh: bool) -> dict[str, Any]:
    """Return the values the form starts with; what was done last time is shown beside it, not written into it."""
    if report is None:
        return {"claimed_progress": 0}
    names = CARRIED if fresh else (*CARRIED, "done")
    return {name: getattr(report, name) for name in names}


def _save(
    screen: ScopedAdmin, request: HttpRequest, due: ReportDue, report: ProgressReport | None, actor: Actor
) -> HttpResponse:
    form = ReportForm(request.POST)
    previous = reads.last_report(due)
    lines = _sent_lines(request)
    if not form.is_valid() or lines is None:
        refusal = Refusal("TRK-08.progress_range") if lines is None or "claimed_progress" in form.errors else None
        return _page(screen, request, due, report, form, previous, refusal, status=400)
    version = number(request.POST.get("version"))
    try:
        saved = save_report(
            due.pk, actor=actor, at=timezone.now(), content=form.cleaned_data, lines=lines, version=version
        )
    except RefusedError as refused:
        if refused.code == "GATE-05.hidden":
            raise Http404 from None
        return _page(screen, request, due, report, form, previous, Refusal(refused.code, refused.params), status=409)
    if "sign" not in request.POST:
        messages.success(request, _("The draft is saved."))
        return HttpResponseRedirect(row_url(due))
    try:
        move_report(saved.pk, ReportMove.SIGN, actor=actor, at=timezone.now(), version=saved.version)
    except RefusedError as refused:
        messages.warning(request, _("The draft is saved, but not signed."))
        words = in_words(Refusal(refused.code, refused.params), "report", people_of(due.task_id))
        messages.error(request, f"{words.message} {words.remedy}")
        return HttpResponseRedirect(row_url(due))
    messages.success(request, _("The report is signed and filed."))
    return HttpResponseRedirect(row_url(due))


def _sent_lines(request: HttpRequest) -> dict[int, dict[str, Any]] | None:
    """Return the lines the form sent, by task id; None when a figure is no whole number."""
    lines: dict[int, dict[str, Any]] = {}
    for name in request.POST:
        if not name.startswith("line-"):
            continue
        task_id, value = number(name.removeprefix("line-")), request.POST[name].strip()
        progress = number(value) if value else None
        if task_id is None or (value and progress is None):
            return None
        note = request.POST.get(f"note-{task_id}", "").strip()
        if value or note:
            lines[task_id] = {"claimed_progress": progress or 0, "note": note}
    return lines


def _page(
    screen: ScopedAdmin,
    request: HttpRequest,
    due: ReportDue,
    report: ProgressReport | None,
    form: ReportForm,
    previous: ProgressReport | None,
    refusal: Refusal | None,
    *,
    status: int = 200,
) -> HttpResponse:
    actor, today = actor_for(request), timezone.localdate()
    people = people_of(due.task_id)
    facts = report_facts(report or ProgressReport(due=due, task=due.task), today=today)
    writes = any(holds_seat(seat, facts, actor) for seat in LEAD_OFFICER)
    writable = writes and today >= due.opens_on and (report is None or report.status in WRITABLE)
    door: ActingAdmin = screen.admin_site.get_model_admin(ProgressReport)
    found = door.buttons_for(request, report, people) if report is not None else []
    # The form itself signs and takes up again; a second button for either would be a second way to lose text.
    acts = [button for button in found if not (writable and button.move in {ReportMove.SIGN, ReportMove.REVISE})]
    context = {
        **screen.admin_site.each_context(request),
        "title": _("%(period)s – %(task)s") % {"period": due.period_key, "task": due.task},
        "opts": screen.opts,
        "original": due,
        "due": due,
        "task_url": row_url(due.task),
        "light": light_mark(metrics_of(due.task).light),
        "report": report,
        "previous": previous,
        "form": form,
        "writable": writable,
        "opens_later": writes and today < due.opens_on,
        "may_sign": writable and any(holds_seat(seat, facts, actor) for seat in LEAD_HEAD),
        "lines": _lines(request, due, report, previous, actor),
        "acts": [button for button in acts if not button.others],
        "others": [button for button in acts if button.others],
        "refusal": in_words(refusal, "report", people) if refusal else None,
        "returned": reads.last_return(f"report:{report.pk}") if report and report.times_returned else None,
        "late": due.status != "filed" and due.due_on < today,
    }
    request.current_app = screen.admin_site.name
    return TemplateResponse(request, "admin/cp/report.html", context, status=status)


def _lines(
    request: HttpRequest, due: ReportDue, report: ProgressReport | None, previous: ProgressReport | None, actor: Actor
) -> list[dict[str, Any]]:
    """Return a line per measure below the reported task: what was sent, else what was saved, else the last report's."""
    known = reads.lines_of(report) or ({} if report is not None else reads.lines_of(previous))
    rows = []
    for task in reads.reported_measures(due, actor):
        line = known.get(task.pk)
        value = request.POST.get(f"line-{task.pk}", "" if line is None else str(line.claimed_progress))
        note = request.POST.get(f"note-{task.pk}", line.note if line is not None and report is not None else "")
        rows.append({"task": task, "progress": value, "note": note})
    return rows
