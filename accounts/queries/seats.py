"""Who holds which role where, on a day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from accounts.models import Appointment, User
from accounts.vocab import Role


def seats_of(user: User, *, today: date) -> frozenset[tuple[Role, int]]:
    """Return the (role, unit id) pairs `user` holds on `today`; empty for an inactive or anonymous user."""
    if not user.is_active or user.pk is None:
        return frozenset()
    rows = Appointment.objects.on(today).filter(user_id=user.pk).values_list("post__role", "post__org_unit_id")
    return frozenset((Role(role), unit) for role, unit in rows)


def holders(roles: Iterable[Role], *, today: date) -> dict[tuple[Role, int], list[int]]:
    """Return, for each (role, unit id), the ids of active users holding it on `today`.

    Substantive holders come before acting ones, then in order of appointment.
    """
    rows = (
        Appointment.objects.on(today)
        .filter(post__role__in=list(roles), user__is_active=True)
        .order_by("acting", "valid_from", "pk")
        .values_list("post__role", "post__org_unit_id", "user_id")
    )
    found: dict[tuple[Role, int], list[int]] = defaultdict(list)
    for role, unit, user in rows:
        if user not in found[Role(role), unit]:
            found[Role(role), unit].append(user)
    return dict(found)
