"""The ways out: each hands one frozen message over and reports how far it came; who is told what is decided below."""

from email.utils import parseaddr

from django.conf import settings

from tasks.channels.email import SmtpChannel, SmtpServer
from tasks.channels.file import FileChannel
from tasks.channels.plain import ConsoleChannel, MemoryChannel
from tasks.usecases.remind.handover import Channel

__all__ = ["mail_channel", "mail_place"]

BACKENDS = "django.core.mail.backends."


def mail_channel() -> Channel:
    """Return the way out for mail that the settings name (EMAIL_URL)."""
    match settings.EMAIL_BACKEND.removeprefix(BACKENDS):
        case "filebased.EmailBackend":
            return FileChannel(settings.EMAIL_FILE_PATH)
        case "console.EmailBackend":
            return ConsoleChannel()
        case "locmem.EmailBackend":
            return MemoryChannel()
        case _:
            return SmtpChannel(_server(), sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def mail_place() -> str:
    """Return where mail can be looked for once it left: a folder, a server, the console."""
    match settings.EMAIL_BACKEND.removeprefix(BACKENDS):
        case "filebased.EmailBackend":
            return str(settings.EMAIL_FILE_PATH)
        case "console.EmailBackend":
            return "stdout"
        case "locmem.EmailBackend":
            return "memory"
        case _:
            return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def _server() -> SmtpServer:
    return SmtpServer(
        host=settings.EMAIL_HOST,
        port=int(settings.EMAIL_PORT),
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        starttls=settings.EMAIL_USE_TLS,
        tls=settings.EMAIL_USE_SSL,
        certfile=settings.EMAIL_SSL_CERTFILE,
        keyfile=settings.EMAIL_SSL_KEYFILE,
        timeout_seconds=settings.EMAIL_TIMEOUT,
    )
