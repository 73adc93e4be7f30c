"""Screens of the assessment: score sheets to read, line by line, and to take away as a workbook."""

from __future__ import annotations

import io
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from tasks.admin.base import ScopedAdmin
from tasks.documents.cells import file_name
from tasks.documents.scorecard import write_score_sheet
from tasks.models import ScoreLine, ScoreSheet
from tasks.queries.assess import lines_of
from tasks.vocab import CriterionCategory, Grade, NextStep, RankingGroup, ScoreFlag, SheetFlag

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class GroupFilter(DropdownFilter):
    """One ranking group."""

    title = gettext_lazy("ranking group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(RankingGroup.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(group=self.value()) if self.value() in RankingGroup.values else queryset


class VersionFilter(DropdownFilter):
    """Without a choice, the version that stands."""

    title = gettext_lazy("versions")
    parameter_name = "versions"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("last", gettext_lazy("Latest")), ("all", gettext_lazy("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        newer = ScoreSheet.objects.filter(
            cycle=OuterRef("cycle"), org_unit=OuterRef("org_unit"), version__gt=OuterRef("version")
        )
        return queryset.exclude(Exists(newer))


@admin.register(ScoreSheet)
class ScoreSheetAdmin(ScopedAdmin):
    """Score sheets by year, group and place; computed, never edited."""

    list_display = ("year", "org_unit", "group", "rank", "total", "grade", "version", "as_of")
    list_filter = (GroupFilter, VersionFilter)
    list_filter_submit = True
    list_select_related = ("cycle", "org_unit")
    search_fields = ("org_unit__name__icontains", "org_unit__short_name__icontains")
    search_help_text = gettext_lazy("Name of the unit")
    ordering = ("-cycle__year", "group", "rank", "org_unit_id", "-version")

    @admin.display(description=gettext_lazy("year"), ordering="cycle__year")
    def year(self, sheet: ScoreSheet) -> str:
        return str(sheet.cycle.year)

    def get_urls(self) -> list[Any]:
        own = path(
            "<int:pk>/workbook/", self.admin_site.admin_view(self.workbook_view), name="tasks_scoresheet_workbook"
        )
        return [own, *super().get_urls()]

    def workbook_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """Send the sheet as a workbook; hidden and missing sheets answer alike."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        sheet = self.row_or_404(request, str(pk))
        body = io.BytesIO()
        write_score_sheet(sheet, lines_of([sheet])[sheet.pk], body)
        body.seek(0)
        name = file_name(f"{sheet.cycle.year}-{sheet.org_unit.short_name}-v{sheet.version}.xlsx")
        answer = FileResponse(body, content_type=XLSX)
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "private, no-store"
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        sheet = self.row_or_404(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{sheet.cycle.year} · {sheet.org_unit}",
            "opts": self.opts,
            "original": sheet,
            "sheet": sheet,
            "remarks": [sheet_words(flag) for flag in sheet.flags],
            "not_applicable": ScoreFlag.NOT_APPLICABLE.label,
            "categories": categories_of(sheet, lines_of([sheet])[sheet.pk]),
            "workbook_url": reverse("admin:tasks_scoresheet_workbook", args=[sheet.pk]),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/cp/scorecard.html", context)


def categories_of(sheet: ScoreSheet, lines: list[ScoreLine]) -> list[dict[str, Any]]:
    """Return each category with its points, its clause and its explained lines."""
    found = []
    for total in sheet.categories:
        own = [line for line in lines if line.category == total["category"]]
        clause = next((line.criterion.standard for line in own if line.criterion), "")
        rows = [
            {"line": line, "words": line_words(line), "share": share_of(line), "points": shown(line.points)}
            | {"possible": shown(line.points_possible)}
            for line in own
        ]
        applies = Decimal(str(total["possible"])) != 0
        found.append(
            {
                **total,
                "applies": applies,
                "name": CriterionCategory(total["category"]).label,
                "clause": clause,
                "rows": rows,
            }
        )
    return found


def shown(points: object) -> str:
    """Return points with two decimals, as people compare them; the workbook holds them as they were computed."""
    return f"{Decimal(str(points)).quantize(Decimal('0.01'), ROUND_HALF_UP)}"


def share_of(line: ScoreLine) -> str:
    """Return the completion in per cent with one decimal, or a dash where there is none."""
    return "–" if line.completion is None else f"{line.completion * 100:.1f} %"


def line_words(line: ScoreLine) -> list[str]:
    """Return what must be said with a line, and what the next point would take."""
    said = [str(ScoreFlag(line.flag).label)] if line.flag else []
    if line.inputs.get("charged_at"):
        said.append(str(line.inputs["charged_at"]))
    following = line.inputs.get("next")
    if following:
        figures = {name: shown(value) if name == "points" else value for name, value in following["params"].items()}
        said.append(str(NextStep(following["code"]).label) % figures)
    return said


def sheet_words(flag: dict[str, Any]) -> str:
    """Return what must be said with a whole sheet, with the figures it rests on."""
    if flag["code"] == SheetFlag.WEIGHT_MOVED:
        return _("“%(category)s” does not apply; its %(points)s points moved to: %(to)s") % {
            "category": CriterionCategory(flag["category"]).label,
            "points": flag["points"],
            "to": CriterionCategory(flag["to"]).label if flag["to"] else _("all others"),
        }
    if flag["code"] == SheetFlag.VETO:
        return _("Veto: %(name)s; the grade is at best “%(grade)s”") % {
            "name": flag["name"],
            "grade": Grade(flag["caps_at"]).label,
        }
    return str(SheetFlag(flag["code"]).label)
