"""Every setting, from the environment, in one file. A production setting that is missing or unsafe stops the start.

With nothing set this is a developer's or demonstrator's machine: `make run` and `make test` bring up their own
PostgreSQL and Valkey (omic/devstack) on Unix sockets below `OMIC_DATA`.
"""

from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from omic.devstack.paths import broker_url, data_dir, database_url
from omic.wiring import *  # noqa: F403  how the apps meet: names of functions, which are settings too

BASE_DIR = Path(__file__).resolve().parent.parent
DEMONSTRATION_KEY = "demonstration-only-key-never-for-real-people"

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# --- what kind of installation this is ------------------------------------------------------------------------------
ENVIRONMENT = env.str("OMIC_ENVIRONMENT", default="demonstration")
if ENVIRONMENT not in ("demonstration", "production"):
    raise ImproperlyConfigured(f"OMIC_ENVIRONMENT is {ENVIRONMENT!r}: it must be 'demonstration' or 'production'.")
PRODUCTION = ENVIRONMENT == "production"
DEMONSTRATION = not PRODUCTION
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=DEMONSTRATION_KEY)
if PRODUCTION and SECRET_KEY == DEMONSTRATION_KEY:
    raise ImproperlyConfigured("SECRET_KEY is the demonstration's: set your own before serving real people.")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on: it shows people's data in error pages, so production refuses it.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "omic",
    "tiering",
    "handover",
    "allocation",
    "keywork",
    "wellbeing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "omic.middleware.AccessMiddleware",
]

ROOT_URLCONF = "omic.urls"
WSGI_APPLICATION = "omic.wsgi.application"
FORM_RENDERER = "omic.forms.GovukRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "omic.context.shell",
            ],
            "builtins": ["omic.templatetags.govuk"],
        },
    }
]

# --- database and broker ---------------------------------------------------------------------------------------------
# `DATABASE_URL` and `REDIS_URL` replace the embedded servers. Web, worker and commands work as the role `omic_app`,
# which owns nothing; `manage.py migrate` alone works as the login itself. A login that already is the application's
# role (production) sets DATABASE_ROLE to an empty string.
DATABASE_ROLE = env.str("DATABASE_ROLE", default="omic_app")
DATABASES: dict[str, dict[str, Any]] = {"default": env.db("DATABASE_URL", default=database_url())}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASE_ROLE:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={DATABASE_ROLE}"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default=broker_url())
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/London"
CELERY_BEAT_SCHEDULE_FILENAME = str(data_dir() / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # The run ledger decides whether there is anything to do: ringing often costs a query and repairs a missed night.
    "nightly": {"task": "wellbeing.tasks.ring_nightly", "schedule": crontab(minute="*/10")},
    "outbox": {"task": "omic.tasks.send_outbox", "schedule": 30.0},
    # The folder itself says which prison has no copy of this hour yet.
    "rosters": {"task": "wellbeing.tasks.ring_rosters", "schedule": crontab(minute="*/10")},
}

# --- people who sign in ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "omic.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=10 * 60 * 60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- the browser's side ----------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health$"]  # asked inside the network, without the proxy
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# GOV.UK's and MoJ's stylesheets name url(/assets/…): with this STATIC_URL they are served and hashed untouched.
STATIC_URL = "/assets/"
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
STATICFILES_DIRS = [
    BASE_DIR / "static",
    BASE_DIR / "node_modules/govuk-frontend/dist/govuk/assets",
    BASE_DIR / "node_modules/@ministryofjustice/frontend/moj/assets",
]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "omic.assets.DesignSystemFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEMONSTRATION
FILTERS_EMPTY_CHOICE_LABEL = "Any"

# --- language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "Europe/London"  # what people see; the database holds UTC

# --- mail ------------------------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://" if PRODUCTION else "dummymail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="omic@omic.invalid")

# --- files ------------------------------------------------------------------------------------------------------------
# Files of imports that wait for the worker or for a person: web and worker must both see the folder.
IMPORT_FOLDER = env.str("IMPORT_FOLDER", default=str(data_dir() / "imports"))
# Hourly copies of the rosters, to be reached while all of this is down: a folder outside of it, shared or mirrored.
ROSTER_FOLDER = env.str("ROSTER_FOLDER", default=str(data_dir() / "rosters"))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a wing's roster on one page has fifteen for each person
PGHISTORY_APPEND_ONLY = True  # what happened to a row is not changed afterwards, by nobody
ROLL_MAX_AGE_HOURS = env.int("ROLL_MAX_AGE_HOURS", default=24)
ACCT_MAX_AGE_HOURS = env.int("ACCT_MAX_AGE_HOURS", default=None)  # None: as wellbeing's policy has it
NIGHTLY_HOUR = env.int("NIGHTLY_HOUR", default=3)
EMAIL_BY_HOUR = env.int("EMAIL_BY_HOUR", default=7)  # London's hour by which the night's email must have arrived

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
