"""Writes docs/machines.md from the tables of the workflow: `python -m tests.machines`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "machines.md"
HEAD = """# Machines 状态机

Written from the tables in `tasks/rules/track.py` by `python -m tests.machines`; a test keeps it so. Every button, the
API's list of legal actions and the refusals come from the same tables.
"""


def page() -> str:
    """Return the page: a diagram and a table for each machine."""
    from tasks.usecases.track.moves import CHANGES, MILESTONES, REPORTS, TASKS

    return "\n".join(
        [HEAD, *(part for workflow in (TASKS, MILESTONES, REPORTS, CHANGES) for part in chapter(workflow))]
    )


def chapter(workflow: Any) -> list[str]:
    """Return the lines of one machine."""
    from tasks.queries.words import MOVES, STATUSES

    moves, statuses = MOVES[workflow.name], STATUSES[workflow.name]
    start = workflow.model._meta.get_field("status").default
    named = [*workflow.machine.values()]
    met = {status for move in named for status in (*move.sources, move.target)}
    lines = [f"## {both(workflow.model._meta.verbose_name).capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{both(status.label)}" as {status.value}' for status in statuses if status.value in met]
    lines += [f"    [*] --> {start.value}"]
    for name, move in workflow.machine.items():
        for status in statuses:
            if status.value in move.sources:
                lines.append(f"    {status.value} --> {move.target} : {both(moves(name).label)}")
    lines += ["```", "", "| move | from | to | who | guards | also |", "|---|---|---|---|---|---|"]
    for name, move in workflow.machine.items():
        cells = (
            f"`{name.value}` {both(moves(name).label)}",
            "<br>".join(both(status.label) for status in statuses if status.value in move.sources),
            both(statuses(move.target).label),
            "<br>".join(seat(row) for row in move.seats),
            "<br>".join(guard(row) for row in move.guards) or "–",
            ", ".join(also(move)) or "–",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def seat(row: Any) -> str:
    """Return a role with where its unit must stand."""
    place = f", {both(row.placement.label)}" if row.placement else ""
    return both(row.role.label) + place


def guard(function: Any) -> str:
    """Return a guard's rule and name."""
    found = re.search(r"Rule: *([A-Z]+-\d+)", function.__doc__ or "")
    return f"{found[1] if found else ''} `{function.__name__}`".strip()


def also(move: Any) -> list[str]:
    """Return what a move wants beside the right person."""
    wants = {"reason 说明理由": move.needs_reason, "another unit 另一单位": move.four_eyes}
    return [word for word, wanted in wants.items() if wanted] + [f"input `{name}`" for name in move.inputs]


def both(label: Any) -> str:
    """Return a label in English and Chinese."""
    from django.utils import translation

    words = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            words.append(str(label))
    return " ".join(dict.fromkeys(words))


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carbonpeak.settings")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
