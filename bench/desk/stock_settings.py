"""The same tables under Django's admin as it comes: its own templates, its own site, default options."""

from bench.desk.settings import *  # noqa: F403
from bench.desk.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    *[app for app in _APPS if not app.startswith(("unfold", "fsarsite.admin_app"))],
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
ROOT_URLCONF = "bench.desk.stock_urls"
