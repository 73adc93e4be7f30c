"""Signing in: a token for programs, a session for browsers; both count failures with the login page (axes)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_logged_in
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import OrgUnit, User
from accounts.vocab import Role
from tasks.api.base import Door, StrictSerializer, labels
from tasks.api.shapes import UnitNameSerializer
from tasks.api.tokens import expires_at, token_of


class SignInThrottle(SimpleRateThrottle):
    """Slows one address that tries many names; axes locks one name that is tried often."""

    rate = "20/min"
    scope = "sign-in"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return (
            None
            if request.method != "POST"
            else self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
        )


class CredentialsSerializer(StrictSerializer):
    """A name and its password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False, write_only=True)


class TokenSerializer(serializers.Serializer):
    """The token to send as `Authorization: Token …`, and when it stops being taken."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class SeatSerializer(serializers.Serializer):
    """A role held in a unit today."""

    role = serializers.ChoiceField(choices=Role.choices)
    role_label = serializers.CharField()
    unit = UnitNameSerializer()


class MeSerializer(serializers.Serializer):
    """Who is signed in, and what follows from their posts."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()
    language = serializers.CharField()
    seats = SeatSerializer(many=True)


class SessionSerializer(serializers.Serializer):
    """The session's person, if any, and the token that changing requests must send back as `X-CSRFToken`."""

    user = MeSerializer(allow_null=True)
    csrf_token = serializers.CharField()


def checked(request: Request) -> User:
    """Return the person whose name and password were sent.

    Raises: AuthenticationFailed for any wrong pair, Throttled when the name is locked.
    """
    body = CredentialsSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    inner = request._request
    user = authenticate(request=inner, **body.validated_data)
    if not isinstance(user, User):
        if getattr(inner, "axes_locked_out", False):
            # its middleware would put a page in place of this answer
            inner.axes_locked_out = False  # type: ignore[attr-defined]
            raise exceptions.Throttled(detail=_("Too many failed attempts; this name is locked for a while."))
        raise exceptions.AuthenticationFailed(_("The name or the password is wrong."))
    return user


class SignInDoor(Door):
    """Endpoints that take a password: open to strangers, slowed per address."""

    permission_classes = [AllowAny]
    throttle_classes = [SignInThrottle]

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"  # a refused password is 401 also where no authenticator looked at the request

    def me(self, user: User) -> dict[str, Any]:
        units = OrgUnit.objects.in_bulk(self.actor.units())
        role_label = labels(Role)
        seats = [
            {"role": str(role), "role_label": role_label[role], "unit": UnitNameSerializer(units[unit]).data}
            for role, unit in sorted(self.actor.seats)
        ]
        name = {"id": user.pk, "username": user.username, "full_name": user.full_name, "language": user.language}
        return name | {"seats": seats}


class TokenView(SignInDoor):
    """A token for a program."""

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    def get_authenticators(self) -> list[Any]:
        # a stale token in the header must not keep anybody from fetching a new one
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    @extend_schema(request=CredentialsSerializer, responses=TokenSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Exchange name and password for the person's token; an expired one is replaced."""
        user = checked(request)
        token = token_of(user, at=self.at)
        user_logged_in.send(sender=User, request=request._request, user=user)  # clears the count of failures
        return Response(TokenSerializer({"token": token.key, "expires_at": expires_at(token)}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the person's token everywhere."""
        Token.objects.filter(user=self.actor.user_id).delete()
        return Response(status=204)


class SessionView(SignInDoor):
    """The session of a browser."""

    def answer(self, request: Request) -> Response:
        user = request.user if isinstance(request.user, User) else None
        return Response({"user": self.me(user) if user else None, "csrf_token": get_token(request._request)})

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Say who is signed in; hands out the CSRF token that the other methods need."""
        return self.answer(request)

    @extend_schema(request=CredentialsSerializer, responses=SessionSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in. Needs the CSRF token too, or another site could sign you in as somebody else."""
        SessionAuthentication().enforce_csrf(request)
        user = checked(request)
        login(request._request, user)
        request.user = user
        self.__dict__.pop("actor", None)
        return self.answer(request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out."""
        SessionAuthentication().enforce_csrf(request)
        logout(request._request)
        return Response(status=204)
