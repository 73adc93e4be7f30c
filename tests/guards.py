"""Takes the audit trail's triggers away for a moment, as somebody with the database's password could."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from accounts.models.guards import creating, dropping


def run(*statements: str) -> None:
    """Execute statements as they are."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def without_guards() -> Iterator[None]:
    """Let everything be written to the audit tables, and put the triggers back."""
    connection.check_constraints()  # PostgreSQL alters no table while foreign keys wait to be checked
    run(*dropping(connection.vendor))
    yield
    connection.check_constraints()
    run(*creating(connection.vendor))
