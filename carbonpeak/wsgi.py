"""The product as a WSGI application, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carbonpeak.settings")

application = get_wsgi_application()

# A page that publishes a wake-up must find this broker, not Celery's default one.
import carbonpeak.celery  # noqa: E402, F401  (needs the applications loaded)
