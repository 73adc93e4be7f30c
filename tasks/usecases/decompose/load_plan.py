"""Load a plan from its files into the tables: idempotent, whole or not at all."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.models import OrgUnit
from accounts.usecases.audit import record_act
from accounts.vocab import Origin, UnitKind
from tasks.models import (
    Indicator,
    Milestone,
    NamedProject,
    Plan,
    PlanRevision,
    PlanSentence,
    ReportRule,
    Responsibility,
    Target,
    Task,
)
from tasks.rules.decompose import tree_path
from tasks.rules.track import milestone_date
from tasks.usecases.act import office_unit_id
from tasks.usecases.decompose.files import DataFileError, Problem, Reader
from tasks.usecases.decompose.organisations import load_organisations
from tasks.usecases.decompose.plan_files import read_plan
from tasks.usecases.decompose.plan_types import Node, PlanFiles
from tasks.vocab import DueBasis, ProgressMode, ResponsibilityKind, TaskKind

Progress = Callable[[str, int], None]  # (what was loaded, how many rows)
BATCH = 500


def silent(_what: str, _count: int) -> None:
    """Report nothing."""


class Loading:
    """One load in one transaction; keeps the new rows' ids by code."""

    def __init__(self, plan: PlanFiles, at: dt.datetime, first_year: int) -> None:
        self.plan, self.at, self.first_year = plan, at, first_year
        self.units = dict(OrgUnit.objects.values_list("code", "pk"))
        self.tasks: dict[str, Task] = {}

    def create(self, model: type[models.Model], rows: list[Any]) -> int:
        """Insert audited rows with their first history row."""
        bulk_create_with_history(rows, model, batch_size=BATCH, default_change_reason=Origin.PLAN, default_date=self.at)
        return len(rows)


def load_plan(root: Path, code: str, *, at: dt.datetime, first_year: int, progress: Progress = silent) -> PlanRevision:
    """Load plan `code` from the fixtures folder `root` and return its revision.

    `first_year`: yearly steps of the office begin with this year; a plan adopted late owes nothing for years before it.
    Loading the same files again changes nothing. Changed files for a loaded plan are refused: an issued plan changes
    only by a revision.
    Raises: DataFileError when the files are not in order; nothing is loaded then, the organisations neither.
    """
    with transaction.atomic():
        plan_meta = _organisations_name(root, code)
        counts = load_organisations(root, plan_meta, at=at)
        progress("organisations", counts["units"])
        counties = OrgUnit.objects.filter(kind__in=[UnitKind.COUNTY, UnitKind.PARK])
        names = {name: unit.code for unit in counties for name in (unit.name, unit.short_name, *unit.aliases)}
        files = read_plan(root, code, set(OrgUnit.objects.values_list("code", flat=True)), names)
        existing = PlanRevision.objects.filter(plan__code=code).order_by("-number").first()
        if existing is not None:
            if existing.digest != files.digest:
                raise _changed(code)
            progress("unchanged", 0)
            return existing
        return _load(Loading(files, at, first_year), progress)


def _organisations_name(root: Path, code: str) -> str:
    reader = Reader(root / "plans" / code)
    meta = reader.read("plan.yaml")
    name = reader.need("plan.yaml", code, meta, "organisations", str)
    reader.finish()
    return str(name)


def _changed(code: str) -> Exception:
    fault = _("the files differ from what was loaded")
    remedy = _("A loaded plan changes only by a revision: prepare one, or load into an empty database.")
    return DataFileError([Problem(f"plans/{code}/", code, "", fault, remedy)])


def _load(loading: Loading, progress: Progress) -> PlanRevision:
    revision = _load_revision(loading)
    progress("sentences", _load_sentences(loading, revision))
    progress("tasks", _load_tasks(loading, revision))
    progress("responsibilities", _load_responsibilities(loading))
    progress("targets", _load_targets(loading, revision))
    progress("milestones", _load_milestones(loading, revision))
    progress("projects", _load_projects(loading, revision))
    _load_report_rules(loading, revision)
    record_act(
        unit_id=office_unit_id(),
        actor_id=None,
        actor_name="load_plan",
        subject=f"plan:{revision.pk}",
        act="load",
        at=loading.at,
        details={"plan": loading.plan.meta["code"], "digest": loading.plan.digest, "tasks": len(loading.tasks)},
    )
    return revision


