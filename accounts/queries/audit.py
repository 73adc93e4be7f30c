"""The audit trail as the verification reads it: streams, in one view of the database; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection
from django.db.models import F, Func, TextField
from django.db.models.functions import Cast

from accounts.models import AuditChain, AuditEntry, AuditSeal
from accounts.models.guards import GUARDS, TABLES
from accounts.rules.audit import Seal, read_seal
from accounts.rules.verify import (
    DISABLED,
    Finding,
    Head,
    chain_findings,
    file_findings,
    guard_findings,
    seal_findings,
    sealed_findings,
    sealed_links,
)

T = TypeVar("T")
ROWS = 10_000  # at a time from the database
SEALS = 200  # compared with the entries at a time


class UtcText(Func):
    """An instant as text in UTC, as SQLite stores it."""

    output_field = TextField()
    template = "CAST(%(expressions)s AS text)"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Spell the same on PostgreSQL, whatever its date style."""
        spelt = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"""
        return self.as_sql(compiler, connection, template=spelt, **context)


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the rows in lists of `size`, the last one shorter."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


@contextmanager
def one_view() -> Iterator[None]:
    """Let every read inside see the same moment, without holding up anybody who writes."""
    if connection.in_atomic_block:
        yield
        return
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        # Not atomic(): on SQLite it takes the write lock, for as long as a million entries take.
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if postgres else "BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def trail_findings(seal_file: Path) -> Iterator[Finding]:
    """Yield everything that is wrong with triggers, chains, seals and the seals' file; call it in `one_view()`."""
    # Counted before the database is looked at: what is sealed meanwhile is in neither.
    filed = sum(1 for _line in filed_seals(seal_file))
    yield from guard_findings(wanted_guards(), found_guards())
    heads = chain_heads()
    yield from chain_findings(links(), heads)
    yield from seal_findings(seals())
    yield from file_findings(islice(filed_seals(seal_file), filed), seals())
    yield from _sealed(seals(), heads)
    lost = islice(filed_seals(seal_file), AuditSeal.objects.count(), filed)
    yield from _sealed((seal for seal in lost if seal), heads)


def _sealed(source: Iterable[Seal], heads: dict[int, Head]) -> Iterator[Finding]:
    names = {head.unit: head.name for head in heads.values()}
    before: dict[int, tuple[int, str]] = {}
    for batch in batches(source, SEALS):
        fresh: list[tuple[Seal, dict[int, tuple[int, str]]]] = []
        for seal in batch:
            said = sealed_links(seal)
            fresh.append((seal, {unit: link for unit, link in said.items() if before.get(unit) != link}))
            before = said
        kept: dict[tuple[int, int], str] = {}
        for unit in {unit for _seal, said in fresh for unit in said}:
            numbers = {said[unit][0] for _seal, said in fresh if unit in said}
            rows = AuditEntry.objects.filter(chain__org_unit=unit, number__in=numbers)
            kept |= {(unit, number): digest for number, digest in rows.values_list("number", "digest")}
        for seal, said in fresh:
            yield from sealed_findings(seal, said, kept, names)


def chain_heads() -> dict[int, Head]:
    """Return what each chain says of its own end, by chain."""
    rows = AuditChain.objects.values_list("pk", "org_unit_id", "org_unit__short_name", "last_number", "last_digest")
    return {pk: Head(unit, name, number, digest) for pk, unit, name, number, digest in rows}


def links() -> Iterator[tuple[Any, ...]]:
    """Stream every entry as a row like Link, in the order they were written: as they lie on the disk."""
    spelt = {"at_text": UtcText(F("at")), "details_text": Cast("details", TextField())}
    plain = ("actor_id", "actor_name", "subject", "act", "before", "after", "reason")
    columns = ("chain_id", "number", "at_text", *plain, "details_text", "previous_digest", "digest")
    rows = AuditEntry.objects.annotate(**spelt).order_by("pk").values_list(*columns)
    return rows.iterator(chunk_size=ROWS)


def as_seal(row: AuditSeal) -> Seal:
    """Return the row as the rules see it."""
    return Seal(row.number, row.at.astimezone(UTC).isoformat(), row.heads, row.previous_digest, row.digest)


def seals(after: int = 0) -> Iterator[Seal]:
    """Stream the seals with a number above `after`, in their order."""
    rows = AuditSeal.objects.filter(number__gt=after).order_by("number")
    return map(as_seal, rows.iterator(chunk_size=SEALS))


def filed_seals(path: Path) -> Iterator[Seal | None]:
    """Stream the lines of the seals' file; None for a line that is no seal. A line without an end is being written."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield read_seal(line[:-1])


def wanted_guards() -> dict[str, str]:
    """Return the definition of each trigger the audit tables should have."""
    return {guard.name: f"{guard.statement}\n{guard.body}".strip() for guard in GUARDS[connection.vendor]}


def found_guards() -> dict[str, str]:
    """Return the definition of each trigger the audit tables have."""
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(TABLES))
        if connection.vendor == "sqlite":
            cursor.execute(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({marks})",  # noqa: S608
                TABLES,
            )
            return dict(cursor.fetchall())
        cursor.execute(
            f"""
            SELECT tgname, pg_get_triggerdef(pg_trigger.oid, TRUE), prosrc, tgenabled::text
            FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid
            WHERE NOT tgisinternal AND relname IN ({marks}) AND pg_table_is_visible(tgrelid)
            """,  # noqa: S608
            TABLES,
        )
        return {
            name: f"{statement}\n{body}".strip() if enabled == "A" else DISABLED
            for name, statement, body, enabled in cursor.fetchall()
        }
