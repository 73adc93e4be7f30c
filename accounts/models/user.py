"""People who sign in. A user is deactivated, never deleted."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class ToldRecords(HistoricalRecords):
    """Keeps no row of a save that wrote nothing it tells of, such as the instant of a sign-in."""

    def post_save(self, instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
        if update_fields is None or set(update_fields) - set(self.excluded_fields):
            super().post_save(instance, created, update_fields=update_fields, **kwargs)


class User(AbstractUser):
    """A person; what they may do follows from the posts they hold, never from this row."""

    full_name = models.CharField(_("full name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_demo = models.BooleanField(_("demo account"), default=False)

    # last_login changes at every sign-in and says nothing an inquiry would ask
    history = ToldRecords(excluded_fields=["last_login", "password"])

    class Meta(AbstractUser.Meta):
        constraints = [
            # A superuser flag would open Django's own doors beside the gate (domain invariant 13).
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="user_never_superuser")
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name