def _load_revision(loading: Loading) -> PlanRevision:
    meta, at = loading.plan.meta, loading.at
    names = ("code", "title", "issuer", "issued_on", "horizon_on")
    plan = Plan(**{name: meta[name] for name in names}, source_note=meta.get("source_note", ""))
    plan.save_audited(by=None, reason=Origin.PLAN, at=at)
    revision = PlanRevision(
        plan=plan, number=1, effective_on=meta["effective_on"], basis=meta["title"], digest=loading.plan.digest
    )
    revision.save_audited(by=None, reason=Origin.PLAN, at=at)
    return revision


def _load_sentences(loading: Loading, revision: PlanRevision) -> int:
    rows = [
        PlanSentence(
            revision=revision,
            section=row["section"],
            section_title=row.get("title", ""),
            number=number,
            narrative=loading.plan.narrative.get((row["section"], number), ""),
        )
        for row in loading.plan.meta["sections"]
        for number in range(1, row["sentences"] + 1)
    ]
    return len(PlanSentence.objects.bulk_create(rows))


def _load_tasks(loading: Loading, revision: PlanRevision) -> int:
    """Create the tree level by level, so that every parent has its id before its children need it."""
    positions: dict[str, int] = defaultdict(int)
    levels: dict[int, list[Task]] = defaultdict(list)
    for node in loading.plan.nodes:
        parent = loading.tasks.get(node.parent or "")
        positions[node.parent or ""] += 1
        task = _task(loading, revision, node, parent, positions[node.parent or ""])
        loading.tasks[node.code] = task
        levels[task.depth].append(task)
    for depth in sorted(levels):
        for task in levels[depth]:
            node_parent = task._loaded_parent  # type: ignore[attr-defined]
            if node_parent is not None:
                task.parent_id, task.campaign_id = node_parent.pk, node_parent.campaign_id or node_parent.pk
        loading.create(Task, levels[depth])
        by_code = Task.objects.filter(revision=revision, depth=depth).in_bulk(field_name="pk")
        loading.tasks.update({task.code: task for task in by_code.values()})
        _relink(levels.get(depth + 1, []), loading)
    return len(loading.tasks)


def _relink(children: list[Task], loading: Loading) -> None:
    for child in children:
        child._loaded_parent = loading.tasks[child._loaded_parent.code]  # type: ignore[attr-defined]


def _task(loading: Loading, revision: PlanRevision, node: Node, parent: Task | None, position: int) -> Task:
    meta = loading.plan.meta
    due_on = node.due_on or (parent.due_on if parent else meta["horizon_on"])
    task = Task(
        revision=revision,
        path=tree_path(parent.path if parent else "", position),
        depth=parent.depth + 1 if parent else 0,
        kind=node.kind,
        code=node.code,
        title=node.title,
        section=node.section,
        sentences=node.sentences,
        strength=node.strength,
        places=node.places,
        acceptance=node.acceptance,
        weight=Decimal(str(node.weight)),
        starts_on=meta["effective_on"],
        due_on=due_on,
        baseline_due_on=due_on,
        due_basis=node.due_basis,
        is_key=node.is_key,
        progress_mode=ProgressMode.DECLARED,
    )
    task._loaded_parent = parent  # type: ignore[attr-defined]
    return task


def _load_responsibilities(loading: Loading) -> int:
    rows = []
    for node in loading.plan.nodes:
        parts = [(node.lead, ResponsibilityKind.LEAD)] if node.lead else []
        parts += [(unit, ResponsibilityKind.COUNTY) for unit in node.counties]
        parts += [(unit, ResponsibilityKind.SUPPORT) for unit in node.support]
        rows += [
            Responsibility(
                task=loading.tasks[node.code],
                org_unit_id=loading.units[unit],
                kind=kind,
                confirmation=node.confirmation,
                basis=node.basis,
            )
            for unit, kind in parts
            if unit
        ]
    return loading.create(Responsibility, rows)


