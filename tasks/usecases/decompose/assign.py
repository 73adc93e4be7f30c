"""Give every node of a plan its units: its own line, else what it inherits. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tasks.usecases.decompose.files import Reader
from tasks.usecases.decompose.plan_types import Node, PlanFiles
from tasks.vocab import Confirmation, TaskKind


@dataclass
class Units:
    """Which unit codes exist, and the groups that stand for several of them."""

    codes: set[str]
    groups: dict[str, list[str]]
    county_names: dict[str, str]

    def expand(self, reader: Reader, file: str, entry: str, name: str, given: list[str]) -> list[str]:
        """Return unit codes with groups spelled out, each once; unknown ones are noted."""
        units: list[str] = []
        for unit in given:
            for member in self.groups.get(unit, [unit]):
                if member not in self.codes:
                    fault = _("unknown unit “%s”") % member
                    reader.note(file, entry, name, fault, _("Add it to the organisations file."))
                elif member not in units:
                    units.append(member)
        return units


def assign_units(reader: Reader, plan: PlanFiles, units: Units) -> None:
    """Give every node below a campaign its units: its own line, else what it inherits."""
    lines = _responsibility_lines(reader, {node.code for node in plan.nodes})
    by_code = {node.code: node for node in plan.nodes}
    for node in plan.nodes:
        parent = by_code.get(node.parent or "")
        if node.code in lines:
            _take_line(reader, node, lines[node.code], units)
        elif parent is not None:
            _inherit(reader, node, parent, lines.get(node.section, {}), units)
        if node.lead is not None:
            units.expand(reader, node.file, node.code, "lead", [node.lead])
        elif node.kind != TaskKind.CAMPAIGN:
            reader.note(node.file, node.code, "lead", _("no lead unit"), _("Add a line to responsibilities.yaml."))
        if parent is not None and parent.lead and parent.lead not in {node.lead, *node.support}:
            node.support.append(parent.lead)  # whoever leads the whole answers for its parts and reports on them
        node.counties = [code for code in node.counties if code != node.lead]
        node.support = [code for code in node.support if code != node.lead and code not in node.counties]


def _responsibility_lines(reader: Reader, codes: set[str]) -> dict[str, dict[str, Any]]:
    file = "responsibilities.yaml"
    lines: dict[str, dict[str, Any]] = {}
    for row in reader.read(file, list):
        code = reader.need(file, row.get("node"), row, "node", str)
        if code not in codes:
            reader.note(file, row.get("node"), "node", _("no such node in the plan"), _("Correct the code."))
        reader.choose(file, code, row, "confirmation", Confirmation.values, Confirmation.PROPOSED)
        reader.need(file, code, row, "basis", str)
        lines[str(code)] = row
    return lines


def _take_line(reader: Reader, node: Node, line: dict[str, Any], units: Units) -> None:
    file = "responsibilities.yaml"
    node.lead = line.get("lead")
    node.support = units.expand(reader, file, node.code, "support", line.get("support") or [])
    node.counties = units.expand(reader, file, node.code, "counties", line.get("counties") or [])
    node.confirmation, node.basis = line.get("confirmation", Confirmation.PROPOSED), line.get("basis", "")


def _inherit(reader: Reader, node: Node, parent: Node, line: dict[str, Any], units: Units) -> None:
    """Fill what a node does not say itself from the node it is part of; `line`: its section's own line."""
    if not (node.lead or node.support):
        node.basis, node.confirmation = parent.basis, parent.confirmation
    node.support = units.expand(reader, node.file, node.code, "support", node.support) or list(parent.support)
    # Counties the text names belong to the clause that names them; "all counties" is inherited.
    everywhere = [unit for unit in line.get("counties") or [] if unit.startswith("@")]
    named = [units.county_names[place] for place in node.places if place in units.county_names]
    node.counties = named or units.expand(reader, node.file, node.code, "counties", everywhere)
    node.lead = node.lead or parent.lead
