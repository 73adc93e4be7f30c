"""Tracking: the audit entry of an act that is no move of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.usecases.audit import record_act
from tasks.rules.gate import Actor
from tasks.usecases.act import office_unit_id


def record(actor: Actor, subject: str, act: str, at: datetime, details: Mapping[str, Any], reason: str = "") -> None:
    """Append the act to the chain of the unit in whose name `actor` acts."""
    record_act(
        unit_id=min(actor.units(), default=None) or office_unit_id(),
        actor_id=actor.user_id,
        actor_name=actor.name,
        subject=subject,
        act=act,
        at=at,
        reason=reason,
        details=details,
    )
