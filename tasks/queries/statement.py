"""Statements written by hand, where composing one through the ORM costs many times what the database takes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import connection


def asked(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of `statement`, if it has any; it names its values as `%(name)s`, lists as `any_of` says."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {name: _given(value) for name, value in values.items()})
        return cursor.fetchall() if cursor.description else []


def any_of(name: str) -> str:
    """Return the condition that a column equals one of the listed value `name`, however long the list is."""
    if connection.vendor == "postgresql":
        return f"= ANY(%({name})s)"
    return f"IN (SELECT value FROM json_each(%({name})s))"  # noqa: S608 - a name of ours


def for_update() -> str:
    """Return what locks the rows a statement selects; SQLite has one writer, whose transaction is the lock."""
    return connection.ops.for_update_sql() if connection.features.has_select_for_update else ""


def as_date(value: date | str) -> date:
    """Return a date as the driver gave it: SQLite's comes as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_date_or_none(value: date | str | None) -> date | None:
    """Return a date as the driver gave it, or None."""
    return None if value is None else as_date(value)


def _given(value: Any) -> Any:
    if isinstance(value, list):
        return value if connection.vendor == "postgresql" else json.dumps(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
