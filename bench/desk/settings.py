"""The product's own settings, with the bench's commands."""

from fsarsite.settings import *  # noqa: F403
from fsarsite.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "bench.desk"]
ALLOWED_HOSTS = ["testserver"]
SECURE_SSL_REDIRECT = False
