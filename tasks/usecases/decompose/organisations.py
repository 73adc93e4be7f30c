"""Load units and their posts from a data file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import OrgUnit, Post
from accounts.vocab import Origin, Role, UnitKind
from tasks.usecases.decompose.files import Reader

# Columns a re-load brings up to date; codes and validity are never rewritten by a file.
COLUMNS = ("name", "short_name", "aliases", "kind", "name_confirmed", "note", "position")


def load_organisations(root: Path, name: str, *, at: dt.datetime) -> dict[str, int]:
    """Load `organisations/<name>.yaml` below `root`; return how many units and posts were new or changed.

    Raises: DataFileError; nothing is loaded then.
    """
    reader = Reader(root)
    file = f"organisations/{name}.yaml"
    content = reader.read(file)
    units = [_checked_unit(reader, file, row, index) for index, row in enumerate(content.get("units", []))]
    codes = {unit["code"] for unit in units}
    for row in content.get("units", []):
        if row.get("parent") and row["parent"] not in codes:
            reader.note(
                file, row.get("code"), "parent", _("unknown unit “%s”") % row["parent"], _("Define it in this file.")
            )
    for kind, posts in content.get("posts", {}).items():
        for post in posts:
            reader.choose(file, f"posts {kind}", post, "role", Role.values)
    reader.finish()
    counts = {"units": 0, "posts": 0}
    with transaction.atomic():
        known = {unit.code: unit for unit in OrgUnit.objects.all()}
        for values in units:
            counts["units"] += _save_unit(known, values, at)
        for row in content.get("units", []):
            unit, parent = known[row["code"]], known[row["parent"]] if row.get("parent") else None
            if unit.parent_id != (parent.pk if parent else None):
                unit.parent = parent
                unit.save_audited(by=None, reason=Origin.ORGANISATIONS, at=at, fields=["parent"])
            counts["posts"] += _save_posts(unit, content.get("posts", {}), at)
    return counts


def read_groups(root: Path, name: str) -> dict[str, list[str]]:
    """Return the named groups of unit codes of an organisations file."""
    content = Reader(root).read(f"organisations/{name}.yaml")
    return {group["code"]: list(group["members"]) for group in content.get("groups", [])}


def _checked_unit(reader: Reader, file: str, row: dict[str, Any], index: int) -> dict[str, Any]:
    entry = row.get("code") or f"#{index + 1}"
    return {
        "code": reader.need(file, entry, row, "code", str) or entry,
        "name": reader.need(file, entry, row, "name", str),
        "short_name": reader.need(file, entry, row, "short_name", str),
        "aliases": row.get("aliases") or [],
        "kind": reader.choose(file, entry, row, "kind", UnitKind.values),
        "name_confirmed": row.get("name_confirmed", True),
        "note": row.get("note") or "",
        "position": index,
        "valid_from": reader.need(file, entry, row, "valid_from", dt.date),
    }


def _save_unit(known: dict[str, OrgUnit], values: dict[str, Any], at: dt.datetime) -> bool:
    unit = known.get(values["code"])
    if unit is None:
        unit = known[values["code"]] = OrgUnit(**values)
        unit.save_audited(by=None, reason=Origin.ORGANISATIONS, at=at)
        return True
    changed = [name for name in COLUMNS if getattr(unit, name) != values[name]]
    for name in changed:
        setattr(unit, name, values[name])
    if changed:
        unit.save_audited(by=None, reason=Origin.ORGANISATIONS, at=at, fields=changed)
    return bool(changed)


def _save_posts(unit: OrgUnit, posts: dict[str, list[dict[str, str]]], at: dt.datetime) -> int:
    made = 0
    for post in posts.get(unit.kind, posts.get("default", [])):
        if not Post.objects.filter(org_unit=unit, title=post["title"]).exists():
            row = Post(org_unit=unit, title=post["title"], role=post["role"])
            row.save_audited(by=None, reason=Origin.ORGANISATIONS, at=at)
            made += 1
    return made
