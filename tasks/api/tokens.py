"""Tokens of programs: how long one is taken, and the refusal of one that is too old."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import TokenAuthentication
from rest_framework.authtoken.models import Token

from accounts.models import User


class AgeingTokenAuthentication(TokenAuthentication):
    """Takes a token for API_TOKEN_DAYS days from when it was handed out; one that was lost does not open for ever."""

    def authenticate_credentials(self, key: str) -> Any:
        user, token = super().authenticate_credentials(key)
        if expires_at(token) <= timezone.now():
            said = _("This token expired on %(day)s; sign in again with name and password to get a new one.")
            raise exceptions.AuthenticationFailed(said % {"day": timezone.localdate(expires_at(token))})
        return user, token


def expires_at(token: Token) -> datetime:
    """Return the instant from which `token` is refused."""
    return token.created + timedelta(days=settings.API_TOKEN_DAYS)


def token_of(user: User, *, at: datetime) -> Token:
    """Return the person's token, a new one when there is none or it has expired."""
    Token.objects.filter(user=user, created__lte=at - timedelta(days=settings.API_TOKEN_DAYS)).delete()
    return Token.objects.get_or_create(user=user)[0]
