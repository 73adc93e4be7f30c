"""Append an entry to an organisation's audit chain, inside the caller's transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from accounts.models import AuditChain, AuditEntry
from accounts.rules.audit import GENESIS, entry_digest


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
) -> AuditEntry:
    """Append one entry to the chain of unit `unit_id` and return it.

    The chain row is locked until the caller's transaction ends, so numbers have no gap and no twin.
    """
    chain = AuditChain.objects.select_for_update().filter(org_unit_id=unit_id).first()
    if chain is None:
        AuditChain.objects.get_or_create(org_unit_id=unit_id, defaults={"last_digest": GENESIS})
        chain = AuditChain.objects.select_for_update().get(org_unit_id=unit_id)
    content = {
        "number": chain.last_number + 1,
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
    digest = entry_digest(chain.last_digest, content)
    entry = AuditEntry.objects.create(
        chain=chain,
        number=chain.last_number + 1,
        at=at,
        actor_id=actor_id,
        actor_name=actor_name,
        subject=subject,
        act=act,
        before=before,
        after=after,
        reason=reason,
        details=content["details"],
        previous_digest=chain.last_digest,
        digest=digest,
    )
    chain.last_number, chain.last_digest = entry.number, digest
    chain.save(update_fields=["last_number", "last_digest"])
    return entry
