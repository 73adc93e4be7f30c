"""The default scheme and short makers of facts, for the assessment's tests."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import yaml

from tasks.rules.assess.facts import CountFacts, TargetFacts, UnitFacts, WorkFacts
from tasks.rules.assess.figures import decimal_text, exact
from tasks.rules.assess.scheme import PointScheme, point_scheme
from tasks.rules.assess.score import score_unit
from tasks.vocab import Direction

FILE = Path(__file__).parents[3] / "fixtures" / "schemes" / "points.yaml"
CONTENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
YEAR_END = date(2026, 12, 31)


def scheme(group: str = "departments", **changes: object) -> PointScheme:
    """The default scheme; `changes` replace entries of its parameters."""
    points = {row["category"]: row["points"] for row in CONTENT["groups"][group]}
    return point_scheme(CONTENT["parameters"] | changes, points)


def target(key="A1", target="100", actual="100", method=Direction.INCREASE, **more) -> TargetFacts:
    return TargetFacts(
        key,
        key,
        method,
        None if target is None else exact(target),
        None if actual is None else exact(actual),
        **more,
    )


def work(key="T1", weight="1", *, late=0, done=True, quality="1", progress="0", **more) -> WorkFacts:
    due = date(2026, 6, 30)
    return WorkFacts(
        key,
        key,
        "",
        due,
        exact(weight),
        due + timedelta(late) if done else None,
        late,
        None if quality is None else exact(quality),
        exact(progress),
        **more,
    )


def full_process() -> dict[str, CountFacts]:
    codes = ("reports_on_time", "first_pass", "orders_answered", "evidence_sample")
    return {code: CountFacts(1, 1) for code in codes}


def facts(**more) -> UnitFacts:
    """A unit that did everything; `more` replaces parts of it."""
    base = {
        "targets": (target(),),
        "works": (work(),),
        "process": full_process(),
        "collaboration": CountFacts(1, 1),
    }
    return UnitFacts(**(base | more))


def points_of(sheet) -> dict[str, str]:
    return {category.category: decimal_text(category.points, 2) for category in sheet.categories}


def total_of(unit_facts: UnitFacts, with_scheme: PointScheme | None = None) -> str:
    sheet = score_unit(unit_facts, with_scheme or scheme())
    assert sheet is not None
    return decimal_text(sheet.total, 2)


def line(sheet, key):
    return next(found for found in sheet.lines if found.key == key)


def four(value: Fraction) -> str:
    return decimal_text(value, 4)
