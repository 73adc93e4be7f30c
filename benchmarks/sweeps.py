"""The sweep: everything late told for the first time, and the usual tick that finds nothing due."""

from __future__ import annotations

from django.db import connection

from benchmarks.base import Benchmark, Sample, bare, measured
from benchmarks.data import AT, SLOT, TODAY, late_deadlines, quiet_deadlines
from tasks.models import Rung
from tasks.usecases.remind import sweep

# What the sweep writes for these rows, by somebody who knows beforehand that every late deadline stands at this rung
# and tells the officer, or the officer and the head: one INSERT and one UPDATE.
TELL = """
    INSERT INTO tasks_notice (deadline_id, deadline_revision, rung_id, recipient_id, addressee, fallback,
                              fired_on, slot_at, state, void_reason)
    SELECT d.id, d.revision, {rung}, p.recipient_id, p.addressee, {no}, '{today}', '{slot}', 'planned', ''
    FROM tasks_deadline d
    JOIN (SELECT u.id AS unit_id, {officer} AS recipient_id, 'officer' AS addressee FROM accounts_orgunit u
          {heads}) p ON p.unit_id = d.owner_unit_id
    WHERE d.state = 'open' AND d.next_fire_on <= '{today}'
"""
HEADS = """UNION ALL
          SELECT p.org_unit_id, a.user_id, 'head' FROM accounts_post p
          JOIN accounts_appointment a ON a.post_id = p.id WHERE p.role = 'head'"""
CLIMB = """
    UPDATE tasks_deadline SET next_position = 5, next_fire_on = '{today}'
    WHERE state = 'open' AND next_fire_on <= '{today}'
"""
PROBE = f"SELECT id FROM tasks_deadline WHERE state = 'open' AND next_fire_on <= '{TODAY}'"
RUNG = 4  # one working day after the due date


def tell_and_climb(*, heads: bool = True) -> tuple[str, str]:
    """Return the two statements for the database under test; with `heads`, heads are told too."""
    rung = Rung.objects.get(ladder__kind="task", ladder__version=1, position=RUNG).pk
    no = "FALSE" if connection.vendor == "postgresql" else "0"
    tell = TELL.replace("p.recipient_id, p.addressee", "COALESCE(p.recipient_id, d.officer_id), p.addressee", 1)
    officer = "CAST(NULL AS bigint)"
    values = {
        "rung": rung,
        "no": no,
        "today": TODAY,
        "slot": connection.ops.adapt_datetimefield_value(SLOT),
        "officer": officer,
        "heads": HEADS if heads else "",
    }
    return tell.format(**values), CLIMB.format(today=TODAY)


def first(n: int) -> Sample:
    """Sweep once with everything late still untold."""
    with measured() as clock:
        done = sweep(today=TODAY, at=AT)
    return clock.sample(f"{done.counts['notices']:,} notices")


def first_bare(n: int) -> Sample:
    """Write the same rows by the two statements, in one transaction."""
    tell, climb = tell_and_climb()
    cursor = bare()
    with measured() as clock:
        cursor.execute("BEGIN")
        cursor.execute(tell)
        told = cursor.rowcount
        cursor.execute(climb)
        cursor.execute("COMMIT")
    return clock.sample(f"bare {told:,}")


def nothing_due(n: int) -> Sample:
    """Sweep with nothing due, many times."""
    with measured() as clock:
        for _ in range(20):
            sweep(today=TODAY, at=AT)
    return clock.sample(per=20)


def three_probes(n: int) -> Sample:
    """Ask the index three times."""
    cursor = bare()
    with measured() as clock:
        for _ in range(60):
            cursor.execute(PROBE)
            cursor.fetchall()
    return clock.sample(per=20)


BENCHMARKS = [
    Benchmark("sweep_first", late_deadlines, first, first_bare, (10_000, 100_000), fresh=True),
    Benchmark("sweep_nothing_due", quiet_deadlines, nothing_due, three_probes, (10_000, 100_000, 1_000_000)),
]
