"""The product as an ASGI application."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carbonpeak.settings")

application = get_asgi_application()

# A page that publishes a wake-up must find this broker, not Celery's default one.
import carbonpeak.celery  # noqa: E402, F401  (needs the applications loaded)
