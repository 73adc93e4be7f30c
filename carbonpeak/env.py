"""Reads one knob of the environment at a time and refuses a bad value by name, with the remedy; decides nothing."""

import ipaddress
import os
from collections.abc import Callable, Collection
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured
from environ import Env

T = TypeVar("T")

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


def read_file(path: Path) -> None:
    """Add the knobs of an environment file; what the environment already says wins."""
    if path.is_file():
        Env.read_env(str(path))


def knob(name: str, parse: Callable[[str], T], default: T, remedy: str, *, secret: bool = False) -> T:
    """Return the parsed knob, or the default when it is unset or empty.

    Raises: ImproperlyConfigured naming the knob and the remedy.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return parse(raw)
    except (ValueError, ImproperlyConfigured) as reason:
        # A secret or a URL with a password stays out of the logs.
        shown = name if secret else f"{name}={raw!r}"
        raise ImproperlyConfigured(f"{shown} cannot be used: {reason}. {remedy}") from reason


def text(name: str, default: str = "", *, shortest: int = 0) -> str:
    """Return a secret text of at least so many characters."""

    def parse(raw: str) -> str:
        if len(raw) < shortest:
            raise ValueError(f"it has {len(raw)} characters, {shortest} are needed")
        return raw

    return knob(name, parse, default, "Set a longer value.", secret=True)


def choice(name: str, default: str, choices: Collection[str]) -> str:
    """Return one of the choices."""

    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError("unknown choice")
        return raw

    return knob(name, parse, default, f"Choose one of: {', '.join(choices)}.")


def flag(name: str, default: bool) -> bool:
    """Return yes or no."""

    def parse(raw: str) -> bool:
        if raw.lower() not in YES | NO:
            raise ValueError("neither yes nor no")
        return raw.lower() in YES

    return knob(name, parse, default, "Say true or false.")


def number(name: str, default: int, lowest: int, highest: int) -> int:
    """Return a whole number between the two limits."""

    def parse(raw: str) -> int:
        if not lowest <= int(raw) <= highest:
            raise ValueError("out of range")
        return int(raw)

    return knob(name, parse, default, f"Give a whole number from {lowest} to {highest}.")


def words(name: str, default: list[str]) -> list[str]:
    """Return the words between commas."""
    return knob(name, lambda raw: [word.strip() for word in raw.split(",") if word.strip()], default, "")


def url(name: str, default: str, schemes: Collection[str]) -> str:
    """Return a URL of one of the schemes, without a slash at its end."""

    def parse(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in schemes:
            raise ValueError(f"unknown scheme {parts.scheme!r}")
        if parts.scheme in {"http", "https"} and not parts.hostname:
            raise ValueError("no host")
        return raw if raw.endswith("://") else raw.rstrip("/")

    remedy = f"Start it with one of: {', '.join(scheme + '://' for scheme in schemes)}."
    return knob(name, parse, default, remedy, secret=True)


def origins(name: str) -> list[str]:
    """Return web origins, each with its scheme."""
    given = words(name, [])
    for origin in given:
        if not origin.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{name} names {origin!r} without a scheme. Write https://{origin}.")
    return given


def mailbox(name: str, default: str) -> str:
    """Return one mail address, with or without a display name."""

    def parse(raw: str) -> str:
        local, at, domain = parseaddr(raw)[1].rpartition("@")
        if not (local and at and domain) or any(sign in raw for sign in "\r\n"):
            raise ValueError("not a mail address")
        return raw

    return knob(name, parse, default, "Write name@example.org or 'Office <name@example.org>'.")


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone this machine knows."""

    def parse(raw: str) -> str:
        try:
            return ZoneInfo(raw).key
        except (KeyError, OSError) as reason:
            raise ValueError("unknown time zone") from reason

    return knob(name, parse, default, "Write it like Asia/Shanghai.")


def ip_address(name: str, default: str) -> str:
    """Return an address of this machine to listen on."""
    return knob(name, lambda raw: str(ipaddress.ip_address(raw)), default, "Write 127.0.0.1, or 0.0.0.0 for all.")


def folder(name: str, default: Path) -> Path:
    """Return a folder that exists from now on and takes files."""

    def parse(raw: str) -> Path:
        path = Path(raw).expanduser().absolute()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise ValueError(str(reason)) from reason
        if not os.access(path, os.W_OK):
            raise ValueError("this user may not write there")
        return path

    remedy = "Name a folder this user may write to."
    try:
        return knob(name, parse, None, remedy) or parse(str(default))
    except ValueError as reason:
        raise ImproperlyConfigured(f"{name} is unset and {default} cannot be used: {reason}. {remedy}") from reason


def file(name: str, default: Path) -> Path:
    """Return a file that may be written, in a folder that exists from now on."""

    def parse(raw: str) -> Path:
        path = Path(raw).expanduser().absolute()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise ValueError(str(reason)) from reason
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            raise ValueError("this user may not write it")
        return path

    return knob(name, parse, default, "Name a file this user may write.")


def database(name: str, default: dict[str, Any]) -> dict[str, Any]:
    """Return Django's entry for the database of a sqlite:// or postgres:// URL."""

    def parse(raw: str) -> dict[str, Any]:
        scheme = urlsplit(raw).scheme
        if scheme not in {"sqlite", "postgres", "postgresql"}:
            raise ValueError(f"unknown scheme {scheme!r}")
        entry: dict[str, Any] = Env.db_url_config(raw)
        if not entry["NAME"] or entry["NAME"] == ":memory:":
            raise ValueError("no database named")
        return entry

    remedy = "Write sqlite:////folder/file.sqlite3 or postgres://user:password@host:5432/name."
    return knob(name, parse, default, remedy, secret=True)


def mail_server(name: str, default: dict[str, Any]) -> dict[str, Any]:
    """Return Django's mail settings for the URL of a mail server, a folder or the console."""
    schemes = ("smtp", "smtp+tls", "smtp+ssl", "filemail", "consolemail", "memorymail")

    def parse(raw: str) -> dict[str, Any]:
        parts = urlsplit(raw)
        if parts.scheme not in schemes:
            raise ValueError(f"unknown scheme {parts.scheme!r}")
        if parts.scheme.startswith("smtp") and not parts.hostname:
            raise ValueError("no host")
        if parts.scheme == "filemail" and len(parts.path) < 2:
            raise ValueError("no folder")
        if parts.query:
            raise ValueError("it takes no options")
        entry = {key: value or "" for key, value in Env.email_url_config(raw).items()}
        if parts.scheme.startswith("smtp") and not entry["EMAIL_PORT"]:
            entry["EMAIL_PORT"] = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme]
        return entry

    remedy = "Write smtp+tls://user:password@host:587, smtp+ssl://…:465, smtp://host:25 or filemail:////folder."
    return knob(name, parse, default, remedy, secret=True)
