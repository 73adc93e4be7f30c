"""Load a scheme of points from its file, checked whole; a version is never rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.vocab import Origin
from tasks.errors import RefusedError
from tasks.models import Criterion, Scheme
from tasks.rules.assess.conduct import PART_CODES
from tasks.rules.assess.scheme import bands_descend, late_beats_unfinished, point_scheme
from tasks.usecases.decompose.files import Reader
from tasks.vocab import CriterionCategory, Grade, RankingGroup

NUMBER = (int, float)
# section of the parameters: the numbers it must hold, each at least 0 and at most the limit
NUMBERS: dict[str, dict[str, float]] = {
    "targets": {"tolerance": 1},
    "tasks": {"milestone_quality": 1},
    "tasks.quality": {"min": 1, "max": 1, "when_missing": 1},
    "tasks.timeliness": {"per_workday": 1, "floor": 1},
    "tasks.extension": {"internal": 1, "external": 1},
    "tasks.unfinished": {"factor": 1, "cap": 1},
    "": {"bonus_cap": 100, "penalty_cap": 100},
}
CORE_POINTS = 100


def load_scheme(root: Path, name: str = "points", *, at: dt.datetime) -> tuple[Scheme, bool]:
    """Load `schemes/<name>.yaml` below `root`; return the scheme and whether it is new.

    The same version with the same content is left as it is.
    Raises: DataFileError naming file, entry, field and remedy; nothing is loaded then.
    """
    reader, file = Reader(root), f"schemes/{name}.yaml"
    content = reader.read(file)
    reader.finish()
    _check_head(reader, file, content)
    _check_parameters(reader, file, content.get("parameters"))
    _check_groups(reader, file, content.get("groups"))
    reader.finish()
    _check_relations(reader, file, content)
    known = Scheme.objects.filter(code=content["code"], version=content["version"]).first()
    rows = _criteria(content)
    if known is not None and _as_stored(known) != _as_loaded(content, rows):
        reader.note(
            file,
            content["code"],
            "version",
            _("version %s was loaded with other content") % content["version"],
            _("Leave published numbers alone: give the changed scheme the next version."),
        )
    reader.finish()
    if known is not None:
        return known, False
    with transaction.atomic():
        scheme = Scheme(
            code=content["code"],
            version=content["version"],
            name=content["name"],
            valid_from_year=content["valid_from_year"],
            parameters=content["parameters"],
            basis=content["basis"],
        )
        scheme.save_audited(by=None, reason=Origin.SCHEME, at=at)
        Criterion.objects.bulk_create([Criterion(scheme=scheme, **row) for row in rows])
    return scheme, True


def _criteria(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "group": group,
            "category": row["category"],
            "code": row["code"],
            "name": row["name"],
            "points": row["points"],
            "rule": row["rule"],
            "standard": row.get("standard", ""),
            "position": position,
        }
        for group, listed in content["groups"].items()
        for position, row in enumerate(listed)
    ]


def _as_loaded(content: Mapping[str, Any], rows: list[dict[str, Any]]) -> tuple[object, ...]:
    listed = sorted((row["group"], row["code"], row["category"], float(row["points"]), row["standard"]) for row in rows)
    return content["parameters"], content["valid_from_year"], listed


def _as_stored(scheme: Scheme) -> tuple[object, ...]:
    rows = scheme.criteria.values_list("group", "code", "category", "points", "standard")
    listed = sorted((group, code, category, float(points), text) for group, code, category, points, text in rows)
    return scheme.parameters, scheme.valid_from_year, listed


def _check_head(reader: Reader, file: str, content: Mapping[str, Any]) -> None:
    for name, kind in (("code", str), ("version", int), ("name", str), ("valid_from_year", int), ("basis", str)):
        reader.need(file, content.get("code", ""), content, name, kind)
    for name in ("parameters", "groups"):
        reader.need(file, content.get("code", ""), content, name, dict)


def _check_parameters(reader: Reader, file: str, parameters: Any) -> None:
    if not isinstance(parameters, dict):
        return
    reader.choose(file, "parameters", parameters, "heir", CriterionCategory.values)
    for category in reader.need(file, "parameters", parameters, "requires_any", list) or []:
        reader.choose(file, "parameters", {"requires_any": category}, "requires_any", CriterionCategory.values)
    for path, names in NUMBERS.items():
        section: Any = parameters
        for key in filter(None, path.split(".")):
            section = section.get(key) if isinstance(section, dict) else None
        for name, limit in names.items():
            _check_number(reader, file, f"parameters.{path}".rstrip("."), section, name, limit)
    targets = parameters.get("targets")
    if isinstance(targets, dict):
        reader.choose(file, "parameters.targets", targets, "missing_data", ["zero", "exclude"])
        for name in ("tolerance_words", "ratio_units"):
            reader.need(file, "parameters.targets", targets, name, list)
        for row in _rows(reader, file, "parameters.targets", targets, "verdicts"):
            reader.need(file, "verdicts", row, "name", str)
            _check_number(reader, file, "verdicts", row, "value", 100)
            _check_number(reader, file, "verdicts", row, "completion", 1)
    _check_lists(reader, file, parameters)


def _check_lists(reader: Reader, file: str, parameters: dict[str, Any]) -> None:
    for row in _rows(reader, file, "parameters", parameters, "process"):
        reader.choose(file, "process", row, "code", PART_CODES)
        reader.need(file, row.get("code"), row, "name", str)
        _check_number(reader, file, row.get("code"), row, "points", 100)
    for row in _rows(reader, file, "parameters", parameters, "bands"):
        reader.choose(file, "bands", row, "grade", Grade.values)
        _check_number(reader, file, row.get("grade"), row, "from", 100)
    for row in _rows(reader, file, "parameters", parameters, "vetoes"):
        reader.choose(file, row.get("code"), row, "caps_at", Grade.values)
        reader.need(file, row.get("code"), row, "name", str)
    if parameters.get("excellent_share") is not None:
        _check_number(reader, file, "parameters", parameters, "excellent_share", 1)


def _rows(reader: Reader, file: str, entry: str, section: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = reader.need(file, entry, section, name, list) or []
    for row in rows:
        if not isinstance(row, dict):
            reader.note(file, entry, name, _("“%s” is not a set of fields") % row, _("Write it as {name: value, …}."))
    return [row for row in rows if isinstance(row, dict)]


def _check_number(reader: Reader, file: str, entry: object, section: Any, name: str, limit: float) -> None:
    value = section.get(name) if isinstance(section, dict) else None
    if isinstance(value, bool) or not isinstance(value, NUMBER):
        reader.note(file, entry, name, _("“%s” is not a number") % value, _("Write a number from 0 to %s.") % limit)
    elif not 0 <= value <= limit:
        reader.note(file, entry, name, _("%s is out of range") % value, _("Write a number from 0 to %s.") % limit)


def _check_groups(reader: Reader, file: str, groups: Any) -> None:
    if not isinstance(groups, dict):
        return
    for group, rows in groups.items():
        if group not in RankingGroup.values:
            reader.note(file, group, "", _("unknown group"), _("Use one of: %s.") % ", ".join(RankingGroup.values))
        if not isinstance(rows, list):
            reader.note(file, group, "", _("not a list of criteria"), _("List the group's categories."))
            continue
        total = 0.0
        for row in (row for row in rows if isinstance(row, dict)):
            category = reader.choose(file, group, row, "category", CriterionCategory.values)
            for name in ("code", "name", "rule"):
                reader.need(file, f"{group} {category}", row, name, str)
            _check_number(reader, file, f"{group} {category}", row, "points", CORE_POINTS)
            core = category not in {CriterionCategory.BONUS, CriterionCategory.PENALTY}
            total += row["points"] if core and isinstance(row.get("points"), NUMBER) else 0
        if total != CORE_POINTS:
            fault = _("the categories hold %(points)g points, not %(wanted)s")
            reader.note(
                file, group, "points", fault % {"points": total, "wanted": CORE_POINTS}, _("Let them add up to 100.")
            )


def _check_relations(reader: Reader, file: str, content: Mapping[str, Any]) -> None:
    """Note numbers that are fine by themselves and wrong together."""
    scheme = point_scheme(content["parameters"], {})
    for refusal, name in ((bands_descend(scheme.bands), "bands"), (late_beats_unfinished(scheme), "unfinished")):
        if refusal is not None:
            words = RefusedError(refusal)
            reader.note(file, "parameters", name, words.message.rstrip("."), words.remedy)
