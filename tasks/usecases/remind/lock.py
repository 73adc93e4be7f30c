"""Reminding: the lock between two engines that run at once."""

from django.db import connection

# Any number that nothing else locks.
ENGINE_LOCK = 7_203_001


def claim_engine() -> bool:
    """Answer whether this transaction may work, or another sweep or composer is at it.

    It only saves work: unique keys and row locks make two of them harmless.
    """
    if connection.vendor != "postgresql":
        return True  # the transaction is IMMEDIATE: it holds SQLite's only write lock already
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ENGINE_LOCK])
        return bool(cursor.fetchone()[0])
