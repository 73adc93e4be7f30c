"""Decomposition: the shape a plan tree must have, and how its rows are addressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tasks.errors import Refusal

SEGMENT = 4  # digits per level of a path: 9,999 siblings
SEPARATOR = "."


def tree_path(parent_path: str, position: int) -> str:
    """Return the path of the `position`-th child below `parent_path`; sorting by it gives document order.

    Rule: DEC-05
    Source: domain invariant 5 (acyclic tree)
    """
    own = f"{position:0{SEGMENT}d}"
    return f"{parent_path}{SEPARATOR}{own}" if parent_path else own


def ancestor_paths(path: str) -> list[str]:
    """Return the paths of every node `path` is part of, the root first, itself excluded.

    Rule: DEC-05
    Source: domain invariant 5
    """
    parts = path.split(SEPARATOR)
    return [SEPARATOR.join(parts[:count]) for count in range(1, len(parts))]


def find_cycle(parents: Mapping[str, str | None]) -> Refusal | None:
    """Return a refusal naming one code on a cycle of the child -> parent map, or None when it is a forest.

    Rule: DEC-04
    Source: domain invariant 5
    """
    settled: set[str] = set()
    for start in parents:
        trail: list[str] = []
        code: str | None = start
        while code is not None and code not in settled:
            if code in trail:
                return Refusal("DEC-04.cycle", {"code": code})
            trail.append(code)
            code = parents.get(code)
        settled.update(trail)
    return None


def uncovered(sentences: Iterable[tuple[str, int]], covered: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the (section, sentence number) pairs nothing answers for.

    Rule: DEC-06
    Source: plan data (no sentence may be silently dropped)
    """
    answered = set(covered)
    return [sentence for sentence in sentences if sentence not in answered]
