"""The same tables under Django's admin as it comes: its own templates, its own site, default options."""

from bench.desk.settings import *  # noqa: F403
from bench.desk.settings import INSTALLED_APPS as _APPS
from bench.desk.settings import TEMPLATES as _TEMPLATES

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    *[app for app in _APPS if not app.startswith(("unfold", "fsarsite.admin_app"))],
]
TEMPLATES = [{**_TEMPLATES[0], "DIRS": []}]
ROOT_URLCONF = "bench.desk.stock_urls"
