"""Settings, all of them from the environment; README.md lists the variables.

One process connects to the database in one of two parts: as the *owner*, who migrates and nothing else,
or as the *application*, who owns no table and is held by row-level security.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


DEBUG = _flag("STETIG_DEBUG")
DEMO = _flag("STETIG_DEMO")
"""Shows demo logins and keeps mail in a folder; never for real people's data."""
DEMO_PASSWORD = "steady-pay-for-everyone"  # noqa: S105 (of invented people; used where DEMO is set and nowhere else)

_LOCAL_KEY = "not-a-secret-for-commands-and-tests-only"
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", _LOCAL_KEY)
if _flag("STETIG_PRODUCTION") and SECRET_KEY == _LOCAL_KEY:
    raise ImproperlyConfigured("Set DJANGO_SECRET_KEY to a long random string.")

BASE_DOMAIN = os.environ.get("BASE_DOMAIN", "localhost")
"""A cooperative lives at <slug>.<BASE_DOMAIN>."""
ALLOWED_HOSTS = [BASE_DOMAIN, f".{BASE_DOMAIN}"]
PUBLIC_PORT = os.environ.get("PUBLIC_PORT", "" if _flag("STETIG_PRODUCTION") else os.environ.get("PORT", "8000"))
"""The port that links in mails carry; empty behind a proxy on the standard port."""

INSTALLED_APPS = [
    "coop.tenancy",
    "coop.messaging",
    "coop.documents",
    "coop.ledger",
    "coop.banking",
    "members",
    "members.collectives",
    "invoicing",
    "invoicing.dunning",
    "payroll",
    "payroll.timekeeping",
    "payroll.intake",
    "payroll.papers",
    "payroll.agreements",
    "coop.planning",
    "coop.front",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
]

MIDDLEWARE = [
    "coop.tenancy.middleware.OutsideHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "coop.tenancy.middleware.HostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "coop.tenancy.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "coop.urls"
WSGI_APPLICATION = "coop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coop.front.context.page",
            ],
        },
    }
]

# --- database ---------------------------------------------------------------------------------------------------

_database_url = os.environ.get("DATABASE_URL", "")
DATABASE_APP_ROLE = os.environ.get("DATABASE_APP_ROLE", "stetig_app")
"""The role that row-level security holds. The owner grants it its rights after each migration."""
DATABASES: dict[str, dict[str, Any]] = {
    # The filters run without any database: the name says so to whoever reaches for one.
    "default": {
        "OPTIONS": {},
        **dj_database_url.parse(_database_url or "postgres://set-DATABASE_URL.invalid/set-DATABASE_URL"),
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0 if DEBUG else None,
        "CONN_HEALTH_CHECKS": True,
    }
}
if os.environ.get("DATABASE_APP_ROLE") and not _flag("DATABASE_AS_OWNER"):
    DATABASES["default"]["OPTIONS"]["assume_role"] = DATABASE_APP_ROLE

# --- login ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "coop.tenancy.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _flag("STETIG_PRODUCTION") else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _flag("STETIG_PRODUCTION")
MFA_TOTP_ISSUER = "Stetig"
MFA_ADAPTER = "coop.tenancy.adapter.MFAAdapter"

# --- language and time ------------------------------------------------------------------------------------------

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = sorted(path for path in (BASE_DIR / "locale").iterdir() if path.is_dir())
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

