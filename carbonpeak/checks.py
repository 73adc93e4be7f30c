"""System checks for settings that are each fine and wrong together; `manage.py check` prints them."""

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

KNOWN = {"CARBONPEAK_MODE", "CARBONPEAK_VAR", "CARBONPEAK_ENV_FILE", "CARBONPEAK_IMAGE"}


@checks.register()
def unknown_knobs(**_: Any) -> list[checks.CheckMessage]:
    """Name misspelt knobs, which are silent otherwise."""
    return [
        checks.Warning(f"{name} is no knob of carbonpeak.", hint=".env.example lists them all.", id="carbonpeak.W001")
        for name in sorted(os.environ)
        if name.startswith("CARBONPEAK_") and name not in KNOWN
    ]


@checks.register()
def site_is_served(**_: Any) -> list[checks.CheckMessage]:
    """Hold the links in mails, which start with SITE_URL, to a name the product answers to."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    if validate_host(host, settings.ALLOWED_HOSTS or ["localhost", ".localhost", "127.0.0.1", "[::1]"]):
        return []
    return [
        checks.Error(
            f"SITE_URL leads to {host}, which ALLOWED_HOSTS does not serve.",
            hint=f"Add {host} to ALLOWED_HOSTS, or correct SITE_URL.",
            id="carbonpeak.E002",
        )
    ]


@checks.register()
def production_is_whole(**_: Any) -> list[checks.CheckMessage]:
    """Refuse a production that keeps its mails to itself or shows its inside."""
    if not settings.PRODUCTION:
        return []
    wrong = []
    if settings.DEBUG:
        wrong.append(("DEBUG is on in production.", "Unset DEBUG: its error pages show settings and rows.", "E003"))
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        wrong.append(("Mails stay on this machine.", "Set EMAIL_URL, like smtp+tls://user:password@host:587.", "E004"))
    wrong.extend(
        (f"{name} is nobody's address.", f"Set {name} to a mailbox that people read.", "E005")
        for name in ("OFFICE_EMAIL", "DEFAULT_FROM_EMAIL")
        if getattr(settings, name).rstrip(">").endswith("@localhost")
    )
    if "*" in settings.ALLOWED_HOSTS:
        wrong.append(("ALLOWED_HOSTS serves any name.", "List the names people use.", "E006"))
    return [checks.Error(message, hint=hint, id=f"carbonpeak.{number}") for message, hint, number in wrong]
