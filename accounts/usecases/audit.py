"""Append an entry to an organisation's audit chain, inside the caller's transaction."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from accounts.rules.audit import GENESIS, entry_digest

# By hand: every act ends here, and composing these took as long as all the database does for an act. Raising the number
# takes the lock on the chain; the digest follows when the number is known.
_NEXT = """
    INSERT INTO accounts_auditchain (org_unit_id, last_number, last_digest) VALUES (%s, 1, %s)
    ON CONFLICT (org_unit_id) DO UPDATE SET last_number = accounts_auditchain.last_number + 1
    RETURNING id, last_number, last_digest
"""
_ENTRY = """
    INSERT INTO accounts_auditentry (chain_id, number, at, actor_id, actor_name, subject, act, "before", "after",
                                     reason, details, previous_digest, digest)
    VALUES (%(chain)s, %(number)s, %(at)s, %(actor)s, %(actor_name)s, %(subject)s, %(act)s, %(before)s, %(after)s,
            %(reason)s, %(details)s, %(previous_digest)s, %(digest)s)
"""
_SEAL = "UPDATE accounts_auditchain SET last_digest = %s WHERE id = %s"


def record_act(
    *,
    unit_id: int,
    actor_id: int | None,
    actor_name: str,
    subject: str,
    act: str,
    before: str = "",
    after: str = "",
    reason: str = "",
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry to the chain of unit `unit_id`, creating the chain with its first entry.

    The chain row is locked until the caller's transaction ends, so numbers have no gap and no twin.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_NEXT, [unit_id, GENESIS])
        chain_id, number, previous = cursor.fetchone()
        content = {
            "number": number,
            "at": at.astimezone(UTC).isoformat(),
            "actor": actor_id,
            "actor_name": actor_name,
            "subject": subject,
            "act": act,
            "before": before,
            "after": after,
            "reason": reason,
            "details": dict(details or {}),
        }
        digest = entry_digest(previous, content)
        stored = content | {
            "at": connection.ops.adapt_datetimefield_value(at),
            "details": json.dumps(content["details"]),
            "chain": chain_id,
            "previous_digest": previous,
            "digest": digest,
        }
        cursor.execute(_ENTRY, stored)
        cursor.execute(_SEAL, [digest, chain_id])
