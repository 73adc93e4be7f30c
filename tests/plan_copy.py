"""A copy of the invented city's files that a test may spoil, and what its refusal names."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tasks.models import PlanRevision
from tasks.usecases.decompose.base import load_base
from tasks.usecases.decompose.files import DataFileError
from tasks.usecases.decompose.load_plan import load_plan
from tests.factories import DATA, FIXTURES, noon
from tests.trace import everything

AT = noon(dt.date(2025, 1, 2))
NODES, TARGETS, LINES = "nodes/1.yaml", "targets.yaml", "responsibilities.yaml"


def copied_city(folder: Path) -> Path:
    """Copy the invented city's units and plan into `folder`, on loaded base data."""
    load_base(FIXTURES, at=AT)
    for name in ("organisations", "plans"):
        shutil.copytree(DATA / name, folder / name)
    return folder


def load(folder: Path, first_year: int = 2025, **given: Any) -> PlanRevision:
    """Load the copied plan."""
    return load_plan(folder, "yunhe-2025", at=AT, first_year=first_year, **given)


def edit(folder: Path, file: str, change: Callable[[Any], object]) -> None:
    """Rewrite one file of the plan with its parsed content changed."""
    path = folder / "plans" / "yunhe-2025" / file
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def replace(folder: Path, file: str, old: str, new: str) -> None:
    """Replace text that must be there in one file of the plan."""
    path = folder / "plans" / "yunhe-2025" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(folder: Path) -> list[tuple[str, str, str]]:
    """Load, expect a refusal that changed nothing, and return the (file, entry, field) of every problem."""
    before = everything()
    with pytest.raises(DataFileError) as caught:
        load(folder)
    assert everything() == before
    assert caught.value.code == "DEC-07.bad_file"
    for problem in caught.value.problems:
        assert problem.fault
        assert problem.remedy
        assert str(problem) in str(caught.value)
    return [(problem.file, problem.entry, problem.field) for problem in caught.value.problems]
