"""Reminding: the lock between two engines that run at once."""

from django.db import connection

# Any number that nothing else locks.
ENGINE_LOCK = 7_203_001
# What this transaction writes is flushed a moment later, or by the next durable commit, which no mail leaves without.
# A crash of the server in between undoes it whole, and the next run does it again.
CLAIM = "SELECT pg_try_advisory_xact_lock(%s), set_config('synchronous_commit', 'off', TRUE)"


def claim_engine() -> bool:
    """Answer whether this transaction may work, or another sweep or composer is at it.

    It only saves work: unique keys and row locks make two of them harmless.
    """
    if connection.vendor != "postgresql":
        return True  # the transaction is IMMEDIATE: it holds SQLite's only write lock already
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [ENGINE_LOCK])
        return bool(cursor.fetchone()[0])
