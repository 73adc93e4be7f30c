"""What the database holds, so that a test can say that a refusal changed nothing at all."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from tasks.errors import RefusedError
from tasks.usecases.act import Workflow, perform
from tests.factories import City, noon


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the product, history and audit chain included."""
    return {
        model._meta.label: [tuple(map(str, row)) for row in model._base_manager.order_by("pk").values_list()]
        for app in ("accounts", "tasks")
        for model in apps.get_app_config(app).get_models()
    }


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Expect a refusal with this code, and every table as it was."""
    before = everything()
    with pytest.raises(RefusedError) as caught:
        yield
    assert caught.value.code == code
    assert everything() == before


def answers(
    city: City, workflow: Workflow, pk: int, today: Any, **given: Any
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Let everybody try every move on one row, undoing what succeeds.

    Returns who may, by move, and who got which refusals, by person. Fails when a refused try left a trace.
    """
    may: dict[str, set[str]] = defaultdict(set)
    refusals: dict[str, set[str]] = defaultdict(set)
    before = everything()
    for who in city.people:
        actor = city.actor(who, today)
        for move in workflow.machine:
            try:
                with transaction.atomic():
                    perform(workflow, pk, move, actor=actor, at=noon(today), reason="because", given=given)
                    may[str(move)].add(who)
                    transaction.set_rollback(True)
            except RefusedError as refusal:
                refusals[who].add(refusal.code)
    assert everything() == before
    return dict(may), dict(refusals)
