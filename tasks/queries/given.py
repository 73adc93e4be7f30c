"""Small tables handed to a statement as one JSON parameter, for statements that work on sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

Columns = Mapping[str, str]  # column name -> SQL type
IDS: Columns = {"id": "bigint"}


def given_table(name: str, columns: Columns) -> str:
    """Return a table for a FROM clause whose rows come with one parameter, see `given_rows`.

    No state stays in the session, as temporary tables would leave, and the number of rows is no number of placeholders.
    """
    if connection.vendor == "postgresql":
        types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        return f"jsonb_to_recordset(%s::jsonb) AS {name}({types})"
    fields = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
    # The LIMIT keeps SQLite from inlining the table, which would read the JSON anew for every row it joins.
    return f"(SELECT {fields} FROM json_each(%s) LIMIT -1) AS {name}"  # noqa: S608


def given_rows(columns: Columns, rows: Iterable[tuple[Any, ...]]) -> str:
    """Return the parameter for a `given_table`: rows in the order of its columns."""
    names = list(columns)
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)
