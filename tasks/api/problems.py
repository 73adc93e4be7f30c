"""Answers every refusal as application/problem+json (RFC 9457): what was refused, by which rule, what to do next."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, UnreadablePostError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from tasks.errors import REFUSAL_WORDS, DomainError

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"

# A rule's refusal is 422, except where HTTP has a word of its own.
STATUS_OF_RULE = {
    "GATE-01": HTTPStatus.CONFLICT,  # the row has moved on
    "GATE-02": HTTPStatus.FORBIDDEN,
    "GATE-03": HTTPStatus.FORBIDDEN,
    "GATE-05": HTTPStatus.NOT_FOUND,  # hidden and absent look the same
    "GATE-06": HTTPStatus.CONFLICT,
}

# status: (title, what to do next)
WORDS: dict[int, tuple[Any, Any]] = {
    400: (_("The request cannot be read"), _("Correct what is named here and send it again.")),
    401: (_("Nobody is signed in"), _("Send a token or sign in first.")),
    403: (_("Not allowed"), _("Ask somebody whose post allows it.")),
    404: (_("Not found"), _("Check the address, or ask the office to add your unit to the task.")),
    405: (_("This address does not do that"), _("See the description of the interface for what it does.")),
    406: (_("No such format"), _("Ask for application/json.")),
    409: (_("The record has changed"), _("Read it again, look at the change, and decide again.")),
    413: (_("Too large"), _("Send less at once.")),
    415: (_("This kind of content is not read here"), _("See the description of the interface for what is read.")),
    422: (_("A rule says no"), _("Do first what the rule asks for.")),
    429: (_("Too many requests"), _("Wait a while and try again.")),
    500: (_("The service failed"), _("Try again later; if it goes on, tell the system administrator the time.")),
}


def status_of(code: str) -> int:
    """Return the HTTP status of the refusal `code`."""
    return int(STATUS_OF_RULE.get(code.partition(".")[0], HTTPStatus.UNPROCESSABLE_ENTITY))


def catalogue() -> list[dict[str, Any]]:
    """Return every problem this interface can answer with: code, status, title."""
    rules: list[dict[str, Any]] = [{"code": code, "status": status_of(code)} for code in REFUSAL_WORDS]
    protocol: list[dict[str, Any]] = [{"code": http_code(status), "status": status} for status in WORDS]
    return [row | {"title": str(WORDS[row["status"]][0])} for row in protocol + rules]


def http_code(status: int) -> str:
    """Return the code of a problem that no rule of ours names."""
    return f"HTTP-{status}"


def problem(
    status: int, *, code: str = "", detail: str = "", remedy: str = "", instance: str = "", **more: Any
) -> dict[str, Any]:
    """Return the body of one problem."""
    title, next_step = WORDS[status]
    code = code or http_code(status)
    return {
        "type": f"{reverse('api:problems')}#{code}",
        "title": str(title),
        "status": status,
        "code": code,
        "detail": detail or str(title),
        "remedy": remedy or str(next_step),
        "instance": instance,
        **more,
    }


def handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn whatever a view raised into a problem; an unexpected error is logged whole and told as 500."""
    request = context["request"]
    # An error is JSON even where the view renders a page or a file.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), PROBLEM_TYPE
    headers: dict[str, str] = {}
    status, about = _read(exc, headers)
    if status >= 500:
        log.error("%s %s failed", request.method, request.path, exc_info=exc)
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    body = problem(status, instance=request.path, **about)
    return Response(body, status=status, headers=headers, content_type=PROBLEM_TYPE)


def _read(exc: Exception, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Return (status, members of the problem) for an exception; add headers the answer needs."""
    if isinstance(exc, DomainError):
        return status_of(exc.code), {"code": exc.code, "detail": exc.message, "remedy": exc.remedy}
    if isinstance(exc, Http404):  # the same words as a hidden row: absence must not be told from denial
        return _hidden()
    if isinstance(exc, exceptions.ValidationError):
        return 400, {"errors": _errors(exc.detail)}
    if isinstance(exc, exceptions.NotFound):
        return _hidden()
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc, headers)
    if isinstance(exc, PermissionDenied):
        return 403, {}
    if isinstance(exc, RequestDataTooBig):
        return 413, {}
    if isinstance(exc, (SuspiciousOperation, BadRequest, UnreadablePostError)):
        return 400, {}
    return 500, {}


def _hidden() -> tuple[int, dict[str, Any]]:
    message, remedy = REFUSAL_WORDS["GATE-05.hidden"]
    return 404, {"code": "GATE-05.hidden", "detail": str(message), "remedy": str(remedy)}


def _of_framework(exc: exceptions.APIException, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    status = exc.status_code if exc.status_code in WORDS else 500
    return status, {"detail": str(exc.detail)}


def _errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Return (field, message) pairs of a nested validation error; the field of a whole body is empty."""
    if isinstance(detail, dict):
        return [
            row
            for name, inner in detail.items()
            for row in _errors(inner, path if name == "non_field_errors" else f"{path}.{name}".strip("."))
        ]
    if isinstance(detail, list):
        return [row for inner in detail for row in _errors(inner, path)]
    return [{"field": path, "message": str(detail)}]
