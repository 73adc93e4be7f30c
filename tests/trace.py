"""What the database holds, so that a test can say that a refusal changed nothing at all."""

from typing import Any

from django.apps import apps


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the product, history and audit chain included."""
    return {
        model._meta.label: [tuple(map(str, row)) for row in model._base_manager.order_by("pk").values_list()]
        for app in ("accounts", "tasks")
        for model in apps.get_app_config(app).get_models()
    }