# --- files and static -------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
_hashed = _flag("STETIG_HASHED_STATIC")
# Without hashes the files are served where they lie, and nothing is collected.
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles")) if _hashed else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _hashed
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _hashed
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / ".local" / "media"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- mail -------------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", f"stetig@{BASE_DOMAIN}")
EMAIL_FILE_PATH = os.environ.get("EMAIL_FILE_PATH", str(BASE_DIR / ".local" / "mail"))
if os.environ.get("EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = not _flag("EMAIL_WITHOUT_TLS")
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

# --- jobs -------------------------------------------------------------------------------------------------------

REDIS_URL = os.environ.get("REDIS_URL", "redis://set-REDIS_URL.invalid:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # above the longest task, or it would run twice side by side
    # How often what a killed worker held is looked for once the time above is over. Until then the schedule
    # below takes up what was lost: everything that must happen stands in the database.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_IGNORE_RESULT = True  # what matters is in PostgreSQL; a result written while the broker is down is lost
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_DEFAULT_QUEUE = "celery"
# A worker takes from both in turn: a salary run never waits behind hundreds of papers and mails.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("papers")]
CELERY_TASK_ROUTES = {
    "coop.documents.tasks.render": {"queue": "papers"},
    "coop.messaging.tasks.send": {"queue": "papers"},
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "send waiting mail": {
        "task": "coop.messaging.tasks.send_waiting",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 20},
    },
    "render waiting documents": {
        "task": "coop.documents.tasks.render_waiting",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},  # an outage must not pile up rounds
    },
    "start salary runs that are due": {
        "task": "payroll.tasks.start_due_runs",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 120},
    },
    "announce pay that is not covered": {
        "task": "coop.planning.tasks.announce_shortfalls",
        "schedule": timedelta(hours=12),
        "options": {"expires": 12 * 3600},
    },
    "remind clients whose day to pay is over": {
        "task": "invoicing.dunning.tasks.make_due_rounds",
        "schedule": timedelta(minutes=30),
        "options": {"expires": 1800},
    },
    "keep salaries until further notice promised": {
        "task": "payroll.tasks.roll_promises_forward",
        "schedule": timedelta(hours=6),
        "options": {"expires": 6 * 3600},
    },
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        # A database of its own where given: clearing a cache empties its database, jobs and all.
        "LOCATION": os.environ.get("CACHE_URL", REDIS_URL),
        "KEY_PREFIX": "stetig-cache",
    }
}

# --- API --------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one's challenge makes the answer to nobody a 401.
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["coop.tenancy.permissions.RolePermission"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "coop.tenancy.problems.problem",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stetig",
    "DESCRIPTION": (
        "Steady pay for freelancers' cooperatives: the same use cases as the pages. Whoever changes master data may give "
        "the reason in the header X-Change-Reason (UTF-8, percent-encoded); the history keeps it."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Several things have a state: each kind of state gets a name of its own.
    "ENUM_NAME_OVERRIDES": {
        "BankTransactionStateEnum": "coop.banking.states.TransactionState",
        "JobStateEnum": "invoicing.states.JobState",
        "InvoiceStateEnum": "invoicing.states.InvoiceState",
        "FilingKindEnum": "payroll.papers.states.FilingKind",
        "RefundKindEnum": "payroll.papers.states.RefundKind",
        "ElementKindEnum": "payroll.states.ElementKind",
        "PayslipStateEnum": "payroll.states.PayslipState",
        "AbsenceStateEnum": "payroll.timekeeping.states.AbsenceState",
        "TransferStateEnum": "members.collectives.states.TransferState",
        "PlaceStateEnum": "members.collectives.states.PlaceState",
        "PaperStateEnum": "payroll.agreements.states.PaperState",
        "SigningEnum": "payroll.agreements.states.Signing",
        "PaperKindEnum": "payroll.agreements.states.Paper",
        "IntakeStateEnum": "payroll.intake.states.IntakeState",
        "HoursStateEnum": "payroll.timekeeping.states.HoursState",
        "SalaryRequestStateEnum": "coop.planning.states.RequestState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "coop.front.api.schema.add_problems",
    ],
}

# --- security ---------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
if _flag("STETIG_PRODUCTION"):
    SECURE_SSL_REDIRECT = not _flag("STETIG_WITHOUT_TLS")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # or all clients would share one rate limit
    if not _flag("STETIG_WITHOUT_TLS"):
        SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
        # Bound to one host: a neighbour's page cannot plant them.
        SESSION_COOKIE_NAME = "__Host-sessionid"
        CSRF_COOKIE_NAME = "__Host-csrftoken"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # SQL with its parameters would put pay and tax data into the log.
    # WeasyPrint tells of seven steps for each page.
    "loggers": {"django.db.backends": {"level": "WARNING"}, "weasyprint": {"level": "WARNING"}},
}
