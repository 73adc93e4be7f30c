"""Target lines: the year's targets of each unit beside what was observed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tasks.models import Observation, Target
from tasks.queries.assess.window import Window
from tasks.rules.assess.facts import TargetFacts
from tasks.rules.assess.figures import ZERO, exact
from tasks.vocab import Comparator, Direction, ObservationStatus, ScoreFlag


@dataclass(slots=True)
class TargetRead:
    """The target facts per unit id, and the units measured by demo data."""

    targets: dict[int, list[TargetFacts]] = field(default_factory=lambda: defaultdict(list))
    demo: set[int] = field(default_factory=set)


def read_targets(window: Window, parameters: Mapping[str, Any], places: Collection[int]) -> TargetRead:
    """Return the year's targets per unit. Two queries.

    A target belongs to the department that owns its indicator. A county or park (`places`) is measured where it has an
    observation of its own. A repeated statement counts once. A standing requirement counts in years it was measured.
    """
    rows = list(
        Target.objects.filter(revision_id__in=window.revisions, duplicate_of=None)
        .select_related("indicator")
        .order_by("section", "sentence", "code")
    )
    observed = _observations(window)
    found = TargetRead()
    for target in rows:
        if target.year not in {window.year, None}:
            continue
        owner = target.indicator.owner_id
        city = observed.get((target.indicator_id, None)) or observed.get((target.indicator_id, owner))
        if owner is not None and (city or target.year is not None):
            found.targets[owner].append(_facts(target, city, rows, window, parameters, local=False))
            if city is not None and city.is_demo:
                found.demo.add(owner)
        for place in places:
            own = observed.get((target.indicator_id, place))
            if own is not None and place != owner:
                found.targets[place].append(_facts(target, own, rows, window, parameters, local=True))
                if own.is_demo:
                    found.demo.add(place)
    return found


def _observations(window: Window) -> dict[tuple[int, int | None], Observation]:
    """Return the observation that counts per indicator and unit (None: the city): verified first, then the latest."""
    rows = (
        Observation.objects.filter(year=window.year, observed_on__lte=window.as_of)
        .exclude(status=ObservationStatus.SUPERSEDED)
        .order_by("observed_on", "pk")
    )
    ranked = sorted(rows, key=lambda row: row.status == ObservationStatus.VERIFIED)
    return {(row.indicator_id, row.org_unit_id): row for row in ranked}


def _facts(
    target: Target,
    observation: Observation | None,
    rows: Collection[Target],
    window: Window,
    parameters: Mapping[str, Any],
    *,
    local: bool,
) -> TargetFacts:
    method = _method(target)
    value = exact(target.value) if target.value is not None else None
    if target.qualitative and method != Direction.GRADE:
        value = _reference(target, rows)
    outside = ""
    if observation is None and not window.is_over:
        outside = ScoreFlag.NOT_YET_DUE
    elif value is None and method != Direction.GRADE:
        outside = ScoreFlag.NO_YARDSTICK
    elif local and method != Direction.GRADE and target.unit not in parameters["ratio_units"]:
        outside = ScoreFlag.NOT_ALLOCATED
    loose = any(word in target.qualifier for word in parameters["tolerance_words"])
    return TargetFacts(
        key=f"target:{target.pk}",
        label=target.statement,
        method=method,
        target=value,
        actual=exact(observation.value) if observation is not None else None,
        unit=target.unit or target.indicator.unit,
        edge_share=exact(parameters["tolerance"]) if loose else ZERO,
        outside=outside,
        verified=observation is not None and observation.status == ObservationStatus.VERIFIED,
        source=_source(target, observation),
    )


def _method(target: Target) -> str:
    """Return how the target is measured: its own comparator first, then the indicator's direction."""
    if target.indicator.direction == Direction.GRADE:
        return Direction.GRADE
    by_comparator = {Comparator.AT_MOST: Direction.CEILING, Comparator.REDUCE: Direction.DECREASE}
    return by_comparator.get(Comparator(target.comparator), Direction(target.indicator.direction))


def _reference(target: Target, rows: Collection[Target]) -> Fraction | None:
    """Return what “improve” is measured against: the indicator's value of the latest earlier target year."""
    earlier = [
        (row.year, exact(row.value))
        for row in rows
        if row.indicator_id == target.indicator_id
        and row.value is not None
        and row.year
        and row.year < (target.year or 0)
    ]
    return max(earlier, default=(0, None), key=lambda pair: pair[0])[1]


def _source(target: Target, observation: Observation | None) -> dict[str, Any]:
    source: dict[str, Any] = {"target_id": target.pk, "section": target.section, "sentence": target.sentence}
    if observation is None:
        return source
    return source | {
        "observation_id": observation.pk,
        "numerator": None if observation.numerator is None else str(exact(observation.numerator)),
        "denominator": None if observation.denominator is None else str(exact(observation.denominator)),
        "source": observation.source,
        "observed_on": observation.observed_on.isoformat(),
        "status": observation.status,
    }
