"""What every request passes of ours: idle limit, language, the admin's content policy; no rule of the product."""

import time
from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware

ADMIN, PROGRAMS = "/admin/", "/api/"
Handler = Callable[[HttpRequest], HttpResponse]


class IdleSession:
    """Renews a session in use once a minute, so that it ends SESSION_COOKIE_AGE after the last click.

    SESSION_SAVE_EVERY_REQUEST would do the same with a database write for every page and picture.
    """

    every_seconds = 60

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # An expired cookie leaves an empty session; renewing that one would store a row for every stranger.
        if request.session.session_key and request.session.keys():
            now = int(time.time())
            if now - request.session.get("seen_at", 0) >= self.every_seconds:
                request.session["seen_at"] = now
        return self.get_response(request)


class ChosenLanguage(LocaleMiddleware):
    """Speaks the language somebody chose, else the product's; a browser's own list counts for programs alone."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if not chosen and not request.path_info.startswith(PROGRAMS):
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        super().process_request(request)


class AdminContentPolicy:
    """Loosens the content policy under the admin alone, where Unfold needs it.

    Its Alpine evaluates attributes ('unsafe-eval'), and its colours come in a <style> without a nonce.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(ADMIN):
            response._csp_update = {"script-src": [UNSAFE_EVAL]}  # type: ignore[attr-defined]  # django-csp's own door
            response._csp_replace = {"style-src": [SELF, UNSAFE_INLINE]}  # type: ignore[attr-defined]
        return response
