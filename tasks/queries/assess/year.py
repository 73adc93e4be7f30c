"""The facts of all units of a year, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import OrgUnit
from accounts.vocab import UnitKind
from tasks.models import CalendarDay, ScoreLine, ScoreSheet
from tasks.queries.assess.conduct import read_conduct
from tasks.queries.assess.targets import read_targets
from tasks.queries.assess.window import Window, current_revisions
from tasks.queries.assess.works import read_works
from tasks.queries.base import work_calendar
from tasks.rules.assess.facts import UnitFacts
from tasks.vocab import RankingGroup, SheetFlag

GROUPS = {
    UnitKind.DEPARTMENT: RankingGroup.DEPARTMENTS,
    UnitKind.COUNTY: RankingGroup.COUNTIES,
    UnitKind.PARK: RankingGroup.PARKS,
}


@dataclass(frozen=True, slots=True)
class UnitYear:
    """One unit, the group it is ranked in, and the facts of its year."""

    unit: OrgUnit
    group: str
    facts: UnitFacts


def year_facts(year: int, *, as_of: date, parameters: Mapping[str, Any]) -> list[UnitYear]:
    """Return every assessed unit with its facts of `year` as known on `as_of`, in the order of the units.

    `parameters`: the scheme's. Fifteen queries however many units, tasks and reports.
    """
    window = Window(year, as_of, current_revisions(min(as_of, date(year, 12, 31))))
    units = list(OrgUnit.objects.on(window.closing).filter(kind__in=GROUPS).order_by("position", "pk"))
    places = [unit.pk for unit in units if unit.kind != UnitKind.DEPARTMENT]
    works = read_works(window, work_calendar())
    targets = read_targets(window, parameters["targets"], places)
    conduct = read_conduct(window)
    guessed = CalendarDay.objects.filter(provisional=True, day__range=(window.first, window.last)).exists()
    demo = works.demo | targets.demo | conduct.demo
    return [
        UnitYear(
            unit,
            GROUPS[UnitKind(unit.kind)],
            UnitFacts(
                targets=tuple(targets.targets.get(unit.pk, ())),
                works=tuple(works.works.get(unit.pk, ())),
                process=conduct.parts.get(unit.pk, {}),
                collaboration=works.support.get(unit.pk),
                remarks=_remarks(window, unit.pk in demo, guessed, works.works.get(unit.pk, ())),
            ),
        )
        for unit in units
    ]


def _remarks(window: Window, is_demo: bool, guessed: bool, works: Any) -> tuple[str, ...]:
    said = {
        SheetFlag.PROVISIONAL: not window.is_over,
        SheetFlag.DEMO: is_demo,
        SheetFlag.PROPOSED: any(work.proposed for work in works),
        SheetFlag.PROVISIONAL_CALENDAR: guessed,
    }
    return tuple(str(flag) for flag, holds in said.items() if holds)


def lines_of(sheets: Iterable[ScoreSheet]) -> dict[int, list[ScoreLine]]:
    """Return the lines of each sheet in their order, with their criteria. One query."""
    found: dict[int, list[ScoreLine]] = {sheet.pk: [] for sheet in sheets}
    rows = ScoreLine.objects.filter(sheet__in=found).select_related("criterion").order_by("sheet_id", "position")
    for line in rows:
        found[line.sheet_id].append(line)
    return found
