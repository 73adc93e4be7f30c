"""Read a plan's files into one checked value: nodes, responsibilities, targets, projects, sentences. Writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tasks.rules.decompose import find_cycle, uncovered
from tasks.usecases.decompose.assign import Units, assign_units
from tasks.usecases.decompose.files import Reader
from tasks.usecases.decompose.organisations import read_groups
from tasks.usecases.decompose.plan_types import Node, PlanFiles
from tasks.vocab import Comparator, Direction, DueBasis, Nature, Period, Strength, TaskKind

SECTION_KINDS = {TaskKind.CAMPAIGN, TaskKind.ITEM, TaskKind.SAFEGUARD, TaskKind.ORGANISATION}


def read_plan(root: Path, code: str, unit_codes: set[str], county_names: dict[str, str]) -> PlanFiles:
    """Read `plans/<code>/` below the fixtures folder `root`.

    `unit_codes`: units that exist. `county_names`: official name -> code of counties and parks, so that a named place
    makes its county responsible.
    Raises: DataFileError naming every problem with file, entry, field and remedy.
    """
    reader = Reader(root / "plans" / code)
    meta = _read_meta(reader, code)
    reader.finish()
    groups = {f"@{name}": members for name, members in read_groups(root, meta["organisations"]).items()}
    plan = PlanFiles(meta, [], [], [], [], _narrative(reader, "plan.yaml", meta), _digest(reader.root))
    for path in sorted(
        (reader.root / "nodes").glob("*.yaml"), key=lambda p: [int(n) for n in p.stem.split(".") if n.isdigit()]
    ):
        file = f"nodes/{path.name}"
        content = reader.read(file)
        plan.narrative |= _narrative(reader, file, content)
        for row in content.get("nodes", []):
            _read_node(reader, file, row, None, plan)
    _check_tree(reader, plan)
    assign_units(reader, plan, Units(unit_codes, groups, county_names))
    _read_targets(reader, plan, unit_codes)
    _read_projects(reader, plan, unit_codes)
    _check_coverage(reader, plan)
    reader.finish()
    return plan


def _digest(folder: Path) -> str:
    sha = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        sha.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def _read_meta(reader: Reader, code: str) -> dict[str, Any]:
    file = "plan.yaml"
    meta: dict[str, Any] = reader.read(file)
    for name in ("code", "title", "issuer", "organisations"):
        reader.need(file, code, meta, name, str)
    for name in ("issued_on", "effective_on", "horizon_on"):
        reader.need(file, code, meta, name, dt.date)
    for row in reader.need(file, code, meta, "sections", list) or []:
        reader.need(file, row.get("section"), row, "section", str)
        reader.need(file, row.get("section"), row, "sentences", int)
    for row in meta.get("report_rules", []):
        reader.choose(file, row.get("name"), row, "period", Period.values)
        reader.need(file, row.get("name"), row, "due_workdays_after", int)
        reader.need(file, row.get("name"), row, "opens_workdays_before", int)
        for kind in row.get("applies_to", []):
            reader.choose(file, row.get("name"), {"applies_to": kind}, "applies_to", TaskKind.values)
    return meta


def _narrative(reader: Reader, file: str, content: dict[str, Any]) -> dict[tuple[str, int], str]:
    found = {}
    for row in content.get("narrative") or []:
        section = reader.need(file, row.get("section"), row, "section", str)
        sentence = reader.need(file, section, row, "sentence", int)
        reason = reader.need(file, f"{section} #{sentence}", row, "reason", str)
        found[str(section), int(sentence or 0)] = str(reason)
    return found


def _read_node(reader: Reader, file: str, row: dict[str, Any], parent: Node | None, plan: PlanFiles) -> None:
    code = reader.need(file, row.get("code"), row, "code", str) or str(row.get("code"))
    kind = reader.choose(file, code, row, "kind", TaskKind.values)
    section = row.get("section") or (code if kind in SECTION_KINDS or parent is None else parent.section)
    due_on = row.get("due_on")
    if due_on is not None and not isinstance(due_on, dt.date):
        due_on = reader.need(file, code, row, "due_on", dt.date)
    node = Node(
        code=code,
        kind=kind,
        title=reader.need(file, code, row, "title", str) or "",
        # a node may name its parent itself instead of standing below it
        parent=row.get("parent") or (parent.code if parent else None),
        file=file,
        section=str(section),
        sentences=[n for n in row.get("sentences") or [] if isinstance(n, int)],
        strength=reader.choose(file, code, row, "strength", Strength.values, Strength.REQUIRED),
        places=list(row.get("places") or []),
        acceptance=row.get("acceptance") or "",
        due_on=due_on,
        due_basis=DueBasis.TEXT if due_on else DueBasis.HORIZON,
        is_key=bool(row.get("key")),
        weight=_weight(reader, file, code, row),
        lead=row.get("lead"),
        support=list(row.get("support") or []),
        basis=row.get("basis") or "",
    )
    if len(node.sentences) != len(row.get("sentences") or []):
        reader.note(file, code, "sentences", _("not a list of numbers"), _("Write [1, 2]."))
    plan.nodes.append(node)
    for child in row.get("children") or []:
        _read_node(reader, file, child, node, plan)


def _weight(reader: Reader, file: str, code: str, row: dict[str, Any]) -> float:
    weight = reader.need(file, code, {"weight": row.get("weight", 1)}, "weight", (int, float))
    if weight is not None and weight < 0:
        reader.note(file, code, "weight", _("less than 0"), _("Write a share of 0 or more."))
    return float(weight or 0)


def _check_tree(reader: Reader, plan: PlanFiles) -> None:
    by_code: dict[str, Node] = {}
    for node in plan.nodes:
        if node.code in by_code:
            reader.note(node.file, node.code, "code", _("used twice"), _("Give every node its own code."))
        by_code[node.code] = node
    for node in plan.nodes:
        if node.parent is not None and node.parent not in by_code:
            reader.note(node.file, node.code, "parent", _("unknown node “%s”") % node.parent, _("Correct the code."))
    cycle = find_cycle({node.code: node.parent for node in plan.nodes})
    if cycle is not None:
        code = cycle.params["code"]
        reader.note(by_code[code].file, code, "parent", str(cycle.message), str(cycle.remedy))
        return
    horizon, start = plan.meta["horizon_on"], plan.meta["effective_on"]
    for node in plan.nodes:
        parent_due = _due(node.parent, by_code, horizon)
        due = node.due_on or parent_due
        if due > parent_due:
            fault = _("%(due)s is after its parent's date %(parent)s") % {"due": due, "parent": parent_due}
            reader.note(node.file, node.code, "due_on", fault, _("Choose a date up to the parent's."))
        if due < start:
            fault = _("%(due)s is before the plan takes effect on %(start)s") % {"due": due, "start": start}
            reader.note(node.file, node.code, "due_on", fault, _("Choose a later date."))
    # children must follow their parent when rows are made; a node that names its parent may stand anywhere
    plan.nodes.sort(key=lambda node: _depth(node, by_code))


def _depth(node: Node, by_code: dict[str, Node]) -> int:
    depth = 0
    while node.parent is not None and node.parent in by_code:
        node, depth = by_code[node.parent], depth + 1
    return depth


def _due(code: str | None, by_code: dict[str, Node], horizon: dt.date) -> dt.date:
    while code is not None and code in by_code:
        if by_code[code].due_on is not None:
            return by_code[code].due_on  # type: ignore[return-value]
        code = by_code[code].parent
    return horizon


def _read_targets(reader: Reader, plan: PlanFiles, unit_codes: set[str]) -> None:
    file = "targets.yaml"
    content = reader.read(file)
    codes = {node.code for node in plan.nodes}
    for row in content.get("indicators") or []:
        code = reader.need(file, row.get("code"), row, "code", str)
        reader.need(file, code, row, "name", str)
        reader.choose(file, code, row, "direction", Direction.values)
        reader.choose(file, code, row, "nature", Nature.values)
        if row.get("lead") and row["lead"] not in unit_codes:
            reader.note(
                file, code, "lead", _("unknown unit “%s”") % row["lead"], _("Add it to the organisations file.")
            )
        plan.indicators.append(row)
    indicators = {row.get("code") for row in plan.indicators}
    seen: set[str] = set()
    for row in content.get("targets") or []:
        entry = reader.need(file, row.get("id"), row, "id", str)
        if row.get("indicator") not in indicators:
            reader.note(
                file, entry, "indicator", _("unknown indicator “%s”") % row.get("indicator"), _("Define it above.")
            )
        if row.get("node") is not None and row["node"] not in codes:
            reader.note(file, entry, "node", _("unknown node “%s”") % row["node"], _("Correct the code."))
        reader.choose(file, entry, row, "comparator", Comparator.values)
        reader.need(file, entry, row, "section", str)
        reader.need(file, entry, row, "sentence", int)
        reader.need(file, entry, row, "statement", str)
        if not row.get("qualitative"):
            reader.need(file, entry, row, "value", (int, float))
        if row.get("duplicate_of") and row["duplicate_of"] not in seen:
            fault = _("“%s” does not stand before it") % row["duplicate_of"]
            reader.note(file, entry, "duplicate_of", fault, _("Name the earlier statement."))
        if entry in seen:
            reader.note(file, entry, "id", _("used twice"), _("Give every statement its own id."))
        seen.add(str(entry))
        plan.targets.append(row)


def _read_projects(reader: Reader, plan: PlanFiles, unit_codes: set[str]) -> None:
    file = "projects.yaml"
    codes = {node.code for node in plan.nodes}
    for row in reader.read(file).get("projects") or []:
        name = reader.need(file, row.get("name"), row, "name", str)
        reader.need(file, name, row, "kind", str)
        reader.choose(file, name, row, "strength", Strength.values)
        reader.need(file, name, row, "section", str)
        reader.need(file, name, row, "sentence", int)
        if row.get("node") not in codes:
            reader.note(file, name, "node", _("unknown node “%s”") % row.get("node"), _("Correct the code."))
        for county in row.get("counties") or []:
            if county not in unit_codes:
                reader.note(
                    file, name, "counties", _("unknown unit “%s”") % county, _("Add it to the organisations file.")
                )
        plan.projects.append(row)


def _check_coverage(reader: Reader, plan: PlanFiles) -> None:
    """Refuse a plan that drops a sentence, or that answers for one that is not there."""
    sentences = [(row["section"], n) for row in plan.meta["sections"] for n in range(1, row["sentences"] + 1)]
    covered = {(node.section, number) for node in plan.nodes for number in node.sentences}
    covered |= {(str(row.get("section")), int(row.get("sentence") or 0)) for row in plan.targets} | set(plan.narrative)
    for section, number in uncovered(sentences, covered):
        fault = _("sentence %(n)s of section %(section)s is covered by no node, target or narrative entry")
        reader.note(
            "nodes/", section, "sentences", fault % {"n": number, "section": section}, _("Add what answers for it.")
        )
    for section, number in uncovered(sorted(covered), sentences):
        fault = _("section %(section)s has no sentence %(n)s")
        reader.note("nodes/", section, "sentences", fault % {"n": number, "section": section}, _("Correct the number."))
