"""Keep units, posts, appointments, users and their passwords: each change saved with an audit entry."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from rest_framework.authtoken.models import Token

from accounts.errors import ACCOUNT_WORDS, DomainError
from accounts.models import Appointment, AuditedModel, OrgUnit, User
from accounts.usecases.audit import record_act

Kept = AuditedModel | User


def keep_row(row: Kept, *, by: User, at: datetime, reason: str = "") -> None:
    """Save a new or changed unit, post, appointment or user in the name of `by`, with history and audit entry.

    Raises: DomainError ACC-01 when an administrator would appoint themselves: whoever runs the accounts does not
    hand themselves a say in the business.
    """
    if isinstance(row, Appointment):
        require_other(row.user_id, by=by)
    created = row.pk is None
    with transaction.atomic():
        if isinstance(row, AuditedModel):
            row.save_audited(by=by, reason=reason, at=at)
        else:
            row._history_user, row._change_reason, row._history_date = by, reason, at  # type: ignore[attr-defined]
            row.save()
        record_act(
            unit_id=_chain_of(by, at),
            actor_id=by.pk,
            actor_name=by.full_name or by.username,
            subject=f"{row._meta.model_name}:{row.pk}",
            act="create" if created else "change",
            reason=reason,
            at=at,
            details={"is_active": row.is_active} if isinstance(row, User) else {},
        )


def set_password(user: User, password: str | None, *, by: User, at: datetime) -> None:
    """Give `user` a new password in the name of `by`, or none at all (None: signing in by password ends).

    The entry says that it happened, never the password. The person's API token ends with the old password.
    """
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        Token.objects.filter(user=user).delete()
        record_act(
            unit_id=_chain_of(by, at),
            actor_id=by.pk,
            actor_name=by.full_name or by.username,
            subject=f"user:{user.pk}",
            act="set_password",
            at=at,
            details={"usable": password is not None},
        )


def require_other(user_id: int | None, *, by: User) -> None:
    """Refuse that `by` appoints themselves. Raises: DomainError ACC-01."""
    if user_id == by.pk:
        raise DomainError("ACC-01.own_seat", *ACCOUNT_WORDS["ACC-01.own_seat"])


def _chain_of(by: User, at: datetime) -> int:
    """Return the unit in whose chain an administrator's acts stand: that of their own post, else the first unit."""
    own = Appointment.objects.filter(user=by).order_by("-valid_from").values_list("post__org_unit_id", flat=True)
    return int(own.first() or OrgUnit.objects.order_by("pk").values_list("pk", flat=True)[0])
