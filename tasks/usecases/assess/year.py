"""Score a year: the facts of all units, the rules' answer, new versions of the sheets that changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction

from accounts.models import OrgUnit, User
from accounts.usecases.audit import record_act
from accounts.vocab import Role
from tasks.errors import Refusal, RefusedError
from tasks.models import Criterion, Cycle, Scheme, ScoreLine, ScoreSheet
from tasks.queries.assess import UnitYear, year_facts
from tasks.rules.assess.cycle import may_score
from tasks.rules.assess.facts import Line, Sheet
from tasks.rules.assess.figures import decimal_text
from tasks.rules.assess.grade import limit_best, ranks
from tasks.rules.assess.scheme import PointScheme, point_scheme
from tasks.rules.assess.score import score_unit
from tasks.rules.gate import Actor, Seat
from tasks.usecases.act import local_day, office_unit_id
from tasks.vocab import CriterionCategory, RankingGroup, SheetFlag

BATCH = 2000
LARGEST = Fraction(999_999)  # what the column of the completion holds


@dataclass(slots=True)
class Scored:
    """What a run found: the sheets that stand now (some of them new), and units without anything to assess."""

    cycle: Cycle
    sheets: list[ScoreSheet] = field(default_factory=list)
    fresh: list[ScoreSheet] = field(default_factory=list)
    unassessed: list[OrgUnit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Result:
    """A unit's computed sheet before it is compared with the one that stands."""

    entry: UnitYear
    sheet: Sheet
    grade: str
    rank: int
    flags: list[dict[str, Any]]
    digest: str


def score_year(
    year: int, *, as_of: date, at: datetime, actor: Actor | None = None, scheme_code: str = "points"
) -> Scored:
    """Score every unit for `year` from the facts as known on `as_of` and return the run's result.

    A unit whose inputs, grade and rank are those of its latest version keeps it; else a new version stands beside the
    old one. `actor`: None for the operator at the console.
    Raises: RefusedError with GATE-02 (not the office), ASM-15 (frozen), ASM-17 (no scheme) or ASM-18 (day).
    """
    if actor is not None and Role.OFFICE not in actor.roles():
        raise RefusedError(Refusal("GATE-02.seat", {"move": "score", "who": (Seat(Role.OFFICE),)}))
    with transaction.atomic():
        scheme = (
            Scheme.objects.filter(code=scheme_code, valid_from_year__lte=year)
            .order_by("-valid_from_year", "-version")
            .first()
        )
        if scheme is None:
            raise RefusedError(Refusal("ASM-17.no_scheme", {"year": year}))
        cycle = Cycle.objects.select_for_update().filter(year=year, scheme=scheme).first()
        refusal = may_score(cycle.state if cycle else None, year=year, as_of=as_of, today=local_day(at))
        if refusal is not None:
            raise RefusedError(refusal)
        if cycle is None:
            cycle = Cycle(year=year, scheme=scheme)
            cycle.save_audited(by=_user(actor), reason=scheme.basis, at=at)
        run = Scored(cycle)
        results = _results(scheme, year_facts(year, as_of=as_of, parameters=scheme.parameters), as_of, run)
        _keep(run, results, as_of, at)
        if run.fresh:
            _record(run, actor, as_of, at)
    return run


def _user(actor: Actor | None) -> User | None:
    return User.objects.get(pk=actor.user_id) if actor is not None else None


def _results(scheme: Scheme, entries: list[UnitYear], as_of: date, run: Scored) -> list[_Result]:
    criteria = list(scheme.criteria.order_by("position"))
    schemes: dict[str, PointScheme] = {}
    labels: dict[str, str] = {}
    for group in RankingGroup.values:
        own = [criterion for criterion in criteria if criterion.group == group]
        schemes[group] = point_scheme(scheme.parameters, {c.category: c.points for c in own})
        labels[group] = next((c.name for c in own if c.category == CriterionCategory.COLLABORATION), "")
    by_group: dict[str, list[tuple[UnitYear, Sheet]]] = {group: [] for group in RankingGroup.values}
    for entry in entries:
        sheet = score_unit(entry.facts, schemes[entry.group], collaboration_label=labels[entry.group])
        if sheet is None:
            run.unassessed.append(entry.unit)
        else:
            by_group[entry.group].append((entry, sheet))
    return [result for group, found in by_group.items() for result in _ranked(found, schemes[group], scheme, as_of)]


