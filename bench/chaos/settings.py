"""The product's own settings, with a handler for the trivial tasks."""

from fsarsite.settings import *  # noqa: F403
from fsarsite.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "bench.chaos.app.ChaosConfig"]