def _load_targets(loading: Loading, revision: PlanRevision) -> int:
    known = dict(Indicator.objects.values_list("code", "pk"))
    fresh = [row for row in loading.plan.indicators if row["code"] not in known]
    names = ("code", "name", "direction", "nature")
    optional = ("unit", "nature_basis", "definition")
    loading.create(
        Indicator,
        [
            Indicator(
                **{name: row[name] for name in names},
                **{name: row.get(name) or "" for name in optional},
                aliases=row.get("aliases") or [],
                owner_id=loading.units.get(row.get("lead") or ""),
            )
            for row in fresh
        ],
    )
    known = dict(Indicator.objects.values_list("code", "pk"))
    made: dict[str, Target] = {}
    for row in loading.plan.targets:
        node = loading.tasks.get(row.get("node") or "")
        target = Target(
            revision=revision,
            code=row["id"],
            indicator_id=known[row["indicator"]],
            task=node,
            value=None if row.get("qualitative") else Decimal(str(row["value"])),
            duplicate_of=made.get(row.get("duplicate_of") or ""),
            qualitative=bool(row.get("qualitative")),
            **{name: row[name] for name in ("section", "sentence", "comparator", "statement")},
            **{name: row.get(name) for name in ("year", "baseline_year")},
            **{name: row.get(name) or "" for name in ("unit", "qualifier", "scope", "note")},
        )
        target.save_audited(by=None, reason=Origin.PLAN, at=loading.at)
        made[target.code] = target
    return len(made)


def _load_milestones(loading: Loading, revision: PlanRevision) -> int:
    """Make a milestone of every dated target of a node with a lead, and the office's own yearly steps."""
    rows = []
    for target in Target.objects.filter(
        revision=revision, year__isnull=False, duplicate_of__isnull=True, task__isnull=False
    ):
        task = loading.tasks[target.task.code]  # type: ignore[union-attr]
        due_on = dt.date(target.year or 0, 12, 31)
        if task.kind != TaskKind.CAMPAIGN and milestone_date(due_on, task.due_on) is None:
            rows.append(_milestone(task, target.code, target.statement, due_on, DueBasis.TEXT, target))
    steps = loading.plan.meta.get("yearly_steps") or {"years": [], "applies_to": []}
    for year in steps["years"]:
        if year < loading.first_year:
            continue
        due_on = dt.date(year, steps["month"], steps["day"])
        for task in loading.tasks.values():
            if task.kind in steps["applies_to"] and milestone_date(due_on, task.due_on) is None:
                title = steps["title"].format(year=year)
                rows.append(_milestone(task, f"Y{year}", title, due_on, DueBasis.OFFICE, None))
    return loading.create(Milestone, rows)


def _milestone(task: Task, code: str, title: str, due_on: dt.date, basis: str, target: Target | None) -> Milestone:
    return Milestone(
        task=task,
        code=code,
        title=title[:200],
        due_on=due_on,
        baseline_due_on=due_on,
        basis=basis,
        target=target,
        critical=target is not None,
    )


def _load_projects(loading: Loading, revision: PlanRevision) -> int:
    for row in loading.plan.projects:
        project = NamedProject.objects.create(
            revision=revision,
            task=loading.tasks[row["node"]],
            note=row.get("note") or "",
            **{name: row[name] for name in ("name", "kind", "section", "sentence", "strength")},
        )
        project.counties.set([loading.units[code] for code in row.get("counties") or []])
    return len(loading.plan.projects)


def _load_report_rules(loading: Loading, revision: PlanRevision) -> None:
    names = ("name", "period", "applies_to", "opens_workdays_before", "due_workdays_after", "basis")
    for row in loading.plan.meta.get("report_rules") or []:
        rule = ReportRule(revision=revision, **{name: row[name] for name in names})
        rule.save_audited(by=None, reason=Origin.PLAN, at=loading.at)