def _ranked(found: list[tuple[UnitYear, Sheet]], numbers: PointScheme, scheme: Scheme, as_of: date) -> list[_Result]:
    places = ranks({entry.unit.pk: sheet.total for entry, sheet in found})
    grades = limit_best({entry.unit.pk: sheet.grade for entry, sheet in found}, places, numbers)
    results = []
    for entry, sheet in found:
        grade = grades[entry.unit.pk]
        limited = [] if grade == sheet.grade else [{"code": str(SheetFlag.SHARE_LIMIT), "from": sheet.grade}]
        flags = [*sheet.flags, *limited]
        rank = places[entry.unit.pk]
        results.append(_Result(entry, sheet, grade, rank, flags, _digest(scheme, entry.group, sheet, flags, as_of)))
    return results


def _digest(scheme: Scheme, group: str, sheet: Sheet, flags: list[dict[str, Any]], as_of: date) -> str:
    """Return the SHA-256 of the canonical inputs: scheme, day, and every line's own inputs."""
    content = {
        "scheme": [scheme.code, scheme.version],
        "group": group,
        "as_of": as_of.isoformat(),
        "lines": [[line.key, line.label, line.inputs] for line in sheet.lines],
        "flags": flags,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _keep(run: Scored, results: list[_Result], as_of: date, at: datetime) -> None:
    latest = {sheet.org_unit_id: sheet for sheet in run.cycle.sheets.order_by("version")}
    fresh: list[tuple[ScoreSheet, _Result]] = []
    for result in results:
        old = latest.get(result.entry.unit.pk)
        same = old is not None and (old.input_digest, old.rank, old.grade) == (result.digest, result.rank, result.grade)
        if old is not None and same:
            run.sheets.append(old)
            continue
        sheet = ScoreSheet(
            cycle=run.cycle,
            org_unit=result.entry.unit,
            version=old.version + 1 if old else 1,
            group=result.entry.group,
            as_of=as_of,
            computed_at=at,
            total=_decimal(result.sheet.total, 2),
            grade=result.grade,
            rank=result.rank,
            categories=_categories(result.sheet),
            flags=result.flags,
            input_digest=result.digest,
        )
        fresh.append((sheet, result))
    ScoreSheet.objects.bulk_create([sheet for sheet, _result in fresh])
    criteria = {(c.group, c.category): c for c in Criterion.objects.filter(scheme=run.cycle.scheme)}
    lines = (
        _line(sheet, position, line, criteria)
        for sheet, result in fresh
        for position, line in enumerate(result.sheet.lines)
    )
    ScoreLine.objects.bulk_create(lines, batch_size=BATCH)
    run.fresh = [sheet for sheet, _result in fresh]
    run.sheets += run.fresh


def _categories(sheet: Sheet) -> list[dict[str, str]]:
    return [
        {"category": str(c.category), "possible": decimal_text(c.possible, 2), "points": decimal_text(c.points, 2)}
        for c in sheet.categories
    ]


def _decimal(value: Fraction, places: int) -> Decimal:
    return Decimal(decimal_text(value, places))


def _line(sheet: ScoreSheet, position: int, line: Line, criteria: Mapping[tuple[str, str], Criterion]) -> ScoreLine:
    following = line.next_point
    return ScoreLine(
        sheet=sheet,
        position=position,
        category=line.category,
        criterion=criteria.get((sheet.group, line.category)),
        label=line.label[:200],
        rule=line.rule,
        inputs=line.inputs
        | {
            "key": line.key,
            "exact": [str(line.points), str(line.possible)],
            "next": {"code": str(following.code), "params": following.params} if following else None,
        },
        formula=line.formula,
        points_possible=_decimal(line.possible, 4),
        points=_decimal(line.points, 4),
        target_text=line.target_text[:120],
        actual_text=line.actual_text[:120],
        completion=None if line.completion is None else _decimal(min(line.completion, LARGEST), 4),
        flag=line.flag,
    )


def _record(run: Scored, actor: Actor | None, as_of: date, at: datetime) -> None:
    record_act(
        unit_id=office_unit_id(),
        actor_id=actor.user_id if actor else None,
        actor_name=actor.name if actor else "",
        subject=f"cycle:{run.cycle.pk}",
        act="score",
        at=at,
        details={"as_of": as_of.isoformat(), "sheets": len(run.fresh)},
    )
