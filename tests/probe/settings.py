"""The real settings, with a handler for tasks of kind ``probe``."""

from fsarsite.settings import *  # noqa: F403
from fsarsite.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.probe.apps.ProbeConfig"]
