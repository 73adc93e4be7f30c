"""Moves as buttons: each verdict of the gate, and one door through which every move is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.admin.base import ScopedAdmin, actor_for, row_url, safe_next
from tasks.errors import Refusal, RefusedError
from tasks.queries.track import responsible_units
from tasks.queries.words import People, in_words, move_label
from tasks.rules.gate import Verdict
from tasks.usecases.act import Workflow, moves_for, perform
from tasks.usecases.bulk import RowResult, move_many
from tasks.usecases.track.evidence import FileResult

DANGER = {"return", "reject", "cancel", "object", "waive", "reopen"}


@dataclass(frozen=True)
class Button:
    """One move as the page shows it: a button, or the reason why there is none."""

    kind: str
    pk: int
    move: str
    label: str
    url: str
    version: int
    refusal: Refusal | None
    needs_reason: bool
    inputs: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    @property
    def others(self) -> bool:
        """Whether it is somebody else's move, rather than one that is not possible yet."""
        return self.refusal is not None and self.refusal.code == "GATE-02.seat"

    @property
    def asks(self) -> bool:
        return self.needs_reason or bool(self.inputs)

    @property
    def style(self) -> str:
        return "danger" if self.move in DANGER else "primary"


def buttons(
    kind: str, row: Any, verdicts: Iterable[Verdict], people: People, url_for: Callable[[Any, str], str]
) -> list[Button]:
    """Return a button for each verdict; `url_for(row, move)` gives the address to post to."""
    return [
        Button(
            kind,
            row.pk,
            verdict.move,
            move_label(kind, verdict.move),
            url_for(row, verdict.move),
            row.version,
            in_words(verdict.refusal, kind, people) if verdict.refusal else None,
            verdict.needs_reason,
            verdict.inputs,
        )
        for verdict in verdicts
    ]


def people_of(task_id: int) -> People:
    """Return who sits where towards a task today."""
    leads, files, _count = responsible_units(task_id)
    return People(timezone.localdate(), leads, files)


class ActingAdmin(ScopedAdmin):
    """A screen whose rows have a machine: `…/act/<move>/` makes a move by POST, and asks for a reason on GET."""

    workflow: Workflow

    def task_id(self, row: Any) -> int:
        """Return the task the row belongs to."""
        return int(getattr(row, "task_id", row.pk))

    def get_urls(self) -> list[Any]:
        name = f"{self.model._meta.app_label}_{self.model._meta.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<int:object_id>/act/<slug:move>/", view, name=name), *super().get_urls()]

    def act_url(self, row: Any, move: str) -> str:
        """Return where a move on `row` is posted to."""
        return reverse(f"admin:tasks_{self.model._meta.model_name}_act", args=[row.pk, move])

    def buttons_for(self, request: HttpRequest, row: Any, people: People | None = None) -> list[Button]:
        """Return a button for every move out of the row's status."""
        verdicts = moves_for(self.workflow, row, actor_for(request), today=timezone.localdate())
        kind = self.workflow.name
        return buttons(kind, row, verdicts, people or people_of(self.task_id(row)), self.act_url)

    def act_view(self, request: HttpRequest, object_id: int, move: str) -> HttpResponse:
        """Make a move by POST; GET shows the form that asks for what the move needs."""
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "POST"])
        row = self.row_or_404(request, str(object_id))
        move = next((known for known in self.workflow.machine if known == move), "")
        if not move:
            raise Http404
        if request.method != "POST":
            return self._ask(request, row, move, None)
        reason = request.POST.get("reason", "")
        given = {name: clean_input(name, request.POST.get(name, "")) for name in self.workflow.machine[move].inputs}
        try:
            done = perform(
                self.workflow,
                row.pk,
                move,
                actor=actor_for(request),
                at=timezone.now(),
                reason=reason.strip(),
                given=given,
                version=number(request.POST.get("version")),
            )
        except RefusedError as refused:
            if refused.code == "GATE-05.hidden":
                raise Http404 from None
            return self._ask(request, row, move, Refusal(refused.code, refused.params))
        words = {"move": move_label(self.workflow.name, move), "row": str(done)}
        messages.success(request, _("Done: %(move)s – %(row)s") % words)
        return HttpResponseRedirect(safe_next(request, self.page_url(done)))

    def page_url(self, row: Any) -> str:
        """Return the page on which the row is shown."""
        return row_url(row)

    def _ask(self, request: HttpRequest, row: Any, move: str, refusal: Refusal | None) -> HttpResponse:
        people = people_of(self.task_id(row))
        rule = self.workflow.machine[move]
        if refusal is None:
            found = [button for button in self.buttons_for(request, row, people) if button.move == move]
            refusal = found[0].refusal if found else Refusal("GATE-01.state", {"move": move, "status": row.status})
        words = None if refusal is None else in_words(refusal, self.workflow.name, people)
        # A reason that is missing can still be written here; any other refusal leaves nothing to send.
        mendable = refusal is None or refusal.code.startswith(("GATE-04", "GATE-07"))
        context = {
            **self.admin_site.each_context(request),
            "title": move_label(self.workflow.name, move),
            "subject": row,
            "back": safe_next(request, self.page_url(row)),
            "refusal": words,
            "mendable": mendable,
            "needs_reason": rule.needs_reason,
            "inputs": rule.inputs,
            "version": row.version,
            "style": "danger" if move in DANGER else "primary",
            "post_url": self.act_url(row, move),
            "reason": request.POST.get("reason", ""),
            "next": request.POST.get("next") or request.GET.get("next") or "",
        }
        status = 409 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/cp/act.html", context, status=status)

    def move_selected(self, request: HttpRequest, pks: Iterable[int], move: str) -> HttpResponse:
        """Make `move` on each row and show what became of each."""
        try:
            results = move_many(self.workflow, pks, move, actor=actor_for(request), at=timezone.now())
        except RefusedError as refused:
            messages.error(request, f"{refused.message} {refused.remedy}")
            return HttpResponseRedirect(request.get_full_path())
        return results_page(self.admin_site, request, self.workflow.name, move, results, request.get_full_path())


def results_page(
    site: Any, request: HttpRequest, kind: str, move: str, results: Sequence[RowResult | FileResult], back: str
) -> HttpResponse:
    """Show what became of each row, or file, of an act on many."""
    people = People(timezone.localdate())
    rows = [(row.label, in_words(row.refusal, kind, people) if row.refusal else None) for row in results]
    context = {
        **site.each_context(request),
        "title": move_label(kind, move),
        "rows": rows,
        "done": sum(1 for _label, refusal in rows if refusal is None),
        "back": back,
    }
    return TemplateResponse(request, "admin/cp/results.html", context)


def clean_input(name: str, text: str) -> str:
    """Return a move's input as the use case takes it, "" when it is missing or nonsense; quality is 0 to 1."""
    if name != "quality":
        return text.strip()
    return text if re.fullmatch(r"0(\.\d{1,2})?|1(\.0{1,2})?", text) else ""


def number(text: str | None) -> int | None:
    """Return a whole number a form sent, or None when it is none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
