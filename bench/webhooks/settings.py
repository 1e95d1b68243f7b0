"""The product's own settings, with dj-stripe's view beside ours."""

from fsarsite.settings import *  # noqa: F403
from fsarsite.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "bench.webhooks"]
ROOT_URLCONF = "bench.webhooks.urls"
EXECUTION_GRACE_SECONDS = 2
