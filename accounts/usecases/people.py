"""People: make accounts and appoint them to posts."""

from datetime import date, datetime

from django.db import transaction

from accounts.errors import ACCOUNT_WORDS, DomainError
from accounts.models import Appointment, Post, User
from accounts.usecases.audit import record_act
from accounts.vocab import Origin, Role


def create_administrator(
    username: str, email: str, *, full_name: str, password: str, at: datetime, today: date
) -> User:
    """Make a user and appoint it to the system administrator's post from `today` on.

    Raises: DomainError with ACC-02 when the name is taken, ACC-03 when no plan's organisations are loaded yet.
    """
    if User.objects.filter(username=username).exists():
        raise DomainError("ACC-02.name_taken", *ACCOUNT_WORDS["ACC-02.name_taken"])
    post = Post.objects.filter(role=Role.ADMIN).order_by("pk").first()
    if post is None:
        raise DomainError("ACC-03.no_posts", *ACCOUNT_WORDS["ACC-03.no_posts"])
    with transaction.atomic():
        user = User(username=username, email=email, full_name=full_name, is_staff=True)
        user.set_password(password)
        user.save()
        appointment = Appointment(post=post, user=user, valid_from=today)
        appointment.save_audited(by=None, reason=Origin.OPERATOR, at=at)
        record_act(
            unit_id=post.org_unit_id,
            actor_id=None,
            actor_name="create_admin",
            subject=f"user:{user.pk}",
            act="create",
            at=at,
            details={"username": username, "post": str(post)},
        )
    return user
