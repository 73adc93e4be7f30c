"""What the database itself refuses: audit entries and seals are only ever added, a chain only moves forward.

Plain statements, by the database's vendor: the migration runs them, the verification compares them with what it finds.
There is no switch: whoever needs one drops a trigger by hand, and the next verification says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ENTRIES, CHAINS, SEALS = "accounts_auditentry", "accounts_auditchain", "accounts_auditseal"
TABLES = (ENTRIES, CHAINS, SEALS)


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: its name, its table, the statement that makes it, and the body of the function it calls."""

    name: str
    table: str
    statement: str
    function: str = ""
    body: str = ""


# --- SQLite ----------------------------------------------------------------------------------------------------------
def _sqlite(table: str, name: str, event: str, refused: str) -> Guard:
    fix = "The audit trail is never rewritten: record a new act instead."
    statement = (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {refused} is refused. {fix}'); END"
    )
    return Guard(f"{table}_{name}", table, statement)


def _sqlite_appended(table: str, same: str) -> tuple[Guard, ...]:
    """Return the triggers of an append-only table; `same` tells a row that is already there.

    INSERT OR REPLACE deletes without firing a trigger on DELETE, so it is refused where it begins.
    """
    return (
        _sqlite(table, "update", f"UPDATE ON {table}", "UPDATE"),
        _sqlite(table, "delete", f"DELETE ON {table}", "DELETE"),
        _sqlite(
            table,
            "replace",
            f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "  # noqa: S608
            f"OR EXISTS (SELECT 1 FROM {table} WHERE {same})",
            "replacing a row",
        ),
    )


_BACKWARD = "NEW.last_number < OLD.last_number OR NEW.id <> OLD.id OR NEW.org_unit_id <> OLD.org_unit_id"
_SQLITE = (
    *_sqlite_appended(ENTRIES, "chain_id = NEW.chain_id AND number = NEW.number"),
    _sqlite(CHAINS, "update", f"UPDATE ON {CHAINS} WHEN {_BACKWARD}", "moving a chain back"),
    _sqlite(CHAINS, "delete", f"DELETE ON {CHAINS}", "DELETE"),
    *_sqlite_appended(SEALS, "number = NEW.number"),
)

# --- PostgreSQL ------------------------------------------------------------------------------------------------------
_REFUSE = """
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused. The audit trail is never rewritten: record a new act instead.',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
"""
_FORWARD = f"""
BEGIN
    IF {_BACKWARD} THEN
        RAISE EXCEPTION '% is append-only: moving a chain back is refused. The audit trail is never rewritten: '
            'record a new act instead.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
"""


def _postgres(table: str, name: str, event: str, scope: str, function: str, body: str) -> Guard:
    # Written the way PostgreSQL itself prints a trigger, so that both can be compared.
    statement = (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH {scope} EXECUTE FUNCTION {function}()"
    )
    return Guard(f"{table}_{name}", table, statement, function, body)


def _kept(table: str, events: str) -> Guard:
    return _postgres(table, "kept", events, "STATEMENT", "accounts_audit_refuse", _REFUSE)


_POSTGRES = (
    _kept(ENTRIES, "DELETE OR UPDATE OR TRUNCATE"),
    _kept(CHAINS, "DELETE OR TRUNCATE"),
    _postgres(CHAINS, "forward", "UPDATE", "ROW", "accounts_audit_forward", _FORWARD),
    _kept(SEALS, "DELETE OR UPDATE OR TRUNCATE"),
)

GUARDS: dict[str, tuple[Guard, ...]] = {"sqlite": _SQLITE, "postgresql": _POSTGRES}


def creating(vendor: str) -> list[str]:
    """Return the statements that put every trigger in place."""
    if vendor == "sqlite":
        return [guard.statement for guard in _SQLITE]
    functions = {guard.function: guard.body for guard in _POSTGRES}
    return [
        *(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
            for name, body in functions.items()
        ),
        *(guard.statement for guard in _POSTGRES),
        # ALWAYS: also in a session that plays a replica, which skips other triggers.
        *(f"ALTER TABLE {guard.table} ENABLE ALWAYS TRIGGER {guard.name}" for guard in _POSTGRES),
    ]


def dropping(vendor: str) -> list[str]:
    """Return the statements that take every trigger away."""
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {guard.name}" for guard in _SQLITE]
    functions = dict.fromkeys(guard.function for guard in _POSTGRES)
    return [
        *(f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}" for guard in _POSTGRES),
        *(f"DROP FUNCTION IF EXISTS {name}()" for name in functions),
    ]


def install(apps: Any, schema_editor: Any) -> None:
    """Put the triggers in place; a migration's forward step."""
    for statement in creating(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def remove(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away; a migration's backward step."""
    for statement in dropping(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)
