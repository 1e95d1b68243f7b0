"""The product's own settings, with a handler for the job."""

from fsarsite.settings import *  # noqa: F403
from fsarsite.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "bench.product_app.BenchConfig"]
DEBUG = False  # Django keeps no log of the queries then, as in production
