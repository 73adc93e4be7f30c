"""What of the plan everybody may read: targets. Which task pursues a target is shown where that task may be named."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tasks.admin.base import ScopedAdmin
from tasks.models import Target


@admin.register(Target)
class TargetAdmin(ScopedAdmin):
    """The plan's target statements; they are published, so every person in post reads all of them."""

    list_display = ("statement", "indicator", "year", "figure", "source")
    list_select_related = ("indicator",)
    search_fields = ("statement", "indicator__name")
    search_help_text = _("Statement or indicator")
    ordering = ("revision", "code")
    fields = ("statement", "indicator", "year", "figure", "baseline_year", "scope", "source", "note")
    readonly_fields = ("figure", "source")

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return Target.objects.all()

    @admin.display(description=_("value"))
    def figure(self, target: Target) -> str:
        if target.value is None:
            return target.qualifier or "–"
        comparator = target.get_comparator_display()
        # The plan's own words repeat the comparator more often than not.
        words = [word for word in target.qualifier.split("、") if word and word != comparator]
        return " · ".join([f"{comparator} {target.value.normalize():f} {target.unit}".strip(), *words])

    @admin.display(description=_("source section"))
    def source(self, target: Target) -> str:
        return str(_("%(section)s, sentence %(number)s") % {"section": target.section, "number": target.sentence})
