"""Settings, read from the environment once. docs/configuration.md lists every variable.

``FSARSITE_ENV`` is ``development`` (the default), ``test`` or ``production``; only the first two have
defaults for secrets. Bad combinations are system checks in ``fsarsite/checks.py``.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import dj_database_url
import django_stubs_ext
from environs import Env, EnvError, validate

from fsarsite import api_settings
from fsarsite.database import BASE_DIR, data_folder, database_urls, embedded_cluster
from fsarsite.login_settings import APPS as LOGIN_APPS
from fsarsite.login_settings import BACKENDS, read_login_settings
from fsarsite.stripe_settings import read_personal_data_keys, read_stripe_settings
from fsarsite.unfold import ADMIN_LOOK

django_stubs_ext.monkeypatch()

env = Env()


def _read_environment() -> dict[str, Any]:
    environment = env.str("FSARSITE_ENV", "development", validate=validate.OneOf(["development", "test", "production"]))
    production = environment == "production"
    return {
        "environment": environment,
        "production": production,
        "secret_key": env.str("SECRET_KEY")
        if production
        else env.str("SECRET_KEY", "django-insecure-development-only"),
        "debug": env.bool("DEBUG", not production),
        "hosts": env.list("ALLOWED_HOSTS")
        if production
        else env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]),
        "origins": env.list("CSRF_TRUSTED_ORIGINS", []),
        "process": env.str("FSARSITE_PROCESS", "command", validate=validate.OneOf(["web", "worker", "command"])),
        "behind_proxy": env.bool("BEHIND_TLS_PROXY", False),
    }


try:
    _given = _read_environment()
except EnvError as error:
    sys.exit(f"fsarsite: the environment is not usable: {error}. See docs/configuration.md")

ENVIRONMENT: str = _given["environment"]
PRODUCTION: bool = _given["production"]
SECRET_KEY: str = _given["secret_key"]
DEBUG: bool = _given["debug"]
ALLOWED_HOSTS: list[str] = _given["hosts"]
CSRF_TRUSTED_ORIGINS: list[str] = _given["origins"]
PROCESS: str = _given["process"]

DATA_DIR = data_folder()
WORKSPACE_PATH = env.path("WORKSPACE_PATH", DATA_DIR / "workspace")
WORKSPACE_REMOTE = env.str("WORKSPACE_REMOTE", "")
WORKSPACE_CHECK = env.str("WORKSPACE_CHECK", "")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the plain one would put its own site in place of ours
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "fsarsite.admin_app.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "djstripe",
    *LOGIN_APPS,
    "proposals",
    "execution",
    "billing",
    "fsarsite",
]

MIDDLEWARE = [
    "fsarsite.request_ids.RequestIdMiddleware",
    "fsarsite.api_answers.ApiGZip",
    "fsarsite.api_answers.ApiConditionalGet",
    "fsarsite.errors.ApiProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "fsarsite.login.limits.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "fsarsite.urls"
WSGI_APPLICATION = "fsarsite.wsgi.application"
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
            ],
            "builtins": ["django.contrib.humanize.templatetags.humanize"],  # "now", "3 minutes ago"
        },
    },
]

IS_DATABASE_EMBEDDED = embedded_cluster() is not None
_own_url, TARGET_DATABASE_URL = database_urls()
REHEARSAL_DATABASE_URL = env.str("REHEARSAL_DATABASE_URL", "")
DATABASES: dict[str, Any] = {"default": dict(dj_database_url.parse(_own_url))}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
if ENVIRONMENT == "test":  # see tests/plugins/postgres.py
    DATABASES["default"]["TEST"] = {"TEMPLATE": env.str("TEST_TEMPLATE", "") or None}
if PROCESS == "web":  # a pool inside a django-q2 cluster hangs it, and a command needs one connection
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # else a restarted server costs a page for each pooled connection
elif PROCESS == "worker":
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 5  # else the queue cannot prepare anything

AUTH_USER_MODEL = "proposals.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTHENTICATION_BACKENDS = BACKENDS
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
UNFOLD = ADMIN_LOOK

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("en-gb", "English"), ("de", "Deutsch"), ("de-at", "Deutsch"), ("de-ch", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "fsarsite" / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _given["behind_proxy"] else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

REST_FRAMEWORK, SPECTACULAR_SETTINGS = api_settings.REST_FRAMEWORK, api_settings.SPECTACULAR_SETTINGS

try:
    QUEUE_WORKERS = env.int("QUEUE_WORKERS", 2, validate=validate.Range(1, 64))
    EXECUTION_WORKERS = env.int("EXECUTION_WORKERS", 2, validate=validate.Range(1, 64))
    EXECUTION_PREFETCH = env.int("EXECUTION_PREFETCH", 64, validate=validate.Range(0, 64))
    EXECUTION_LEASE_SECONDS = env.float("EXECUTION_LEASE_SECONDS", 60, validate=validate.Range(1, 3600))
    EXECUTION_TIMEOUT_SECONDS = env.int("EXECUTION_TIMEOUT_SECONDS", 300, validate=validate.Range(1, 86400))
    EXECUTION_RETRY_SECONDS = env.float("EXECUTION_RETRY_SECONDS", 5, validate=validate.Range(0, 3600))
    EXECUTION_STUCK_SECONDS = env.float("EXECUTION_STUCK_SECONDS", 30, validate=validate.Range(1, 3600))
    EXECUTION_LOAD_LIMIT = env.float("EXECUTION_LOAD_LIMIT", 0, validate=validate.Range(0, 1000))
    EXECUTION_DATABASE_LIMIT = env.int("EXECUTION_DATABASE_LIMIT", 0, validate=validate.Range(0, 10_000))
    EXECUTION_AGEING_SECONDS = env.float("EXECUTION_AGEING_SECONDS", 3600, validate=validate.Range(1, 30 * 86400))
    WAY_BACK_DAYS = env.int("WAY_BACK_DAYS", 90, validate=validate.Range(1, 3650))
    REHEARSAL_ROWS = env.str("REHEARSAL_ROWS", "", validate=validate.OneOf(["", "copied", "masked", "made-up"]))
    EXECUTION_GRACE_SECONDS = env.float("EXECUTION_GRACE_SECONDS", 15, validate=validate.Range(0, 3600))
except EnvError as error:
    sys.exit(f"fsarsite: the environment is not usable: {error}. See docs/configuration.md")

try:
    _login = read_login_settings(env, environment=ENVIRONMENT)
    STRIPE = read_stripe_settings(env, production=PRODUCTION, folder=DATA_DIR)
    PERSONAL_DATA_KEYS = read_personal_data_keys(env, production=PRODUCTION, folder=DATA_DIR)
except (EnvError, OSError) as error:
    sys.exit(f"fsarsite: the environment is not usable: {error}. See docs/configuration.md")
globals().update(_login.axes())  # AXES_…, which django-axes reads
AXES_ENABLED = ENVIRONMENT != "test"
AXES_COOLOFF_TIME: timedelta = _login.cool_off
SESSION_HOURS, SESSION_IDLE_MINUTES = _login.session_hours, _login.idle_minutes
SESSION_EXPIRE_AT_BROWSER_CLOSE = _login.ends_with_browser
APPROVERS_NEED_SECOND_FACTOR = _login.approvers_need_second_factor
OTP_TOTP_ISSUER = "fsarsite"
STRIPE_LIVE_MODE = STRIPE.live_mode  # dj-stripe reads these
STRIPE_TEST_SECRET_KEY, STRIPE_LIVE_SECRET_KEY = STRIPE.test_key, STRIPE.live_key
STRIPE_API_VERSION = "2026-08-26.dahlia"
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
if STRIPE.api_host:
    STRIPE_API_HOST = STRIPE.api_host
SILENCED_SYSTEM_CHECKS = ["djstripe.W002"]  # billing.E005 says it for production

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if PRODUCTION else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST, EMAIL_PORT = env.str("EMAIL_HOST", "localhost"), env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_USER", ""), env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_TIMEOUT = env.bool("EMAIL_USE_TLS", False), 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "shop@localhost")
NOTICES_TO_PRIVATE_ADDRESSES = env.bool("NOTICES_TO_PRIVATE_ADDRESSES", not PRODUCTION)  # of webhooks
SITE_ORIGIN = env.str("SITE_ORIGIN", "http://127.0.0.1:8000").rstrip("/")  # for links in mail

LOG_LEVEL = env.str("LOG_LEVEL", "WARNING")
Q_CLUSTER: dict[str, Any] = {  # schedules, webhooks and mail, on django-q2's own queue
    "name": "default",
    "orm": "default",
    "workers": QUEUE_WORKERS,
    "timeout": 300,
    "retry": 360,
    "poll": 1,
    "save_limit": 250,
    "log_level": LOG_LEVEL,  # two lines for each task otherwise
    "ack_failures": True,  # the next run of a schedule is soon enough
    "catch_up": False,
    "ALT_CLUSTERS": {
        "execution": {  # approved work: execution_tasks is its queue
            "broker_class": "execution.queue.broker.ExecutionBroker",
            "workers": EXECUTION_WORKERS,
            "queue_limit": EXECUTION_WORKERS + EXECUTION_PREFETCH,
            "timeout": EXECUTION_TIMEOUT_SECONDS,
            "retry": EXECUTION_TIMEOUT_SECONDS + 60,  # django-q2 warns otherwise; our broker has leases instead
            "recycle": 10_000,
            "save_limit": -1,  # a task's history is in its own rows
            "scheduler": False,
        }
    },
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
