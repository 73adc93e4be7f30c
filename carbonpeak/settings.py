"""The one settings file: every knob comes from the environment (see .env.example), everything else is fixed here."""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from jinja2 import StrictUndefined, select_autoescape

from carbonpeak import env

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_file(Path(os.environ.get("CARBONPEAK_ENV_FILE") or BASE_DIR / ".env"))

MODE = env.choice("CARBONPEAK_MODE", "development", ["development", "production"])
PRODUCTION = MODE == "production"
DEBUG = env.flag("DEBUG", False)
# Everything a run leaves behind: database, key, mails, uploads, collected static files.
VAR = env.folder("CARBONPEAK_VAR", BASE_DIR / "var")


def kept_secret_key(path: Path) -> str:
    """Return this checkout's own key, made on first use; the web and the worker may start at the same moment."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(60))
        with suppress(FileExistsError):
            path.hardlink_to(draft)  # whole or not at all
        draft.unlink()
    return path.read_text()


SECRET_KEY = env.text("SECRET_KEY", shortest=50)
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing; production does not start without one. Make it once, keep it out of the "
            "repository: python3 -c 'import secrets; print(secrets.token_urlsafe(60))'"
        )
    SECRET_KEY = kept_secret_key(VAR / "secret_key")

# Addresses -----------------------------------------------------------------------------------------------------------
PORT = env.number("PORT", 8000, 1, 65535)
# Not named HOST: some shells export that as the name of the machine.
BIND_HOST = env.ip_address("BIND_HOST", "127.0.0.1")
# Where people reach the product; links in mails start with it. With https:// here, cookies and redirects insist on it.
SITE_URL = env.url("SITE_URL", f"http://127.0.0.1:{PORT}", ["http", "https"])
HTTPS = SITE_URL.startswith("https://")
_here = [urlsplit(SITE_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [] if PRODUCTION else _here)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "carbonpeak.urls"
WSGI_APPLICATION = "carbonpeak.wsgi.application"

# Applications --------------------------------------------------------------------------------------------------------
ADMIN_APP = "carbonpeak.site.SiteConfig"
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # its default config would put its own site in place of ours
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    ADMIN_APP,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "simple_history",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "axes",
    "csp",
    "accounts",
    "tasks",
    "carbonpeak",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "carbonpeak.middleware.AdminContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "carbonpeak.middleware.IdleSession",
    "carbonpeak.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours first: they may replace a template of a library.
        "DIRS": [BASE_DIR / "tasks" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
    {
        # The mails, thousands of lines at a time.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "tasks" / "jinja2"],
        "OPTIONS": {
            "autoescape": select_autoescape(["html"]),
            "undefined": StrictUndefined,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
]
FORM_RENDERER = "accounts.admin.renderer.WidgetRenderer"

# Database ------------------------------------------------------------------------------------------------------------
_sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR / "carbonpeak.sqlite3")}
DATABASES = {"default": env.database("DATABASE_URL", _sqlite)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "OPTIONS": {
            # All three or it fails: deferred transactions cannot wait for a writer, whatever the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        },
        # Opening the file and its journal for every request cost a third of a page's time.
        "CONN_MAX_AGE": 60,
        # A file, as in production: SQLite in memory has no journal and locks otherwise.
        "TEST": {"NAME": DATABASES["default"]["NAME"] + ".test"},
    }
else:
    DATABASES["default"] = {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Values travel beside the statement, which the server prepares once: a change of status takes a quarter less.
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,
            # A disk without a moving head: the planner else reads whole tables of 100,000 rows to find some hundred.
            "options": "-c random_page_cost=1.1 -c jit=off",
        },
    } | DATABASES["default"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and passwords ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked.html"
AXES_VERBOSE = False

# Sessions, cookies, transport ----------------------------------------------------------------------------------------
SESSION_COOKIE_AGE = 60 * 60  # Idle time; carbonpeak.middleware.IdleSession renews it while somebody works.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Asking browsers to ship the name in their preload list is for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
BEHIND_PROXY = env.flag("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Language and time ---------------------------------------------------------------------------------------------------
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "zh-hans", ["zh-hans", "en"])
# Ours first: they complete and correct what the libraries say.
LOCALE_PATHS = [BASE_DIR / app / "locale" for app in ("tasks", "accounts", "carbonpeak")]
TIME_ZONE = env.time_zone("TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# Static files and uploads --------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR / "static")
# Nothing serves this folder; uploads leave through a view that asks who may read them.
MEDIA_ROOT = VAR / "media"
_static = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Evidence, each file under its own SHA-256.
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "evidence"},
    },
    "staticfiles": {
        "BACKEND": _static if PRODUCTION else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
# Where every audit chain stood, hour by hour; apart from the database, so that a restored one is found out.
SEAL_FILE = env.file("SEAL_FILE", VAR / "seals.jsonl")
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Mail ----------------------------------------------------------------------------------------------------------------
# Without a mail server, mails become files that a newcomer can open.
_outbox = {
    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
    "EMAIL_FILE_PATH": str(VAR / "outbox"),
}
_mail = env.mail_server("EMAIL_URL", _outbox)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST", "")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH") or _outbox["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 20, 1, 300)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mailbox("DEFAULT_FROM_EMAIL", "carbonpeak@localhost")
OFFICE_EMAIL = env.mailbox("OFFICE_EMAIL", "office@localhost")

# What the product runs on; the data name the city, the code does not ------------------------------------------------
FIXTURES = BASE_DIR / "fixtures"
PLANS = sorted(folder.name for folder in (FIXTURES / "plans").iterdir() if folder.is_dir())
PLAN = env.choice("PLAN", PLANS[0], PLANS)

# The clock and the queue; carbonpeak/celery.py holds the rest ---------------------------------------------------------
CELERY_BROKER_URL = env.url("CELERY_BROKER_URL", "memory://", ["memory", "redis", "rediss", "redis+socket"])
# Two minutes at most: after five without a sweep the worker counts as dead.
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 60, 1, 120)
DELIVER_SECONDS = env.number("DELIVER_SECONDS", 15, 1, 120)

# REST door -----------------------------------------------------------------------------------------------------------
# A program signs in again after this many days.
API_TOKEN_DAYS = env.number("API_TOKEN_DAYS", 90, 1, 3650)
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tasks.api.tokens.AgeingTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tasks.api.parsers.BoundedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "tasks.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tasks.api.problems.handler",
    # Without a proxy a caller writes X-Forwarded-For at will and would never be slowed.
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "carbonpeak",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tasks.api.schema.describe_problems",
    ],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "TaskStatus": "tasks.vocab.TaskStatus",
        "MilestoneStatus": "tasks.vocab.MilestoneStatus",
        "ReportDueStatus": "tasks.vocab.ReportDueStatus",
        "ReportStatus": "tasks.vocab.ReportStatus",
        "ChangeStatus": "tasks.vocab.ChangeStatus",
        "TaskKind": "tasks.vocab.TaskKind",
        "ResponsibilityKind": "tasks.vocab.ResponsibilityKind",
    },
}

# History -------------------------------------------------------------------------------------------------------------
SIMPLE_HISTORY_REVERT_DISABLED = True

# Logs ----------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]),
    },
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "axes": {"level": "WARNING"},
    },
}

UNFOLD = {
    "SITE_TITLE": _("Carbon-peak tasks"),
    "SITE_HEADER": _("Carbon-peak tasks"),
    "SITE_SYMBOL": "eco",
    "SITE_URL": None,
    "SHOW_LANGUAGES": False,  # the header shows the switch openly
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda _request: static("tasks/admin.css")],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("tasks/icon.svg")},
    ],
    "SIDEBAR": {"navigation": "tasks.admin.site.navigation"},
    "COLORS": {
        "primary": {
            "50": "240 249 246",
            "100": "218 241 232",
            "200": "183 226 210",
            "300": "133 204 179",
            "400": "78 172 142",
            "500": "42 138 110",
            "600": "18 110 86",
            "700": "15 90 71",
            "800": "14 72 58",
            "900": "12 59 48",
            "950": "5 34 28",
        },
    },
}
